package alert

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tocsin-wids/tocsin"
)

const (
	// maxSilences bounds those that are in force or to come, and maxOver those that are over and remembered.
	maxSilences = 500
	maxOver     = 500

	maxComment = 1024
)

// act is what somebody asks for and waits for.
type act struct {
	do   func(*draft) error
	done chan error // has room for the answer
}

// draft is what acts want changed and is not kept yet.
type draft struct {
	*Ledger
	tocsin.Work
}

// Change gives an incident another state, and returns it when that is kept. A change that says what the newest one says
// is that one, sent again, and does nothing. An error of code Conflict tells that the state does not allow it, and
// ErrNotKept that nothing was changed because the Store fails.
func (l *Ledger) Change(ctx context.Context, c tocsin.Change) (tocsin.Incident, error) {
	if len(c.Comment) > maxComment {
		return tocsin.Incident{}, tocsin.Errorf(tocsin.Invalid, "The comment is longer than %d octets.", maxComment)
	}
	err := l.act(ctx, func(d *draft) error { return d.change(c) })
	if err != nil {
		return tocsin.Incident{}, err
	}
	return l.Incident(c.Incident)
}

func (d *draft) change(c tocsin.Change) error {
	kept := d.incidents.find(c.Incident)
	if kept == nil {
		return errNoIncident()
	}
	i := *kept
	for _, before := range d.Changes {
		if before.Incident == i.ID {
			i.Add(before)
		}
	}
	last := i.LastChange()
	if len(i.Changes) > 0 && last.To == c.To && last.By == c.By && last.Comment == c.Comment {
		return nil
	}
	switch {
	case i.State == c.To && last.By != "":
		return tocsin.Errorf(tocsin.Conflict, "The incident is %s already: %s said so at %s.",
			i.State, tocsin.Quote([]byte(last.By)), last.Time.UTC().Format(time.RFC3339))
	case i.State == c.To:
		return tocsin.Errorf(tocsin.Conflict, "The incident is %s already.", i.State)
	case i.State == tocsin.Resolved && c.To == tocsin.Acknowledged:
		return tocsin.Errorf(tocsin.Conflict, "The incident is resolved: reopen it first.")
	}
	c.Time = d.tick()
	d.Changes = append(d.Changes, c)
	return nil
}

// tick returns a time that no record and no change has.
func (l *Ledger) tick() time.Time {
	l.last = l.now()
	return l.last
}

// Silence makes a silence, of which it sets the ID and the time of making, and returns it when it is kept. One that says
// the same and is not over is returned instead, and is not new. Errors are as those of Change; too many silences are a Conflict.
func (l *Ledger) Silence(ctx context.Context, s tocsin.Silence) (made tocsin.Silence, isNew bool, err error) {
	answer := struct { // written by another goroutine, whether or not anybody waits
		tocsin.Silence
		isNew bool
	}{Silence: s}
	err = l.act(ctx, func(d *draft) (err error) {
		answer.isNew, err = d.silence(&answer.Silence)
		return err
	})
	if err != nil {
		return tocsin.Silence{}, false, err
	}
	return answer.Silence, answer.isNew, nil
}

func (d *draft) silence(s *tocsin.Silence) (isNew bool, err error) {
	now := d.tick()
	if s.Starts.IsZero() {
		s.Starts = now
	}
	if err := checkSilence(s, now); err != nil {
		return false, err
	}
	ahead := 0
	for _, other := range slices.Concat(d.silences, d.Work.Silences) {
		if other.Over(now) {
			continue
		}
		if ahead++; says(&other, s, now) {
			*s = other
			return false, nil
		}
	}
	if ahead >= maxSilences {
		return false, tocsin.Errorf(tocsin.Conflict, "There are %d silences already: expire one first.", maxSilences)
	}
	d.sequence++
	s.Made, s.ID = now, tocsin.NewID(now, d.sequence, d.options.Entropy())
	d.Work.Silences = append(d.Work.Silences, *s)
	return true, nil
}

func checkSilence(s *tocsin.Silence, now time.Time) error {
	switch {
	case len(s.Comment) > maxComment:
		return tocsin.Errorf(tocsin.Invalid, "The comment is longer than %d octets.", maxComment)
	case !s.Matcher.Names():
		return tocsin.Errorf(tocsin.Invalid, "A silence names at least one thing that incidents must have.")
	case !s.Ends.After(s.Starts):
		return tocsin.Errorf(tocsin.Invalid, "A silence ends after it starts.")
	case s.Weekly && s.Ends.Sub(s.Starts) >= tocsin.Week:
		return tocsin.Errorf(tocsin.Invalid, "A weekly silence is shorter than a week.")
	case s.Over(now):
		return tocsin.Errorf(tocsin.Invalid, "The silence would be over already: it ends in the past.")
	}
	return nil
}

