package alert

import (
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
	newest   *window.Map[string, *tocsin.Incident] // of each fingerprint
	older    ring[*tocsin.Incident]

	// What the Store does not have yet, if there is one.
	keeps    bool
	fresh    map[tocsin.ID]*tocsin.Incident
	reopened []tocsin.Change
	pressing bool // fresh has more than counts of what was held back
}

func newIncidents(quiet time.Duration, explains func(string) []string, keeps bool) incidents {
	if explains == nil {
		explains = func(string) []string { return nil }
	}
	return incidents{
		quiet: quiet, explains: explains, newest: window.NewMap[string, *tocsin.Incident](incidentsKept),
		older: ring[*tocsin.Incident]{most: incidentsKept}, keeps: keeps, fresh: map[tocsin.ID]*tocsin.Incident{},
	}
}

// raised counts a record that was sent.
func (s *incidents) raised(a *tocsin.Alert) {
	slot, created := s.newest.Put(a.Fingerprint)
	if !created && s.ended(*slot, a.FrameTime) {
		s.older.add(*slot)
		created = true
	}
	if created {
		*slot = &tocsin.Incident{ID: a.ID, First: a, FirstSeen: a.FrameTime}
	}
	i := *slot
	i.Last = a
	i.Count++
	i.LastSeen = later(i.LastSeen, a.FrameTime)
	worse := a.Severity > i.MaxSeverity
	i.MaxSeverity = max(i.MaxSeverity, a.Severity)
	if i.State == tocsin.Resolved && a.Time.After(i.LastChange().Time) {
		c := tocsin.Change{Incident: i.ID, Time: a.Time, To: tocsin.Open}
		i.Add(c)
		if s.keeps {
			s.reopened = append(s.reopened, c)
		}
	}
	s.touch(i)
	s.pressing = true
	if created || worse {
		s.relate(i)
	}
}

// touch notes that the Store does not have i as it is.
func (s *incidents) touch(i *tocsin.Incident) {
	if !s.keeps {
		return
	}
	if len(s.fresh) >= freshMost && s.fresh[i.ID] == nil {
		for id := range s.fresh { // any: the Store fails in the middle of a flood
			delete(s.fresh, id)
			break
		}
	}
	s.fresh[i.ID] = i
}

// freshMost bounds what waits for the Store: more than is raised in the time between two filings.
const freshMost = 4 * incidentsKept

// forget removes incidents whose newest record is older than that.
func (s *incidents) forget(before time.Time) {
	var over []string
	for fingerprint, slot := range s.newest.All() {
		if (*slot).Last.Time.Before(before) {
			over = append(over, fingerprint)
		}
	}
	for _, fingerprint := range over {
		s.newest.Delete(fingerprint)
	}
	kept := ring[*tocsin.Incident]{most: s.older.most}
	for _, i := range s.older.list() {
		if !i.Last.Time.Before(before) {
			kept.add(i)
		}
	}
	s.older = kept
	for id, i := range s.fresh {
		if i.Last.Time.Before(before) {
			delete(s.fresh, id)
		}
	}
}

// recall takes up an incident of before the start. They come in the order of their newest records.
func (s *incidents) recall(i *tocsin.Incident) {
	slot, created := s.newest.Put(i.Last.Fingerprint)
	if !created {
		s.older.add(*slot)
	}
	*slot = i
	s.spare(i)
}

// spare keeps an incident that people work with from giving way to a flood of others.
func (s *incidents) spare(i *tocsin.Incident) {
	if slot := s.newest.Peek(i.Last.Fingerprint); slot != nil && *slot == i && len(i.Changes) > 0 {
		s.newest.Promote(i.Last.Fingerprint)
	}
}

// relate finds what explains i, and what i explains. An attack that an attacker makes on top of another is worse, or on another network:
// it is told of.
func (s *incidents) relate(i *tocsin.Incident) {
	i.Inhibitor = tocsin.ID{}
	for _, slot := range s.newest.All() {
		switch j := *slot; {
		case j == i:
		case s.causes(j, i):
			i.Inhibitor = j.ID
		case s.causes(i, j):
			j.Inhibitor = i.ID
			s.touch(j)
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
func (s *incidents) causes(cause, effect *tocsin.Incident) bool {
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

// held counts a finding that the throttle held back, and reports whether the Store is to be told of it. What no record
// speaks of is no incident yet.
func (s *incidents) held(fingerprint string, at time.Time) bool {
	slot := s.newest.Get(fingerprint)
	if slot == nil || s.ended(*slot, at) {
		return false
	}
	i := *slot
	i.Count++
	i.LastSeen = later(i.LastSeen, at)
	s.touch(i)
	return s.keeps && len(s.fresh) == 1
}

func (s *incidents) ended(i *tocsin.Incident, at time.Time) bool { return at.Sub(i.LastSeen) > s.quiet }

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// find returns the incident of that ID; nil if it is not kept.
func (s *incidents) find(id tocsin.ID) *tocsin.Incident {
	for _, slot := range s.newest.All() {
		if i := *slot; i.ID == id {
			return i
		}
	}
	for _, i := range s.older.values {
		if i.ID == id {
			return i
		}
	}
	return nil
}

// list returns copies of all.
func (s *incidents) list() []tocsin.Incident {
	list := make([]tocsin.Incident, 0, len(s.older.values)+s.newest.Len())
	for _, i := range s.older.values {
		list = append(list, *i)
	}
	for _, slot := range s.newest.All() {
		list = append(list, **slot)
	}
	return list
}
