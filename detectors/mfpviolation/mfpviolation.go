// Package mfpviolation recognises disconnections that pretend not to know of management frame protection.
package mfpviolation

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares MFPVIOLATION.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "MFPVIOLATION",
		Title:       "Disconnection against management frame protection",
		Class:       tocsin.Denial,
		Severity:    tocsin.High,
		Description: "Somebody without the key tells a station and its access point, which protect management frames, that they part; they go on.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  92,
		Attack:      []string{"T1499"},
		Explains:    []string{"BCASTDISCON", "DEAUTHFLOOD", "DEAUTHFORGED", "DISASSOCTRAFFIC"},
	},
	Frames: dot11.Only(dot11.Deauth, dot11.Disassoc, dot11.Action, dot11.Auth, dot11.AssocReq, dot11.ReassocReq) | dot11.AnyData,
	Gaps:   true,
}, limits{Frames: 2, GoesOn: 3, Grace: 20 * time.Millisecond, Window: 5 * time.Second, Again: time.Minute, Pairs: 1024}, newDetector)

type limits struct {
	Frames int           `help:"unprotected disconnections of one station within the window"`
	GoesOn int           `help:"encrypted frames after the first of them, of him in whose name it was"`
	Grace  time.Duration `help:"time after a disconnection in which frames that waited to be sent do not count" min:"0s"`
	Window time.Duration `help:"time after a disconnection in which encrypted frames count" min:"1s"`
	Again  time.Duration `help:"time between two findings about one station" min:"1s"`
	Pairs  int           `help:"stations, each with its access point, that are watched"`
}

// pair is a station and its access point.
type pair struct{ bssid, station dot11.Addr }

// claim is that a pair parted, which somebody made in the name of one of the two.
type claim struct {
	first  time.Duration
	last   time.Duration
	frames int
	byAP   bool // in whose name the newest was
	goesOn int
	reason uint16
	number uint64
}

type detector struct {
	limits    limits
	protected *window.Map[pair, struct{}] // that were heard to protect management frames
	claims    *window.Map[pair, claim]
	told      *window.Set[pair]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:    l,
		protected: window.NewMap[pair, struct{}](l.Pairs),
		claims:    window.NewMap[pair, claim](l.Pairs),
		told:      window.NewSet[pair](l.Again, l.Pairs),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	if f.IsProtected() && d.claims.Len() > 0 && !f.IsRetry() {
		d.encrypted(o, found)
	}
	if f.Kind.IsData() {
		return
	}
	p, byAP := pair{f.BSSID, f.Addr2}, f.Addr2 == f.BSSID
	if byAP {
		p.station = f.Addr1
	}
	if !p.bssid.IsStation() || !p.station.IsStation() || p.station == p.bssid {
		return
	}
	switch {
	case f.IsProtected():
		d.protected.Put(p)
	case f.Kind == dot11.Auth || f.Kind == dot11.AssocReq || f.Kind == dot11.ReassocReq:
		d.claims.Delete(p) // it obeyed, or lost its key before
	case f.Kind != dot11.Action && !air.Doubt.Own && !f.IsRetry() && o.Intact() && d.protects(p, air):
		c, _ := d.claims.Put(p)
		if o.Time-c.last > d.limits.Window {
			*c = claim{first: o.Time}
		}
		if c.byAP != byAP {
			c.byAP, c.goesOn = byAP, 0
		}
		c.frames++
		c.last, c.reason, c.number = o.Time, f.Fixed.Reason, o.Number
	}
}

// protects reports whether the pair protects management frames: it agreed to, or was heard to do it, or its network lets in nobody
// who does not.
func (d *detector) protects(p pair, air *track.Sight) bool {
	return air.Link != nil && air.Link.MFP || d.protected.Peek(p) != nil || air.BSS != nil && air.BSS.MFPRequired()
}

// encrypted counts the encrypted frames, of data and of management, of those that are said to have parted.
func (d *detector) encrypted(o *tocsin.Observation, found *detect.Findings) {
	f := o.Frame
	p, byAP := pair{f.BSSID, f.Addr2}, f.Addr2 == f.BSSID
	if byAP {
		p.station = f.Addr1
	}
	c := d.claims.Peek(p)
	if c == nil || c.byAP != byAP || c.frames < d.limits.Frames {
		return
	}
	since := o.Time - c.first
	if since < d.limits.Grace || o.Time-c.last > d.limits.Window {
		return
	}
	if c.goesOn++; c.goesOn < d.limits.GoesOn || !d.told.Once(p, o.Time) {
		return
	}
	found.Add(d.finding(p, c, since))
}

func (d *detector) finding(p pair, c *claim, since time.Duration) tocsin.Finding {
	who, whom := p.station, p.bssid
	if c.byAP {
		who, whom = whom, who
	}
	return tocsin.Finding{
		Text: fmt.Sprintf("Somebody tells %s in the name of %s that they part (reason %d), without the protection that these two use; %s still sends it encrypted data",
			whom, who, c.reason, who),
		Reason: tocsin.Reason{
			What:     "unprotected disconnections of a protected pair, and encrypted frames after the first, of him in whose name it was",
			Observed: fmt.Sprintf("%d disconnections, %d frames in %s", c.frames, c.goesOn, since.Round(time.Millisecond)),
			Limit:    fmt.Sprintf("%d disconnections, %d frames in %s", d.limits.Frames, d.limits.GoesOn, d.limits.Window),
		},
		BSSID: p.bssid, Source: who, Dest: whom, Subject: p.station.String(), Frames: []uint64{c.number},
	}
}
