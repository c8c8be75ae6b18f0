package alert

import (
	"cmp"
	"slices"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/window"
)

// incidents groups what was found by fingerprint. When a fingerprint falls silent for the quiet time, its next finding
// opens another incident.
type incidents struct {
	quiet    time.Duration
	explains func(header string) []string
	open     *window.Map[string, Incident]
	closed   ring[Incident]
}

func newIncidents(quiet time.Duration, explains func(string) []string) incidents {
	if explains == nil {
		explains = func(string) []string { return nil }
	}
	return incidents{
		quiet: quiet, explains: explains, open: window.NewMap[string, Incident](incidentsKept), closed: ring[Incident]{most: incidentsKept},
	}
}

// raised counts a record that was sent.
func (s *incidents) raised(a *tocsin.Alert) {
	i, created := s.open.Put(a.Fingerprint)
	if !created && s.ended(i, a.FrameTime) {
		s.closed.add(*i)
		created = true
	}
	if created {
		*i = Incident{ID: a.ID, First: a, FirstSeen: a.FrameTime}
	}
	i.Last = a
	i.Count++
	i.LastSeen = later(i.LastSeen, a.FrameTime)
	worse := a.Severity > i.MaxSeverity
	i.MaxSeverity = max(i.MaxSeverity, a.Severity)
	if created || worse {
		s.relate(i)
	}
}

// relate finds what explains i, and what i explains. An attack that an attacker makes on top of another is worse, or on another network:
// it is told of.
func (s *incidents) relate(i *Incident) {
	i.Inhibitor = tocsin.ID{}
	for _, j := range s.open.All() {
		switch {
		case j == i:
		case s.causes(j, i):
			i.Inhibitor = j.ID
		case s.causes(i, j):
			j.Inhibitor = i.ID
		}
	}
}

const (
	// effectLead is how long before the first finding about a cause its effects may be heard: some causes take that long to be named.
	effectLead = 30 * time.Second
	// effectReach is how long after the last finding they may: causes are told of once a minute or less often.
	effectReach = 2 * time.Minute
)

// causes reports whether one incident explains the other.
func (s *incidents) causes(cause, effect *Incident) bool {
	if effect.Inhibitor == cause.ID && effect.MaxSeverity <= cause.MaxSeverity {
		return true
	}
	return effect.Inhibitor == tocsin.ID{} && cause.Inhibitor != effect.ID &&
		effect.MaxSeverity <= cause.MaxSeverity && sameNetwork(cause.First, effect.First) &&
		effect.FirstSeen.After(cause.FirstSeen.Add(-effectLead)) && effect.FirstSeen.Before(cause.LastSeen.Add(effectReach)) &&
		slices.Contains(s.explains(cause.First.Header), effect.First.Header)
}

// sameNetwork reports whether a cause and its effect are on one network, or the cause is on many.
func sameNetwork(cause, effect *tocsin.Alert) bool {
	return cause.Transmitter == effect.Transmitter || !cause.Transmitter.IsStation()
}

// held counts a finding that the throttle held back. What no record speaks of is no incident yet.
func (s *incidents) held(fingerprint string, at time.Time) {
	if i := s.open.Get(fingerprint); i != nil && !s.ended(i, at) {
		i.Count++
		i.LastSeen = later(i.LastSeen, at)
	}
}

func (s *incidents) ended(i *Incident, at time.Time) bool { return at.Sub(i.LastSeen) > s.quiet }

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func (s *incidents) sorted() []Incident {
	list := s.closed.list()
	for _, i := range s.open.All() {
		list = append(list, *i)
	}
	slices.SortFunc(list, func(a, b Incident) int {
		return cmp.Or(-cmp.Compare(a.MaxSeverity, b.MaxSeverity), a.FirstSeen.Compare(b.FirstSeen), slices.Compare(a.ID[:], b.ID[:]))
	})
	return list
}
