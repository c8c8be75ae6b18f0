package window

import "time"

// Set remembers when keys were seen.
type Set[K comparable] struct {
	span time.Duration
	keys *Map[K, time.Duration]
}

// NewSet returns a set that remembers at most keys keys for span.
func NewSet[K comparable](span time.Duration, keys int) *Set[K] {
	return &Set[K]{span: span, keys: NewMap[K, time.Duration](keys)}
}

// Add reports whether k was not seen within the last span. Each sight counts: a key that keeps coming is
// new once, and again only after a silence.
func (s *Set[K]) Add(k K, at time.Duration) bool {
	last, created := s.keys.Put(k)
	if created || s.past(*last, at) {
		*last = at
		return true
	}
	*last = max(*last, at)
	return false
}

// Once reports whether it did not report so for k within the last span: true once a span however often k comes.
// A set is used either by Once or by Add.
func (s *Set[K]) Once(k K, at time.Duration) bool {
	last, created := s.keys.Put(k)
	if created || s.past(*last, at) {
		*last = at
		return true
	}
	return false
}

// Has reports whether k was seen within the last span.
func (s *Set[K]) Has(k K, at time.Duration) bool {
	last := s.keys.Peek(k)
	return last != nil && !s.past(*last, at)
}

// Remove forgets k.
func (s *Set[K]) Remove(k K) { s.keys.Delete(k) }

// Evicted returns how many keys had to make room.
func (s *Set[K]) Evicted() uint64 { return s.keys.Evicted() }

// past reports whether last is a span away from at.
func (s *Set[K]) past(last, at time.Duration) bool {
	d := since(at, last)
	return d >= s.span || d <= -s.span
}
