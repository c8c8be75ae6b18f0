package pcap

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
	"math/bits"
	"strings"
	"time"
)

// Block types (draft-ietf-opsawg-pcapng §4).
const (
	blockSection   = 0x0a0d0d0a
	blockInterface = 1
	blockPacket    = 2 // obsolete
	blockSimple    = 3
	blockStats     = 5
	blockEnhanced  = 6
)

func (r *Reader) nextBlock(p *Packet) error {
	for {
		kind, body, err := r.block()
		if err != nil {
			return err
		}
		switch kind {
		case blockSection:
			r.section = len(r.interfaces)
		case blockInterface:
			err = r.addInterface(body)
		case blockEnhanced:
			return r.enhanced(body, p)
		case blockPacket:
			return r.obsolete(body, p)
		case blockSimple:
			return r.simple(body, p)
		case blockStats:
			r.stats(body)
		}
		if err != nil {
			return err
		}
	}
}

// block takes one block and returns what is between its lengths.
func (r *Reader) block() (kind uint32, body []byte, err error) {
	head, err := r.peek(12)
	if err != nil {
		if len(head) == 0 && errors.Is(err, io.EOF) {
			return 0, nil, io.EOF
		}
		return 0, nil, r.cut(err)
	}
	if binary.BigEndian.Uint32(head) == blockSection {
		switch binary.BigEndian.Uint32(head[8:]) {
		case 0x1a2b3c4d:
			r.order = binary.BigEndian
		case 0x4d3c2b1a:
			r.order = binary.LittleEndian
		default:
			return 0, nil, r.corrupt("a section of unknown byte order")
		}
	}
	kind = r.order.Uint32(head)
	length := r.order.Uint32(head[4:])
	if length < 12 || length%4 != 0 || length > maxBlockLen {
		return 0, nil, r.corrupt("a block of %d octets", length)
	}
	b, err := r.peek(int(length))
	if err != nil {
		return 0, nil, r.cut(err)
	}
	if r.order.Uint32(b[length-4:]) != length {
		return 0, nil, r.corrupt("the two lengths of a block differ")
	}
	r.at += int(length)
	return kind, b[8 : length-4], nil
}

// options yields code and value of each option in b.
func (r *Reader) options(b []byte, each func(code uint16, value []byte)) {
	for len(b) >= 4 {
		code, n := r.order.Uint16(b), int(r.order.Uint16(b[2:]))
		if code == 0 || 4+n > len(b) {
			return
		}
		each(code, b[4:4+n])
		b = b[min(4+(n+3)&^3, len(b)):]
	}
}

const maxInterfaces = 4096

func (r *Reader) addInterface(b []byte) error {
	if len(b) < 8 {
		return r.corrupt("an interface of %d octets", len(b))
	}
	if len(r.interfaces) == maxInterfaces {
		return r.corrupt("more than %d interfaces", maxInterfaces)
	}
	i := Interface{Link: LinkType(r.order.Uint16(b)), unit: 1_000_000}
	r.options(b[8:], func(code uint16, v []byte) {
		switch {
		case code == 2:
			i.Name = strings.ToValidUTF8(strings.TrimRight(string(v[:min(len(v), 64)]), "\x00"), "\ufffd")
		case code == 9 && len(v) == 1:
			i.unit = resolution(v[0])
		case code == 14 && len(v) == 8:
			i.offset = int64(r.order.Uint64(v))
		}
	})
	r.interfaces = append(r.interfaces, i)
	return nil
}

// resolution reads if_tsresol: a power of ten, or of two if bit 7 is set.
func resolution(v byte) uint64 {
	n := v & 0x7f
	if v&0x80 != 0 {
		return 1 << min(n, 63)
	}
	unit := uint64(1)
	for range min(n, 19) {
		unit *= 10
	}
	return unit
}

func (i *Interface) time(ticks uint64) time.Duration {
	const second = uint64(time.Second)
	sec, rest := ticks/i.unit, ticks%i.unit
	hi, lo := bits.Mul64(rest, second)
	ns, _ := bits.Div64(hi, lo, i.unit)
	limit := int64(math.MaxInt64/time.Second) - 1
	if sec > uint64(limit) || i.offset > limit || i.offset < -limit || int64(sec)+i.offset > limit {
		return math.MaxInt64
	}
	return time.Duration(int64(sec)+i.offset)*time.Second + time.Duration(ns)
}

func (r *Reader) enhanced(b []byte, p *Packet) error {
	if len(b) < 20 {
		return r.corrupt("a packet block of %d octets", len(b))
	}
	ticks := uint64(r.order.Uint32(b[4:]))<<32 | uint64(r.order.Uint32(b[8:]))
	return r.packet(p, int(r.order.Uint32(b)), ticks, r.order.Uint32(b[12:]), r.order.Uint32(b[16:]), b[20:])
}

func (r *Reader) obsolete(b []byte, p *Packet) error {
	if len(b) < 20 {
		return r.corrupt("a packet block of %d octets", len(b))
	}
	ticks := uint64(r.order.Uint32(b[4:]))<<32 | uint64(r.order.Uint32(b[8:]))
	return r.packet(p, int(r.order.Uint16(b)), ticks, r.order.Uint32(b[12:]), r.order.Uint32(b[16:]), b[20:])
}

func (r *Reader) simple(b []byte, p *Packet) error {
	if len(b) < 4 {
		return r.corrupt("a packet block of %d octets", len(b))
	}
	length := r.order.Uint32(b)
	return r.packet(p, 0, 0, min(length, uint32(len(b)-4)), length, b[4:])
}

func (r *Reader) packet(p *Packet, iface int, ticks uint64, captured, length uint32, b []byte) error {
	iface += r.section
	if iface < 0 || iface >= len(r.interfaces) {
		return r.corrupt("a packet of interface %d, which was not declared", iface-r.section)
	}
	if captured > maxCapLen || int(captured) > len(b) {
		return r.corrupt("a packet of %d octets in a block of %d", captured, len(b))
	}
	r.number++
	i := &r.interfaces[iface]
	*p = Packet{Time: i.time(ticks), Link: i.Link, Interface: uint16(iface), Length: max(length, captured), Number: r.number, Data: b[:captured]}
	if rest := b[min((int(captured)+3)&^3, len(b)):]; len(rest) >= 4 {
		r.options(rest, func(code uint16, v []byte) {
			if code == 1 && p.Comment == "" {
				p.Comment = string(v)
			}
		})
	}
	return nil
}

func (r *Reader) stats(b []byte) {
	if len(b) < 12 {
		return
	}
	r.options(b[12:], func(code uint16, v []byte) {
		if (code == 5 || code == 7) && len(v) == 8 {
			r.dropped += r.order.Uint64(v)
		}
	})
}
