// Package saegroupdown recognises who keeps clients from the SAE group that they and the access point have in common.
package saegroupdown

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares SAEGROUPDOWN.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "SAEGROUPDOWN",
		Title:       "SAE group downgrade",
		Class:       tocsin.Exploit,
		Severity:    tocsin.High,
		Description: "Somebody refuses SAE groups in the name of an access point that accepts them, or tries which weak groups it accepts.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  95,
		Attack:      []string{"T1562", "T1557"},
		Explains:    []string{"DEAUTHFLOOD", "DEAUTHFORGED", "MFPVIOLATION", "DISASSOCTRAFFIC"},
	},
	Frames: dot11.Only(dot11.Auth),
}, limits{Refusals: 2, WeakGroups: 2, Window: time.Minute, Memory: time.Hour, Again: 5 * time.Minute, Networks: 256, Stations: 512}, newDetector)

type limits struct {
	Refusals   int           `help:"refusals within the window of a group that the access point itself uses" min:"1"`
	WeakGroups int           `help:"different weak or unassigned groups that one station tries with an access point within the window" min:"1"`
	Window     time.Duration `help:"time in which they are counted" min:"1s"`
	Memory     time.Duration `help:"time for which the groups that an access point used are remembered" min:"1s"`
	Again      time.Duration `help:"time between two findings about one access point" min:"1s"`
	Networks   int           `help:"access points that are watched"`
	Stations   int           `help:"pairs of access point and station that are watched"`
}

// pair is an access point and a station that tries groups.
type pair struct{ ap, station dot11.Addr }

type detector struct {
	limits   limits
	networks *window.Map[dot11.Addr, network]
	lies     *window.Alarm[dot11.Addr]
	tries    *window.DistinctAlarm[pair, uint16]
	told     *window.Set[dot11.Addr] // of tries
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:   l,
		networks: window.NewMap[dot11.Addr, network](l.Networks),
		lies:     window.NewAlarm[dot11.Addr](l.Refusals, l.Window, l.Again, l.Networks),
		tries:    window.NewDistinctAlarm[pair, uint16](l.WeakGroups, l.Window, l.Again, l.Stations),
		told:     window.NewSet[dot11.Addr](l.Again, l.Networks),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	switch step := o.Frame.SAEStep(); step {
	case dot11.SAEAsk:
		d.asked(o, found)
	case dot11.SAEAccept, dot11.SAEWantGroup:
		if !o.Cut {
			d.answered(step, o, found)
		}
	}
}

// isWeak reports whether nobody who wants to be let in offers group: no program of today has it, and IANA has assigned it
// to a prime of less than 2048 bits, to one of RFC 5114's subgroups, or to nothing (IKEv2 transform type 4).
func isWeak(group uint16) bool {
	const last = 30
	return group > 0 && group < 14 || group >= 22 && group <= 24 || group > last
}

// asked notes that a station tries a weak group. Group 0 is what some clients ask for at the end of their list.
func (d *detector) asked(o *tocsin.Observation, found *detect.Findings) {
	f := o.Frame
	s, _ := f.SAE()
	if o.Cut || !isWeak(s.Group) {
		return
	}
	p := pair{f.BSSID, f.Addr2}
	count, ring := d.tries.Add(p, s.Group, o.Time)
	if !ring || !d.told.Once(f.BSSID, o.Time) {
		return
	}
	groups := ""
	d.tries.All(p, func(g uint16) { groups += fmt.Sprintf(", %d", g) })
	found.Add(tocsin.Finding{
		Text: fmt.Sprintf("%s, or somebody under its address, tries which weak SAE groups the access point %s accepts: %s", f.Addr2, f.BSSID, groups[2:]),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("different weak or unassigned SAE groups that one station tries in %s", d.limits.Window),
			Observed: fmt.Sprintf("%d groups: %s", count, groups[2:]),
			Limit:    fmt.Sprintf("%d groups", d.limits.WeakGroups),
		},
		Subject:    "weak groups",
		Confidence: 85,
	})
}

// answered notes whether an access point uses or refuses a group. It cannot do both: one of the two is not from it.
func (d *detector) answered(step dot11.SAEStep, o *tocsin.Observation, found *detect.Findings) {
	f := o.Frame
	s, _ := f.SAE()
	if s.Group == 0 {
		return
	}
	n, _ := d.networks.Put(f.BSSID)
	u := n.usage(s.Group, o.Time)
	if step == dot11.SAEAccept {
		u.used, u.usedAt = true, o.Time
	} else if !u.refuse(f, o) {
		return
	}
	if !u.contradicts(d.limits.Window, d.limits.Memory) {
		return
	}
	u.counted = true
	n.note(u.number)
	if count, ring := d.lies.Add(f.BSSID, o.Time); ring {
		d.networks.Promote(f.BSSID)
		found.Add(d.lie(f.BSSID, u, n, count))
	}
}

func (d *detector) lie(ap dot11.Addr, u *usage, n *network, count int) tocsin.Finding {
	gap := (u.usedAt - u.refusedAt).Abs()
	x := tocsin.Finding{
		Text: fmt.Sprintf("Somebody in the name of the access point %s refuses the station %s SAE group %d, which the access point itself uses: clients fall back to weaker groups or stay out", ap, u.victim, u.group),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("refusals (status 77) in %s of an SAE group that the access point itself uses", d.limits.Window),
			Observed: fmt.Sprintf("%d refusals; group %d was refused and used %s apart", count, u.group, gap.Round(time.Millisecond)),
			Limit:    fmt.Sprintf("%d refusals", d.limits.Refusals),
		},
		Source: ap, Dest: u.victim,
		Frames: n.evidence(),
	}
	if gap >= d.limits.Window {
		x.Confidence = 70 // its owner may have changed the groups meanwhile
	}
	return x
}
