package ip

import (
	"encoding/binary"
	"net/netip"
)

// DNSPort is the port of DNS.
const DNSPort = 53

// maxDNSAddresses is how many addresses of an answer are read.
const maxDNSAddresses = 8

// DNS is one DNS message (RFC 1035 §4): its first question, and the addresses that answer it.
type DNS struct {
	ID       uint16
	IsAnswer bool
	Type     uint16 // asked for
	// Name is a hash of the name asked for, the same whatever its case; 0 if there is no question.
	Name uint64

	addresses [maxDNSAddresses]netip.Addr
	n         int
}

// Addresses returns the first addresses that the message answers with (records A and AAAA).
func (d *DNS) Addresses() []netip.Addr { return d.addresses[:d.n] }

// Decode replaces *d with the message in b. On ErrShort *d has what there is.
func (d *DNS) Decode(b []byte) error {
	const (
		headLen = 12
		tailLen = 4 // of a question: type, class
	)
	*d = DNS{}
	if len(b) < headLen {
		return ErrShort
	}
	d.ID, d.IsAnswer = binary.BigEndian.Uint16(b), b[2]&0x80 != 0
	questions, answers := binary.BigEndian.Uint16(b[4:]), binary.BigEndian.Uint16(b[6:])
	if questions != 1 { // no server answers more than one (RFC 9619)
		return ErrFormat
	}
	hash, n, err := dnsName(b[headLen:])
	if err != nil {
		return err
	}
	b = b[headLen+n:]
	if len(b) < tailLen {
		return ErrShort
	}
	d.Name, d.Type = hash, binary.BigEndian.Uint16(b)
	return d.decodeAnswers(b[tailLen:], int(answers))
}

// decodeAnswers reads the addresses among so many records (RFC 1035 §4.1.3).
func (d *DNS) decodeAnswers(b []byte, records int) error {
	const (
		headLen     = 10 // type, class, TTL, length
		internet    = 1
		typeA, aLen = 1, 4
		typeAAAA    = 28 // RFC 3596 §2.1
		aaaaLen     = 16
	)
	for ; records > 0 && d.n < maxDNSAddresses; records-- {
		_, n, err := dnsName(b)
		if err != nil {
			return err
		}
		if b = b[n:]; len(b) < headLen {
			return ErrShort
		}
		kind, class, length := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:]), int(binary.BigEndian.Uint16(b[8:]))
		if b = b[headLen:]; len(b) < length {
			return ErrShort
		}
		switch value := b[:length]; {
		case class != internet:
		case kind == typeA && length == aLen:
			d.addresses[d.n] = netip.AddrFrom4([4]byte(value))
			d.n++
		case kind == typeAAAA && length == aaaaLen:
			d.addresses[d.n] = netip.AddrFrom16([16]byte(value))
			d.n++
		}
		b = b[length:]
	}
	return nil
}

// dnsName reads the name at the start of b up to its end or to a pointer, which it does not follow (RFC 1035 §4.1.4).
// It returns a hash (FNV-1a) of the name in lower case, and its length in b.
func dnsName(b []byte) (hash uint64, n int, err error) {
	const (
		offset, prime = 14695981039346656037, 1099511628211
		pointer       = 0xc0
	)
	hash = offset
	for n < len(b) {
		length := int(b[n])
		switch {
		case length == 0:
			return hash, n + 1, nil
		case length&pointer == pointer:
			if n+2 > len(b) {
				return 0, 0, ErrShort
			}
			return hash, n + 2, nil
		case length&pointer != 0: // reserved
			return 0, 0, ErrFormat
		case n+1+length > len(b):
			return 0, 0, ErrShort
		}
		for _, c := range b[n : n+1+length] {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			hash = (hash ^ uint64(c)) * prime
		}
		n += 1 + length
	}
	return 0, 0, ErrShort
}
