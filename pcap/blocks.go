package pcap

import (
	"encoding/binary"
	"math"
	"math/bits"
	"time"
)

// declared is an interface of the section that is being read.
type declared struct {
	index  uint16 // in Reader.interfaces
	link   LinkType
	snap   uint32 // packets are cut to so many octets; 0: they are not
	unit   uint64 // of its times: a second has so many
	offset int64  // seconds to be added

	between uint64 // packets lost, as those that came after them say
	stated  uint64 // the same, as the newest statistics say
}

// place is where in its section an interface is declared, and as what.
type place struct {
	number int
	Interface
}

// nextBlock reads blocks until one is a packet.
func (r *Reader) nextBlock(p *Packet) error {
	for {
		if r.left > 0 {
			if err := r.skip(); err != nil {
				return err
			}
		}
		kind, length, err := r.blockHead()
		if err != nil {
			return err
		}
		switch kind {
		case blockSection, blockInterface, blockPacket, blockSimple, blockStats, blockEnhanced:
		default: // names, secrets, whatever is of local use: of any length
			r.skipped, r.left = length, length
			continue
		}
		body, err := r.body(length)
		if err != nil {
			return err
		}
		before := r.number
		if err := r.read(kind, body, p); err != nil {
			return err
		}
		r.at += int(length)
		if r.number != before {
			return nil
		}
	}
}

// blockHead returns type and length of the block that begins, without taking them (§3.1).
func (r *Reader) blockHead() (kind, length uint32, err error) {
	head, err := r.peek(12)
	if err != nil {
		return 0, 0, r.ended(err)
	}
	least := uint32(12)
	if binary.BigEndian.Uint32(head) == blockSection { // the same in either order
		switch binary.BigEndian.Uint32(head[8:]) {
		case 0x1a2b3c4d:
			r.order.big = true
		case 0x4d3c2b1a:
			r.order.big = false
		default:
			return 0, 0, r.corrupt("a section of unknown byte order")
		}
		least = 28
	}
	kind, length = r.order.u32(head), r.order.u32(head[4:])
	if length < least || length%4 != 0 {
		return 0, 0, r.corrupt("a block of %d octets", length)
	}
	return kind, length, nil
}

// body returns what is between the lengths of the block that begins, without taking it.
func (r *Reader) body(length uint32) ([]byte, error) {
	if length > bufferSize {
		return nil, r.corrupt("a block of %d octets", length)
	}
	b, err := r.peek(int(length))
	if err != nil {
		return nil, r.ended(err)
	}
	if r.order.u32(b[length-4:]) != length {
		return nil, r.corrupt("the two lengths of a block differ")
	}
	return b[8 : length-4], nil
}

// skip takes a block that says nothing of packets, as much of it as comes at a time.
func (r *Reader) skip() error {
	for r.left > 4 {
		if _, err := r.peek(1); err != nil {
			return r.ended(err)
		}
		n := min(int64(r.left-4), int64(r.end-r.at))
		r.at += int(n)
		r.left -= uint32(n)
	}
	b, err := r.peek(4)
	if err != nil {
		return r.ended(err)
	}
	if r.order.u32(b) != r.skipped {
		return r.corrupt("the two lengths of a block differ")
	}
	r.at += 4
	r.left = 0
	return nil
}

func (r *Reader) read(kind uint32, b []byte, p *Packet) error {
	switch kind {
	case blockSection:
		return r.begin(b)
	case blockInterface:
		return r.declare(b)
	case blockStats:
		r.stats(b)
		return nil
	case blockSimple:
		return r.simple(b, p)
	}
	return r.timed(kind, b, p)
}

// begin starts a section (§4.1), whose interfaces are numbered from 0 again. Its length is not needed.
func (r *Reader) begin(b []byte) error {
	// The draft wants a section of another version to be skipped; but then frames that nobody looked at would seem to
	// be silence on the air.
	if major := r.order.u16(b[4:]); major != 1 {
		return r.corrupt("a section of version %d.%d", major, r.order.u16(b[6:]))
	}
	r.section = r.section[:0]
	return nil
}

// options yields code and value of each option in b (§3.5).
func (r *Reader) options(b []byte, each func(code uint16, value []byte)) {
	for len(b) >= 4 {
		code, n := r.order.u16(b), int(r.order.u16(b[2:]))
		if code == optEnd || 4+n > len(b) {
			return
		}
		each(code, b[4:4+n])
		b = b[min(4+(n+3)&^3, len(b)):]
	}
}

// declare reads an interface description (§4.2).
func (r *Reader) declare(b []byte) error {
	if len(b) < 8 {
		return r.corrupt("an interface of %d octets", len(b))
	}
	d := declared{link: LinkType(r.order.u16(b)), snap: r.order.u32(b[4:]), unit: 1_000_000}
	name, fits := "", true
	r.options(b[8:], func(code uint16, v []byte) {
		switch {
		case code == optName:
			name = text(string(v), maxName)
		case code == optResolution && len(v) == 1:
			d.unit, fits = resolution(v[0])
		case code == optOffset && len(v) == 8:
			d.offset = int64(r.order.u64(v))
		}
	})
	if !fits {
		return r.corrupt("an interface with times finer than 64 bits can count")
	}
	where := place{len(r.section), Interface{Name: name, Link: d.link}}
	index, known := r.places[where]
	if len(r.section) == maxInterfaces || !known && len(r.interfaces) == maxInterfaces {
		return r.corrupt("more than %d interfaces", maxInterfaces)
	}
	if !known {
		if r.places == nil {
			r.places = map[place]uint16{}
		}
		index = uint16(len(r.interfaces))
		r.places[where] = index
		r.interfaces = append(r.interfaces, where.Interface)
	}
	d.index = index
	r.section = append(r.section, d)
	return nil
}

