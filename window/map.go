package window

import (
	"hash/maphash"
	"iter"
)

// Map holds at most a fixed number of keys. When it is full a new key takes the place of the one that was touched
// longest ago among those that were touched seldom, so that a flood of new keys evicts its own; only when there is none
// of these, of all. Keys that are promoted go last.
type Map[K comparable, V any] struct {
	seed    maphash.Seed
	small   bool    // of the keys, see isSmall
	index   []int32 // open addressing; place in entries plus one, 0: free
	entries []entry[K, V]
	free    int32 // first unused entry, linked by next; -1: none
	latest  int32 // the entry found last, -1: none. The same key is often asked for several times in a row
	lists   [segments]list
	evicted uint64
	onEvict func(K, *V)
}

type entry[K comparable, V any] struct {
	key        K
	value      V
	hash       uint32
	prev, next int32
	touches    uint8
	segment    segment
}

type segment uint8

const (
	strangers segment = iota // touched seldom
	regulars                 // touched often
	promoted
	segments
)

// oftenTouched is how many touches make a regular of a stranger.
const oftenTouched = 4

// list is a doubly linked list of entries, newest first.
type list struct {
	head, tail int32
	length     int
}

// NewMap returns a map of at most keys entries; keys below 1 counts as 1.
func NewMap[K comparable, V any](keys int) *Map[K, V] {
	keys = max(keys, 1)
	size := 2
	for size < keys*2 {
		size *= 2
	}
	m := &Map[K, V]{seed: maphash.MakeSeed(), small: isSmall[K](), index: make([]int32, size), entries: make([]entry[K, V], keys), latest: -1}
	for i := range m.entries {
		m.entries[i].next = int32(i) + 1
	}
	m.entries[keys-1].next = -1
	for s := range m.lists {
		m.lists[s] = list{head: -1, tail: -1}
	}
	return m
}

// OnEvict has f called with each entry that gives way to a new key, before its place is used again.
func (m *Map[K, V]) OnEvict(f func(K, *V)) { m.onEvict = f }

// Len returns the number of keys held.
func (m *Map[K, V]) Len() int {
	return m.lists[strangers].length + m.lists[regulars].length + m.lists[promoted].length
}

// Evicted returns how many keys gave way to others.
func (m *Map[K, V]) Evicted() uint64 { return m.evicted }

// Get returns the value of k and touches it; nil if k is not held. The pointer is valid until k is evicted or deleted.
func (m *Map[K, V]) Get(k K) *V {
	i := m.place(k)
	if i < 0 {
		return nil
	}
	m.touch(i)
	return &m.entries[i].value
}

// Peek is Get without a touch.
func (m *Map[K, V]) Peek(k K) *V {
	i := m.place(k)
	if i < 0 {
		return nil
	}
	return &m.entries[i].value
}

// Put returns the value of k and touches it; created says that k was not held, and that the value is zero.
func (m *Map[K, V]) Put(k K) (v *V, created bool) {
	if i := m.latest; i >= 0 && m.entries[i].key == k {
		m.touch(i)
		return &m.entries[i].value, false
	}
	h := m.hash(k)
	i, at := m.find(k, h)
	if i >= 0 {
		m.latest = i
		m.touch(i)
		return &m.entries[i].value, false
	}
	if m.free < 0 {
		m.evict()
		_, at = m.find(k, h)
	}
	i = m.free
	e := &m.entries[i]
	m.free = e.next
	*e = entry[K, V]{key: k, hash: h, touches: 1}
	m.index[at] = i + 1
	m.push(i, strangers)
	return &e.value, true
}

// Promote pins k, if it is held: it goes last, until more than half of all keys are promoted; then the promoted key touched longest ago
// becomes a regular one.
func (m *Map[K, V]) Promote(k K) {
	i := m.place(k)
	if i < 0 || m.entries[i].segment == promoted {
		return
	}
	m.unlink(i)
	m.push(i, promoted)
	if m.lists[promoted].length > max(len(m.entries)/2, 1) {
		m.demote(promoted, regulars)
	}
	m.spare()
}

