package alert

import (
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/window"
)

// capFactor is how many subjects may use up a definition's limit at the same time. A decoy that invents subjects can
// raise at most that many times the limit; what it costs others is bounded by the share below.
const capFactor = 10

// gate decides which alerts of one definition are sent. Each subject has a bucket of its own, so that a noisy one
// does not mute another; all together are capped.
type gate struct {
	throttle tocsin.Throttle
	all      bucket // what clients see as the definition's counters
	// Subjects seen before and new ones have a cap each: a flood of invented subjects uses up the cap of new ones and
	// leaves that of the known alone.
	known, fresh bucket
	subjects     *window.Map[string, subject] // made when first needed: most definitions are never raised
	suppressed   uint64
}

type subject struct {
	bucket
	sentOnce bool
	held     uint64 // since the last one sent
}

const subjectsPerGate = 1024

func newGate(t tocsin.Throttle) *gate {
	return &gate{throttle: t}
}

// cap is the throttle of all subjects of a kind together.
func (g *gate) cap() tocsin.Throttle {
	t := g.throttle
	t.Limit.Count *= capFactor
	t.Burst.Count *= capFactor
	return t
}

// pass reports whether an alert about name is sent at now, and how many were held back since the one before.
func (g *gate) pass(name string, now time.Time) (held uint64, ok bool) {
	if g.subjects == nil {
		g.subjects = window.NewMap[string, subject](subjectsPerGate)
	}
	s, _ := g.subjects.Put(name)
	all := &g.fresh
	if s.sentOnce {
		all = &g.known
	}
	if !s.maySend(g.throttle, now) || !all.maySend(g.cap(), now) {
		s.held++
		g.suppressed++
		return 0, false
	}
	g.all.maySend(g.throttle, now) // resets the counters that clients see
	held, s.held = s.held, 0
	s.sent(now)
	s.sentOnce = true
	g.subjects.Promote(name) // it is not to be forgotten for the sake of subjects that were never sent
	all.sent(now)
	g.all.sent(now)
	return held, true
}
