// Package eapol reads EAP over LANs: the payload of EtherType 888E (802.1X-2020 §11), with EAPOL-Key frames
// (802.11-2020 §12.7.2) and the outside of EAP packets (RFC 3748), down to the messages of Wi-Fi Protected Setup.
//
// # Memory
//
// Decoding allocates nothing. Slices point into the buffer given.
package eapol

import (
	"encoding/binary"
	"errors"
)

// EtherType of EAP over LANs.
const EtherType = 0x888e

// ErrShort says that a packet ends before its own length does.
var ErrShort = errors.New("EAPOL packet is cut off")

// Type of a packet (802.1X-2020 table 11-3).
type Type uint8

// Types.
const (
	TypeEAP    Type = 0
	TypeStart  Type = 1
	TypeLogoff Type = 2
	TypeKey    Type = 3
)

// Packet is one EAPOL packet.
type Packet struct {
	Version uint8
	Type    Type
	Body    []byte // as long as the packet says, or what there is of it
}

// Decode replaces *p with the packet at the start of b, which may be followed by padding. On ErrShort *p has what
// there is.
func (p *Packet) Decode(b []byte) error {
	const headLen = 4 // version, type, length
	*p = Packet{}
	if len(b) < headLen {
		return ErrShort
	}
	p.Version, p.Type = b[0], Type(b[1])
	n := headLen + int(binary.BigEndian.Uint16(b[2:]))
	if n > len(b) {
		p.Body = b[headLen:]
		return ErrShort
	}
	p.Body = b[headLen:n:n]
	return nil
}
