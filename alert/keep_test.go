package alert

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/store"
	"github.com/tocsin-wids/tocsin/store/mem"
)

// disk is a store that tests stop and break.
type disk struct {
	*mem.Store
	turn    chan struct{} // taken: a Put does not end
	err     error
	batches []int
	works   []int // changes and silences of each PutWork
}

// stop lets no Put end before resume; a mutex would not let the time of the test go on.
func (d *disk) stop() { d.turn <- struct{}{} }

func (d *disk) resume() { <-d.turn }

func (d *disk) Put(ctx context.Context, batch []*tocsin.Alert) error {
	d.stop()
	defer d.resume()
	d.batches = append(d.batches, len(batch))
	if d.err != nil {
		return d.err
	}
	return d.Store.Put(ctx, batch)
}

func (d *disk) PutWork(ctx context.Context, w tocsin.Work) error {
	d.stop()
	defer d.resume()
	d.works = append(d.works, len(w.Changes)+len(w.Silences))
	if d.err != nil {
		return d.err
	}
	return d.Store.PutWork(ctx, w)
}

func (d *disk) fail(err error) {
	d.stop()
	defer d.resume()
	d.err = err
}

// kept returns what is in the store, oldest first.
func (d *disk) kept(t *testing.T) []*tocsin.Alert {
	t.Helper()
	list, err := store.Newest(context.Background(), d.Store, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// newDisk returns a store of the alerts of d and nothing else, as an older program leaves it.
func newDisk(t *testing.T, d *disk) *mem.Store {
	t.Helper()
	s := mem.New(1 << 20)
	if err := s.Put(context.Background(), d.kept(t)); err != nil {
		t.Fatal(err)
	}
	return s
}

// keeping runs test with a ledger that keeps its records on d. Time is the test's own.
func keeping(t *testing.T, o Options, test func(l *Ledger, d *disk)) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{Store: mem.New(1 << 20), turn: make(chan struct{}, 1)}
		o.Store = d
		l := New(o)
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- l.Run(ctx) }()
		synctest.Wait()
		test(l, d)
		stop()
		<-ended
	})
}

func headers(list []*tocsin.Alert) string {
	var s []string
	for _, a := range list {
		s = append(s, a.Header)
	}
	return strings.Join(s, " ")
}

func TestNobodySeesWhatIsNotKept(t *testing.T) {
	keeping(t, Options{Backlog: 10}, func(l *Ledger, d *disk) {
		sub := l.Subscribe(10)
		defer sub.Close()
		d.stop()
		a, ok := l.Found(found(flood(tocsin.PerMinute5), 1, time.Now()))
		if !ok || a.ID == (tocsin.ID{}) {
			t.Fatalf("found %+v, %v", a, ok)
		}
		synctest.Wait()
		if n := len(l.Alerts()) + len(l.Incidents()) + len(l.Messages()) + len(sub.Events()); n != 0 || l.Keeping().Waiting != 1 {
			t.Errorf("%d signs of a record that is not kept, %+v", n, l.Keeping())
		}
		d.resume()
		synctest.Wait()
		if len(l.Alerts()) != 1 || len(l.Incidents()) != 1 || len(d.kept(t)) != 1 {
			t.Errorf("after it was kept: %d alerts, %d incidents", len(l.Alerts()), len(l.Incidents()))
		}
		if first, second := <-sub.Events(), <-sub.Events(); first.Alert != a || second.Message == nil {
			t.Errorf("events %+v, %+v, want the alert and then its message", first, second)
		}
	})
}

func TestRaiseReturnsWhenItIsKept(t *testing.T) {
	keeping(t, Options{Backlog: 10}, func(l *Ledger, d *disk) {
		if err := l.DefineExternal(tocsin.Definition{Header: "MINE", Throttle: tocsin.PerMinute10}); err != nil {
			t.Fatal(err)
		}
		d.stop()
		done := make(chan error, 1)
		go func() {
			_, err := l.Raise(Request{Header: "MINE", Text: "x"})
			done <- err
		}()
		synctest.Wait()
		select {
		case err := <-done:
			t.Fatalf("raised before it was kept: %v", err)
		default:
		}
		d.resume()
		if err := <-done; err != nil || len(d.kept(t)) != 1 {
			t.Errorf("%v, %d kept", err, len(d.kept(t)))
		}
		d.fail(errors.New("disk full"))
		time.Sleep(time.Minute) // of the test's time: the throttle
		if _, err := l.Raise(Request{Header: "MINE", Text: "x"}); !errors.Is(err, ErrNotKept) {
			t.Errorf("on a full disk: %v, want ErrNotKept", err)
		}
	})
}

