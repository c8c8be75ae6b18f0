package ip

import (
	"encoding/binary"
	"net/netip"
)

// Protocols in IPv4.
const ProtocolUDP = 17

// IPv4 is one IPv4 packet.
type IPv4 struct {
	Source, Dest netip.Addr // invalid if the header is cut off
	Protocol     uint8
	TTL          uint8
	ID           uint16
	// FragmentOffset is where in the whole packet the payload belongs, in octets; MoreFragments says that it is not
	// the end of it.
	FragmentOffset uint16
	MoreFragments  bool
	Options        []byte
	Payload        []byte // as long as the packet says, or what there is of it
	// HeaderIntact says that the checksum of the header is right. The payload is not covered by it.
	HeaderIntact bool
}

// Decode replaces *p with the packet at the start of b, which may be followed by padding. On ErrShort *p has what there
// is.
func (p *IPv4) Decode(b []byte) error {
	const headLen = 20
	*p = IPv4{}
	if len(b) == 0 {
		return ErrShort
	}
	n := int(b[0]&0xf) * 4
	if b[0]>>4 != 4 || n < headLen {
		return ErrFormat
	}
	if len(b) < n {
		return ErrShort
	}
	total := int(binary.BigEndian.Uint16(b[2:]))
	if total < n {
		return ErrFormat
	}
	p.ID = binary.BigEndian.Uint16(b[4:])
	fragment := binary.BigEndian.Uint16(b[6:])
	p.MoreFragments, p.FragmentOffset = fragment&0x2000 != 0, fragment<<3
	p.TTL, p.Protocol = b[8], b[9]
	p.Source, p.Dest = netip.AddrFrom4([4]byte(b[12:])), netip.AddrFrom4([4]byte(b[16:]))
	p.Options = b[headLen:n:n]
	p.HeaderIntact = sum(0, b[:n]) == 0xffff
	if total > len(b) {
		p.Payload = b[n:]
		return ErrShort
	}
	p.Payload = b[n:total:total]
	return nil
}

// IsWhole reports whether p is not a fragment of a larger packet.
func (p *IPv4) IsWhole() bool { return p.FragmentOffset == 0 && !p.MoreFragments }

// sum adds the 16-bit words of b to s in ones' complement (RFC 1071). Over data with a right checksum it is 0xffff.
func sum(s uint32, b []byte) uint16 {
	for ; len(b) >= 2; b = b[2:] {
		s += uint32(b[0])<<8 | uint32(b[1])
	}
	if len(b) == 1 {
		s += uint32(b[0]) << 8
	}
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return uint16(s)
}

// Checksum is what the checksum of a datagram says of it.
type Checksum uint8

// Judgements of checksums.
const (
	SumAbsent Checksum = iota // the sender gave none, or the datagram is not there whole
	SumRight
	SumWrong
)

// UDP is one UDP datagram.
type UDP struct {
	SourcePort, DestPort uint16
	Sum                  Checksum // covers the addresses of IPv4 as well
	Payload              []byte
}

// Decode replaces *u with the datagram in p. Of a fragmented packet only the first fragment has a header, and no
// fragment has the whole datagram. On ErrShort *u has what there is.
func (u *UDP) Decode(p *IPv4) error {
	const headLen = 8
	*u = UDP{}
	if p.Protocol != ProtocolUDP || p.FragmentOffset != 0 {
		return ErrFormat
	}
	b := p.Payload
	if len(b) < headLen {
		return ErrShort
	}
	u.SourcePort, u.DestPort = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	n := int(binary.BigEndian.Uint16(b[4:]))
	if n < headLen {
		return ErrFormat
	}
	if n > len(b) {
		u.Payload = b[headLen:]
		return ErrShort
	}
	u.Payload = b[headLen:n:n]
	if binary.BigEndian.Uint16(b[6:]) != 0 {
		u.Sum = SumWrong
		if sum(p.pseudoHeader(n), b[:n]) == 0xffff {
			u.Sum = SumRight
		}
	}
	return nil
}

// pseudoHeader is the sum of what the checksum of UDP covers of IPv4 (RFC 768).
func (p *IPv4) pseudoHeader(length int) uint32 {
	source, dest := p.Source.As4(), p.Dest.As4()
	return uint32(sum(0, source[:])) + uint32(sum(0, dest[:])) + ProtocolUDP + uint32(length)
}
