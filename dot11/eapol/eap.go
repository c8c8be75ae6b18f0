package eapol

import (
	"encoding/binary"

	"github.com/tocsin-wids/tocsin/dot11/wps"
)

// Codes of EAP packets (RFC 3748 §4).
const (
	EAPRequest  = 1
	EAPResponse = 2
	EAPSuccess  = 3
	EAPFailure  = 4
)

// EAP method types.
const (
	EAPIdentity = 1
	EAPNak      = 3
	EAPMD5      = 4
	EAPGTC      = 6
	EAPTLS      = 13
	EAPLEAP     = 17
	EAPTTLS     = 21
	EAPPEAP     = 25
	EAPMSCHAPv2 = 26
	EAPFAST     = 43
	EAPExpanded = 254
)

// Vendor and type of Wi-Fi Protected Setup among the expanded types.
const (
	VendorWFA = 0x00372a
	typeWSC   = 1
)

// EAP is one EAP packet.
type EAP struct {
	Code       uint8
	ID         uint8
	Type       uint8  // 0 in success and failure
	Vendor     uint32 // of an expanded type
	VendorType uint32 // of an expanded type
	Data       []byte // what follows the type
}

// Decode replaces *e with the EAP packet at the start of b, which is the body of a packet of TypeEAP. On ErrShort *e
// has what there is.
func (e *EAP) Decode(b []byte) error {
	const (
		headLen     = 4 // code, identifier, length
		expandedLen = 7 // vendor, vendor type
	)
	*e = EAP{}
	if len(b) < headLen {
		return ErrShort
	}
	e.Code, e.ID = b[0], b[1]
	n := int(binary.BigEndian.Uint16(b[2:]))
	var err error
	if n < headLen || n > len(b) {
		n, err = len(b), ErrShort
	}
	if e.Code != EAPRequest && e.Code != EAPResponse {
		return err
	}
	if n == headLen {
		return ErrShort
	}
	e.Type, e.Data = b[headLen], b[headLen+1:n:n]
	if e.Type == EAPExpanded {
		if len(e.Data) < expandedLen {
			return ErrShort
		}
		e.Vendor, e.VendorType = binary.BigEndian.Uint32(e.Data)>>8, binary.BigEndian.Uint32(e.Data[3:])
		e.Data = e.Data[expandedLen:]
	}
	return err
}

// Identity returns the name that a client answers with, and whether this is such an answer.
func (e *EAP) Identity() ([]byte, bool) {
	return e.Data, e.Code == EAPResponse && e.Type == EAPIdentity
}

// WSCOp is the operation of an EAP-WSC packet (Wi-Fi Simple Configuration 2.0.8 §7.7.1).
type WSCOp uint8

// Operations.
const (
	WSCStart   WSCOp = 1
	WSCAck     WSCOp = 2
	WSCNack    WSCOp = 3
	WSCMessage WSCOp = 4
	WSCDone    WSCOp = 5
	WSCFragAck WSCOp = 6
)

// WSC is an EAP-WSC packet.
type WSC struct {
	Op            WSCOp
	MoreFragments bool
	// TotalLength is that of the whole message; 0 unless this is the first of several fragments.
	TotalLength uint16
	// Attributes of the message; of later fragments a part that begins anywhere.
	Attributes wps.Attributes
}

// WSC returns the EAP-WSC packet in e, and whether there is one.
func (e *EAP) WSC() (w WSC, ok bool) {
	const (
		headLen       = 2 // operation, flags
		moreFragments = 1
		hasLength     = 2
	)
	if e.Type != EAPExpanded || e.Vendor != VendorWFA || e.VendorType != typeWSC || len(e.Data) < headLen {
		return w, false
	}
	w.Op = WSCOp(e.Data[0])
	flags, rest := e.Data[1], e.Data[headLen:]
	w.MoreFragments = flags&moreFragments != 0
	if flags&hasLength != 0 {
		if len(rest) < 2 {
			return w, false
		}
		w.TotalLength, rest = binary.BigEndian.Uint16(rest), rest[2:]
	}
	w.Attributes = wps.Attributes(rest)
	return w, true
}