// resolution reads if_tsresol (§4.2): a negative power of ten, or of two if bit 7 is set. What libpcap refuses, so that
// a second has more units than fit in 64 bits, is not ok.
func resolution(v byte) (unit uint64, ok bool) {
	n := v & 0x7f
	if v&0x80 != 0 {
		return 1 << (n & 63), n <= 63
	}
	unit = 1
	for range min(n, 19) {
		unit *= 10
	}
	return unit, n <= 19
}

func (d *declared) time(ticks uint64) time.Duration {
	sec, rest := ticks/d.unit, ticks%d.unit
	hi, lo := bits.Mul64(rest, uint64(time.Second))
	ns, _ := bits.Div64(hi, lo, d.unit) // rest is less than unit, so the quotient is less than a second
	const far = 1 << 62                 // of two numbers that are less, the sum is one
	if sec >= far || d.offset >= far {
		return latest
	}
	sum := int64(sec) + d.offset
	switch {
	case sum < 0:
		return 0
	case sum >= int64(latest/time.Second):
		return latest
	}
	return time.Duration(sum)*time.Second + time.Duration(ns)
}

func (r *Reader) declaredAs(id uint32) (*declared, error) {
	if id >= uint32(len(r.section)) {
		return nil, r.corrupt("interface %d, which was not declared", id)
	}
	return &r.section[id], nil
}

// timed reads an enhanced packet block (§4.3), or the obsolete packet block (appendix A), whose interface has 16 bits
// and which tells in the next 16 how many packets were lost before it.
func (r *Reader) timed(kind uint32, b []byte, p *Packet) error {
	if len(b) < 20 {
		return r.corrupt("a packet block of %d octets", len(b))
	}
	id, lost := r.order.u32(b), uint64(0)
	if kind == blockPacket {
		id = uint32(r.order.u16(b))
		if n := r.order.u16(b[2:]); n != 0xffff {
			lost = uint64(n)
		}
	}
	d, err := r.declaredAs(id)
	if err != nil {
		return err
	}
	captured, data := r.order.u32(b[12:]), b[20:]
	if captured > maxCapLen || int(captured) > len(data) {
		return r.corrupt("a packet of %d octets in a block of %d", captured, len(data))
	}
	r.last = d.time(uint64(r.order.u32(b[4:]))<<32 | uint64(r.order.u32(b[8:])))
	r.packet(p, d, data[:captured:captured], r.order.u32(b[16:]))
	if rest := data[min((int(captured)+3)&^3, len(data)):]; len(rest) >= 4 {
		r.options(rest, func(code uint16, v []byte) {
			switch {
			case code == optComment && p.Comment == "":
				p.Comment = text(string(v), maxOption)
			case code == optCustom && kind == blockEnhanced:
				p.Position = r.positionOf(v)
			case code == optDropCount && len(v) == 8 && kind == blockEnhanced:
				lost = r.order.u64(v)
			}
		})
	}
	if lost > 0 {
		r.lost(d, add(d.between, lost), d.stated)
	}
	return nil
}

// simple reads a simple packet block (§4.4), which is of the first interface. It has no time: that of the packet
// before is the best there is, and 1970 would be the worst.
func (r *Reader) simple(b []byte, p *Packet) error {
	if len(b) < 4 {
		return r.corrupt("a packet block of %d octets", len(b))
	}
	d, err := r.declaredAs(0)
	if err != nil {
		return err
	}
	length := r.order.u32(b)
	captured := min(length, uint32(len(b)-4))
	if d.snap > 0 {
		captured = min(captured, d.snap)
	}
	if captured > maxCapLen {
		return r.corrupt("a packet of %d octets", captured)
	}
	r.packet(p, d, b[4:4+captured:4+captured], length)
	return nil
}

func (r *Reader) packet(p *Packet, d *declared, data []byte, length uint32) {
	r.number++
	*p = Packet{
		Time: r.last, Link: d.link, Interface: d.index, Length: max(length, uint32(len(data))), Number: r.number, Data: data,
	}
}

// stats reads interface statistics (§4.6), which count from the beginning of the capture. No packet is lost with them,
// so those that make no sense are passed over.
func (r *Reader) stats(b []byte) {
	if len(b) < 12 || r.order.u32(b) >= uint32(len(r.section)) {
		return
	}
	d := &r.section[r.order.u32(b)]
	stated := uint64(0)
	r.options(b[12:], func(code uint16, v []byte) {
		if (code == optInterfaceDrop || code == optSystemDrop) && len(v) == 8 {
			stated = add(stated, r.order.u64(v))
		}
	})
	r.lost(d, d.between, max(stated, d.stated))
}

// lost notes how many packets d has lost. Packets and statistics may both tell of the same ones.
func (r *Reader) lost(d *declared, between, stated uint64) {
	r.dropped = add(r.dropped, max(between, stated)-max(d.between, d.stated))
	d.between, d.stated = between, stated
}

// add does not overflow, whatever a stream counts.
func add(a, b uint64) uint64 {
	if sum := a + b; sum >= a {
		return sum
	}
	return math.MaxUint64
}
