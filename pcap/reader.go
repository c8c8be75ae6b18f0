package pcap

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Errors of a Reader. Each is wrapped in one that says where.
var (
	ErrEmpty      = errors.New("the file is empty: nothing was captured")
	ErrNotCapture = errors.New("not a capture: it begins neither as pcap nor as pcapng")
	ErrTruncated  = errors.New("the last record is cut off: the capture was still being written, or the copy is incomplete")
	ErrCorrupt    = errors.New("corrupt capture")
)

const (
	bufferSize  = 1 << 20
	maxCapLen   = 262_144 // as libpcap's MAXIMUM_SNAPLEN
	maxBlockLen = 16 << 20
)

// Reader reads packets from a pcap or pcapng stream.
type Reader struct {
	src    io.Reader
	buf    []byte
	at     int   // of the first octet not handed out
	end    int   // of the octets read
	before int64 // octets of the stream before buf[0]
	err    error // of src
	hold   bool  // slices of buf are in use

	order      binary.ByteOrder
	next       func(*Packet) error
	number     uint64
	dropped    uint64
	interfaces []Interface
	section    int // index of the first interface of this section
	link       LinkType
	extra      int // octets behind the record header in a modified pcap
	nano       bool
}

// Interface is one radio of the stream.
type Interface struct {
	Name string // "" if the stream does not say
	Link LinkType

	unit   uint64 // of its time stamps: a second has so many
	offset int64  // seconds
}

// NewReader reads the head of r.
func NewReader(src io.Reader) (*Reader, error) {
	r := &Reader{src: src, buf: make([]byte, bufferSize)}
	head, err := r.peek(4)
	if err != nil {
		if len(head) == 0 {
			return nil, ErrEmpty
		}
		return nil, ErrNotCapture
	}
	switch binary.BigEndian.Uint32(head) {
	case 0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1, 0xa1b2cd34, 0x34cdb2a1:
		return r, r.pcapHead(head)
	case blockSection:
		r.next = r.nextBlock
		return r, nil
	}
	return nil, ErrNotCapture
}

// Next replaces *p with the next packet. At the end of the stream it returns io.EOF.
func (r *Reader) Next(p *Packet) error { return r.next(p) }

// Interfaces lists the radios named so far; Packet.Interface is an index into it.
func (r *Reader) Interfaces() []Interface { return r.interfaces }

// Dropped returns how many packets the stream says were lost while it was captured.
func (r *Reader) Dropped() uint64 { return r.dropped }

// peek returns the next n octets without taking them; fewer, with an error, if the stream has no more.
func (r *Reader) peek(n int) ([]byte, error) {
	for r.end-r.at < n {
		if r.err != nil {
			return r.buf[r.at:r.end], r.err
		}
		if r.hold {
			return nil, errMore
		}
		r.fill(n)
	}
	return r.buf[r.at : r.at+n], nil
}

func (r *Reader) fill(n int) {
	if r.at > 0 {
		copy(r.buf, r.buf[r.at:r.end])
		r.before += int64(r.at)
		r.end -= r.at
		r.at = 0
	}
	if n > len(r.buf) {
		r.buf = append(r.buf, make([]byte, n-len(r.buf))...)
	}
	k, err := r.src.Read(r.buf[r.end:])
	r.end += k
	r.err = err
}

func (r *Reader) offset() int64 { return r.before + int64(r.at) }

func (r *Reader) cut(err error) error {
	if err == errMore {
		return err
	}
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("at octet %d: %w", r.offset(), ErrTruncated)
	}
	return fmt.Errorf("read at octet %d: %w", r.offset(), err)
}

func (r *Reader) corrupt(format string, args ...any) error {
	return fmt.Errorf("%w at octet %d: %s", ErrCorrupt, r.offset(), fmt.Sprintf(format, args...))
}

// Batch appends packets to list until it has at most that many, all valid until the next call. Only for the first is
// the stream read: what is in memory then is handed on at once.
func (r *Reader) Batch(list []Packet, most int) ([]Packet, error) {
	defer func() { r.hold = false }()
	for len(list) < most {
		list = append(list, Packet{})
		if err := r.next(&list[len(list)-1]); err != nil {
			list = list[:len(list)-1]
			if err == errMore {
				err = nil
			}
			return list, err
		}
		r.hold = true
	}
	return list, nil
}

// errMore says that the next record is not in memory, and that what is there must not be moved.
var errMore = errors.New("more of the stream is needed")
