// Package wpsbrute recognises the guessing of a Wi-Fi Protected Setup PIN.
package wpsbrute

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/eapol"
	"github.com/tocsin-wids/tocsin/dot11/wps"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares WPSBRUTE.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "WPSBRUTE",
		Title:       "WPS PIN guessing",
		Class:       tocsin.Exploit,
		Severity:    tocsin.Critical,
		Description: "Somebody tries one Wi-Fi Protected Setup PIN after the other: the right one gives away the passphrase.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  95,
		Attack:      []string{"T1110.001"},
		Explains:    []string{"DEAUTHFLOOD"},
	},
	Frames:  dot11.AnyData | dot11.Only(dot11.Beacon, dot11.ProbeResp),
	Content: true,
}, limits{
	Failures: 3, Window: time.Minute, SlowFailures: 5, LockedFailures: 3, SlowWindow: 30 * time.Minute,
	Again: 5 * time.Minute, Networks: 256, Sessions: 1024,
}, newDetector)

type limits struct {
	Failures       int           `help:"failed attempts at one access point within the window"`
	Window         time.Duration `help:"time in which a quick attack is counted" min:"1s"`
	SlowFailures   int           `help:"failed attempts at one access point within the slow window"`
	LockedFailures int           `help:"the same, if the access point locked its setup"`
	SlowWindow     time.Duration `help:"time in which a slow attack is counted" min:"1s"`
	Again          time.Duration `help:"time between two findings about an attack that goes on" min:"1s"`
	Networks       int           `help:"access points that are watched"`
	Sessions       int           `help:"conversations of an access point and a station that are watched"`
}

// target is an access point at which an attempt failed.
type target struct {
	station dot11.Addr // the last that failed
	locked  bool
	told    bool
	toldAt  time.Duration
	numbers [8]uint64
	n       int
}

type detector struct {
	limits  limits
	talks   *detect.WPSTalks
	targets *window.Map[dot11.Addr, target]
	quick   *window.Counter[dot11.Addr]
	slow    *window.Counter[dot11.Addr]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:  l,
		talks:   detect.NewWPSTalks(l.Sessions),
		targets: window.NewMap[dot11.Addr, target](l.Networks),
		quick:   window.NewCounter[dot11.Addr](l.Window, l.Networks),
		slow:    window.NewCounter[dot11.Addr](l.SlowWindow, l.Networks),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	switch {
	case !f.Kind.IsData():
		d.look(o, found)
	case f.EtherType == eapol.EtherType:
		d.listen(o, found)
	}
}

// look notes that an access point under attack locked its setup.
func (d *detector) look(o *tocsin.Observation, found *detect.Findings) {
	t := d.targets.Peek(o.Frame.BSSID)
	if t == nil || o.Cut {
		return
	}
	if b, ok := o.Frame.Elements.Vendor(dot11.OUIMicrosoft, dot11.MicrosoftWPS); ok {
		locked := wps.Attributes(b).Locked()
		if locked && !t.locked {
			t.locked = true
			d.judge(t, o, found)
		}
		t.locked = locked
	}
}

// listen counts the failures of registrars.
func (d *detector) listen(o *tocsin.Observation, found *detect.Findings) {
	p, ok := detect.ReadEAP(o)
	if !ok {
		return
	}
	switch event := d.talks.Follow(&p); event {
	case detect.WPSFailed, detect.WPSLocked:
		d.fail(p.EAPPair, event == detect.WPSLocked, o, found)
	}
}

// fail counts the failure of a session.
func (d *detector) fail(p detect.EAPPair, locked bool, o *tocsin.Observation, found *detect.Findings) {
	t, _ := d.targets.Put(p.AP)
	t.station, t.locked = p.Station, t.locked || locked
	t.numbers[t.n%len(t.numbers)] = o.Number
	t.n++
	d.quick.Add(p.AP, o.Time)
	d.slow.Add(p.AP, o.Time)
	d.judge(t, o, found)
}

// judge makes a finding if the failures at the access point of the frame are too many.
func (d *detector) judge(t *target, o *tocsin.Observation, found *detect.Findings) {
	ap, l := o.Frame.BSSID, &d.limits
	count, limit, span := d.quick.Count(ap, o.Time), l.Failures, l.Window
	if count < limit {
		count, limit, span = d.slow.Count(ap, o.Time), l.SlowFailures, l.SlowWindow
		if t.locked {
			limit = l.LockedFailures
		}
	}
	if count < limit || t.told && (o.Time-t.toldAt).Abs() < l.Again {
		return
	}
	t.told, t.toldAt = true, o.Time
	d.targets.Promote(ap)
	locks := ""
	if t.locked {
		locks = "; the access point has locked its setup"
	}
	found.Add(tocsin.Finding{
		Text: fmt.Sprintf("The station %s guesses the WPS PIN of the access point %s: %d attempts failed in %s%s", t.station, ap, count, span, locks),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("failed WPS sessions of registrars with one access point in %s", span),
			Observed: fmt.Sprintf("%d sessions", count),
			Limit:    fmt.Sprintf("%d sessions", limit),
		},
		Source: t.station,
		Dest:   ap,
		Frames: t.evidence(),
	})
}

// evidence returns the numbers of the frames with which the newest attempts failed, oldest first.
func (t *target) evidence() []uint64 {
	var numbers []uint64
	for i := max(0, t.n-len(t.numbers)); i < t.n; i++ {
		numbers = append(numbers, t.numbers[i%len(t.numbers)])
	}
	return numbers
}
