package remoteid

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// Errors of Decode.
var (
	// ErrShort says that a message or a pack is cut off.
	ErrShort = errors.New("remote ID message is cut off")
	// ErrFormat says that what was given is no message, nor a pack of any.
	ErrFormat = errors.New("no remote ID message")
)

// Parts says which parts a Report has.
type Parts uint8

// Parts. A part that says that it knows nothing is none.
const (
	HasID Parts = 1 << iota
	HasPosition
	HasHeight
	HasOperator   // its position
	HasOperatorID // what an authority knows it by
)

// Sizes and units (F3411-22a §5.4.5).
const (
	idLen         = 20 // of identifiers
	messageLen    = 25
	maxMessages   = 9   // of a pack
	unknownHeight = 0   // in units of half a metre from -1000 m
	perDegree     = 1e7 // of positions
)

// IDType says what the identifier of a drone is (F3411-22a table 5).
type IDType uint8

// IDTypes.
const (
	NoID         IDType = iota
	SerialNumber        // of its maker, ANSI/CTA-2063-A
	Registration        // with the authority for aviation
	FlightUUID          // given for a flight, by a service for traffic management
	Session             // given for a flight, by another service
)

// Status of a drone (F3411-22a table 6).
type Status uint8

// Statuses.
const (
	Undeclared Status = iota
	OnGround
	Airborne
	Emergency
	Failure // of what tells of the drone
)

// Name is an identifier, padded with zeros.
type Name [idLen]byte

// Text returns n without the padding. It points into n.
func (n *Name) Text() []byte { return bytes.TrimRight(n[:], "\x00 ") }

// Position is one in degrees times 10^7, north and east.
type Position struct{ Latitude, Longitude int32 }

// Degrees returns p in degrees.
func (p Position) Degrees() (latitude, longitude float64) {
	return float64(p.Latitude) / perDegree, float64(p.Longitude) / perDegree
}

// isKnown reports whether p is on earth, and is not the point that stands for none.
func (p Position) isKnown() bool {
	return p != Position{} && p.Latitude >= -90*perDegree && p.Latitude <= 90*perDegree &&
		p.Longitude >= -180*perDegree && p.Longitude <= 180*perDegree
}

// Report is what was told of a drone.
type Report struct {
	Has Parts

	IDType IDType
	ID     Name
	Status Status // Undeclared as well if nothing was told

	Position Position
	Height   float32 // metres above the ground or the place of take-off; both are in use

	Operator   Position // of the pilot or, if it does not say, of the take-off
	OperatorID Name
}

// Decode replaces *r with the message or the pack that b begins with. It allocates nothing.
func (r *Report) Decode(b []byte) error {
	const (
		pack     = 0xf
		packHead = 3 // type, size of messages, their number
	)
	*r = Report{}
	if len(b) < packHead {
		return ErrShort
	}
	if b[0]>>4 != pack {
		return r.message(b)
	}
	count := int(b[2])
	if b[1] != messageLen || count > maxMessages {
		return ErrFormat
	}
	for b = b[packHead:]; count > 0; count-- {
		if err := r.message(b); err != nil {
			return err
		}
		b = b[messageLen:]
	}
	return nil
}

// message adds the message that b begins with. Those that tell nothing of who flies what and where are passed over.
func (r *Report) message(b []byte) error {
	if len(b) < messageLen {
		return ErrShort
	}
	switch b[0] >> 4 {
	case 0:
		r.basicID(b)
	case 1:
		r.location(b)
	case 2, 3: // authentication, what the flight is for
	case 4:
		r.operator(b)
	case 5:
		r.OperatorID, r.Has = Name(b[2:]), r.Has|HasOperatorID
		if r.OperatorID == (Name{}) {
			r.Has &^= HasOperatorID
		}
	default:
		return ErrFormat
	}
	return nil
}

// basicID reads who flies. Of several identifiers that a pack may have the first counts.
func (r *Report) basicID(b []byte) {
	if typ, id := IDType(b[1]>>4), Name(b[2:]); r.Has&HasID == 0 && typ != NoID && id != (Name{}) {
		r.IDType, r.ID, r.Has = typ, id, r.Has|HasID
	}
}

// location reads where the drone is (F3411-22a table 6 and 7).
func (r *Report) location(b []byte) {
	r.Status = Status(b[1] >> 4)
	if p := position(b[5:]); p.isKnown() {
		r.Position, r.Has = p, r.Has|HasPosition
	}
	if h := binary.LittleEndian.Uint16(b[17:]); h != unknownHeight {
		r.Height, r.Has = float32(h)/2-1000, r.Has|HasHeight
	}
}

// operator reads where whoever flies the drone is.
func (r *Report) operator(b []byte) {
	if p := position(b[2:]); p.isKnown() {
		r.Operator, r.Has = p, r.Has|HasOperator
	}
}

func position(b []byte) Position {
	return Position{int32(binary.LittleEndian.Uint32(b)), int32(binary.LittleEndian.Uint32(b[4:]))}
}

// Merge adds to r what n, a later report of the same drone, tells.
func (r *Report) Merge(n *Report) {
	if n.Has&HasID != 0 {
		r.IDType, r.ID = n.IDType, n.ID
	}
	if n.Has&HasPosition != 0 {
		r.Position = n.Position
	}
	if n.Status != Undeclared {
		r.Status = n.Status
	}
	if n.Has&HasHeight != 0 {
		r.Height = n.Height
	}
	if n.Has&HasOperator != 0 {
		r.Operator = n.Operator
	}
	if n.Has&HasOperatorID != 0 {
		r.OperatorID = n.OperatorID
	}
	r.Has |= n.Has
}
