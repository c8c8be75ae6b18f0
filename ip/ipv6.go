package ip

import (
	"encoding/binary"
	"net/netip"
)

// ProtocolICMPv6 is the protocol of neighbour discovery in IPv6.
const ProtocolICMPv6 = 58

// IPv6 is one IPv6 packet (RFC 8200).
type IPv6 struct {
	Source, Dest netip.Addr // invalid if the header is cut off
	HopLimit     uint8
	Protocol     uint8  // behind the extension headers that could be read
	Payload      []byte // what the protocol has of the packet
}

// Decode replaces *p with the packet at the start of b, which may be followed by padding. On ErrShort *p has what there
// is. A part of a larger packet is ErrFormat.
func (p *IPv6) Decode(b []byte) error {
	const headLen = 40
	*p = IPv6{}
	if len(b) == 0 {
		return ErrShort
	}
	if b[0]>>4 != 6 {
		return ErrFormat
	}
	if len(b) < headLen {
		return ErrShort
	}
	length := int(binary.BigEndian.Uint16(b[4:]))
	p.Protocol, p.HopLimit = b[6], b[7]
	p.Source, p.Dest = netip.AddrFrom16([16]byte(b[8:])), netip.AddrFrom16([16]byte(b[24:]))
	b = b[headLen:]
	if length > len(b) {
		p.Payload = b
		return ErrShort
	}
	p.Payload = b[:length:length]
	return p.skipExtensions()
}

// skipExtensions takes off the extension headers (RFC 8200 §4).
func (p *IPv6) skipExtensions() error {
	const (
		hopByHop, routing, fragment, destination = 0, 43, 44, 60
		unit                                     = 8 // their lengths are in units of 8 octets, but for the first
		maxExtensions                            = 8
	)
	for range maxExtensions {
		if p.Protocol != hopByHop && p.Protocol != routing && p.Protocol != fragment && p.Protocol != destination {
			return nil
		}
		if len(p.Payload) < unit {
			return ErrShort
		}
		n := unit * (1 + int(p.Payload[1]))
		if p.Protocol == fragment {
			n = unit
			if binary.BigEndian.Uint16(p.Payload[2:])&^6 != 0 { // not the whole packet (RFC 6946)
				return ErrFormat
			}
		}
		if len(p.Payload) < n {
			return ErrShort
		}
		p.Protocol, p.Payload = p.Payload[0], p.Payload[n:]
	}
	return ErrFormat
}

// RouterAdvertisement is a message by which a router tells hosts to use it (RFC 4861 §4.2).
type RouterAdvertisement struct {
	Managed, OtherConfig bool         // hosts ask DHCPv6 for addresses, for other settings
	Lifetime             uint16       // seconds; 0: it is no default router
	Prefix               netip.Prefix // the first; invalid if there is none
	Resolver             netip.Addr   // the first (RFC 8106); invalid if there is none
}

// Decode replaces *r with the message in p. Whatever a host does not accept (RFC 4861 §6.1.2) is ErrFormat, and so is a
// wrong checksum: every such message has one.
func (r *RouterAdvertisement) Decode(p *IPv6) error {
	const (
		advertisement     = 134
		headLen           = 16
		hops              = 255 // from nobody behind a router
		managed, other    = 0x80, 0x40
		unit              = 8
		optionPrefix      = 3
		optionResolver    = 25
		prefixAt, prefixN = 16, 32
		resolverAt, resN  = 8, 24
	)
	*r = RouterAdvertisement{}
	b := p.Payload
	if p.Protocol != ProtocolICMPv6 || len(b) == 0 || b[0] != advertisement {
		return ErrFormat
	}
	if len(b) < headLen {
		return ErrShort
	}
	if b[1] != 0 || p.HopLimit != hops || !p.Source.IsLinkLocalUnicast() || sum(p.pseudoHeader(), b) != 0xffff {
		return ErrFormat
	}
	r.Managed, r.OtherConfig = b[5]&managed != 0, b[5]&other != 0
	r.Lifetime = binary.BigEndian.Uint16(b[6:])
	for b = b[headLen:]; len(b) >= unit; {
		n := unit * int(b[1])
		if n == 0 {
			return ErrFormat
		}
		if n > len(b) {
			return ErrShort
		}
		switch {
		case b[0] == optionPrefix && n >= prefixN && !r.Prefix.IsValid():
			r.Prefix = netip.PrefixFrom(netip.AddrFrom16([16]byte(b[prefixAt:])), int(b[2]))
		case b[0] == optionResolver && n >= resN && !r.Resolver.IsValid():
			r.Resolver = netip.AddrFrom16([16]byte(b[resolverAt:]))
		}
		b = b[n:]
	}
	return nil
}

// pseudoHeader is the sum of what the checksum of ICMPv6 covers of IPv6 (RFC 8200 §8.1).
func (p *IPv6) pseudoHeader() uint32 {
	source, dest := p.Source.As16(), p.Dest.As16()
	return uint32(sum(0, source[:])) + uint32(sum(0, dest[:])) + ProtocolICMPv6 + uint32(len(p.Payload))
}
