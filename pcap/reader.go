package pcap

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
)

// Errors of a Reader. The last two are wrapped in one that says where.
var (
	ErrEmpty      = errors.New("the file is empty: nothing was captured")
	ErrNotCapture = errors.New("not a capture: it begins neither as pcap nor as pcapng")
	ErrTruncated  = errors.New("the last record is cut off: the capture was still being written, or the copy is incomplete")
	ErrCorrupt    = errors.New("corrupt capture")
)

const (
	// bufferSize is large enough to hide the cost of a read and small enough to stay in the second-level cache.
	bufferSize = 1 << 20

	// maxEmptyReads is how often in a row a source may return nothing and no error; as in bufio.
	maxEmptyReads = 100
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
	done   error // what every further read returns

	order      order
	next       func(*Packet) error
	number     uint64
	dropped    uint64
	interfaces []Interface

	// Of a pcap.
	link  LinkType
	extra int           // octets behind the record header of a modified pcap
	unit  time.Duration // of the second word of a time

	// Of a pcapng.
	section []declared
	places  map[place]uint16 // of interfaces, where sections declared them
	last    time.Duration    // time of the newest packet
	where   *Position        // newest; nil before the first
	skipped uint32           // length of the block that is being skipped
	left    uint32           // octets of it that are still to come; 0: no block is being skipped
}

// NewReader reads the head of src. It blocks until that is there.
func NewReader(src io.Reader) (*Reader, error) {
	r := &Reader{src: src, buf: make([]byte, bufferSize)}
	head, err := r.peek(4)
	switch {
	case errors.Is(err, io.EOF) && len(head) == 0:
		return nil, ErrEmpty
	case errors.Is(err, io.EOF):
		return nil, ErrNotCapture
	case err != nil:
		return nil, r.ended(err)
	}
	if binary.BigEndian.Uint32(head) == blockSection {
		r.next = r.nextBlock
		return r, nil
	}
	for _, r.order = range [...]order{{big: true}, {big: false}} {
		switch magic := r.order.u32(head); magic {
		case magicMicro, magicNano, magicModified:
			return r.classic(magic)
		}
	}
	return nil, ErrNotCapture
}

// Next replaces *p with the next packet. At the end of the stream it returns io.EOF. An error is final: further calls
// return the same, and leave *p alone.
func (r *Reader) Next(p *Packet) error {
	if r.done != nil {
		return r.done
	}
	err := r.next(p)
	if err != errMore {
		r.done = err
	}
	return err
}

// Batch appends packets to list until it has at most that many, all valid until the next call. Only for the first is
// the stream read: what is in memory then is handed on at once. With an error come the packets before it.
func (r *Reader) Batch(list []Packet, most int) ([]Packet, error) {
	defer func() { r.hold = false }()
	for len(list) < most {
		list = append(list, Packet{})
		if err := r.Next(&list[len(list)-1]); err != nil {
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

// Interfaces lists the radios named so far; Packet.Interface is an index into it. A radio that several sections
// declare at the same place with the same name and link type, as in captures that were put together, is one.
func (r *Reader) Interfaces() []Interface { return r.interfaces }

// Dropped returns how many packets the stream says were lost while it was captured.
func (r *Reader) Dropped() uint64 { return r.dropped }

// peek returns the next n octets, at most bufferSize, without taking them; fewer, with an error, if they do not come.
func (r *Reader) peek(n int) ([]byte, error) {
	if r.end-r.at < n {
		if err := r.fill(n); err != nil {
			return r.buf[r.at:r.end], err
		}
	}
	return r.buf[r.at : r.at+n], nil
}

// fill reads until n octets are in memory.
func (r *Reader) fill(n int) error {
	for empty := 0; r.end-r.at < n; {
		if r.err != nil {
			return r.err
		}
		if r.hold {
			return errMore
		}
		if r.at > 0 {
			r.end = copy(r.buf, r.buf[r.at:r.end])
			r.before += int64(r.at)
			r.at = 0
		}
		var k int
		k, r.err = r.src.Read(r.buf[r.end:])
		r.end += k
		if empty++; k > 0 {
			empty = 0
		}
		if empty == maxEmptyReads && r.err == nil {
			r.err = io.ErrNoProgress
		}
	}
	return nil
}

func (r *Reader) offset() int64 { return r.before + int64(r.at) }

// ended says what err, with which the stream ended, means where a record begins or goes on. A decompressor calls the
// early end of its input unexpected, wherever that falls in what it holds.
func (r *Reader) ended(err error) error {
	switch {
	case err == errMore:
		return err
	case errors.Is(err, io.EOF) && r.at == r.end && r.left == 0:
		return io.EOF
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("at octet %d: %w", r.offset(), ErrTruncated)
	}
	return fmt.Errorf("read at octet %d: %w", r.offset(), err)
}

func (r *Reader) corrupt(format string, args ...any) error {
	return fmt.Errorf("%w at octet %d: %s", ErrCorrupt, r.offset(), fmt.Sprintf(format, args...))
}

// order is the byte order of a pcap or of a section of a pcapng.
type order struct{ big bool }

func (o order) u16(b []byte) uint16 {
	if o.big {
		return binary.BigEndian.Uint16(b)
	}
	return binary.LittleEndian.Uint16(b)
}

func (o order) u32(b []byte) uint32 {
	if o.big {
		return binary.BigEndian.Uint32(b)
	}
	return binary.LittleEndian.Uint32(b)
}

func (o order) u64(b []byte) uint64 {
	if o.big {
		return binary.BigEndian.Uint64(b)
	}
	return binary.LittleEndian.Uint64(b)
}
