package dot11

import (
	"encoding/binary"
	"iter"
)

// IsAMSDU reports whether the body of a QoS data frame is a list of MSDUs (802.11-2020 §9.2.4.5.9).
func (f *Frame) IsAMSDU() bool {
	const present = 0x0080
	return f.Kind.IsQoS() && f.Kind.HasBody() && f.QoS&present != 0
}

// Subframe is one MSDU of an A-MSDU. EtherType and Payload are 0 and nil if it does not begin with LLC and SNAP.
type Subframe struct {
	Dest, Source Addr
	EtherType    uint16
	Payload      []byte
}

// Subframes yields the MSDUs of an unprotected, unfragmented A-MSDU up to the first that is cut off, and nothing
// for other frames (802.11-2020 §9.3.2.2.2).
func (f *Frame) Subframes() iter.Seq[Subframe] {
	return func(yield func(Subframe) bool) {
		if !f.IsAMSDU() || f.IsProtected() || f.Control&MoreFrag != 0 || f.Fragment != 0 {
			return
		}
		for b := f.Body; len(b) >= subframeHeader; {
			n := subframeHeader + int(binary.BigEndian.Uint16(b[12:]))
			if n > len(b) {
				return
			}
			s := Subframe{Dest: Addr(b[:6]), Source: Addr(b[6:12])}
			if llc := b[subframeHeader:n]; len(llc) >= 8 && isSNAP(llc) {
				s.EtherType, s.Payload = binary.BigEndian.Uint16(llc[6:]), llc[8:]
			}
			if !yield(s) {
				return
			}
			b = b[min(len(b), (n+3)&^3):]
		}
	}
}

// MSDUs yields what an unprotected data frame carries behind LLC and SNAP: the MSDU of an ordinary frame with its own source and
// destination, or those of an A-MSDU. Of a protected one, and of all fragments but the first, it yields nothing.
func (f *Frame) MSDUs() iter.Seq[Subframe] {
	return func(yield func(Subframe) bool) {
		if f.EtherType != 0 {
			yield(Subframe{Dest: f.Destination(), Source: f.Source(), EtherType: f.EtherType, Payload: f.Payload})
			return
		}
		if !f.IsAMSDU() {
			return
		}
		for s := range f.Subframes() {
			if s.EtherType != 0 && !yield(s) {
				return
			}
		}
	}
}

const subframeHeader = 14 // DA, SA, Length

// wholeAMSDU reports whether subframes fill b to its end, but for padding.
func wholeAMSDU(b []byte) bool {
	for len(b) > 3 {
		if len(b) < subframeHeader {
			return false
		}
		n := subframeHeader + int(binary.BigEndian.Uint16(b[12:]))
		if n > len(b) {
			return false
		}
		b = b[min(len(b), (n+3)&^3):]
	}
	return true
}
