// Package mem keeps alerts in memory: a store for tests and for a server that is to leave nothing behind.
//
// # Memory
//
// At most the number of alerts given to New; the oldest make room. Incidents go with their newest alert, so there are fewer.
package mem

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/store"
)

// Store is a store.Store that survives nothing.
type Store struct {
	most int

	mu     sync.RWMutex
	alerts []*tocsin.Alert // in the order of time

	incidents map[tocsin.ID]tocsin.Incident
	changes   map[tocsin.ID][]tocsin.Change // of incidents, in the order of time
	silences  []tocsin.Silence              // in the order in which they were made
}

// New returns a store of at most that many alerts.
func New(most int) *Store {
	return &Store{most: max(most, 1), incidents: map[tocsin.ID]tocsin.Incident{}, changes: map[tocsin.ID][]tocsin.Change{}}
}

// find returns where the alert of time t is, or would be.
func (s *Store) find(t time.Time) (int, bool) {
	return slices.BinarySearchFunc(s.alerts, t, func(a *tocsin.Alert, t time.Time) int { return a.Time.Compare(t) })
}

// Put keeps the batch.
func (s *Store) Put(_ context.Context, batch []*tocsin.Alert) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := len(s.alerts)
	for _, a := range batch {
		i, there := s.find(a.Time)
		if there && s.alerts[i].ID == a.ID {
			continue
		}
		if i < len(s.alerts) {
			s.alerts = s.alerts[:kept]
			return store.ErrOrder
		}
		s.alerts = append(s.alerts, a)
	}
	if over := len(s.alerts) - s.most; over > 0 {
		s.alerts = slices.Delete(s.alerts, 0, over)
		s.forget()
	}
	return nil
}

func (s *Store) first(is func(*tocsin.Alert) bool) (*tocsin.Alert, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if i := slices.IndexFunc(s.alerts, is); i >= 0 {
		return s.alerts[i], nil
	}
	return nil, tocsin.Errorf(tocsin.NotFound, "no such alert")
}

// ByID returns the alert of that ID.
func (s *Store) ByID(_ context.Context, id tocsin.ID) (*tocsin.Alert, error) {
	return s.first(func(a *tocsin.Alert) bool { return a.ID == id })
}

// ByHash returns the oldest alert of that hash.
func (s *Store) ByHash(_ context.Context, hash uint32) (*tocsin.Alert, error) {
	return s.first(func(a *tocsin.Alert) bool { return a.Hash == hash })
}

// Since returns the oldest alerts later than a time.
func (s *Store) Since(_ context.Context, after time.Time, most int) ([]*tocsin.Alert, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	i, there := s.find(after)
	if there {
		i++
	}
	return slices.Clone(s.alerts[i:min(i+max(most, 0), len(s.alerts))]), nil
}

// Before returns the newest alerts earlier than a time.
func (s *Store) Before(_ context.Context, until time.Time, most int) ([]*tocsin.Alert, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	i, _ := s.find(until)
	list := slices.Clone(s.alerts[max(i-max(most, 0), 0):i])
	slices.Reverse(list)
	return list, nil
}

// Page returns one page of what a query finds.
func (s *Store) Page(_ context.Context, q store.Query) (store.Page, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return store.Select(s.alerts, q), nil
}

// Prune forgets the oldest alerts earlier than a time.
func (s *Store) Prune(_ context.Context, before time.Time, most int) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, _ := s.find(before)
	n := min(i, max(most, 0))
	s.alerts = slices.Delete(s.alerts, 0, n)
	s.forget()
	return n, nil
}

// Close does nothing.
func (s *Store) Close() error { return nil }
