// Package gtkabuse recognises frames to everybody that somebody else sends with the group key of a network.
package gtkabuse

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares GTKABUSE.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "GTKABUSE",
		Title:       "Group key used by somebody else",
		Class:       tocsin.Spoof,
		Severity:    tocsin.High,
		Description: "Two devices send encrypted frames to everybody in the name of one access point: a station uses the group key to reach the others past the access point (Hole 196).",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  80,
		Attack:      []string{"T1557"},
	},
	Frames: dot11.Only(dot11.Data, dot11.QoSData),
	Gaps:   true,
}, limits{Frames: 3, Window: 10 * time.Second, Recent: time.Minute, Senders: 3, Again: time.Minute, Keys: 2048}, newDetector)

type limits struct {
	Frames  int           `help:"frames out of the access point's line of packet numbers within the window, each by another device as its sequence number or signal shows"`
	Window  time.Duration `help:"time in which they are counted" min:"1s"`
	Recent  time.Duration `help:"time for which the access point's line is remembered while others are out of it" min:"1s"`
	Senders int           `help:"networks within again that are one attack with invented addresses" min:"2"`
	Again   time.Duration `help:"time between two findings about one network" min:"1s"`
	Keys    int           `help:"group keys that are followed"`
}

// key is a group key. Those of one network that have other ids have lines of packet numbers of their own.
type key struct {
	bssid dot11.Addr
	id    uint8
}

type detector struct {
	limits limits
	keys   *window.Map[key, numbers]
	count  *window.Counter[key]
	voice  *detect.Voice[dot11.Addr]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		l, window.NewMap[key, numbers](l.Keys), window.NewCounter[key](l.Window, l.Keys),
		detect.NewVoice[dot11.Addr](l.Senders, l.Again, l.Keys),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	if !f.Addr1.IsGroup() || f.Control&(dot11.ToDS|dot11.FromDS) != dot11.FromDS || f.IsRetry() || f.Fragment != 0 || !o.Intact() {
		return
	}
	pn, id, ok := f.PacketNumber()
	if !ok {
		return
	}
	k := key{f.Addr2, id}
	n, _ := d.keys.Put(k)
	foreign := n.add(o, pn, air.Doubt.Deviates, d.limits.Recent)
	count := 0
	for range min(foreign, d.limits.Frames) {
		count = d.count.Add(k, o.Time)
	}
	if count < d.limits.Frames {
		return
	}
	v := d.voice.Tell(f.Addr2, o.Time)
	switch {
	case v.Several > 0:
		found.Add(d.voice.Several(v.Several, "Two devices send encrypted frames to everybody in the name of each of many access points", "group frames of two devices"))
	case v.Speak:
		found.Add(tocsin.Finding{
			Text: fmt.Sprintf("Two devices send encrypted frames to everybody in the name of %s: one uses the group key %d to reach its stations past it", f.Addr2, id),
			Reason: tocsin.Reason{
				What:     fmt.Sprintf("frames to everybody in %s whose packet numbers are not in one line, with the sequence numbers or the signal of another device", d.limits.Window),
				Observed: fmt.Sprintf("%d frames; packet number %d after %d", count, pn, n.before),
				Limit:    fmt.Sprintf("%d frames", d.limits.Frames),
			},
			Frames: []uint64{n.frame},
		})
	}
}
