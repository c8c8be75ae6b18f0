// Package deauther recognises ESP8266 and ESP32 boards with attack firmware by the templates of their frames.
package deauther

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares DEAUTHER.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "DEAUTHER",
		Title:       "A pocket board with attack firmware",
		Class:       tocsin.Probe,
		Severity:    tocsin.Medium,
		Description: "Frames are those of a template of the firmware ESP8266 Deauther, of ESP32 Marauder, or of their kind.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  80,
		Attack:      []string{"T1588.002"},
	},
	Frames:  dot11.Only(dot11.Beacon, dot11.ProbeReq, dot11.Deauth, dot11.Disassoc),
	Content: true,
}, limits{Frames: 8, Window: 10 * time.Second, Again: 10 * time.Minute}, newDetector)

type limits struct {
	Frames int           `help:"frames of one template within the window" min:"2"`
	Window time.Duration `help:"time in which they are counted" min:"1s"`
	Again  time.Duration `help:"time between two findings about one template" min:"1s"`
}

// template is one kind of frame that the firmware has ready.
type template uint8

const (
	none template = iota
	beacon
	probe
	disconnect8266
	disconnect32
	templates = iota - 1
)

type detector struct {
	limits limits
	seen   *window.Alarm[template]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{l, window.NewAlarm[template](l.Frames, l.Window, l.Again, templates)}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	t := match(f)
	if t == none || !o.Intact() || f.IsRetry() {
		return
	}
	count, ring := d.seen.Add(t, o.Time)
	if !ring {
		return
	}
	w := &words[t]
	n := tocsin.Finding{
		Text: fmt.Sprintf("Somebody uses %s to %s", w.firmware, w.does),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("frames in %s with %s", d.limits.Window, w.traits),
			Observed: fmt.Sprintf("%d frames", count),
			Limit:    fmt.Sprintf("%d frames", d.limits.Frames),
		},
		Source:  dot11.Broadcast,
		Subject: w.does,
	}
	switch t {
	case beacon, probe:
		n.BSSID = dot11.Broadcast
	default:
		n.Text += " from " + f.BSSID.String()
	}
	found.Add(n)
}

// words say who does what, and by what it was recognised.
var words = [...]struct{ firmware, does, traits string }{
	beacon: {"a pocket board with attack firmware (ESP8266 Deauther, ESP32 Marauder or the like)", "advertise networks that do not exist",
		"the clock that its beacons always have, and its elements"},
	probe: {"a pocket board with attack firmware (ESP8266 Deauther, ESP32 Marauder or the like)", "look for names of networks",
		"the address 01:02:03:04:05:06, which no station has, and its elements"},
	disconnect8266: {"a pocket board with attack firmware (ESP8266 Deauther or the like)", "disconnect clients",
		"reason 1 and duration 0, to one address, which would leave no time for the acknowledgement"},
	disconnect32: {"a pocket board with attack firmware (ESP32 Marauder or the like)", "disconnect clients",
		"reason 2, duration 314 and sequence number 4095"},
}

// clock is the timestamp of the template's beacons, in µs.
const clock = 0x0f8ff75183

// nobody is the address that the templates have before another is filled in; it is a group's (802.11-2020 §9.2.4.3.4).
var nobody = dot11.Addr{1, 2, 3, 4, 5, 6}

// match returns the template that f is made from.
func match(f *dot11.Frame) template {
	switch f.Kind {
	case dot11.Beacon:
		if f.Fixed.TSF == clock && plain(&f.Elements, "\x82\x84\x8b\x96\x24\x30\x48\x6c") {
			return beacon
		}
	case dot11.ProbeReq:
		if f.Addr2 == nobody && plain(&f.Elements, "\x82\x84\x8b\x96") {
			return probe
		}
	default:
		const (
			unspecified = 1   // 802.11-2020 table 9-49
			invalidAuth = 2   // the same
			duration    = 314 // µs
			last        = 4095
		)
		switch r := f.Fixed.Reason; {
		case len(f.Elements.Raw()) != 0:
		case r == unspecified && f.Duration == 0 && !f.Addr1.IsGroup():
			return disconnect8266
		case r == invalidAuth && f.Duration == duration && f.Sequence == last && f.Fragment == 0:
			return disconnect32
		}
	}
	return none
}

// plain reports whether the elements begin with a name and these rates, and are followed by none but a channel and RSN.
func plain(e *dot11.Elements, rates string) bool {
	if e.Len() < 2 || e.At(0).ID != dot11.ElementSSID || e.At(1).ID != dot11.ElementRates || string(e.At(1).Data) != rates {
		return false
	}
	for i := 2; i < e.Len(); i++ {
		if id := e.At(i).ID; id != dot11.ElementDS && id != dot11.ElementRSN {
			return false
		}
	}
	return true
}