// Delete forgets k.
func (m *Map[K, V]) Delete(k K) {
	if i, at := m.find(k, m.hash(k)); i >= 0 {
		m.remove(i, at)
	}
}

// All yields the keys and values held, in no order that means anything. The map must not be changed meanwhile.
func (m *Map[K, V]) All() iter.Seq2[K, *V] {
	return func(yield func(K, *V) bool) {
		for _, l := range m.lists {
			for i := l.head; i >= 0; i = m.entries[i].next {
				if !yield(m.entries[i].key, &m.entries[i].value) {
					return
				}
			}
		}
	}
}

// place returns the place of k in entries, or -1.
func (m *Map[K, V]) place(k K) int32 {
	if i := m.latest; i >= 0 && m.entries[i].key == k {
		return i
	}
	if m.Len() == 0 {
		return -1
	}
	i, _ := m.find(k, m.hash(k))
	if i >= 0 {
		m.latest = i
	}
	return i
}

func (m *Map[K, V]) hash(k K) uint32 { return hash(m.seed, k, m.small) }

// find returns the place of k in entries, or -1, and its place in the index or the free one where it would be.
func (m *Map[K, V]) find(k K, h uint32) (i int32, at uint32) {
	mask := uint32(len(m.index) - 1)
	for at = h & mask; ; at = (at + 1) & mask {
		i = m.index[at] - 1
		if i < 0 {
			return -1, at
		}
		if e := &m.entries[i]; e.hash == h && e.key == k {
			return i, at
		}
	}
}

func (m *Map[K, V]) touch(i int32) {
	e := &m.entries[i]
	if e.touches < oftenTouched {
		e.touches++
	}
	s := e.segment
	if s == strangers && e.touches >= oftenTouched {
		s = regulars
	}
	if s == e.segment && m.lists[s].head == i {
		return
	}
	m.unlink(i)
	m.push(i, s)
	m.spare()
}

// spare leaves a quarter of the places to strangers: a new key must be able to become known.
func (m *Map[K, V]) spare() {
	for m.lists[regulars].length > 0 && m.lists[regulars].length+m.lists[promoted].length > max(len(m.entries)*3/4, 1) {
		m.demote(regulars, strangers)
	}
}

// demote moves the entry touched longest ago.
func (m *Map[K, V]) demote(from, to segment) {
	i := m.lists[from].tail
	m.unlink(i)
	m.entries[i].touches = 1
	m.push(i, to)
}

// evict makes room for one key.
func (m *Map[K, V]) evict() {
	for s := strangers; s < segments; s++ {
		if i := m.lists[s].tail; i >= 0 {
			e := &m.entries[i]
			if m.onEvict != nil {
				m.onEvict(e.key, &e.value)
			}
			_, at := m.find(e.key, e.hash)
			m.remove(i, at)
			m.evicted++
			return
		}
	}
}

// remove frees entry i, which the index names at place at, and closes the gap that it leaves in the index.
func (m *Map[K, V]) remove(i int32, at uint32) {
	m.unlink(i)
	if m.latest == i {
		m.latest = -1
	}
	m.entries[i] = entry[K, V]{next: m.free}
	m.free = i
	mask := uint32(len(m.index) - 1)
	gap := at
	for next := (at + 1) & mask; m.index[next] != 0; next = (next + 1) & mask {
		home := m.entries[m.index[next]-1].hash & mask
		if (next-home)&mask >= (next-gap)&mask {
			m.index[gap] = m.index[next]
			gap = next
		}
	}
	m.index[gap] = 0
}

func (m *Map[K, V]) push(i int32, s segment) {
	l, e := &m.lists[s], &m.entries[i]
	e.segment, e.prev, e.next = s, -1, l.head
	if l.head >= 0 {
		m.entries[l.head].prev = i
	} else {
		l.tail = i
	}
	l.head = i
	l.length++
}

func (m *Map[K, V]) unlink(i int32) {
	e := &m.entries[i]
	l := &m.lists[e.segment]
	if e.prev >= 0 {
		m.entries[e.prev].next = e.next
	} else {
		l.head = e.next
	}
	if e.next >= 0 {
		m.entries[e.next].prev = e.prev
	} else {
		l.tail = e.prev
	}
	l.length--
}
