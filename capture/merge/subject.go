package merge

import (
	"encoding/binary"
	"math/bits"
	"time"

	"github.com/tocsin-wids/tocsin"
)

// sensor is one radio.
type sensor struct {
	number uint16
	order  uint8 // in which the sensors were heard of, from 1; 0: not yet
	clock  offset
}

// subject is frames of one kind of one network, or of one sender where there is none, and who hears them.
type subject struct {
	key   uint64
	began time.Duration
	heard [2]uint64 // by which sensors, in the period that runs and in the one before
}

const (
	subjectBits  = 12
	subjectCount = 1 << subjectBits
	period       = 10 * time.Second
)

// note remembers that the sensor hears what o is about.
func (m *Merger) note(o *tocsin.Observation, slot uint8) {
	key := subjectOf(o)
	const odd = 0x9e3779b97f4a7c15 // spreads; who makes others share a place makes an alert name fewer sensors
	x := &m.subjects[key*odd>>(64-subjectBits)]
	passed := o.Time - x.began
	switch {
	case x.key != key || passed.Abs() >= 2*period:
		*x = subject{key: key, began: o.Time}
	case passed >= period:
		x.began, x.heard[1], x.heard[0] = o.Time, x.heard[0], 0
	}
	x.heard[0] |= 1 << slot
	m.at = x
}

func subjectOf(o *tocsin.Observation) uint64 {
	var who tocsin.MAC
	kind := uint16(0x100)
	if o.BLE != nil {
		who, _ = o.Sender()
		kind |= 0x200 | uint16(o.BLE.Kind)
	} else {
		kind |= uint16(o.Frame.Kind)
		if who = o.Frame.BSSID; !who.IsStation() {
			if who = o.Frame.Transmitter(); !who.IsStation() {
				who = o.Frame.Addr1
			}
		}
	}
	return uint64(kind)<<48 | uint64(binary.BigEndian.Uint16(who[:]))<<32 | uint64(binary.BigEndian.Uint32(who[2:]))
}

// Others returns the sensors that heard, beside the one of the observation that First was last asked of, frames of its kind in the
// name of the same network in the last ten seconds or up to twenty, that transmission included.
func (m *Merger) Others() (list []uint16) {
	if m.at == nil {
		return nil
	}
	for rest := (m.at.heard[0] | m.at.heard[1]) &^ (1 << m.slot); rest != 0; rest &= rest - 1 {
		list = append(list, m.sensors[bits.TrailingZeros64(rest)].number)
	}
	return list
}
