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
	quiet  time.Duration
	open   *window.Map[string, Incident]
	closed ring[Incident]
}

func newIncidents(quiet time.Duration) incidents {
	return incidents{quiet: quiet, open: window.NewMap[string, Incident](incidentsKept), closed: ring[Incident]{most: incidentsKept}}
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
	i.MaxSeverity = max(i.MaxSeverity, a.Severity)
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
