// Package capturetest is the suite that every capture.Source passes.
package capturetest

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/pcap"
)

// Subject is a source and what it listens to.
type Subject struct {
	capture.Source

	// Holds is how many packets the source delivers, where they are there before Run is called: several batches.
	Holds int

	// Hear has the source hear n packets more. It is called while the source is open, from any goroutine, one at a time. Nil where
	// Holds says what there is.
	Hear func(n int)

	// Ready is called before each Run, to undo what Break did; may be nil.
	Ready func()

	// Break ends what the open source listens to, so that Run fails. Nil where only the program can end it.
	Break func()
}

// atOnce is how many packets are heard without a pause: every kernel has room for so many.
const atOnce = 50

// patience is how long anything may take. It is not waited for unless the test fails.
const patience = 30 * time.Second

// Run runs the suite. Each call of open gives a source that was never run; what it started must have ended when the
// cleanup of t is done.
func Run(t *testing.T, open func(t testing.TB) Subject) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Subject)
	}{
		{"everything is delivered in order and counted", everything},
		{"counts and sensors may be asked for meanwhile", meanwhile},
		{"bytes stay while they are looked at", bytesStay},
		{"an error of the receiver ends the run", receiverFails},
		{"a run ends with its context while a batch is looked at", stoppedWhileBusy},
		{"a run ends with its context while nothing comes", stoppedInSilence},
		{"a run that failed can be followed by another", again},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := goleak.IgnoreCurrent()
			t.Cleanup(func() { goleak.VerifyNone(t, before) }) // behind those of open
			s := open(t)
			s.Hear = oneAtATime(s.Hear)
			c.test(t, s)
		})
	}
}

func oneAtATime(hear func(int)) func(int) {
	if hear == nil {
		return nil
	}
	var busy sync.Mutex
	return func(n int) {
		busy.Lock()
		defer busy.Unlock()
		hear(n)
	}
}

func nothing([]pcap.Packet) error { return nil }

func everything(t *testing.T, s Subject) {
	w, name := newWatch(t, s), s.Name()
	r := w.begin(t, nothing)
	const many = 4 * atOnce
	w.hear(r, many)
	w.finish(r)
	want := uint64(many)
	if s.Hear == nil {
		if want = uint64(s.Holds); w.batches < 2 {
			t.Fatalf("all was delivered in %d batches: what the suite wants to see needs several", w.batches)
		}
	}
	if w.packets != want {
		t.Errorf("%d packets were delivered of %d", w.packets, want)
	}
	if got := s.Counts(); got != (capture.Counts{Packets: w.packets, Bytes: w.octets}) {
		t.Errorf("the source counts %+v of %d packets and %d octets, none of which was lost", got, w.packets, w.octets)
	}
	if name == "" || s.Name() != name || slices.Contains(s.Sensors(), "") {
		t.Errorf("the source was called %q and is now %q, its sensors %q", name, s.Name(), s.Sensors())
	}
}

// meanwhile asks from another goroutine; what it proves beside is up to the race detector.
func meanwhile(t *testing.T, s Subject) {
	w := newWatch(t, s)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		var last capture.Counts
		var sensors []string
		for {
			select {
			case <-stop:
				return
			default:
			}
			c, names := s.Counts(), s.Sensors()
			if c.Packets < last.Packets || c.Bytes < last.Bytes || c.Lost < last.Lost {
				t.Errorf("the counts went back from %+v to %+v", last, c)
			}
			if len(names) < len(sensors) || !slices.Equal(names[:len(sensors)], sensors) {
				t.Errorf("the sensors %q became %q", sensors, names)
			}
			last, sensors = c, names
		}
	}()
	r := w.begin(t, nothing)
	w.hear(r, 2*atOnce)
	close(stop)
	<-done
	w.finish(r)
}

// bytesStay keeps each batch until there is more to be heard.
func bytesStay(t *testing.T, s Subject) {
	w, rounds := newWatch(t, s), 0
	r := w.begin(t, func(batch []pcap.Packet) error {
		if len(batch) == 0 {
			return nil
		}
		copies := make([][]byte, len(batch))
		for i := range batch {
			copies[i] = bytes.Clone(batch[i].Data)
		}
		if rounds++; s.Hear != nil && rounds <= 3 {
			s.Hear(atOnce)
		}
		for i := range batch {
			if !bytes.Equal(copies[i], batch[i].Data) {
				t.Errorf("octets of packet %d changed while it was looked at", batch[i].Number)
			}
		}
		return nil
	})
	if s.Hear == nil {
		w.hear(r, 0)
	} else {
		s.Hear(1)
		w.await(1 + 3*atOnce)
	}
	w.finish(r)
}

func receiverFails(t *testing.T, s Subject) {
	enough := errors.New("enough")
	w, failed, heard := newWatch(t, s), false, make(chan struct{})
	r := w.begin(t, func(batch []pcap.Packet) error {
		if failed {
			t.Error("the receiver failed and was called again")
		}
		if len(batch) == 0 {
			return nil
		}
		<-heard // there is more to deliver
		failed = true
		return enough
	})
	if s.Hear != nil {
		s.Hear(atOnce)
	}
	close(heard)
	if err := r.end(); !errors.Is(err, enough) {
		t.Errorf("the run ended with %v, want the error of the receiver", err)
	}
}

func stoppedWhileBusy(t *testing.T, s Subject) {
	w, stopped := newWatch(t, s), false
	busy, goOn := make(chan struct{}), make(chan struct{})
	r := w.begin(t, func(batch []pcap.Packet) error {
		if stopped {
			t.Error("the run was stopped while a batch was looked at, and delivered another")
		}
		if len(batch) > 0 {
			close(busy)
			<-goOn
			stopped = true
		}
		return nil
	})
	if s.Hear != nil {
		s.Hear(atOnce)
	}
	<-busy
	if s.Hear != nil {
		s.Hear(atOnce) // so that there is more to deliver
	}
	r.stop()
	close(goOn)
	if err := r.end(); !errors.Is(err, context.Canceled) {
		t.Errorf("the run was stopped and ended with %v, want the error of its context", err)
	}
}

func stoppedInSilence(t *testing.T, s Subject) {
	if s.Hear == nil {
		return // it is never silent
	}
	for _, n := range []int{0, 1} {
		w := newWatch(t, s)
		r := w.begin(t, nothing)
		w.hear(r, n)
		w.finish(r)
		if l, ok := s.Source.(capture.Live); !ok || !l.Reopens() {
			return
		}
	}
}

// again has a source fail in each way that there is.
func again(t *testing.T, s Subject) {
	l, ok := s.Source.(capture.Live)
	if !ok || !l.Reopens() {
		return
	}
	w := newWatch(t, s)
	enough := errors.New("enough")
	r := w.begin(t, func([]pcap.Packet) error {
		if w.delivered() < atOnce {
			return nil
		}
		return enough
	})
	s.Hear(atOnce)
	if err := r.end(); !errors.Is(err, enough) {
		t.Errorf("the run ended with %v, want the error of the receiver", err)
	}
	sensors := s.Sensors()
	if s.Break != nil {
		r := w.begin(t, nothing)
		w.hear(r, atOnce)
		s.Break()
		if err := r.end(); err == nil || errors.Is(err, context.Canceled) {
			t.Errorf("what the source listens to ended, and the run with %v, want a failure", err)
		}
	}
	r = w.begin(t, nothing)
	w.hear(r, atOnce)
	w.finish(r)
	if !slices.Equal(s.Sensors(), sensors) {
		t.Errorf("the sensors were %q, and after it was opened again %q", sensors, s.Sensors())
	}
}
