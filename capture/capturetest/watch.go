package capturetest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin/pcap"
)

// run is one call of Run.
type run struct {
	t       testing.TB
	subject Subject
	stop    context.CancelFunc
	opened  chan struct{} // closed with the first batch
	ended   chan error
}

// begin calls Run in a goroutine, and returns when the source is open.
func (w *watch) begin(t testing.TB, deliver func([]pcap.Packet) error) *run {
	t.Helper()
	if w.subject.Ready != nil {
		w.subject.Ready()
	}
	ctx, stop := context.WithCancel(context.Background())
	r := &run{t: t, subject: w.subject, stop: stop, opened: make(chan struct{}), ended: make(chan error, 1)}
	var first sync.Once
	go func() {
		r.ended <- w.subject.Run(ctx, func(batch []pcap.Packet) error {
			first.Do(func() { close(r.opened) })
			w.look(batch)
			err := deliver(batch)
			clear(batch) // the server gives the packets numbers of its own
			return err
		})
	}()
	t.Cleanup(stop)
	if w.subject.Hear == nil {
		return r
	}
	select {
	case <-r.opened:
	case err := <-r.ended:
		t.Fatalf("the source ended before it was open: %v", err)
	case <-time.After(patience):
		t.Fatal("the source never said that it is open: nothing was delivered, not even an empty batch")
	}
	return r
}

// end waits for the end of the run.
func (r *run) end() error {
	r.t.Helper()
	select {
	case err := <-r.ended:
		return err
	case <-time.After(patience):
		r.t.Fatalf("the run did not end in %s", patience)
		return nil
	}
}

// watch looks at every batch of a source, over all its runs.
type watch struct {
	t       testing.TB
	subject Subject
	grown   chan struct{} // has one if more was delivered

	mu              sync.Mutex
	batches         int // with packets
	packets, octets uint64
	number          uint64        // of the newest packet
	at              time.Duration // of the newest packet
}

func newWatch(t testing.TB, s Subject) *watch {
	return &watch{t: t, subject: s, grown: make(chan struct{}, 1)}
}

// look compares a batch with what the source promises.
func (w *watch) look(batch []pcap.Packet) {
	w.mu.Lock()
	defer w.mu.Unlock()
	sensors := len(w.subject.Sensors())
	for i := range batch {
		p := &batch[i]
		if p.Number <= w.number {
			w.t.Errorf("packet %d follows packet %d", p.Number, w.number)
		}
		if p.Time < w.at {
			w.t.Errorf("packet %d is of %s, the one before it of %s", p.Number, p.Time, w.at)
		}
		if int(p.Interface) >= sensors {
			w.t.Errorf("packet %d is of sensor %d, and %d are known", p.Number, p.Interface, sensors)
		}
		if len(p.Data) == 0 || int(p.Length) < len(p.Data) {
			w.t.Errorf("packet %d has %d octets of %d", p.Number, len(p.Data), p.Length)
		}
		w.number, w.at = p.Number, p.Time
		w.octets += uint64(p.Length)
	}
	w.packets += uint64(len(batch))
	if len(batch) > 0 {
		w.batches++
	}
	if c := w.subject.Counts(); c.Packets < w.packets || c.Bytes < w.octets {
		w.t.Errorf("the source counts %+v after it delivered %d packets of %d octets", c, w.packets, w.octets)
	}
	select {
	case w.grown <- struct{}{}:
	default:
	}
}

func (w *watch) delivered() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.packets
}

// await waits until n packets were delivered, over all runs.
func (w *watch) await(n uint64) {
	w.t.Helper()
	limit := time.After(patience)
	for w.delivered() < n {
		select {
		case <-w.grown:
		case <-limit:
			w.t.Fatalf("%d packets were delivered of %d that were heard", w.delivered(), n)
		}
	}
}

// hear has the source hear what it can: all that it holds, or so many packets.
func (w *watch) hear(r *run, n int) {
	w.t.Helper()
	if w.subject.Hear == nil {
		if err := r.end(); err != nil {
			w.t.Fatalf("the source ended with %v", err)
		}
		return
	}
	for before := w.delivered(); n > 0; n -= atOnce {
		now := min(n, atOnce)
		w.subject.Hear(now)
		before += uint64(now)
		w.await(before)
	}
}

// finish stops a run that does not end by itself.
func (w *watch) finish(r *run) {
	w.t.Helper()
	r.stop()
	if w.subject.Hear == nil {
		return // it has ended
	}
	if err := r.end(); !errors.Is(err, context.Canceled) {
		w.t.Errorf("the run was stopped and ended with %v, want the error of its context", err)
	}
}
