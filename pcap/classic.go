package pcap

import (
	"encoding/binary"
	"errors"
	"io"
	"time"
)

func (r *Reader) pcapHead(magic []byte) error {
	r.order = binary.ByteOrder(binary.BigEndian)
	m := binary.BigEndian.Uint32(magic)
	if magic[0] != 0xa1 {
		r.order, m = binary.LittleEndian, binary.LittleEndian.Uint32(magic)
	}
	r.nano = m == 0xa1b23c4d
	if m == 0xa1b2cd34 {
		r.extra = 8
	}
	head, err := r.peek(24)
	if err != nil {
		return r.cut(err)
	}
	r.link = LinkType(r.order.Uint32(head[20:]) & 0x03ff_ffff)
	r.interfaces = []Interface{{Link: r.link}}
	r.at += 24
	r.next = r.nextRecord
	return nil
}

func (r *Reader) nextRecord(p *Packet) error {
	n := 16 + r.extra
	head, err := r.peek(n)
	if err != nil {
		if len(head) == 0 && errors.Is(err, io.EOF) {
			return io.EOF
		}
		return r.cut(err)
	}
	captured, length := r.order.Uint32(head[8:]), r.order.Uint32(head[12:])
	if captured > maxCapLen {
		return r.corrupt("a packet of %d octets", captured)
	}
	sec, fraction := time.Duration(r.order.Uint32(head)), time.Duration(r.order.Uint32(head[4:]))
	b, err := r.peek(n + int(captured))
	if err != nil {
		return r.cut(err)
	}
	r.number++
	*p = Packet{Time: sec*time.Second + fraction*time.Microsecond, Link: r.link, Length: max(length, captured), Number: r.number, Data: b[n:]}
	if r.nano {
		p.Time = sec*time.Second + fraction
	}
	r.at += n + int(captured)
	return nil
}
