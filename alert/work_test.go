package alert

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin"
)

// restarted returns a ledger on the store of d as a crash leaves it now.
func restarted(t *testing.T, d *disk) *Ledger {
	t.Helper()
	l := New(Options{Backlog: 100, Store: d, Kept: d.kept(t)})
	if err := l.Recall(context.Background()); err != nil {
		t.Fatal(err)
	}
	return l
}

// wantSame compares incidents as people see them.
func wantSame(t *testing.T, what string, want, got []tocsin.Incident) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got): %s", what, diff)
	}
}

// raise raises an alert of its own about subject n and lets it be kept.
func raise(t *testing.T, l *Ledger, n byte) {
	t.Helper()
	always := tocsin.Throttle{Limit: tocsin.Rate{Count: 1e6, Unit: tocsin.Day}, Burst: tocsin.Rate{Count: 1e6, Unit: tocsin.Day}}
	if _, ok := l.Found(found(flood(always), n, time.Now())); !ok {
		t.Fatal("not raised")
	}
	time.Sleep(100 * time.Millisecond)
}

func change(t *testing.T, l *Ledger, to tocsin.IncidentState, by, comment string) (tocsin.Incident, error) {
	t.Helper()
	return l.Change(context.Background(), tocsin.Change{Incident: l.Incidents()[0].ID, To: to, By: by, Comment: comment})
}

func TestChangeIsAnsweredWhenItIsKept(t *testing.T) {
	keeping(t, Options{Backlog: 10}, func(l *Ledger, d *disk) {
		raise(t, l, 1)
		sub := l.Subscribe(10)
		defer sub.Close()
		d.stop()
		done := make(chan error, 1)
		go func() {
			_, err := change(t, l, tocsin.Acknowledged, "ann", "looking")
			done <- err
		}()
		synctest.Wait()
		if len(done)+len(sub.Events()) > 0 || l.Incidents()[0].State != tocsin.Open {
			t.Errorf("a change that is not kept shows: %+v", l.Incidents()[0])
		}
		d.resume()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		i := l.Incidents()[0]
		if e := <-sub.Events(); e.Topic != TopicIncident || cmp.Diff(&i, e.Incident) != "" {
			t.Errorf("event %+v", e)
		}
		if c := i.LastChange(); i.State != tocsin.Acknowledged || c.By != "ann" || c.Comment != "looking" || !c.Time.After(i.Last.Time) {
			t.Errorf("incident %+v", i)
		}
		wantSame(t, "after a crash", l.Incidents(), restarted(t, d).Incidents())
	})
}

func TestChangesThatTheStateAllows(t *testing.T) {
	const open, ack, done = tocsin.Open, tocsin.Acknowledged, tocsin.Resolved
	for _, c := range []struct {
		name    string
		steps   []tocsin.IncidentState
		by      string // of the last step
		changes int
		code    tocsin.Code
	}{
		{"acknowledge", []tocsin.IncidentState{ack}, "ann", 1, tocsin.Internal},
		{"resolve", []tocsin.IncidentState{ack, done}, "ann", 2, tocsin.Internal},
		{"resolve at once", []tocsin.IncidentState{done}, "ann", 1, tocsin.Internal},
		{"reopen", []tocsin.IncidentState{done, open}, "bob", 2, tocsin.Internal},
		{"no longer look after it", []tocsin.IncidentState{ack, open}, "ann", 2, tocsin.Internal},
		{"acknowledge, sent again", []tocsin.IncidentState{ack, ack}, "ann", 1, tocsin.Internal},
		{"reopen, sent again", []tocsin.IncidentState{done, open, open}, "ann", 2, tocsin.Internal},
		{"acknowledge what another has", []tocsin.IncidentState{ack, ack}, "bob", 1, tocsin.Conflict},
		{"resolve what another has", []tocsin.IncidentState{done, done}, "bob", 1, tocsin.Conflict},
		{"acknowledge what is resolved", []tocsin.IncidentState{done, ack}, "ann", 1, tocsin.Conflict},
		{"reopen what is open", []tocsin.IncidentState{open}, "ann", 0, tocsin.Conflict},
	} {
		l := New(Options{Backlog: 10})
		raise(t, l, 1)
		var err error
		for n, to := range c.steps {
			by := "ann"
			if n == len(c.steps)-1 {
				by = c.by
			}
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			_, err = change(t, l, to, by, "")
		}
		if i := l.Incidents()[0]; tocsin.ErrorCode(err) != c.code || (err != nil) != (c.code != tocsin.Internal) || len(i.Changes) != c.changes {
			t.Errorf("%s: %v, %+v", c.name, err, i.Changes)
		}
	}
	l := New(Options{})
	if _, err := l.Change(context.Background(), tocsin.Change{To: ack}); tocsin.ErrorCode(err) != tocsin.NotFound {
		t.Errorf("of no incident: %v", err)
	}
	if _, err := l.Change(context.Background(), tocsin.Change{To: ack, Comment: strings.Repeat("x", maxComment+1)}); tocsin.ErrorCode(err) != tocsin.Invalid {
		t.Errorf("a long comment: %v", err)
	}
}

