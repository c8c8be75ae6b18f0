package dot11

import (
	"encoding/binary"
	"iter"
)

// P2PAttribute is one attribute of Wi-Fi Direct (Wi-Fi Alliance, Wi-Fi Peer-to-Peer 1.9 §4.1.1).
type P2PAttribute struct {
	ID     uint8
	Length int    // as the attribute says
	Data   []byte // what of it lies in the element in which it begins
	Whole  bool   // the elements have all of it
}

// Attributes of Wi-Fi Direct.
const (
	P2PCapability      = 2  // §4.1.4
	P2PDeviceID        = 3  // §4.1.5, in beacons
	P2PNoticeOfAbsence = 12 // §4.1.14: when a group owner sleeps
	P2PDeviceInfo      = 13 // §4.1.15, in probe responses
)

// GroupOwner returns the device address of the group owner that the frame is from, and whether it is from one that says so.
func (e *Elements) GroupOwner() (device Addr, ok bool) {
	const ownerBit = 1 // of the group capability bitmap, the second octet
	owner := false
	for a := range e.P2P() {
		switch {
		case a.ID == P2PCapability && len(a.Data) == 2:
			owner = a.Data[1]&ownerBit != 0
		case (a.ID == P2PDeviceID || a.ID == P2PDeviceInfo) && len(a.Data) >= len(device):
			device = Addr(a.Data)
		}
	}
	if !owner || !device.IsStation() {
		return Addr{}, false
	}
	return device, true
}

// P2P yields the attributes of Wi-Fi Direct. Several elements are one list, in which an attribute may go on in the next.
func (e *Elements) P2P() iter.Seq[P2PAttribute] {
	return func(yield func(P2PAttribute) bool) {
		s := p2pStream{elements: e}
		for {
			var head [3]byte // id, length
			for i := range head {
				if len(s.d) == 0 && !s.next() {
					return
				}
				head[i], s.d = s.d[0], s.d[1:]
			}
			a := P2PAttribute{ID: head[0], Length: int(binary.LittleEndian.Uint16(head[1:]))}
			a.Data, a.Whole = s.take(a.Length)
			if !yield(a) || !a.Whole {
				return
			}
		}
	}
}

// p2pStream reads through the elements of Wi-Fi Direct.
type p2pStream struct {
	elements *Elements
	i        int    // where to look for the next element
	d        []byte // rest of the present one
}

// next goes to the next element that has content.
func (s *p2pStream) next() bool {
	const headLen = 4 // OUI, type
	for {
		i := s.elements.next(s.i, ElementVendor)
		if i < 0 {
			return false
		}
		s.i = i + 1
		if d := s.elements.data(i); isP2P(d) && len(d) > headLen {
			s.d = d[headLen:]
			return true
		}
	}
}

// take passes over n octets and returns those in the element where they begin, and whether all are there.
func (s *p2pStream) take(n int) (first []byte, whole bool) {
	if n > 0 && len(s.d) == 0 {
		s.next()
	}
	first = s.d[:min(n, len(s.d))]
	for n > len(s.d) {
		n -= len(s.d)
		s.d = nil
		if !s.next() {
			return first, false
		}
	}
	s.d = s.d[n:]
	return first, true
}
