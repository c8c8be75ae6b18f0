// Package merge finds out which receptions are of one transmission: what several sensors hear is shown once.
//
// Two receptions are of one transmission if their octets are equal (the frame without radio header and FCS, so sequence number and
// retry bit count), their sensors differ, and so little time lies between them that nobody can have sent the same again. What
// one sensor hears twice was sent twice: of octets that are repeated, each sensor's next hearing belongs to the oldest transmission
// that it did not hear yet.
//
// # Order
//
// The first reception that arrives is shown at once, and nothing waits for others: an attack is told when it is known, and it is not known
// whether another sensor heard it as well. What comes later adds to who heard, and is otherwise passed over. A damaged reception
// is no reception: it neither is nor has copies, so an intact one that comes after it is shown.
//
// # Time
//
// The clocks of sensors differ. Beacons tell by how much: one with the same timestamp is the same transmission. Of two sensors the
// one that was heard of later follows the other, as soon as a few beacons agree; then their times can be compared closely, and
// Merger.First moves the time of an observation to the clock of the first sensor. Differences that cannot be seen for jitter are
// left alone.
//
// # Memory
//
// Nothing while there is one sensor; then 0.7 MB, whatever is heard. Up to 64 sensors are told apart; others share the place of one, and may
// count a frame once more.
//
// # Concurrency
//
// A Merger is used by one goroutine at a time.
package merge

import (
	"hash/maphash"
	"math/bits"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/dot11"
)

// Merger recognises further receptions of a transmission. It costs nothing until a second sensor is heard or expected. The zero value has heard none.
type Merger struct {
	started  bool
	only     uint16 // the sensor of all frames so far
	seed     maphash.Seed
	sets     []set     // nil while there is one sensor
	subjects []subject // nil as well
	sensors  [maxSensors]sensor
	heardOf  uint8    // how many sensors
	at       *subject // of the observation at hand; nil: it was damaged, or there is one sensor
	slot     uint8    // of its sensor
}

// The memory of transmissions. A set takes what a channel carries in the time that tools deliver late many times over.
const (
	setCount   = 2048
	ways       = 8
	maxSensors = 64 // that are told apart: one bit each
)

type set struct {
	ways [ways]transmission
	next uint8 // the way to use next
}

// transmission is one of the last, which heard its octets first.
type transmission struct {
	hash      uint64
	time      time.Duration // by the clock of the sensor that it came from first, which may be learnt to be wrong
	heard     uint64        // by which sensors; 0: the way is free
	frequency uint16        // MHz; 0: unknown, or it does not matter
	first     uint8         // that sensor
}

const (
	// apart is how far two transmissions of one frame on other channels lie at least: a strong one is heard on the channels beside its own.
	apart = 25 // MHz

	// reach is by how much clocks differ at most that are set by each other, and how late a copy of a beacon may come.
	reach = 5 * time.Second
)

// First reports whether o is the first reception of its transmission. Its time is moved to the clock of the first sensor.
func (m *Merger) First(o *tocsin.Observation) bool {
	if m.sets == nil && m.alone(o.Sensor) {
		return true
	}
	slot := uint8(o.Sensor % maxSensors)
	s := &m.sensors[slot]
	if s.order == 0 {
		m.heardOf++
		s.order = m.heardOf
	}
	s.number = o.Sensor
	o.Time = max(o.Time+s.clock.shift, 0)
	m.slot, m.at = slot, nil
	if o.Radio.FCS == dot11.FCSBad {
		return true
	}
	m.note(o, slot)
	return !m.heard(o, slot)
}

// alone reports whether no second sensor was heard, and prepares for it if it was.
func (m *Merger) alone(number uint16) bool {
	if !m.started {
		m.started, m.only = true, number
	}
	if number == m.only {
		return true
	}
	m.heardOf, m.sensors[m.only%maxSensors] = 1, sensor{number: m.only, order: 1}
	m.Expect()
	return false
}

