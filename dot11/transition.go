package dot11

import "encoding/binary"

// BTMRequest holds the fields of a BSS transition management request (802.11-2020 §9.6.13.9).
type BTMRequest struct {
	Token         uint8
	Mode          uint8
	DisassocTimer uint16 // beacon intervals; 0: not decided
	Validity      uint8  // beacon intervals
}

// Bits of the request mode.
const (
	BTMPreferred    = 0x01 // a list of candidates is included
	BTMAbridged     = 0x02
	BTMDisassoc     = 0x04 // disassociation is imminent
	BTMTermination  = 0x08 // the BSS will end
	BTMESSImminent  = 0x10 // disassociation from the whole network is imminent; a URL follows
	btmRequestWhole = 7    // octets up to the end of the fixed fields
)

// BTMRequest returns the fields of an unprotected BSS transition management request, and whether the frame is one.
func (f *Frame) BTMRequest() (r BTMRequest, ok bool) {
	if f.Fixed.Category != WNM || f.Fixed.Action != ActionBTMRequest || len(f.Body) < btmRequestWhole {
		return r, false
	}
	b := f.Body
	return BTMRequest{b[2], b[3], binary.LittleEndian.Uint16(b[4:]), b[6]}, f.Kind == Action
}
