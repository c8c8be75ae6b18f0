// Package saeflood recognises floods of SAE commits, which wear out the processor of an access point.
package saeflood

import (
	"fmt"
	"hash/maphash"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares SAEFLOOD.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "SAEFLOOD",
		Title:       "SAE commit flood",
		Class:       tocsin.Denial,
		Severity:    tocsin.High,
		Description: "An access point is flooded with commits of WPA3's SAE, each of which costs it much arithmetic, until it serves nobody.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  95,
		Attack:      []string{"T1499"},
		Explains:    []string{"AUTHFLOOD", "DEAUTHFLOOD", "DEAUTHFORGED", "MFPVIOLATION", "DISASSOCTRAFFIC"},
	},
	Frames: dot11.Only(dot11.Auth, dot11.AssocReq, dot11.ReassocReq),
}, limits{Commits: 24, Forged: 8, Crowd: 60, Window: 3 * time.Second, Again: time.Minute, Networks: 128}, newDetector)

type limits struct {
	Commits  int           `help:"commits to one access point within the window that lead to nothing" min:"2"`
	Forged   int           `help:"those of them such as no client sends; enough by themselves if a tool counts up their scalars"`
	Crowd    int           `help:"commits within the window that lead to nothing, if clients may have sent them" min:"2"`
	Window   time.Duration `help:"time in which commits are counted" min:"1s"`
	Again    time.Duration `help:"time between two findings about a flood that goes on" min:"1s"`
	Networks int           `help:"access points that are watched"`
}

type detector struct {
	limits   limits
	seed     maphash.Seed
	networks *window.Map[dot11.Addr, network]
	told     *window.Set[dot11.Addr] // floods
	crowds   *window.Set[dot11.Addr] // what may be none
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:   l,
		seed:     maphash.MakeSeed(),
		networks: window.NewMap[dot11.Addr, network](l.Networks),
		told:     window.NewSet[dot11.Addr](l.Again, l.Networks),
		crowds:   window.NewSet[dot11.Addr](l.Again, l.Networks),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	step := f.SAEStep()
	if step == dot11.SAEAsk {
		d.asked(o, found)
		return
	}
	n := d.networks.Peek(f.BSSID)
	if n == nil {
		return
	}
	if f.Kind != dot11.Auth {
		step = dot11.SAEProve // an association goes on where a confirm was that nobody heard
	}
	n.settle(f, step, o.Time)
}

// asked notes a commit and judges all of its access point.
func (d *detector) asked(o *tocsin.Observation, found *detect.Findings) {
	f := o.Frame
	s, _ := f.SAE()
	n, _ := d.networks.Put(f.BSSID)
	c := commit{
		station: f.Addr2, sequence: f.Sequence, time: o.Time, number: o.Number,
		impossible: f.Addr2.IsGroup(),
	}
	if s.Scalar != nil {
		c.scalar = maphash.Bytes(d.seed, s.Scalar[:len(s.Scalar)-tail])
		c.element = maphash.Bytes(d.seed, s.Element)
	}
	if f.IsRetry() && n.repeats(&c) {
		return
	}
	n.add(c, s.Token != nil)
	t := n.count(o.Time, d.limits.Window)
	switch {
	case t.open >= d.limits.Commits && t.forged >= d.limits.Forged, t.counted >= d.limits.Forged:
		if d.told.Once(f.BSSID, o.Time) {
			d.networks.Promote(f.BSSID)
			found.Add(d.flood(f, n, t))
		}
	case t.open >= d.limits.Crowd:
		if !d.told.Has(f.BSSID, o.Time) && d.crowds.Once(f.BSSID, o.Time) {
			found.Add(d.crowd(f, n, t))
		}
	}
}

func (d *detector) flood(f *dot11.Frame, n *network, t tally) tocsin.Finding {
	x, who := d.finding(n, t)
	x.Text = fmt.Sprintf("Somebody floods the access point %s with SAE commits under %s: %s in %s lead to nothing%s", f.BSSID, who, t.number(), d.limits.Window, n.suffix())
	x.Reason.Observed = fmt.Sprintf("%s commits under %s, %d of them such as no client sends", t.number(), who, t.forged)
	x.Reason.Limit = fmt.Sprintf("%d commits, %d of them such; or %d whose scalars are counted up", d.limits.Commits, d.limits.Forged, d.limits.Forged)
	return x
}

func (d *detector) crowd(f *dot11.Frame, n *network, t tally) tocsin.Finding {
	low := tocsin.Low
	x, who := d.finding(n, t)
	x.Text = fmt.Sprintf("Stations keep sending SAE commits to the access point %s without going on, under %s: %s in %s%s", f.BSSID, who, t.number(), d.limits.Window, n.suffix())
	x.Reason.Observed = fmt.Sprintf("%s commits under %s", t.number(), who)
	x.Reason.Limit = fmt.Sprintf("%d commits", d.limits.Crowd)
	x.Severity, x.Confidence = &low, 50
	return x
}

func (d *detector) finding(n *network, t tally) (x tocsin.Finding, who string) {
	stations, who := n.stations(t)
	if stations > 1 {
		x.Source = dot11.Broadcast
	}
	x.Reason.What = fmt.Sprintf("SAE commits to one access point in %s that no confirm follows", d.limits.Window)
	x.Frames = n.evidence(t)
	return x, who
}
