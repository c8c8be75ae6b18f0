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

// SAE holds what an SAE commit or confirm says in the open (802.11-2020 §12.4.7).
type SAE struct {
	Group   uint16 // finite cyclic group; 0 in a confirm
	Token   []byte // anti-clogging token of a commit made by hunting and pecking; nil if none
	Scalar  []byte // of a commit; nil if the group is unknown or a field is cut off
	Element []byte // FFE of a commit, likewise
	Confirm uint16 // send-confirm counter
}

// SAE returns what an SAE authentication frame says, and whether f is one.
func (f *Frame) SAE() (s SAE, ok bool) {
	const fixed, sae = 6, 3
	if f.Kind != Auth || f.IsProtected() || f.Fixed.AuthAlgorithm != sae || len(f.Body) < fixed+2 {
		return s, false
	}
	b := f.Body[fixed:]
	switch f.Fixed.AuthTransaction {
	case 1:
		s.Group = binary.LittleEndian.Uint16(b)
		b = b[2:]
		if f.Fixed.Status == StatusAntiClogging {
			s.Token = b
			return s, true
		}
		s.readCommit(b, f.Fixed.Status)
		return s, true
	case 2:
		s.Confirm = binary.LittleEndian.Uint16(b)
		return s, true
	}
	return s, false
}

// readCommit parts token, scalar and element. In a commit by hash to element the token comes behind them, in an
// element of its own; in one by hunting and pecking what is more than scalar and element is the token.
func (s *SAE) readCommit(b []byte, status uint16) {
	scalar, element := groupLens(s.Group)
	if scalar == 0 || len(b) < scalar+element {
		return
	}
	if status == StatusSuccess {
		if token := len(b) - scalar - element; token > 0 && !isElementList(b[scalar+element:]) {
			s.Token, b = b[:token:token], b[token:]
		}
	}
	s.Scalar, s.Element = b[:scalar:scalar], b[scalar:scalar+element:scalar+element]
}

// isElementList reports whether elements fill b, as a password identifier does behind a commit.
func isElementList(b []byte) bool {
	for len(b) >= 2 && b[0] == ElementExtension && 2+int(b[1]) <= len(b) {
		b = b[2+int(b[1]):]
	}
	return len(b) == 0
}

// groupLens returns the octets of scalar and element of an elliptic curve group (IANA, IKEv2 transform type 4), 0 if
// it is of another kind.
func groupLens(group uint16) (scalar, element int) {
	switch group {
	case 19, 28:
		return 32, 64
	case 20, 29:
		return 48, 96
	case 21:
		return 66, 132
	case 25:
		return 24, 48
	case 26:
		return 28, 56
	case 30:
		return 64, 128
	}
	return 0, 0
}
