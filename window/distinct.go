package window

import "time"

// Distinct counts the different values of each key in the last span, exactly up to a number of values. Beyond it, the
// value seen least recently is forgotten, and the count stays at that number.
type Distinct[K, V comparable] struct {
	span   time.Duration
	values int
	keys   *Map[K, variety[V]]
	spare  []sight[V] // of the key evicted last, for the key that takes its place; at first for the first key
}

type variety[V comparable] struct {
	bell
	seen []sight[V]
}

type sight[V comparable] struct {
	value V
	last  time.Duration
}

// NewDistinct returns a counter of up to values different values in span, of at most keys keys. An Add takes time
// in proportion to the values that a key has: a hundred are fine.
func NewDistinct[K, V comparable](values int, span time.Duration, keys int) *Distinct[K, V] {
	d := &Distinct[K, V]{span: span, values: values, keys: NewMap[K, variety[V]](keys), spare: make([]sight[V], 0, values)}
	d.keys.OnEvict(func(_ K, v *variety[V]) { d.spare = v.seen[:0] })
	return d
}

// Add notes that k had the value v, and returns how many it had in the span that ends at at.
func (d *Distinct[K, V]) Add(k K, v V, at time.Duration) int {
	_, _, n := d.add(k, v, at)
	return n
}

func (d *Distinct[K, V]) add(k K, v V, at time.Duration) (s *variety[V], before, count int) {
	s, created := d.keys.Put(k)
	if created {
		s.seen, d.spare = d.spare, nil
	}
	known, oldest := -1, 0
	live := s.seen[:0]
	for _, x := range s.seen {
		if age := since(at, x.last); age >= d.span || age <= -d.span {
			continue
		}
		if x.value == v {
			known = len(live)
		}
		live = append(live, x)
		if x.last < live[oldest].last {
			oldest = len(live) - 1
		}
	}
	before = len(live)
	switch {
	case known >= 0:
		live[known].last = max(live[known].last, at)
	case len(live) < d.values:
		live = append(live, sight[V]{v, at})
	default:
		live[oldest] = sight[V]{v, at}
	}
	s.seen = live
	return s, before, len(live)
}

// All calls f with each value that k had in the span that ended when k was last added to.
func (d *Distinct[K, V]) All(k K, f func(V)) {
	if s := d.keys.Peek(k); s != nil {
		for _, x := range s.seen {
			f(x.value)
		}
	}
}

// Reset forgets the values of k.
func (d *Distinct[K, V]) Reset(k K) { d.keys.Delete(k) }

// Evicted returns how many keys had to make room.
func (d *Distinct[K, V]) Evicted() uint64 { return d.keys.Evicted() }

// DistinctAlarm counts as Distinct does, exactly up to twice its limit, and rings as Alarm does.
type DistinctAlarm[K, V comparable] struct {
	limit int
	again time.Duration
	*Distinct[K, V]
}

// NewDistinctAlarm returns an alarm that rings when a key has limit different values in span, and every again while
// it does, for at most keys keys.
func NewDistinctAlarm[K, V comparable](limit int, span, again time.Duration, keys int) *DistinctAlarm[K, V] {
	return &DistinctAlarm[K, V]{limit: limit, again: again, Distinct: NewDistinct[K, V](2*limit, span, keys)}
}

// Add notes that k had the value v, returns how many it had in the span that ends at at, and whether to speak of it.
func (a *DistinctAlarm[K, V]) Add(k K, v V, at time.Duration) (count int, ring bool) {
	s, before, count := a.add(k, v, at)
	ring = s.ring(before, count, a.limit, at, a.again)
	if ring {
		a.keys.Promote(k)
	}
	return count, ring
}
