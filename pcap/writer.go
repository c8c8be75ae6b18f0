package pcap

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"time"
)

// ErrPacket is wrapped where a packet does not fit the stream that a Writer was made for. Nothing of it is written, and
// the next packet can be.
var ErrPacket = errors.New("the stream cannot hold the packet")

// Writer writes packets as a pcapng or a pcap stream, little-endian and with nanoseconds.
//
// The head of the stream and every packet are one Write below: a program that dies leaves whole records. Put a
// bufio.Writer there where speed counts more.
type Writer struct {
	dst     io.Writer
	links   []LinkType // of the interfaces
	classic bool
	lost    uint64 // packets, to be told with the next
	buf     []byte
	done    error // of dst: the stream may end within a record
}

// Application is who a pcapng stream says wrote it.
const Application = "Tocsin"

// NewWriter writes the head of a pcapng stream of these interfaces, whose names and comments it cuts to 64 octets.
func NewWriter(dst io.Writer, interfaces []Interface) (*Writer, error) {
	if len(interfaces) > maxInterfaces {
		return nil, fmt.Errorf("write capture: %d interfaces, at most %d can be read again", len(interfaces), maxInterfaces)
	}
	w := &Writer{dst: dst}
	b := openBlock(nil, blockSection) // §4.1
	b = binary.LittleEndian.AppendUint32(b, 0x1a2b3c4d)
	b = binary.LittleEndian.AppendUint16(b, 1) // version 1.0
	b = binary.LittleEndian.AppendUint16(b, 0)
	b = binary.LittleEndian.AppendUint64(b, math.MaxUint64) // the length of the section is not known
	b = appendOption(b, optApplication, Application)
	b = appendOption(b, optEnd, "")
	b = closeBlock(b, 0)
	for _, i := range interfaces {
		b = appendInterface(b, i)
		w.links = append(w.links, i.Link)
	}
	if err := w.put(b); err != nil {
		return nil, err
	}
	return w, nil
}

// appendInterface adds an interface description block (draft-ietf-opsawg-pcapng §4.2).
func appendInterface(b []byte, i Interface) []byte {
	at := len(b)
	b = openBlock(b, blockInterface)
	b = binary.LittleEndian.AppendUint32(b, uint32(i.Link))
	b = binary.LittleEndian.AppendUint32(b, maxCapLen)
	b = appendOption(b, optName, text(i.Name, maxName))
	if i.Comment != "" {
		b = appendOption(b, optComment, text(i.Comment, maxName))
	}
	b = appendOption(b, optResolution, "\x09") // nanoseconds
	b = appendOption(b, optEnd, "")
	return closeBlock(b, at)
}

// AddInterface adds an interface to a pcapng stream and returns its number. The error is ErrPacket where a stream cannot
// have another one.
func (w *Writer) AddInterface(i Interface) (uint16, error) {
	if w.classic || len(w.links) == maxInterfaces {
		return 0, fmt.Errorf("write interface %d: %w", len(w.links), ErrPacket)
	}
	if w.done != nil {
		return 0, w.done
	}
	w.links = append(w.links, i.Link)
	return uint16(len(w.links) - 1), w.put(appendInterface(nil, i))
}

// Dropped writes how many packets an interface of a pcapng stream has lost since it began, as known at the time at
// (draft-ietf-opsawg-pcapng §4.6).
func (w *Writer) Dropped(number uint16, at time.Duration, packets uint64) error {
	if w.classic || int(number) >= len(w.links) || at < 0 {
		return fmt.Errorf("write statistics of interface %d of %d: %w", number, len(w.links), ErrPacket)
	}
	if w.done != nil {
		return w.done
	}
	b := openBlock(w.buf[:0], blockStats)
	b = binary.LittleEndian.AppendUint32(b, uint32(number))
	b = binary.LittleEndian.AppendUint32(b, uint32(at>>32))
	b = binary.LittleEndian.AppendUint32(b, uint32(at))
	b = appendOption(b, optInterfaceDrop, string(binary.LittleEndian.AppendUint64(nil, packets)))
	b = appendOption(b, optEnd, "")
	w.buf = closeBlock(b, 0)
	return w.put(w.buf)
}

// Lost has the next packet of a pcapng stream say that n were lost before it.
func (w *Writer) Lost(n uint64) { w.lost += n }