// says reports whether old is what s asks for. One that starts at once starts whenever it is asked for.
func says(old, s *tocsin.Silence, now time.Time) bool {
	starts := old.Starts.Equal(s.Starts) || s.Starts.Equal(now) && !old.Starts.After(now)
	return starts && old.Ends.Equal(s.Ends) && old.Weekly == s.Weekly && old.By == s.By && old.Comment == s.Comment &&
		sameMatcher(&old.Matcher, &s.Matcher)
}

func sameMatcher(a, b *tocsin.Matcher) bool {
	return a.Header == b.Header && a.Class == b.Class && same(a.AtMost, b.AtMost) && same(a.Address, b.Address) &&
		same(a.BSSID, b.BSSID) && sameText(a.SSID, b.SSID) && sameText(a.Sensor, b.Sensor)
}

func same[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }

func sameText(a, b *tocsin.Glob) bool {
	return a == b || a != nil && b != nil && a.String() == b.String()
}

// Expire ends a silence, and returns it when that is kept. One that is over stays as it is.
func (l *Ledger) Expire(ctx context.Context, id tocsin.ID, by string) (tocsin.Silence, error) {
	var s tocsin.Silence
	err := l.act(ctx, func(d *draft) error {
		list := slices.Concat(d.silences, d.Work.Silences)
		slices.Reverse(list) // the newest version of it first
		at := slices.IndexFunc(list, func(s tocsin.Silence) bool { return s.ID == id })
		if at < 0 {
			return tocsin.Errorf(tocsin.NotFound, "There is no silence of that id, or it is no longer kept.")
		}
		if s = list[at]; s.Over(d.now()) {
			return nil
		}
		s.Expired, s.ExpiredBy = d.tick(), by
		d.Work.Silences = append(d.Work.Silences, s)
		return nil
	})
	if err != nil {
		return tocsin.Silence{}, err
	}
	return s, nil
}

// ForgetBefore lets go of the incidents whose newest record was raised before that, as the Store does with the record.
func (l *Ledger) ForgetBefore(before time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.incidents.forget(before)
}

// act returns when do was done and kept.
func (l *Ledger) act(ctx context.Context, do func(*draft) error) error {
	a := &act{do: do, done: make(chan error, 1)}
	l.mu.Lock()
	switch {
	case l.options.Store == nil:
		d := &draft{Ledger: l}
		err := do(d)
		d.tidy()
		l.adopt(d)
		a.done <- err
	case l.stopped:
		a.done <- fmt.Errorf("%w: the server stops", ErrNotKept)
	default:
		l.acts = append(l.acts, a)
		l.rouse()
	}
	l.mu.Unlock()
	select {
	case err := <-a.done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("wait for it to be kept: %w", ctx.Err())
	}
}

// adopt makes true what d wants and tells subscribers.
func (l *Ledger) adopt(d *draft) {
	for _, c := range d.Changes {
		i := l.incidents.find(c.Incident)
		if i == nil {
			continue
		}
		i.Add(c)
		l.incidents.spare(i)
		told := []tocsin.Incident{*i}
		mark(told, l.silences, c.Time)
		l.bus.publish(Event{Topic: TopicIncident, Time: c.Time, Incident: &told[0]})
	}
	if len(d.Work.Silences) == 0 {
		return
	}
	list := slices.Clone(l.silences)
	for _, s := range d.Work.Silences {
		if at := slices.IndexFunc(list, func(old tocsin.Silence) bool { return old.ID == s.ID }); at >= 0 {
			list[at] = s
		} else {
			list = append(list, s)
		}
		l.bus.publish(Event{Topic: TopicSilence, Time: l.last, Silence: &s})
	}
	l.silences = slices.DeleteFunc(list, func(s tocsin.Silence) bool { return slices.Contains(d.Forget, s.ID) })
}

// tidy has d forget the oldest silences that are over, if they are too many.
func (d *draft) tidy() {
	var over []tocsin.ID
	for _, s := range d.silences {
		if s.Over(d.last) {
			over = append(over, s.ID)
		}
	}
	d.Forget = over[:max(len(over)-maxOver, 0)]
}

// mark says of the incidents of list which silence in force at now chooses them.
func mark(list []tocsin.Incident, silences []tocsin.Silence, now time.Time) {
	var force []tocsin.Silence
	for _, s := range silences {
		if s.InForce(now) {
			force = append(force, s)
		}
	}
	for n := range list {
		for k := range force {
			if force[k].Matcher.Match(&list[n]) {
				list[n].Silence = force[k].ID
				break
			}
		}
	}
}
