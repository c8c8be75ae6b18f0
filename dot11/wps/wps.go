// Package wps reads the attributes of Wi-Fi Protected Setup, as they stand in vendor-specific element 00:50:F2 type 4
// and in EAP-WSC messages (Wi-Fi Simple Configuration 2.0.8 §12).
//
// # Memory
//
// Reading allocates nothing. What is returned points into the attributes.
package wps

import (
	"encoding/binary"
	"iter"
)

// Attribute types (table 28).
const (
	AttrConfigError     = 0x1009
	AttrConfigMethods   = 0x1008
	AttrDeviceName      = 0x1011
	AttrDevicePassword  = 0x1012
	AttrManufacturer    = 0x1021
	AttrMessageType     = 0x1022
	AttrModelName       = 0x1023
	AttrModelNumber     = 0x1024
	AttrSelected        = 0x1041 // Selected Registrar
	AttrSerialNumber    = 0x1042
	AttrState           = 0x1044
	AttrUUIDEnrollee    = 0x1047
	AttrVendorExtension = 0x1049
	AttrVersion         = 0x104a
	AttrSetupLocked     = 0x1057
)

// Message is the value of the attribute Message Type (table 44).
type Message uint8

// Messages.
const (
	M1   Message = 0x04
	M2   Message = 0x05
	M2D  Message = 0x06
	M3   Message = 0x07
	M4   Message = 0x08
	M5   Message = 0x09
	M6   Message = 0x0a
	M7   Message = 0x0b
	M8   Message = 0x0c
	ACK  Message = 0x0d
	NACK Message = 0x0e
	Done Message = 0x0f
)

const headLen = 4 // type, length

// Attributes is a list of attributes.
type Attributes []byte

// All yields type and value of each attribute, up to the first that goes beyond the end.
func (a Attributes) All() iter.Seq2[uint16, []byte] {
	return func(yield func(uint16, []byte) bool) {
		for b := a; len(b) >= headLen; {
			end := headLen + int(binary.BigEndian.Uint16(b[2:]))
			if end > len(b) || !yield(binary.BigEndian.Uint16(b), b[headLen:end:end]) {
				return
			}
			b = b[end:]
		}
	}
}

// Find returns the value of the first attribute of this type, and whether there is one.
func (a Attributes) Find(typ uint16) ([]byte, bool) {
	for t, v := range a.All() {
		if t == typ {
			return v, true
		}
	}
	return nil, false
}

// Whole reports whether the attributes fill the list to its last octet.
func (a Attributes) Whole() bool {
	n := 0
	for _, v := range a.All() {
		n += headLen + len(v)
	}
	return n == len(a)
}

// Message returns the message type, 0 if there is none.
func (a Attributes) Message() Message { return Message(a.octet(AttrMessageType)) }

// Configured reports whether the access point says that it has been set up.
func (a Attributes) Configured() bool { return a.octet(AttrState) == 2 }

// Locked reports whether the access point refuses external registrars, as it does after wrong PINs.
func (a Attributes) Locked() bool { return a.octet(AttrSetupLocked) == 1 }

// Selected reports whether the access point says that somebody was told to let a device in.
func (a Attributes) Selected() bool { return a.octet(AttrSelected) == 1 }

// PushButton is the device password ID of the push button (table 37).
const PushButton = 4

// DevicePassword returns the device password ID: how a device is to be let in; 0, the PIN, if there is none.
func (a Attributes) DevicePassword() uint16 { return a.number(AttrDevicePassword) }

// octet returns the first octet of an attribute, 0 if there is none.
func (a Attributes) octet(typ uint16) uint8 {
	if v, ok := a.Find(typ); ok && len(v) > 0 {
		return v[0]
	}
	return 0
}

// ConfigError returns the error number of a NACK (table 34), 0 if there is none.
func (a Attributes) ConfigError() uint16 { return a.number(AttrConfigError) }

// number returns the first two octets of an attribute, 0 if there are none.
func (a Attributes) number(typ uint16) uint16 {
	if v, ok := a.Find(typ); ok && len(v) >= 2 {
		return binary.BigEndian.Uint16(v)
	}
	return 0
}

func (m Message) String() string {
	switch m {
	case M2D:
		return "M2D"
	case ACK:
		return "ACK"
	case NACK:
		return "NACK"
	case Done:
		return "Done"
	}
	if m == M1 || m == M2 {
		return "M" + string('1'+rune(m-M1))
	}
	if m >= M3 && m <= M8 {
		return "M" + string('3'+rune(m-M3))
	}
	return "none"
}
