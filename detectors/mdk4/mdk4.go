// Package mdk4 recognises the tools mdk3 and mdk4 by what they leave the same in the frames that they forge.
package mdk4

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// Spec declares MDK4.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "MDK4",
		Title:       "The tool mdk4 at work",
		Class:       tocsin.Probe,
		Severity:    tocsin.Medium,
		Description: "Frames of many transmitters are numbered as by one radio and have the form that the attack tool mdk4 (or mdk3) gives them.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  85,
		Attack:      []string{"T1588.002"},
	},
	Frames:  dot11.Only(dot11.Beacon, dot11.ProbeReq, dot11.Auth, dot11.Deauth, dot11.Disassoc),
	Content: true,
}, limits{Frames: 8, Window: 10 * time.Second, Again: 10 * time.Minute}, newDetector)

type limits struct {
	Frames int           `help:"frames of mdk4's form within the window that go on with the numbers of another transmitter" min:"2"`
	Window time.Duration `help:"time in which they are counted" min:"1s"`
	Again  time.Duration `help:"time between two findings while one kind of attack goes on" min:"1s"`
}

// attack is one of the things that mdk4 does.
type attack uint8

const (
	beacons attack = iota
	probes
	authentications
	disconnections
	attacks
)

type detector struct {
	limits limits
	runs   [attacks]*detect.Succession
	kind   dot11.Kind // of the last disconnection
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	d := &detector{limits: l}
	for i := range d.runs {
		d.runs[i] = detect.NewSuccession(l.Frames, l.Window, l.Again)
	}
	return d
}

// beaconStep is by how much mdk4 moves the timestamp with each beacon, whoever is said to send it and whenever it does:
// the usual interval, in µs. The timestamp of an access point is that of the moment at which it leaves, which no
// interval divides.
const beaconStep = 100 * 1024

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	if !o.Intact() || f.IsRetry() {
		return
	}
	number := f.Sequence
	var a attack
	switch f.Kind {
	case dot11.Beacon:
		if f.Fixed.TSF == 0 || f.Fixed.TSF%beaconStep != 0 || !plain(f) {
			return
		}
		a, number = beacons, uint16(f.Fixed.TSF/beaconStep%4096)
	case dot11.ProbeReq:
		if !probe(f) {
			return
		}
		a = probes
	case dot11.Auth:
		// A transaction has no message 0 (802.11-2020 §9.3.3.11).
		if x := &f.Fixed; x.AuthAlgorithm != 0 || x.AuthTransaction != 0 || x.Status != 0 || len(f.Elements.Raw()) != 0 {
			return
		}
		a = authentications
	default:
		// mdk4 sends both kinds in turn, in the names of both sides.
		other := f.Kind != d.kind
		d.kind = f.Kind
		if !other || f.Addr1.IsGroup() || len(f.Elements.Raw()) != 0 {
			return
		}
		a = disconnections
	}
	if count, speak := d.runs[a].Add(f.Addr2, number, o.Time); speak {
		found.Add(d.finding(f, a, count))
	}
}

// plain reports whether a beacon has no elements but those that mdk4 writes.
func plain(f *dot11.Frame) bool {
	for i := range f.Elements.Len() {
		switch f.Elements.At(i).ID {
		case dot11.ElementSSID, dot11.ElementRates, dot11.ElementDS, dot11.ElementExtendedRates, dot11.ElementVendor:
		default:
			return false
		}
	}
	return true
}

// probe reports whether a probe request has the elements that mdk4 writes: a name, and rates marked as if it were an access point.
func probe(f *dot11.Frame) bool {
	if f.Elements.Len() != 3 {
		return false
	}
	ssid, rates, more := f.Elements.At(0), f.Elements.At(1), f.Elements.At(2)
	return ssid.ID == dot11.ElementSSID && len(ssid.Data) > 0 &&
		rates.ID == dot11.ElementRates && string(rates.Data) == "\x82\x84\x8b\x96" &&
		more.ID == dot11.ElementExtendedRates && string(more.Data) == "\x0c\x12\x18\x24\x30\x48\x60\x6c"
}

// words say what is done, and by what it was recognised.
var words = [attacks]struct{ does, form string }{
	beacons:         {"advertise networks that do not exist", "timestamps that are multiples of 102400 µs and step with each beacon"},
	probes:          {"look for names of networks", "the elements of mdk4's probe requests"},
	authentications: {"authenticate with access points", "message 0 of an authentication, which there is not"},
	disconnections:  {"disconnect clients", "deauthentication and disassociation in turn"},
}

func (d *detector) finding(f *dot11.Frame, a attack, count int) tocsin.Finding {
	w := &words[a]
	n := tocsin.Finding{
		Text: fmt.Sprintf("Somebody uses mdk4, an attack tool, to %s under addresses that are not its own, the newest %s", w.does, f.Addr2),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("frames in %s that go on with the numbers of another transmitter and have a trait of mdk4: %s", d.limits.Window, w.form),
			Observed: fmt.Sprintf("%d frames", count),
			Limit:    fmt.Sprintf("%d frames", d.limits.Frames),
		},
		Source:  dot11.Broadcast,
		Subject: w.does,
	}
	if a == beacons || a == probes {
		n.BSSID = dot11.Broadcast
	}
	return n
}
