package merge_test

import (
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin/capture/merge"
)

// link is a sensor with a clock of its own and the way to the server.
type link struct {
	merge.Arrival
	ahead time.Duration
	drift float64
}

// deliver tells what becomes of a frame on air at the time after start, which comes late.
func (l *link) deliver(sent, late time.Duration) (wrong time.Duration, ok bool) {
	own := start + sent + l.ahead + time.Duration(l.drift*float64(sent))
	l.Heard(own, start+sent+late)
	at, ok := l.Time(own, start+sent+late)
	return at - start - sent, ok
}

func TestArrivalCorrectsClocks(t *testing.T) {
	for name, c := range map[string]struct {
		ahead, late, most time.Duration
		drift             float64
	}{
		"in step":             {},
		"in step, late":       {late: 400 * ms},
		"a little ahead":      {ahead: 30 * ms, late: 5 * ms},
		"hours ahead":         {ahead: 5 * time.Hour, late: 50 * ms, most: 50 * ms},
		"hours behind":        {ahead: -5 * time.Hour, late: 50 * ms, most: 50 * ms},
		"since 1970":          {ahead: -start, late: 50 * ms, most: 50 * ms},
		"seconds behind":      {ahead: -3 * time.Second, late: 50 * ms, most: 50 * ms},
		"a clock that's fast": {drift: 100e-6, late: 20 * ms, most: 20 * ms},
		"a clock that's slow": {drift: -100e-6, late: 20 * ms, most: 500 * ms},
	} {
		l := link{ahead: c.ahead, drift: c.drift}
		for i := range 36000 { // an hour
			sent, late := time.Duration(i)*100*ms, c.late
			if i%7 != 0 {
				late += time.Duration(i%100) * 4 * ms
			}
			wrong, ok := l.deliver(sent, late)
			if !ok || wrong > late || wrong < -c.most && i > 600 {
				t.Fatalf("%s, %s: the time is wrong by %s, taken %t", name, sent, wrong, ok)
			}
		}
	}
}

func TestAClockThatMayBeRightIsLeftAlone(t *testing.T) {
	l := link{}
	for i := range 10000 {
		if wrong, ok := l.deliver(time.Duration(i)*100*ms, time.Duration(20+i%400)*ms); wrong != 0 || !ok {
			t.Fatalf("the time of frame %d was moved by %s", i, wrong)
		}
	}
}

func TestWhatWaitedIsNotTakenForASetClock(t *testing.T) {
	l := link{}
	l.deliver(0, 0)
	for _, c := range []struct {
		late time.Duration
		ok   bool
	}{{30 * time.Second, true}, {time.Hour, false}, {time.Second, true}, {2 * time.Hour, false}} {
		sent := 10*time.Hour - c.late
		if wrong, ok := l.deliver(sent, c.late); wrong != 0 && ok || ok != c.ok {
			t.Errorf("%s late: wrong by %s, taken %t; want %t", c.late, wrong, ok, c.ok)
		}
	}
}

func TestAClockThatWasSetIsCorrected(t *testing.T) {
	for _, set := range []time.Duration{-3 * time.Hour, -10 * time.Second, 10 * time.Second, 3 * time.Hour} {
		l := link{}
		refused := 0
		var wrong time.Duration
		for i := range 2000 { // with 5 ms on the way
			if i == 500 {
				l.ahead = set
			}
			ok := false
			if wrong, ok = l.deliver(time.Duration(i)*100*ms, 5*ms); !ok {
				refused++
			}
			if wrong > 5*ms {
				t.Fatalf("set by %s: a frame is of the time %s to come", set, wrong-5*ms)
			}
		}
		if wrong.Abs() > 5*ms || refused > 50 {
			t.Errorf("set by %s: wrong by %s in the end, %d frames refused; want at most 50", set, wrong, refused)
		}
	}
}

// FuzzArrival has a sensor claim what it likes: no frame is of a time to come.
func FuzzArrival(f *testing.F) {
	f.Add(int64(5), int64(-7), int64(1<<62), int64(0))
	f.Fuzz(func(t *testing.T, a, b, c, d int64) {
		const latest = 1 << 33 * time.Second // what package pcap delivers
		var l merge.Arrival
		now := start
		for i, at := range []int64{a, b, c, d, a, b, c, d} {
			now += time.Duration(i) * time.Second
			own := time.Duration(at&(1<<62-1)) % latest
			l.Heard(own, now)
			if got, ok := l.Time(own, now); ok && (got > now || got < 0) {
				t.Fatalf("a frame of %s that arrives at %s is said to be of %s", own, now, got)
			}
		}
	})
}
