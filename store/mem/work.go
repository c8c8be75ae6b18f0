package mem

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/tocsin-wids/tocsin"
)

// PutWork keeps w.
func (s *Store) PutWork(_ context.Context, w tocsin.Work) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	put := map[tocsin.ID]tocsin.Incident{}
	for _, i := range w.Incidents {
		if _, there := s.find(i.Last.Time); there {
			i.Changes, i.Silence = nil, tocsin.ID{}
			put[i.ID] = i
		}
	}
	for _, c := range w.Changes {
		_, there := s.incidents[c.Incident]
		if _, added := put[c.Incident]; !there && !added {
			return tocsin.Errorf(tocsin.NotFound, "the incident %s is not there", c.Incident)
		}
	}
	maps.Copy(s.incidents, put)
	for _, c := range w.Changes {
		list := s.changes[c.Incident]
		at, there := slices.BinarySearchFunc(list, c, func(a, b tocsin.Change) int { return a.Time.Compare(b.Time) })
		if !there {
			s.changes[c.Incident] = slices.Insert(list, at, c)
		}
	}
	for _, silence := range w.Silences {
		if at := slices.IndexFunc(s.silences, func(old tocsin.Silence) bool { return old.ID == silence.ID }); at >= 0 {
			s.silences[at] = silence
		} else {
			s.silences = append(s.silences, silence)
		}
	}
	s.silences = slices.DeleteFunc(s.silences, func(silence tocsin.Silence) bool { return slices.Contains(w.Forget, silence.ID) })
	return nil
}

// Incidents returns those with the newest records.
func (s *Store) Incidents(_ context.Context, most int) ([]tocsin.Incident, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := make([]tocsin.Incident, 0, len(s.incidents))
	for _, i := range s.incidents {
		if _, there := s.find(i.First.Time); !there {
			i.First = i.Last
		}
		i.State = tocsin.Open
		for _, c := range s.changes[i.ID] {
			i.Add(c)
		}
		list = append(list, i)
	}
	slices.SortFunc(list, func(a, b tocsin.Incident) int { return cmp.Compare(a.Last.Time.UnixMicro(), b.Last.Time.UnixMicro()) })
	return list[max(len(list)-max(most, 0), 0):], nil
}

// Silences returns all.
func (s *Store) Silences(context.Context) ([]tocsin.Silence, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.SortedFunc(slices.Values(s.silences), func(a, b tocsin.Silence) int { return a.Made.Compare(b.Made) }), nil
}

// forget removes the incidents whose alerts are gone.
func (s *Store) forget() {
	for id, i := range s.incidents {
		if _, there := s.find(i.Last.Time); !there {
			delete(s.incidents, id)
			delete(s.changes, id)
		}
	}
}
