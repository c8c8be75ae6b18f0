package dot11

import "bytes"

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
	c, known := curveOf(s.Group)
	switch {
	case zero || one:
		return SAEScalarTrivial
	case nothing:
		return SAEElementZero
	case neutral && len(s.Element) >= len(s.Scalar) && !s.isCurve():
		return SAEElementOne
	case known && string(s.Scalar) >= c.order:
		return SAEScalarRange
	case known && (string(s.Element[:len(c.prime)]) >= c.prime || string(s.Element[len(c.prime):]) >= c.prime):
		return SAEElementRange
	}
	return SAESound
}

// OffCurve reports whether the element of a commit is no point of the curve of group 19, 20 or 21. It takes tens of
// microseconds.
func (s *SAE) OffCurve() bool {
	c, ok := curveOf(s.Group)
	half := len(s.Element) / 2
	return ok && half > 0 && !c.has(s.Element[:half], s.Element[half:])
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
