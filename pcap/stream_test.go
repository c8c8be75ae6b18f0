package pcap_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/tocsin-wids/tocsin/pcap"
)

// order builds streams of one byte order.
type order struct {
	binary.AppendByteOrder
}

var (
	little = order{binary.LittleEndian}
	big    = order{binary.BigEndian}
)

// octets puts numbers, strings and octets behind each other.
func (o order) octets(parts ...any) (b []byte) {
	for _, p := range parts {
		switch v := p.(type) {
		case uint8:
			b = append(b, v)
		case uint16:
			b = o.AppendUint16(b, v)
		case uint32:
			b = o.AppendUint32(b, v)
		case int:
			b = o.AppendUint32(b, uint32(v))
		case uint64:
			b = o.AppendUint64(b, v)
		case int64:
			b = o.AppendUint64(b, uint64(v))
		case string:
			b = append(b, v...)
		case []byte:
			b = append(b, v...)
		default:
			panic(fmt.Sprintf("octets of %T", p))
		}
	}
	return b
}

func padded(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

// file is the header of a pcap; link has 32 bits because some put more there than the type.
func (o order) file(magic, link uint32) []byte {
	return o.octets(magic, uint16(2), uint16(4), 0, 0, 65535, link)
}

func (o order) record(sec, fraction int, data string) []byte {
	return o.octets(sec, fraction, len(data), len(data), data)
}

func (o order) block(kind int, parts ...any) []byte {
	body := padded(o.octets(parts...))
	return o.octets(kind, len(body)+12, body, len(body)+12)
}

func (o order) section() []byte {
	return o.block(0x0a0d0d0a, 0x1a2b3c4d, uint16(1), uint16(0), uint64(1<<64-1))
}

func (o order) radio(link int, options ...any) []byte {
	return o.block(1, uint16(link), uint16(0), 0, o.octets(options...))
}

func (o order) option(code int, value ...any) []byte {
	v := o.octets(value...)
	return padded(o.octets(uint16(code), uint16(len(v)), v))
}

func (o order) enhanced(radio int, ticks uint64, data string, options ...any) []byte {
	return o.block(6, radio, uint32(ticks>>32), uint32(ticks), len(data), len(data), padded([]byte(data)), o.octets(options...))
}

// join makes one stream of parts.
func join(parts ...[]byte) []byte { return slices.Concat(parts...) }

// drain reads all of src, by Next if batch is 0, and returns copies of what came.
func drain(src io.Reader, batch int) (list []pcap.Packet, r *pcap.Reader, err error) {
	r, err = pcap.NewReader(src)
	if err != nil {
		return nil, nil, err
	}
	if batch == 0 {
		p := pcap.Packet{Time: -1, Link: 1, Interface: 1, Length: 1, Number: 1, Comment: "1", Data: []byte{1}}
		for err = r.Next(&p); err == nil; err = r.Next(&p) {
			list = append(list, clone(p))
		}
		return list, r, err
	}
	packets := make([]pcap.Packet, 0, batch)
	for err == nil {
		if packets, err = r.Batch(packets[:0], batch); err == nil && len(packets) == 0 {
			return list, r, errors.New("a batch of nothing")
		}
		for _, p := range packets { // only now, when all of them were read
			list = append(list, clone(p))
		}
	}
	return list, r, err
}

func clone(p pcap.Packet) pcap.Packet {
	p.Data = append([]byte{}, p.Data...)
	return p
}

// samples are small streams of every kind, to be cut, chunked and mutated.
func samples() map[string][]byte {
	list := map[string][]byte{}
	for name, o := range map[string]order{"little": little, "big": big} {
		list["pcap "+name] = join(o.file(0xa1b2c3d4, 127), o.record(1, 2, "abc"), o.record(1, 3, ""), o.record(2, 0, "defgh"))
		list["pcap ns "+name] = join(o.file(0xa1b23c4d, 105), o.record(1, 2, "abc"), o.record(3, 4, "d"))
		list["pcap modified "+name] = join(o.file(0xa1b2cd34, 105),
			o.octets(1, 2, 3, 9, 7, uint16(8), uint8(4), uint8(0), "abc"), o.octets(3, 4, 0, 0, 7, uint16(8), uint8(4), uint8(0)))
		list["pcapng "+name] = join(o.section(), o.radio(127, o.option(2, "wlan0"), o.option(9, uint8(9)), o.option(0)),
			o.radio(105, o.option(2, "wlan1"), o.option(9, uint8(0x8a)), o.option(14, int64(-5))),
			o.enhanced(0, 1e18, "abcde", o.option(1, "look here"), o.option(4, uint64(3)), o.option(0)), o.block(4, "\x00\x00\x00\x00"),
			o.block(3, 3, "xyz"), o.enhanced(1, 20<<10, ""), o.block(0xbad, 55922, "where"),
			o.block(2, uint16(1), uint16(2), 0, 30<<10, 2, 40, "hi"), o.block(5, 0, 0, 0, o.option(5, uint64(7))))
	}
	list["pcapng both orders"] = join(list["pcapng little"], list["pcapng big"])
	return list
}

// endless is a stream whose body comes again and again.
type endless struct {
	head, body []byte
	at         int
}

func (e *endless) Read(b []byte) (n int, err error) {
	for n < len(b) {
		if len(e.head) > 0 {
			k := copy(b[n:], e.head)
			e.head, n = e.head[k:], n+k
			continue
		}
		k := copy(b[n:], e.body[e.at:])
		e.at, n = (e.at+k)%len(e.body), n+k
	}
	return n, nil
}
