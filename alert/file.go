package alert

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tocsin-wids/tocsin"
)

const (
	// fileEvery is how often incidents that have new records are put into the Store; what a crash takes of them is made
	// again from the records, which the Store has.
	fileEvery = time.Second
	// fileCounts is how often those are put of which only the count of what was held back is new.
	fileCounts = 30 * time.Second
	// recallStep is how many records are read at once that the incidents in the Store do not tell of.
	recallStep = 5000
)

// Recall reads from the Store the incidents and silences of before this start, and makes incidents of the records that they
// do not tell of: those of the last moment before a crash, or all that are in the Store of a program that kept none. It is
// to be called once, before Run and before anything is raised.
func (l *Ledger) Recall(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	kept, err := l.options.Store.Incidents(ctx, 2*incidentsKept)
	if err != nil {
		return fmt.Errorf("recall incidents: %w", err)
	}
	if l.silences, err = l.options.Store.Silences(ctx); err != nil {
		return fmt.Errorf("recall silences: %w", err)
	}
	var through time.Time
	for n := range kept {
		l.incidents.recall(&kept[n])
		through = kept[n].Last.Time
		l.last = later(l.last, kept[n].LastChange().Time)
	}
	for _, s := range l.silences {
		l.last = later(later(l.last, s.Made), s.Expired)
	}
	for {
		list, err := l.options.Store.Since(ctx, through, recallStep)
		if err != nil {
			return fmt.Errorf("recall incidents: %w", err)
		}
		if len(list) == 0 {
			return nil
		}
		for _, a := range list {
			l.incidents.raised(a)
			through = a.Time
		}
		w := l.incidents.unfiled()
		if err := l.options.Store.PutWork(ctx, w); err != nil {
			return fmt.Errorf("keep incidents of before: %w", err)
		}
		l.incidents.filed(w)
	}
}

// unfiled returns what the Store does not have yet.
func (s *incidents) unfiled() (w tocsin.Work) {
	for _, i := range s.fresh {
		w.Incidents = append(w.Incidents, *i)
	}
	w.Changes = slices.Clone(s.reopened)
	return w
}

// filed notes that the Store has what unfiled returned. What was counted since then stays unfiled.
func (s *incidents) filed(w tocsin.Work) {
	for n := range w.Incidents {
		if i := s.fresh[w.Incidents[n].ID]; i.Count == w.Incidents[n].Count {
			delete(s.fresh, i.ID)
		}
	}
	s.reopened = nil
	s.pressing = false
}

// fileDue returns when incidents are to be put into the Store; zero if there are none.
func (s *scribe) fileDue() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case len(s.incidents.fresh) == 0:
		return time.Time{}
	case s.pause > 0:
		return later(s.filed.Add(fileEvery), s.retry)
	case s.incidents.pressing:
		return s.filed.Add(fileEvery)
	}
	return s.filed.Add(fileCounts)
}

// file puts the incidents that changed into the Store.
func (s *scribe) file() {
	s.filed = time.Now()
	err := s.putWork(tocsin.Work{})
	if err != nil && !s.unfiled {
		s.options.Logger.Error("incidents are not kept", "error", err)
	}
	s.unfiled = err != nil
}

// putWork puts w into the Store, with what it does not have yet of the incidents: changes follow the records that they are
// about.
func (s *scribe) putWork(w tocsin.Work) error {
	if len(s.unkept) > 0 {
		return fmt.Errorf("%w yet, and its incident neither", ErrNotKept)
	}
	s.mu.Lock()
	unfiled := s.incidents.unfiled()
	s.mu.Unlock()
	w.Incidents = unfiled.Incidents
	w.Changes = slices.Concat(unfiled.Changes, w.Changes)
	ctx, cancel := context.WithTimeout(context.Background(), putTimeout)
	defer cancel()
	if w.Empty() {
		return nil
	}
	if err := s.options.Store.PutWork(ctx, w); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.incidents.filed(unfiled)
	return nil
}

// perform does what people asked for.
func (s *scribe) perform() {
	s.mu.Lock()
	acts := s.acts
	s.acts = nil
	d := &draft{Ledger: s.Ledger}
	errs := make([]error, len(acts))
	for n, a := range acts {
		errs[n] = a.do(d)
	}
	d.tidy()
	s.mu.Unlock()
	var err error
	if !d.Empty() {
		if err = s.putWork(d.Work); err != nil {
			s.options.Logger.Error("what people did is not kept", "error", err)
			err = ErrNotKept
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.adopt(d)
	}
	for n, a := range acts {
		if errs[n] == nil {
			errs[n] = err
		}
		a.done <- errs[n]
	}
}
