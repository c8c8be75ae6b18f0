package window

import (
	"math"
	"time"
)

// parts is in how many parts a span is counted.
const parts = 16

// tally counts events in the parts of a span.
type tally struct {
	start time.Duration // of the newest part
	head  uint8         // the newest part
	total uint32
	count [parts]uint32
}

// since returns at - from, or the nearest that can be said.
func since(at, from time.Duration) time.Duration {
	d := at - from
	if (at < from) != (d < 0) {
		if at < from {
			return math.MinInt64
		}
		return math.MaxInt64
	}
	return d
}

// move makes the span end at the time at, and returns the part in which that is.
func (t *tally) move(at, span time.Duration) uint8 {
	width := max(span/parts, 1)
	d := since(at, t.start)
	switch {
	case t.total == 0 || d < -(parts-1)*width || d/width >= parts:
		*t = tally{start: at}
		return 0
	case d < 0:
		return (t.head - uint8((-d+width-1)/width)) % parts
	}
	for range d / width {
		t.head = (t.head + 1) % parts
		t.total -= t.count[t.head]
		t.count[t.head] = 0
	}
	t.start += d / width * width
	return t.head
}

// add counts an event and returns the events of the span before it and with it.
func (t *tally) add(at, span time.Duration) (before, count int) {
	part := t.move(at, span)
	before = int(t.total)
	if t.total < math.MaxUint32 {
		t.count[part]++
		t.total++
	}
	return before, int(t.total)
}

// Counter counts the events of each key in the last span.
//
// It counts by sixteenths of the span, the first beginning with the first event after silence: events
// that are older than the span never count, those of its oldest sixteenth may be missing. A burst after silence is
// counted exactly as long as it is no longer than the span.
type Counter[K comparable] struct {
	span time.Duration
	keys *Map[K, tally]
}

// NewCounter returns a counter over span of at most keys keys.
func NewCounter[K comparable](span time.Duration, keys int) *Counter[K] {
	return &Counter[K]{span: span, keys: NewMap[K, tally](keys)}
}

// Add counts an event of k and returns how many there were in the span that ends at at.
func (c *Counter[K]) Add(k K, at time.Duration) int {
	t, _ := c.keys.Put(k)
	_, n := t.add(at, c.span)
	return n
}

// Count returns how many events of k there were in the span that ends at at.
func (c *Counter[K]) Count(k K, at time.Duration) int {
	t := c.keys.Peek(k)
	if t == nil {
		return 0
	}
	now := *t
	now.move(at, c.span)
	return int(now.total)
}

// Reset forgets the events of k.
func (c *Counter[K]) Reset(k K) { c.keys.Delete(k) }

// Promote makes k one of the keys that are forgotten last.
func (c *Counter[K]) Promote(k K) { c.keys.Promote(k) }

// Evicted returns how many keys had to make room.
func (c *Counter[K]) Evicted() uint64 { return c.keys.Evicted() }
