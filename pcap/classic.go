package pcap

import "time"

// Magic numbers of a pcap (draft-ietf-opsawg-pcap §4); the last is that of a patched libpcap whose record headers are
// longer.
const (
	magicMicro    = 0xa1b2c3d4
	magicNano     = 0xa1b23c4d
	magicModified = 0xa1b2cd34
)

const (
	fileHeader    = 24
	recordHeader  = 16
	modifiedExtra = 8 // number of the interface, protocol, type of the packet, padding

	versionMajor, versionMinor = 2, 4
)

// classic reads the file header.
func (r *Reader) classic(magic uint32) (*Reader, error) {
	head, err := r.peek(fileHeader)
	if err != nil {
		return nil, r.ended(err)
	}
	if major := r.order.u16(head[4:]); major != versionMajor {
		return nil, r.corrupt("a pcap of version %d.%d", major, r.order.u16(head[6:]))
	}
	r.unit = time.Microsecond
	switch magic {
	case magicNano:
		r.unit = time.Nanosecond
	case magicModified:
		r.extra = modifiedExtra
	}
	// The upper half of the field is the length of the FCS, and bits that may not be interpreted.
	r.link = LinkType(r.order.u32(head[20:]) & 0xffff)
	r.interfaces = []Interface{{Link: r.link}}
	r.at += fileHeader
	r.next = r.nextRecord
	return r, nil
}

// nextRecord reads a packet record (draft-ietf-opsawg-pcap §5).
func (r *Reader) nextRecord(p *Packet) error {
	n := recordHeader + r.extra
	head, err := r.peek(n)
	if err != nil {
		return r.ended(err)
	}
	captured, length := r.order.u32(head[8:]), r.order.u32(head[12:])
	if captured > maxCapLen {
		return r.corrupt("a packet of %d octets", captured)
	}
	// Two words of 32 bits are at most 4 seconds of nanoseconds or 72 minutes of microseconds after the year 2106.
	at := time.Duration(r.order.u32(head))*time.Second + time.Duration(r.order.u32(head[4:]))*r.unit
	b, err := r.peek(n + int(captured))
	if err != nil {
		return r.ended(err)
	}
	r.number++
	*p = Packet{Time: at, Link: r.link, Length: max(length, captured), Number: r.number, Data: b[n:len(b):len(b)]}
	r.at += len(b)
	return nil
}
