package dot11

import "encoding/binary"

// Algorithm and transactions of SAE authentication (802.11-2020 §9.4.1.1, §12.4.7.4).
const (
	AuthSAE    = 3
	SAECommit  = 1
	SAEConfirm = 2
)

// SAE holds what an SAE commit or confirm says in the open (802.11-2020 §9.3.3.11, §12.4.7.4). A frame that refuses
// one has nothing but its status, and the group if that is the reason.
type SAE struct {
	Group   uint16 // finite cyclic group; 0 in a confirm
	Token   []byte // anti-clogging token that is asked for or shown; nil if none
	Scalar  []byte // of a commit; nil if the group is unknown or a field is cut off
	Element []byte // FFE of a commit, likewise
	Confirm uint16 // send-confirm counter
}

// SAE returns what an SAE authentication frame says, and whether f is one.
func (f *Frame) SAE() (s SAE, ok bool) {
	const fixed = 6
	if f.Kind != Auth || f.IsProtected() || f.Fixed.AuthAlgorithm != AuthSAE || len(f.Body) < fixed {
		return s, false
	}
	b := f.Body[fixed:]
	commit := f.Fixed.AuthTransaction == SAECommit
	if !commit && f.Fixed.AuthTransaction != SAEConfirm {
		return s, false
	}
	if len(b) < 2 {
		return s, true
	}
	first := binary.LittleEndian.Uint16(b)
	if !commit {
		s.Confirm = first
		return s, true
	}
	s.Group = first
	switch f.Fixed.Status {
	case StatusSuccess:
		s.readCommit(b[2:])
	case StatusHashToElement, StatusSAEPK:
		s.readDirect(b[2:])
	case StatusAntiClogging:
		s.Token = b[2:]
		if token, ok := tokenElement(b[2:]); ok {
			s.Token = token
		}
	}
	return s, true
}

// readCommit parts a commit made by hunting and pecking: token, scalar, element, and maybe a password identifier in an
// element. The token has no length of its own: it is what is more.
func (s *SAE) readCommit(b []byte) {
	scalar, element, ok := s.lengths(b)
	if !ok {
		return
	}
	whole := scalar + element
	more := len(b) - whole
	for token := range more + 1 {
		if isElementList(b[token+whole:]) && (token == 0 || token == more || b[token+whole+2] == ExtPasswordIdentifier) {
			more = token
			break
		}
	}
	if more > 0 {
		s.Token = b[:more:more]
	}
	s.cut(b[more:], scalar, element)
}

// readDirect parts a commit made by hash to element (§12.4.4.2.3): elements follow scalar and element.
func (s *SAE) readDirect(b []byte) {
	scalar, element, ok := s.lengths(b)
	if !ok {
		return
	}
	s.cut(b, scalar, element)
	if token, ok := tokenElement(b[scalar+element:]); ok {
		s.Token = token
	}
}

// lengths returns those of scalar and element in b, and whether both fit. Programs in use write the scalar of a
// subgroup as long as its prime.
func (s *SAE) lengths(b []byte) (scalar, element int, ok bool) {
	scalar, element = groupLens(s.Group)
	if scalar == 0 {
		return 0, 0, false
	}
	if isSubgroup(s.Group) && len(b) >= 2*element {
		scalar = element
	}
	return scalar, element, len(b) >= scalar+element
}

func (s *SAE) cut(b []byte, scalar, element int) {
	s.Scalar, s.Element = b[:scalar:scalar], b[scalar:scalar+element:scalar+element]
}

// tokenElement returns the content of the Anti-Clogging Token Container element in b (§9.4.2.247).
func tokenElement(b []byte) ([]byte, bool) {
	for isElement(b) {
		n := 2 + int(b[1])
		if b[1] > 0 && b[2] == ExtAntiCloggingToken {
			return b[3:n:n], true
		}
		b = b[n:]
	}
	return nil, false
}

// isElementList reports whether elements with extended ids fill b.
func isElementList(b []byte) bool {
	for isElement(b) {
		b = b[2+int(b[1]):]
	}
	return len(b) == 0
}

func isElement(b []byte) bool {
	return len(b) >= 2 && b[0] == ElementExtension && 2+int(b[1]) <= len(b)
}

// groupLens returns the octets of scalar and element of a group (IANA, IKEv2 transform type 4; §9.4.1.38, §9.4.1.39), 0
// if it is of another kind.
func groupLens(group uint16) (scalar, element int) {
	switch group {
	case 1: // modulo a prime (RFC 2409, RFC 3526)
		return 96, 96
	case 2:
		return 128, 128
	case 5:
		return 192, 192
	case 14:
		return 256, 256
	case 15:
		return 384, 384
	case 16:
		return 512, 512
	case 17:
		return 768, 768
	case 18:
		return 1024, 1024
	case 22: // in a subgroup modulo a prime (RFC 5114)
		return 20, 128
	case 23:
		return 28, 256
	case 24:
		return 32, 256
	case 19, 28: // on a curve (RFC 5903, RFC 5114, RFC 6954)
		return 32, 64
	case 20, 29:
		return 48, 96
	case 21:
		return 66, 132
	case 25:
		return 24, 48
	case 26, 27:
		return 28, 56
	case 30:
		return 64, 128
	}
	return 0, 0
}

// isSubgroup reports whether group is one of RFC 5114's subgroups modulo a prime.
func isSubgroup(group uint16) bool { return group >= 22 && group <= 24 }

// IsSuitableGroup reports whether programs of today offer group: its prime has 3072 bits, or its curve 256 (§12.4.4.1), and
// it is no brainpool curve, because what those take gives the password away (CVE-2019-13377).
func IsSuitableGroup(group uint16) bool { return group >= 15 && group <= 21 }
