package ip

import (
	"encoding/binary"
	"errors"
	"net/netip"
)

// EtherTypes.
const (
	EtherTypeIPv4 = 0x0800
	EtherTypeARP  = 0x0806
	EtherTypeIPv6 = 0x86dd
)

// Errors of all Decode functions.
var (
	// ErrShort says that a packet ends before its own lengths do.
	ErrShort = errors.New("packet is cut off")
	// ErrFormat says that a packet is not of the kind that was to be read.
	ErrFormat = errors.New("packet is of another kind")
)

// Untag returns the EtherType and the octets behind the VLAN tags at the start of b, of which there may be two.
// Behind a tag an EtherType follows, or again LLC and SNAP, as 802.1Q-2018 §9.4 wants it on 802.11. If a tag is cut
// off, what it encloses is not known: the EtherType is 0.
func Untag(etherType uint16, b []byte) (uint16, []byte) {
	const (
		customer = 0x8100
		service  = 0x88a8
		tagLen   = 2 // Tag Control Information
		maxTags  = 2
	)
	for range maxTags {
		if etherType != customer && etherType != service {
			break
		}
		if len(b) < tagLen+2 {
			return 0, nil
		}
		b = b[tagLen:]
		if len(b) >= 8 && [6]byte(b) == [6]byte{0xaa, 0xaa, 3, 0, 0, 0} {
			b = b[6:]
		}
		etherType, b = binary.BigEndian.Uint16(b), b[2:]
	}
	return etherType, b
}

// Operations of ARP packets.
const (
	ARPRequest = 1
	ARPReply   = 2
)

// ARP is an ARP packet that resolves IPv4 addresses to those of IEEE 802 stations.
type ARP struct {
	Operation            uint16
	SenderMAC, TargetMAC [6]byte
	SenderIP, TargetIP   netip.Addr // invalid in what could not be read
}

// Decode replaces *a with the packet at the start of b, which may be followed by padding.
func (a *ARP) Decode(b []byte) error {
	const (
		headLen = 8 // hardware type, protocol type, their lengths, operation
		bodyLen = 20
	)
	*a = ARP{}
	if len(b) < headLen {
		return ErrShort
	}
	// Hardware type Ethernet, protocol IPv4, addresses of 6 and 4 octets.
	if [6]byte(b) != [6]byte{0, 1, EtherTypeIPv4 >> 8, EtherTypeIPv4 & 0xff, 6, 4} {
		return ErrFormat
	}
	a.Operation = binary.BigEndian.Uint16(b[6:])
	if b = b[headLen:]; len(b) < bodyLen {
		return ErrShort
	}
	a.SenderMAC, a.SenderIP = [6]byte(b), netip.AddrFrom4([4]byte(b[6:]))
	a.TargetMAC, a.TargetIP = [6]byte(b[10:]), netip.AddrFrom4([4]byte(b[16:]))
	return nil
}
