package window

import "time"

// bell decides when a count that reached its limit is worth saying.
type bell struct {
	last time.Duration
	rung bool
}

// ring takes the count of before the event and with it. Between a full and a half limit a bell neither rings nor rearms: a
// rate that sways about the limit would make it ring with every swing.
func (b *bell) ring(before, count, limit int, at, again time.Duration) bool {
	if before < (limit+1)/2 {
		b.rung = false
	}
	if count < limit {
		return false
	}
	if since := since(at, b.last); b.rung && since < again && since > -again {
		return false
	}
	b.rung, b.last = true, at
	return true
}

// Alarm counts as Counter does and says when to speak of it: when the count reaches the limit, then once in a while
// as long as it goes on, and at once when it reaches the limit anew after it had fallen below half of it.
type Alarm[K comparable] struct {
	limit       int
	span, again time.Duration
	keys        *Map[K, alarmed]
}

type alarmed struct {
	tally
	bell
}

// NewAlarm returns an alarm that rings when limit events are in span, and every again while it goes on, for at most
// keys keys.
func NewAlarm[K comparable](limit int, span, again time.Duration, keys int) *Alarm[K] {
	return &Alarm[K]{limit: limit, span: span, again: again, keys: NewMap[K, alarmed](keys)}
}

// Add counts an event of k, returns how many there were in the span that ends at at, and whether to speak of it. A key that
// rings is promoted: a flood that follows does not make it forgotten.
func (a *Alarm[K]) Add(k K, at time.Duration) (count int, ring bool) {
	v, _ := a.keys.Put(k)
	before, count := v.add(at, a.span)
	ring = v.ring(before, count, a.limit, at, a.again)
	if ring {
		a.keys.Promote(k)
	}
	return count, ring
}

// Reset forgets the events of k.
func (a *Alarm[K]) Reset(k K) { a.keys.Delete(k) }

// Evicted returns how many keys had to make room.
func (a *Alarm[K]) Evicted() uint64 { return a.keys.Evicted() }