// Expect says that there are several sensors, even if the first frames are all of one.
func (m *Merger) Expect() {
	if m.sets == nil {
		m.seed, m.sets, m.subjects = maphash.MakeSeed(), make([]set, setCount), make([]subject, subjectCount)
	}
}

// heard reports whether o is a further reception of a transmission, and remembers it.
func (m *Merger) heard(o *tocsin.Observation, slot uint8) bool {
	hash := maphash.Bytes(m.seed, o.Raw())
	s := &m.sets[hash%setCount]
	frequency := o.Radio.Frequency
	if o.BLE != nil {
		frequency = 0 // an advertisement is sent on three channels at once
	}
	f := s.find(hash, frequency, slot)
	if f.passed(o.Time, m) {
		return true
	}
	within, mark := m.sensors[slot].clock.tolerance(), false
	if f.ours == 0 && isMark(o) {
		within, mark = reach, true
	}
	if t := f.oldest(o.Time, within, m); t != nil {
		if mark {
			m.compare(t, o.Time, slot)
		}
		t.heard |= 1 << slot
		return true
	}
	*s.take() = transmission{hash: hash, time: o.Time - m.sensors[slot].clock.shift, heard: 1 << slot, frequency: frequency, first: slot}
	return false
}

// isMark reports whether no two transmissions can have the octets of o: it has the time at which it was sent.
func isMark(o *tocsin.Observation) bool {
	return o.Frame != nil && (o.Frame.Kind == dot11.Beacon || o.Frame.Kind == dot11.ProbeResp) && o.Frame.Fixed.TSF != 0
}

func (s *set) take() *transmission {
	t := &s.ways[s.next%ways]
	s.next++
	return t
}

// equals are the transmissions of a set that have the octets of a reception.
type equals struct {
	set   *set
	ours  uint8 // the ways that the sensor at hand heard, one bit each
	other uint8 // those that it did not hear
}

func (s *set) find(hash uint64, frequency uint16, slot uint8) equals {
	f := equals{set: s}
	for i := range s.ways {
		t := &s.ways[i]
		if t.hash != hash || t.heard == 0 || !near(t.frequency, frequency) {
			continue
		}
		if t.heard>>slot&1 != 0 {
			f.ours |= 1 << i
		} else {
			f.other |= 1 << i
		}
	}
	return f
}

func near(a, b uint16) bool {
	return a == 0 || b == 0 || max(a, b)-min(a, b) < apart
}

// oldest returns the oldest transmission that the sensor at hand did not hear, at most so far away or so far as its own
// sensor's clock is known; nil if there is none.
func (f equals) oldest(at, within time.Duration, m *Merger) (oldest *transmission) {
	for rest := f.other; rest != 0; rest &= rest - 1 {
		t := &f.set.ways[bits.TrailingZeros8(rest)]
		limit := max(within, m.sensors[t.first].clock.tolerance())
		if time := m.when(t); (at-time).Abs() <= limit && (oldest == nil || time < m.when(oldest)) {
			oldest = t
		}
	}
	return oldest
}

// passed reports whether the octets were repeated so fast by others that what was heard at a time is no longer remembered: an acknowledgement
// is the same each time.
func (f equals) passed(at time.Duration, m *Merger) bool {
	if bits.OnesCount8(f.ours|f.other) < ways-2 || bits.OnesCount8(f.other) < 2 {
		return false
	}
	first := time.Duration(1<<63 - 1)
	for rest := f.other; rest != 0; rest &= rest - 1 {
		first = min(first, m.when(&f.set.ways[bits.TrailingZeros8(rest)]))
	}
	return at < first && first-at <= reach
}

// when returns the time of t by the clock of the first sensor.
func (m *Merger) when(t *transmission) time.Duration { return t.time + m.sensors[t.first].clock.shift }

// compare tells the clock that follows the other what a beacon says of the two.
func (m *Merger) compare(t *transmission, at time.Duration, slot uint8) {
	if first, second := &m.sensors[t.first], &m.sensors[slot]; first.order < second.order {
		second.clock.learn(m.when(t) - at)
	} else {
		first.clock.learn(at - m.when(t))
	}
}
