// Package saetiming recognises who measures how long an access point takes for SAE commits.
package saetiming

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

// Spec declares SAETIMING.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "SAETIMING",
		Title:       "SAE timing attack",
		Class:       tocsin.Exploit,
		Severity:    tocsin.High,
		Description: "Somebody sends an access point one SAE commit after the other and goes on with none: how long the answers take can give away the password of a WPA3 network.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  90,
		Attack:      []string{"T1110"},
		Explains:    []string{"DEAUTHFLOOD", "DEAUTHFORGED", "MFPVIOLATION"},
	},
	Frames: dot11.Only(dot11.Auth, dot11.AssocReq, dot11.ReassocReq),
	Gaps:   true,
}, limits{Replays: 8, Exchanges: 30, Window: time.Minute, Busy: 24, Again: 5 * time.Minute, Networks: 256, Stations: 1024}, newDetector)

type limits struct {
	Replays   int           `help:"commits of one station within the window that were answered before, and are sent again" min:"2"`
	Exchanges int           `help:"exchanges of one station within the window that it broke off, or tried with a group that no program of today offers" min:"2"`
	Window    time.Duration `help:"time in which exchanges are counted" min:"1s"`
	Busy      int           `help:"commits to one access point in three seconds among which nobody can measure: a flood" min:"2"`
	Again     time.Duration `help:"time between two findings about one access point" min:"1s"`
	Networks  int           `help:"access points that are watched"`
	Stations  int           `help:"pairs of access point and station that are watched"`
}

// busySpan is the time in which the commits of a flood are counted.
const busySpan = 3 * time.Second

type detector struct {
	limits  limits
	seed    maphash.Seed
	pairs   *window.Map[pair, exchange]
	replays *window.Alarm[pair]
	broken  *window.Alarm[pair]
	commits *window.Counter[dot11.Addr]
	told    *window.Set[dot11.Addr] // of measurements
	doubted *window.Set[dot11.Addr] // of what may be one
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:  l,
		seed:    maphash.MakeSeed(),
		pairs:   window.NewMap[pair, exchange](l.Stations),
		replays: window.NewAlarm[pair](l.Replays, l.Window, l.Again, l.Stations),
		broken:  window.NewAlarm[pair](l.Exchanges, l.Window, l.Again, l.Stations),
		commits: window.NewCounter[dot11.Addr](busySpan, l.Networks),
		told:    window.NewSet[dot11.Addr](l.Again, l.Networks),
		doubted: window.NewSet[dot11.Addr](l.Again, l.Networks),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	step := f.SAEStep()
	switch {
	case f.Kind != dot11.Auth:
		d.pass(pair{f.BSSID, f.Addr2})
	case step == dot11.SAEAsk:
		s, _ := f.SAE()
		content := maphash.Bytes(d.seed, s.Scalar)
		if s.Scalar == nil {
			content = maphash.Bytes(d.seed, f.Body)
		}
		p := pair{f.BSSID, f.Addr2}
		if x := d.pairs.Peek(p); x == nil || !f.IsRetry() || x.content != content {
			d.begin(p, s.Group, content, o, found)
		}
	case step == dot11.SAEProve:
		d.pass(pair{f.BSSID, f.Addr2})
	case step == dot11.SAEWelcome, step == dot11.SAEReject:
		d.pass(pair{f.BSSID, f.Addr1})
	case step != dot11.SAENone && step != dot11.SAEWantToken:
		d.answer(step, o, found)
	}
}

// pass notes that an exchange went on.
func (d *detector) pass(p pair) {
	if x := d.pairs.Peek(p); x != nil {
		x.passed = true
	}
}

// begin judges the exchange before, and begins another.
func (d *detector) begin(p pair, group uint16, content uint64, o *tocsin.Observation, found *detect.Findings) {
	busy := d.commits.Add(p.ap, o.Time) >= d.limits.Busy
	x, created := d.pairs.Put(p)
	if !created && !busy {
		switch {
		case x.passed:
			d.broken.Reset(p)
			*x = exchange{}
		case x.group != group:
			*x = exchange{}
		case content != 0 && x.content == content && (x.answered() || o.Time-x.asked >= patience):
			x.note(x.number)
			if count, ring := d.replays.Add(p, o.Time); ring && d.told.Once(p.ap, o.Time) {
				found.Add(d.replayed(p, x, count))
			}
		case x.brokenOff():
			x.note(x.number)
			if count, ring := d.broken.Add(p, o.Time); ring && !d.told.Has(p.ap, o.Time) && d.doubted.Once(p.ap, o.Time) {
				found.Add(d.abandoned(p, x, count))
			}
		}
	}
	x.begin(group, content, o)
}

// answer notes what the access point says of a commit. If nobody heard one, the answer stands for it.
func (d *detector) answer(step dot11.SAEStep, o *tocsin.Observation, found *detect.Findings) {
	f := o.Frame
	p := pair{f.BSSID, f.Addr1}
	x := d.pairs.Peek(p)
	if x == nil || x.answered() && f.Sequence != x.sequence && o.Time-x.asked >= patience {
		s, _ := f.SAE()
		d.begin(p, s.Group, 0, o, found)
		x = d.pairs.Peek(p)
	}
	x.sequence = f.Sequence
	x.accepted = x.accepted || step == dot11.SAEAccept
	x.refused = x.refused || step == dot11.SAERefuse
	x.otherGroup = x.otherGroup || step == dot11.SAEWantGroup
}

func (d *detector) replayed(p pair, x *exchange, count int) tocsin.Finding {
	return tocsin.Finding{
		Text: fmt.Sprintf("Somebody measures how long the access point %s takes for SAE commits of group %d, under %s: the same commit %d times in %s", p.ap, x.group, d.who(p), count, d.limits.Window),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("SAE commits of one station in %s that were answered before and are sent again", d.limits.Window),
			Observed: fmt.Sprintf("%d commits of group %d", count, x.group),
			Limit:    fmt.Sprintf("%d commits", d.limits.Replays),
		},
		Source: p.station, Dest: p.ap,
		Frames: x.evidence(),
	}
}

func (d *detector) abandoned(p pair, x *exchange, count int) tocsin.Finding {
	medium := tocsin.Medium
	return tocsin.Finding{
		Text: fmt.Sprintf("Somebody begins SAE exchanges of group %d with the access point %s and goes on with none, under %s: %d in %s", x.group, p.ap, d.who(p), count, d.limits.Window),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("SAE exchanges of one station in %s that it did not go on with", d.limits.Window),
			Observed: fmt.Sprintf("%d exchanges of group %d", count, x.group),
			Limit:    fmt.Sprintf("%d exchanges", d.limits.Exchanges),
		},
		Source: p.station, Dest: p.ap,
		Severity: &medium, Confidence: 60,
		Frames: x.evidence(),
	}
}

// who names the station of p, and how many others do the same.
func (d *detector) who(p pair) string {
	others := 0
	for q, x := range d.pairs.All() {
		if q.ap == p.ap && q.station != p.station && x.noted > 1 {
			others++
		}
	}
	if others == 0 {
		return fmt.Sprintf("the address %s", p.station)
	}
	return fmt.Sprintf("the address %s and %d more", p.station, others)
}
