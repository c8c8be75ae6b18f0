package fragattack

import (
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// packet is one that is sent in fragments.
type packet struct {
	pair
	sequence uint16
	tid      uint8
}

// fragment is one of a packet.
type fragment struct {
	at        time.Duration
	frame     uint64 // 0: there is none
	pn        uint64 // 0 if it has none
	number    uint8
	key       uint8
	encrypted bool
}

// fragments are the last of a packet and the one before it, of which there may be copies.
type fragments struct{ last, before fragment }

// add returns the fragment with which now is to be compared.
func (s *fragments) add(now fragment, hold time.Duration) fragment {
	switch {
	case s.last.frame == 0 || (now.at-s.last.at).Abs() > hold:
		*s = fragments{last: now}
	case now.number > s.last.number:
		s.last, s.before = now, s.last
	case now.encrypted != s.last.encrypted:
		return s.last
	case now.number < s.last.number:
		return fragment{}
	}
	return s.before
}

// fragment compares a fragment with the one before it.
func (d *detector) fragment(o *tocsin.Observation, air *track.Sight) evidence {
	f := o.Frame
	if f.Addr1.IsGroup() {
		if f.IsProtected() || !hasHeader(f.Body) {
			return evidence{} // noise, or what a fuzzer made: it is no packet to anybody
		}
		return evidence{sign: toGroup}
	}
	p := pair{f.Addr2, f.Addr1}
	now := fragment{at: o.Time, frame: o.Number, number: f.Fragment, encrypted: f.IsProtected()}
	now.pn, now.key, _ = f.PacketNumber()
	v, _ := d.fragments.Put(packet{p, f.Sequence, tid(f)})
	before := v.add(now, d.limits.Hold)
	e := evidence{frame: before.frame, pn: now.pn, before: before.pn}
	consecutive := now.number == before.number+1 && before.pn != 0
	switch {
	case before.frame != 0 && before.encrypted != now.encrypted:
		e.sign = mixedClear
	case !now.encrypted:
		if hasHeader(f.Body) && d.isEncrypted(p, o.Time, station(f, air)) {
			e.sign = clearFragment
		}
	case consecutive && now.pn != 0 && (now.key != before.key || d.rekeyed(f, before.at)):
		e.sign = mixedKeys
	case consecutive && now.pn != 0 && now.pn != before.pn+1:
		e.sign = gap
	default:
		return d.encrypted(o, air)
	}
	return e
}

// rekeyed reports whether the two of f agreed on a key after at.
func (d *detector) rekeyed(f *dot11.Frame, at time.Duration) bool {
	h := d.handshakes.Peek(stationFirst(f))
	return h != nil && h.last > at
}

// stationFirst returns the two of f, the access point last.
func stationFirst(f *dot11.Frame) pair {
	if f.Addr2 == f.BSSID {
		return pair{f.Addr1, f.Addr2}
	}
	return pair{f.Addr2, f.Addr1}
}

// tid returns the traffic identifier, for each of which packets are numbered by themselves; 16 if there is none.
func tid(f *dot11.Frame) uint8 {
	if !f.Kind.IsQoS() {
		return 16
	}
	return uint8(f.QoS & 0xf)
}