func TestRecordReopensWhatIsResolved(t *testing.T) {
	keeping(t, Options{Backlog: 10}, func(l *Ledger, d *disk) {
		raise(t, l, 1)
		if _, err := change(t, l, tocsin.Resolved, "ann", "battery taken out"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		raise(t, l, 1)
		list := l.Incidents()
		if c := list[0].LastChange(); len(list) != 1 || list[0].State != tocsin.Open || c.By != "" || !c.Time.Equal(list[0].Last.Time) {
			t.Errorf("incidents %+v", list)
		}
		wantSame(t, "after a crash at once", list, restarted(t, d).Incidents())
		if _, err := change(t, l, tocsin.Resolved, "ann", "battery taken out"); err != nil {
			t.Fatalf("the same words, after it was opened again: %v", err)
		}
		if n := len(l.Incidents()[0].Changes); n != 3 {
			t.Errorf("%d changes", n)
		}
		time.Sleep(DefaultQuiet + time.Second)
		raise(t, l, 1)
		if list = l.Incidents(); len(list) != 2 || list[0].State != tocsin.Resolved || list[1].State != tocsin.Open {
			t.Errorf("after a long silence: %+v", list)
		}
		wantSame(t, "after a crash", list, restarted(t, d).Incidents())
	})
}

func TestNothingIsChangedWhileTheStoreFails(t *testing.T) {
	keeping(t, Options{Backlog: 10}, func(l *Ledger, d *disk) {
		raise(t, l, 1)
		sub := l.Subscribe(10)
		defer sub.Close()
		d.fail(errors.New("disk full"))
		before := l.Incidents()
		if _, err := change(t, l, tocsin.Acknowledged, "ann", ""); !errors.Is(err, ErrNotKept) {
			t.Errorf("change: %v", err)
		}
		s := tocsin.Silence{Matcher: tocsin.Matcher{Header: "FLOOD"}, Ends: time.Now().Add(time.Hour)}
		if _, _, err := l.Silence(context.Background(), s); !errors.Is(err, ErrNotKept) {
			t.Errorf("silence: %v", err)
		}
		if wantSame(t, "incidents", before, l.Incidents()); len(l.Silences())+len(sub.Events()) > 0 {
			t.Errorf("silences %+v, %d events", l.Silences(), len(sub.Events()))
		}
		raise(t, l, 2) // shown without being kept
		d.fail(nil)
		if _, err := change(t, l, tocsin.Acknowledged, "ann", ""); !errors.Is(err, ErrNotKept) {
			t.Errorf("while records wait: %v", err)
		}
		time.Sleep(lastRetry)
		if _, err := change(t, l, tocsin.Acknowledged, "ann", ""); err != nil {
			t.Error(err)
		}
		wantSame(t, "after a crash", l.Incidents(), restarted(t, d).Incidents())
	})
}

func TestChangesOfManyAreKeptTogether(t *testing.T) {
	keeping(t, Options{Backlog: 10}, func(l *Ledger, d *disk) {
		for n := range byte(50) {
			raise(t, l, n)
		}
		d.stop()
		var people sync.WaitGroup
		for _, i := range l.Incidents() {
			people.Go(func() {
				if _, err := l.Change(context.Background(), tocsin.Change{Incident: i.ID, To: tocsin.Resolved, By: "ann"}); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		d.works = nil
		d.resume()
		people.Wait()
		if n := len(d.works); n > 3 {
			t.Errorf("fifty changes were kept in %d steps: %v", n, d.works)
		}
		for _, i := range restarted(t, d).Incidents() {
			if i.State != tocsin.Resolved {
				t.Errorf("after a crash: %+v", i)
			}
		}
	})
}

func TestOlderStoreGetsItsIncidentsFromItsAlerts(t *testing.T) {
	keeping(t, Options{Backlog: 10}, func(l *Ledger, d *disk) {
		for n := range byte(20) {
			raise(t, l, n%5)
			if n == 10 {
				time.Sleep(DefaultQuiet + time.Second)
			}
		}
		time.Sleep(2 * fileEvery)
		want := l.Incidents()
		kept, err := d.Incidents(context.Background(), 100)
		if err != nil || len(kept) != len(want) || len(want) != 10 {
			t.Fatalf("%d incidents are kept of %d, %v", len(kept), len(want), err)
		}
		wantSame(t, "recalled", want, restarted(t, d).Incidents())
		older := &disk{Store: newDisk(t, d), turn: d.turn}
		wantSame(t, "of alerts alone", want, restarted(t, older).Incidents())
		if kept, err = older.Incidents(context.Background(), 100); err != nil || len(kept) != len(want) {
			t.Errorf("%d incidents are kept then, %v", len(kept), err)
		}
	})
}

func TestCountsOfWhatIsHeldBackAreKept(t *testing.T) {
	keeping(t, Options{Backlog: 10}, func(l *Ledger, d *disk) {
		for range 30 {
			l.Found(found(flood(tocsin.PerMinute5), 1, time.Now()))
			time.Sleep(gather)
		}
		time.Sleep(2 * fileEvery)
		for range 12 {
			l.Found(found(flood(tocsin.PerMinute5), 1, time.Now()))
		}
		time.Sleep(fileCounts + time.Second)
		if list := restarted(t, d).Incidents(); len(list) != 1 || list[0].Count != 42 {
			t.Errorf("%+v", list)
		}
	})
}

func TestLongOutageLosesIncidentsOfLostRecordsAlone(t *testing.T) {
	keeping(t, Options{Backlog: 10, Queue: 10}, func(l *Ledger, d *disk) {
		raise(t, l, 1)
		d.fail(errors.New("gone"))
		for n := range byte(30) {
			raise(t, l, 10+n)
		}
		d.fail(nil)
		time.Sleep(lastRetry)
		changed, refused := 0, 0
		for _, i := range l.Incidents() {
			_, err := l.Change(context.Background(), tocsin.Change{Incident: i.ID, To: tocsin.Resolved, By: "ann"})
			switch {
			case err == nil:
				changed++
			case errors.Is(err, ErrNotKept):
				refused++
			default:
				t.Error(err)
			}
		}
		list := restarted(t, d).Incidents()
		for _, i := range list {
			if i.State != tocsin.Resolved {
				t.Errorf("after a crash: %+v", i)
			}
		}
		if changed != 11 || refused != 21 || len(list) != changed { // LOGDISABLED is one of them
			t.Errorf("%d were changed, %d not, %d are kept", changed, refused, len(list))
		}
	})
}

func TestIncidentsAreForgottenWithTheirRecords(t *testing.T) {
	keeping(t, Options{Backlog: 10}, func(l *Ledger, d *disk) {
		raise(t, l, 1)
		raise(t, l, 2)
		time.Sleep(DefaultQuiet + time.Second)
		before := time.Now()
		raise(t, l, 1)
		l.ForgetBefore(before)
		if _, err := d.Prune(context.Background(), before, 100); err != nil {
			t.Fatal(err)
		}
		if list := l.Incidents(); len(list) != 1 || list[0].Last.Transmitter[5] != 1 {
			t.Errorf("left are %+v", list)
		}
		if _, err := change(t, l, tocsin.Resolved, "ann", ""); err != nil {
			t.Error(err)
		}
		wantSame(t, "after a crash", l.Incidents(), restarted(t, d).Incidents())
	})
}

func TestSilencesMarkIncidents(t *testing.T) {
	keeping(t, Options{Backlog: 10}, func(l *Ledger, d *disk) {
		raise(t, l, 1)
		ask := tocsin.Silence{Matcher: tocsin.Matcher{Header: "FLOOD"}, By: "ann", Comment: "test", Ends: time.Now().Add(time.Hour)}
		s, isNew, err := l.Silence(context.Background(), ask)
		if err != nil || !isNew || s.ID == (tocsin.ID{}) || !s.Starts.Equal(s.Made) {
			t.Fatalf("%+v, %v", s, err)
		}
		if again, isNew, err := l.Silence(context.Background(), ask); err != nil || isNew || again.ID != s.ID || len(l.Silences()) != 1 {
			t.Errorf("asked again: %+v, %v", again, err)
		}
		raise(t, l, 1) // recorded all the same
		if i := l.Incidents()[0]; i.Silence != s.ID || i.Count != 2 {
			t.Errorf("incident %+v", i)
		}
		after := restarted(t, d)
		wantSame(t, "after a crash", l.Incidents(), after.Incidents())
		time.Sleep(time.Hour)
		if i := l.Incidents()[0]; i.Silence != (tocsin.ID{}) {
			t.Errorf("after its end: %+v", i)
		}
		ask.Ends = time.Now().Add(time.Hour)
		if s, _, err = l.Silence(context.Background(), ask); err != nil || l.Incidents()[0].Silence != s.ID {
			t.Errorf("another: %v, %+v", err, l.Incidents()[0])
		}
		for _, by := range []string{"bob", "ann"} {
			if s, err = l.Expire(context.Background(), s.ID, by); err != nil || s.ExpiredBy != "bob" {
				t.Errorf("expired: %+v, %v", s, err)
			}
		}
		if i := l.Incidents()[0]; i.Silence != (tocsin.ID{}) {
			t.Errorf("after it was expired: %+v", i)
		}
		if kept, err := d.Silences(context.Background()); err != nil || len(kept) != 2 || kept[1].ExpiredBy != "bob" {
			t.Errorf("kept: %+v, %v", kept, err)
		}
	})
}

func TestWrongAndTooManySilencesAreRefused(t *testing.T) {
	clock := &clock{at(0)}
	l := New(Options{Now: clock.now})
	good := tocsin.Silence{Matcher: tocsin.Matcher{Header: "X"}, Ends: at(3600)}
	for name, spoil := range map[string]func(*tocsin.Silence){
		"matches all":      func(s *tocsin.Silence) { s.Matcher = tocsin.Matcher{} },
		"ends in the past": func(s *tocsin.Silence) { s.Starts, s.Ends = at(-20), at(-10) },
		"ends first":       func(s *tocsin.Silence) { s.Starts = at(3600) },
		"longer than it":   func(s *tocsin.Silence) { s.Weekly, s.Ends = true, at(7*24*3600+1) },
		"long comment":     func(s *tocsin.Silence) { s.Comment = strings.Repeat("x", maxComment+1) },
	} {
		s := good
		spoil(&s)
		if _, _, err := l.Silence(context.Background(), s); tocsin.ErrorCode(err) != tocsin.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	for n := range maxSilences {
		good.Matcher.Header = fmt.Sprint("X", n)
		if _, _, err := l.Silence(context.Background(), good); err != nil {
			t.Fatal(err)
		}
	}
	good.Matcher.Header = "Y"
	if _, _, err := l.Silence(context.Background(), good); tocsin.ErrorCode(err) != tocsin.Conflict {
		t.Errorf("too many: %v", err)
	}
	clock.t = at(3600) // all are over
	for n := range 2 * maxSilences {
		good.Matcher.Header, good.Ends = fmt.Sprint("Z", n), at(float64(3601+n))
		if _, _, err := l.Silence(context.Background(), good); err != nil {
			t.Fatal(err)
		}
		clock.t = good.Ends
	}
	if n := len(l.Silences()); n > maxSilences+maxOver {
		t.Errorf("%d silences are remembered", n)
	}
	if _, err := l.Expire(context.Background(), tocsin.ID{}, "ann"); tocsin.ErrorCode(err) != tocsin.NotFound {
		t.Errorf("expire none: %v", err)
	}
}