func TestFloodIsKeptInFewBatches(t *testing.T) {
	keeping(t, Options{Backlog: 10}, func(l *Ledger, d *disk) {
		for range 2000 {
			l.OneShot("A", tocsin.System, tocsin.Info, "x")
			time.Sleep(100 * time.Microsecond)
		}
		time.Sleep(time.Second)
		d.stop()
		n := len(d.batches)
		d.resume()
		if n > 20 || len(d.kept(t)) != 2000 {
			t.Errorf("%d records in %d batches, want 2000 in a batch or two every 20 ms of the 200", len(d.kept(t)), n)
		}
	})
}

func TestSlowDiskLosesAndTells(t *testing.T) {
	keeping(t, Options{Backlog: 1000, Queue: 10}, func(l *Ledger, d *disk) {
		d.stop()
		for i := range 30 {
			l.Found(found(flood(tocsin.Throttle{Limit: tocsin.Rate{Count: 99}, Burst: tocsin.Rate{Count: 99}}), byte(i), time.Now()))
		}
		if k := l.Keeping(); k.Lost != 20 || k.Waiting != 10 {
			t.Errorf("%+v, want ten to wait and twenty to be lost", k)
		}
		d.resume()
		time.Sleep(time.Second)
		list := l.Alerts()
		last := list[len(list)-1]
		if len(list) != 11 || last.Header != "ALERTLOST" || !strings.Contains(last.Text, "20 alerts were lost") || !strings.Contains(last.Text, "FLOOD 20") {
			t.Errorf("%d alerts, the last %s %q", len(list), last.Header, last.Text)
		}
		if got, want := headers(d.kept(t)), headers(list); got != want {
			t.Errorf("kept %s, shown %s", got, want)
		}
		if n := l.Definitions()[len(tocsin.SystemAlerts)]; n.Header != "FLOOD" || n.TotalSent != 30 {
			t.Errorf("definition %+v", n)
		}
	})
}

func TestBrokenDiskStopsTheStoreNotDetection(t *testing.T) {
	keeping(t, Options{Backlog: 1000, Queue: 100}, func(l *Ledger, d *disk) {
		l.OneShot("BEFORE", tocsin.System, tocsin.Info, "x")
		time.Sleep(time.Second)
		d.fail(errors.New("disk\nfull"))
		for i := range 5 {
			l.OneShot(fmt.Sprint("DURING", i), tocsin.System, tocsin.Info, "x")
			time.Sleep(7 * time.Second)
		}
		const want = "BEFORE DURING0 LOGDISABLED DURING1 DURING2 DURING3 DURING4"
		if got := headers(l.Alerts()); got != want {
			t.Errorf("shown: %s, want %s", got, want)
		}
		if a := l.Alerts()[2]; a.Severity != tocsin.Critical || a.Phy != tocsin.PhyAny || !strings.Contains(a.Text, "disk full") {
			t.Errorf("%+v", a)
		}
		if k := l.Keeping(); !k.Failing || k.Unkept != 6 || len(d.kept(t)) != 1 {
			t.Errorf("%+v, %d kept", k, len(d.kept(t)))
		}
		d.fail(nil)
		time.Sleep(lastRetry)
		if got := headers(d.kept(t)); got != want {
			t.Errorf("kept after recovery: %s, want %s", got, want)
		}
		if k := l.Keeping(); k != (Keeping{}) {
			t.Errorf("%+v, want all well", k)
		}
		if m := l.Messages(); !strings.Contains(m[len(m)-1].Text, "kept again, with 6") {
			t.Errorf("the last message is %q", m[len(m)-1].Text)
		}
	})
}

func TestLongOutageIsBounded(t *testing.T) {
	keeping(t, Options{Backlog: 10, Queue: 50}, func(l *Ledger, d *disk) {
		d.fail(errors.New("gone"))
		for i := range 120 {
			l.OneShot(fmt.Sprint("A", i), tocsin.System, tocsin.Info, "x")
			time.Sleep(time.Millisecond * 50)
		}
		d.fail(nil)
		time.Sleep(lastRetry)
		list := d.kept(t)
		if k := l.Keeping(); len(list) != 50 || list[49].Header != "A119" || k.Lost != 71 {
			t.Errorf("%d kept, %+v, want the newest fifty of the 121", len(list), k)
		}
	})
}

func TestStoppingKeepsWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{Store: mem.New(1 << 20), turn: make(chan struct{}, 1)}
		l := New(Options{Backlog: 10, Store: d})
		ctx, stop := context.WithCancel(context.Background())
		for range 1200 {
			l.OneShot("A", tocsin.System, tocsin.Info, "x")
		}
		stop()
		if err := l.Run(ctx); err != nil || len(d.kept(t)) != 1200 || len(l.Alerts()) != 10 {
			t.Errorf("%v, %d kept", err, len(d.kept(t)))
		}
		if l.OneShot("B", tocsin.System, tocsin.Info, "x"); l.Keeping().Lost != 1 || l.Keeping().Waiting != 0 {
			t.Errorf("after the end: %+v", l.Keeping())
		}
	})
}

func TestRestartGoesOnWhereItEnded(t *testing.T) {
	c := &clock{at(100)}
	before := New(Options{Now: c.now, Backlog: 100})
	for i := range 5 {
		before.OneShot(fmt.Sprint("A", i), tocsin.System, tocsin.Info, "x")
	}
	c.t = at(0) // the clock was set back meanwhile
	l := New(Options{Now: c.now, Backlog: 3, Kept: before.Alerts()})
	if got := headers(l.Alerts()); got != "A2 A3 A4" || len(l.Incidents()) != 5 || len(l.Messages()) != 5 {
		t.Errorf("backlog %s, %d incidents, %d messages", got, len(l.Incidents()), len(l.Messages()))
	}
	a := l.OneShot("B", tocsin.System, tocsin.Info, "x")
	if last := before.Alerts()[4].Time; !a.Time.After(last) {
		t.Errorf("the record at %s does not follow that at %s of before the restart", a.Time, last)
	}
}

func TestRecentSaysUpToWhenItIsComplete(t *testing.T) {
	keeping(t, Options{Backlog: 3}, func(l *Ledger, d *disk) {
		list, until, whole := l.Recent(time.Unix(0, 0))
		if len(list) != 0 || !until.Equal(time.Now()) || !whole {
			t.Errorf("of nothing: %d records, until %s, whole %v", len(list), until, whole)
		}
		d.stop()
		a := l.OneShot("A", tocsin.System, tocsin.Info, "x")
		if !a.Time.After(until) {
			t.Errorf("a record at %s is hidden by the answer until %s", a.Time, until)
		}
		time.Sleep(time.Second)
		if _, until, _ = l.Recent(until); !until.Before(a.Time) {
			t.Errorf("until %s, but the record at %s is not shown yet", until, a.Time)
		}
		d.resume()
		time.Sleep(time.Second)
		if list, _, whole = l.Recent(until); len(list) != 1 || list[0] != a || !whole {
			t.Errorf("%d records, whole %v, want the one that was kept since", len(list), whole)
		}
		version := l.Version()
		for range 3 {
			l.OneShot("B", tocsin.System, tocsin.Info, "x")
		}
		time.Sleep(time.Second)
		if _, _, whole = l.Recent(until); whole || l.Version() == version {
			t.Error("the first record has left the backlog, and nothing says so")
		}
		if _, _, whole = l.Recent(a.Time); !whole {
			t.Error("all that is newer than the record that left is there")
		}
	})
}

// TestDiskThatComesAndGoesIsToldEachTimeButNotTooOften counts what is told of a disk that is full every other while.
func TestDiskThatComesAndGoesIsToldEachTimeButNotTooOften(t *testing.T) {
	comesAndGoes := func(l *Ledger, d *disk, times int) (told, again int) {
		before := len(l.Alerts())
		for i := range times {
			for _, err := range []error{errors.New("disk full"), nil} {
				d.fail(err)
				l.OneShot(fmt.Sprint("A", i), tocsin.System, tocsin.Info, "x")
				time.Sleep(2 * firstRetry)
			}
		}
		for _, a := range l.Alerts()[before:] {
			if a.Header == "LOGDISABLED" {
				told++
			}
		}
		for _, m := range l.Messages() {
			if strings.Contains(m.Text, "kept again") {
				again++
			}
		}
		return told, again
	}
	keeping(t, Options{Backlog: 1000}, func(l *Ledger, d *disk) {
		if told, again := comesAndGoes(l, d, 3); told != 3 || again != 3 {
			t.Errorf("told %d times, and %d times that it works again, want 3 each", told, again)
		}
		if told, _ := comesAndGoes(l, d, 5); told != 2 {
			t.Errorf("told %d times more within the minute, want 2: the throttle allows five", told)
		}
		time.Sleep(2 * time.Minute)
		if told, _ := comesAndGoes(l, d, 1); told != 1 {
			t.Errorf("told %d times after two quiet minutes, want once", told)
		}
		if a := l.Alerts()[len(l.Alerts())-2]; a.Suppressed+l.Alerts()[len(l.Alerts())-3].Suppressed == 0 {
			t.Errorf("the newest alert does not say that some were held back: %+v", a)
		}
	})
}
