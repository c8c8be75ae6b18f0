// Package ssidenum recognises tools that try names until a hidden network answers.
package ssidenum

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares SSIDENUM.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "SSIDENUM",
		Title:       "Search for hidden networks",
		Class:       tocsin.Probe,
		Severity:    tocsin.Low,
		Description: "One transmitter probes for name after name, until a network that hides its name answers.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  85,
		Attack:      []string{"T1595.003", "T1040"},
		Explains:    []string{"PROBEFLOOD", "SSIDCANARY"},
	},
	Frames: dot11.Only(dot11.ProbeReq),
}, limits{Names: 31, Unchecked: 100, Window: time.Minute, Senders: 3, Again: 10 * time.Minute, Keys: 4096}, newDetector)

type limits struct {
	Names     int           `help:"different names that one transmitter probes for within the window" min:"2"`
	Unchecked int           `help:"the same, if the checksums are unknown: damage makes names" min:"2"`
	Window    time.Duration `help:"time in which names are counted, and after which a name or an address is new" min:"1s"`
	Senders   int           `help:"addresses within again that are one search" min:"2"`
	Again     time.Duration `help:"time between two findings about a search that goes on" min:"1s"`
	Keys      int           `help:"names and addresses that are remembered" min:"64"`
}

// probe is a name and who looks for it.
type probe struct {
	sender dot11.Addr
	ssid   detect.SSID
}

type detector struct {
	limits    limits
	probed    *window.Set[probe]
	called    *window.Set[detect.SSID]
	checked   *window.Alarm[dot11.Addr]
	unchecked *window.Alarm[dot11.Addr]
	chains    *detect.Chains
	voice     *detect.Voice[dot11.Addr]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:    l,
		probed:    window.NewSet[probe](l.Window, l.Keys),
		called:    window.NewSet[detect.SSID](l.Window, l.Keys),
		checked:   window.NewAlarm[dot11.Addr](l.Names, l.Window, l.Again, l.Keys),
		unchecked: window.NewAlarm[dot11.Addr](l.Unchecked, l.Window, l.Again, l.Keys),
		chains:    detect.NewChains(l.Names, l.Window, l.Again, l.Window, l.Keys),
		voice:     detect.NewVoice[dot11.Addr](l.Senders, l.Again, l.Keys),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	ssid, ok := detect.Named(f)
	if !ok || !o.Intact() {
		return
	}
	if d.called.Add(ssid, o.Time) {
		if count, speak := d.chains.Add(f.Addr2, f.Sequence, o.Time); speak {
			found.Add(d.invented(f, count))
		}
	}
	if !d.probed.Add(probe{f.Addr2, ssid}, o.Time) {
		return
	}
	alarm, limit := d.checked, d.limits.Names
	if o.Radio.FCS != dot11.FCSGood {
		alarm, limit = d.unchecked, d.limits.Unchecked
	}
	count, ring := alarm.Add(f.Addr2, o.Time)
	if !ring {
		return
	}
	switch v := d.voice.Tell(f.Addr2, o.Time); {
	case v.Several > 0:
		text := fmt.Sprintf("Somebody probes for name after name under several addresses, the newest %s: a search for hidden networks", f.Addr2)
		found.Add(d.voice.Several(v.Several, text, "searches for hidden networks"))
	case v.Speak:
		found.Add(d.finding(f, count, limit))
	}
}

func (d *detector) finding(f *dot11.Frame, count, limit int) tocsin.Finding {
	ssid, _, _ := f.Elements.SSID()
	return tocsin.Finding{
		Text: fmt.Sprintf("%s probes for name after name, the newest %s: it searches for hidden networks", f.Addr2, tocsin.Quote(ssid)),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("names that one address probes for in %s", d.limits.Window),
			Observed: fmt.Sprintf("%d names", count), Limit: fmt.Sprintf("%d names", limit),
		},
		BSSID: dot11.Broadcast, Subject: f.Addr2.String(),
	}
}

// invented is the finding about a search that uses an address for each name.
func (d *detector) invented(f *dot11.Frame, count int) tocsin.Finding {
	ssid, _, _ := f.Elements.SSID()
	return tocsin.Finding{
		Text: fmt.Sprintf("One radio probes for name after name under invented addresses, the newest %s: it searches for hidden networks", tocsin.Quote(ssid)),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("new addresses with new names and one sequence counter in %s", d.limits.Window),
			Observed: fmt.Sprintf("%d names", count), Limit: fmt.Sprintf("%d names", d.limits.Names),
		},
		BSSID: dot11.Broadcast, Source: dot11.Broadcast, Subject: "many addresses",
	}
}
