package dot11

import (
	"bytes"
	"crypto/ecdh"
)

// SAEFault is why nobody who keeps to the standard sends a commit (802.11-2020 §12.4.5.4, §12.4.7.4).
type SAEFault uint8

// Faults. Each lets who sends it know the key, or leave a careless program's limits.
const (
	SAESound         SAEFault = iota
	SAEShort                  // scalar and element of the group do not fit into the frame
	SAEScalarTrivial          // the scalar is 0 or 1
	SAEScalarRange            // the scalar is not below the order of the group
	SAEElementZero            // all octets of the element are 0
	SAEElementOne             // the element is the neutral one
	SAEElementRange           // a coordinate is not below the prime
	SAEOffCurve               // the element is no point of the curve
)

// saeFaults is indexed by fault.
var saeFaults = [...]string{
	"sound", "fields cut off", "scalar 0 or 1", "scalar not below the order of the group", "element 0", "element 1",
	"coordinate not below the prime", "element not on the curve",
}

func (x SAEFault) String() string { return saeFaults[x] }

// Fault returns what is wrong with a commit as far as it shows without arithmetic. The ranges are known for the curves
// in use: groups 19, 20 and 21.
func (s *SAE) Fault() SAEFault {
	if s.Scalar == nil {
		if scalar, _ := groupLens(s.Group); scalar != 0 {
			return SAEShort
		}
		return SAESound
	}
	zero, one := small(s.Scalar)
	nothing, neutral := small(s.Element)
	switch order, prime := s.bounds(); {
	case zero || one:
		return SAEScalarTrivial
	case nothing:
		return SAEElementZero
	case neutral && len(s.Element) >= len(s.Scalar) && !s.isCurve():
		return SAEElementOne
	case order != "" && string(s.Scalar) >= order:
		return SAEScalarRange
	case prime != "" && (string(s.Element[:len(prime)]) >= prime || string(s.Element[len(prime):]) >= prime):
		return SAEElementRange
	}
	return SAESound
}

// OffCurve reports whether the element of a commit is no point of the curve of group 19, 20 or 21. It takes tens of
// microseconds and allocates.
func (s *SAE) OffCurve() bool {
	var curve ecdh.Curve
	switch {
	case s.Element == nil:
		return false
	case s.Group == 19:
		curve = ecdh.P256()
	case s.Group == 20:
		curve = ecdh.P384()
	case s.Group == 21:
		curve = ecdh.P521()
	default:
		return false
	}
	const uncompressed = 4 // SEC 1 §2.3.3
	var point [1 + 132]byte
	point[0] = uncompressed
	_, err := curve.NewPublicKey(point[:1+copy(point[1:], s.Element)])
	return err != nil
}

func (s *SAE) isCurve() bool { return s.Group >= 19 && s.Group <= 21 || s.Group >= 25 && s.Group <= 30 }

// small reports whether the number b is 0 or 1.
func small(b []byte) (zero, one bool) {
	last := len(b) - 1
	if bytes.Trim(b[:last], "\x00") != nil {
		return false, false
	}
	return b[last] == 0, b[last] == 1
}

// bounds returns the order of the group and the prime of its field, big endian: those of P-256, P-384 and P-521 (RFC
// 5903); empty for other groups.
func (s *SAE) bounds() (order, prime string) {
	const (
		f4  = "\xff\xff\xff\xff"
		f8  = f4 + f4
		f24 = f8 + f8 + f8
		f64 = f24 + f24 + f8 + f8
		z4  = "\x00\x00\x00\x00"
	)
	switch s.Group {
	case 19:
		return f4 + z4 + f8 + "\xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51",
			f4 + "\x00\x00\x00\x01" + z4 + z4 + z4 + f8 + f4
	case 20:
		return f24 + "\xc7\x63\x4d\x81\xf4\x37\x2d\xdf\x58\x1a\x0d\xb2\x48\xb0\xa7\x7a\xec\xec\x19\x6a\xcc\xc5\x29\x73",
			f24 + f4 + f4[:3] + "\xfe" + f4 + z4 + z4 + f4
	case 21:
		return "\x01\xff" + f24 + f4 + f4[:3] + "\xfa\x51\x86\x87\x83\xbf\x2f\x96\x6b\x7f\xcc\x01\x48\xf7\x09\xa5\xd0\x3b\xb5\xc9\xb8\x89\x9c\x47\xae\xbb\x6f\xb7\x1e\x91\x38\x64\x09",
			"\x01\xff" + f64
	}
	return "", ""
}