// NewClassicWriter writes the head of a pcap stream, which has one link type and neither names nor comments.
func NewClassicWriter(dst io.Writer, link LinkType) (*Writer, error) {
	w := &Writer{dst: dst, links: []LinkType{link}, classic: true}
	b := binary.LittleEndian.AppendUint32(nil, magicNano)
	b = binary.LittleEndian.AppendUint16(b, versionMajor)
	b = binary.LittleEndian.AppendUint16(b, versionMinor)
	b = binary.LittleEndian.AppendUint64(b, 0)
	b = binary.LittleEndian.AppendUint32(b, maxCapLen)
	b = binary.LittleEndian.AppendUint32(b, uint32(link))
	if err := w.put(b); err != nil {
		return nil, err
	}
	return w, nil
}

// Write writes a packet. Its link type is that of its interface, its Number is not written, its comment is cut to 64 KiB, and of
// its position only coordinates and altitude are. An error that is not ErrPacket is final.
func (w *Writer) Write(p *Packet) error {
	if w.done != nil {
		return w.done
	}
	last := latest
	if w.classic {
		last = math.MaxUint32 * time.Second
	}
	switch {
	case int(p.Interface) >= len(w.links):
		return fmt.Errorf("write packet of interface %d of %d: %w", p.Interface, len(w.links), ErrPacket)
	case p.Link != w.links[p.Interface]:
		return fmt.Errorf("write packet of link type %d on an interface of %d: %w", p.Link, w.links[p.Interface], ErrPacket)
	case len(p.Data) > maxCapLen:
		return fmt.Errorf("write packet of %d octets: %w", len(p.Data), ErrPacket)
	case p.Time < 0 || p.Time > last:
		return fmt.Errorf("write packet of second %d: %w", p.Time/time.Second, ErrPacket)
	}
	if w.classic {
		w.record(p)
	} else {
		w.enhanced(p)
	}
	return w.put(w.buf)
}

// record makes a packet record (draft-ietf-opsawg-pcap §5).
func (w *Writer) record(p *Packet) {
	b := binary.LittleEndian.AppendUint32(w.buf[:0], uint32(p.Time/time.Second))
	b = binary.LittleEndian.AppendUint32(b, uint32(p.Time%time.Second))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(p.Data)))
	b = binary.LittleEndian.AppendUint32(b, max(p.Length, uint32(len(p.Data))))
	w.buf = append(b, p.Data...)
}

// enhanced makes an enhanced packet block (draft-ietf-opsawg-pcapng §4.3).
func (w *Writer) enhanced(p *Packet) {
	b := openBlock(w.buf[:0], blockEnhanced)
	b = binary.LittleEndian.AppendUint32(b, uint32(p.Interface))
	b = binary.LittleEndian.AppendUint32(b, uint32(p.Time>>32))
	b = binary.LittleEndian.AppendUint32(b, uint32(p.Time))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(p.Data)))
	b = binary.LittleEndian.AppendUint32(b, max(p.Length, uint32(len(p.Data))))
	b = pad(append(b, p.Data...))
	end := len(b)
	if p.Comment != "" {
		b = appendOption(b, optComment, text(p.Comment, maxOption))
	}
	b = appendPosition(b, p.Position)
	if w.lost > 0 {
		b = appendOption(b, optDropCount, string(binary.LittleEndian.AppendUint64(nil, w.lost)))
		w.lost = 0
	}
	if len(b) > end {
		b = appendOption(b, optEnd, "")
	}
	w.buf = closeBlock(b, 0)
}

func (w *Writer) put(b []byte) error {
	n, err := w.dst.Write(b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	if err != nil {
		w.done = fmt.Errorf("write capture: %w", err)
	}
	return w.done
}

// openBlock begins a block whose length closeBlock puts in (draft-ietf-opsawg-pcapng §3.1).
func openBlock(b []byte, kind uint32) []byte {
	return append(binary.LittleEndian.AppendUint32(b, kind), 0, 0, 0, 0)
}

func closeBlock(b []byte, at int) []byte {
	length := uint32(len(b) - at + 4)
	binary.LittleEndian.PutUint32(b[at+4:], length)
	return binary.LittleEndian.AppendUint32(b, length)
}

func appendOption(b []byte, code uint16, value string) []byte {
	b = binary.LittleEndian.AppendUint16(b, code)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(value)))
	return pad(append(b, value...))
}

// pad fills up to 32 bits (§3.6.2). The sum of what stands before is a multiple of 4.
func pad(b []byte) []byte { return append(b, "\x00\x00\x00"[:-len(b)&3]...) }
