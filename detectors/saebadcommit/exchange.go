package saebadcommit

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
)

// pair is an access point and a station.
type pair struct{ ap, station dot11.Addr }

// side is the newest commit of one of them.
type side struct {
	content uint64 // hash of its scalar
	element uint64 // hash of its element, which was checked if there was time
	known   bool
}

// isEcho reports whether both sent the same scalar, which is drawn at random: one of them reflects the other.
func (s *side) isEcho(other *side) bool { return other.known && s.content == other.content }

// mark is whether and when something happened.
type mark struct {
	set bool
	at  time.Duration
}

// exchange is the newest of a pair.
type exchange struct {
	station, ap       side
	accepted, refused mark // the station's commit, by the access point
	number            uint64
	status            uint16
}

// refuse notes that the access point refuses the commit.
func (x *exchange) refuse(o *tocsin.Observation) {
	x.refused = mark{true, o.Time}
	x.number, x.status = o.Number, o.Frame.Fixed.Status
}

// isRefusal reports whether o is a refusal that the access point cannot follow with a commit. Reasons that pass are none; nor is
// what may be a commit with a damaged status: a refusal is short.
func isRefusal(o *tocsin.Observation) bool {
	const whole = 8 // with the group
	f := o.Frame
	if f.Fixed.Status == dot11.StatusFull || f.Fixed.Status == dot11.StatusTemporary {
		return false
	}
	return o.Radio.FCS == dot11.FCSGood || len(f.Body) <= whole
}

// oneAnswer is the time within which a refusal and a sign of acceptance are about the same commit of the station, if no other
// is heard between them.
const oneAnswer = 2 * time.Second

// judge reports refusals of commits that were also accepted: an access point gives one answer, so one is not from it.
func (d *detector) judge(p pair, x *exchange, o *tocsin.Observation, found *detect.Findings) {
	if !x.accepted.set || !x.refused.set || (x.accepted.at-x.refused.at).Abs() >= oneAnswer {
		return
	}
	gap := (x.accepted.at - x.refused.at).Abs().Round(time.Millisecond)
	x.accepted, x.refused = mark{}, mark{}
	count, ring := d.lies.Add(p.ap, o.Time)
	if !ring {
		return
	}
	found.Add(tocsin.Finding{
		Text: fmt.Sprintf("Somebody in the name of the access point %s refuses SAE commits of the station %s that the access point itself accepts (%s)", p.ap, p.station, dot11.StatusName(x.status)),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("SAE commits in %s that an access point both refused and accepted", d.limits.Span),
			Observed: fmt.Sprintf("%d commits, the last refused with status %d and accepted %s apart", count, x.status, gap),
			Limit:    fmt.Sprintf("%d commits", d.limits.Refusals),
		},
		Source: p.ap, Dest: p.station,
		Frames: []uint64{x.number},
	})
}
