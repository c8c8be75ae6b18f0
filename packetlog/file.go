package packetlog

import (
	"errors"
	"maps"
	"os"
	"time"

	"github.com/tocsin-wids/tocsin/pcap"
)

// disk is what is needed of an *os.File.
type disk interface {
	Name() string
	Write([]byte) (int, error)
	Truncate(int64) error
	Close() error
}

const (
	bufferOctets = 256 << 10
	// tellOctets is more than a block that tells what one radio lost.
	tellOctets = 64
	// blockOctets is more than what a packet block has beside octets and comment, with the interface that may come before.
	blockOctets = 512
)

// file is the one that is written now. It is written to in whole blocks, so that whoever reads it finds no half of one.
type file struct {
	disk   disk
	out    *pcap.Mixer
	opened time.Time
	size   int64         // on the disk
	filled bool          // a packet is there
	buffer []byte        // whole blocks that are not there yet
	inside []uint16      // radios of the packets in buffer
	radios []uint16      // that the file has
	newest time.Duration // of its packets

	written uint64            // packets on the disk that are not in the log's counts yet
	said    map[uint16]uint64 // how many packets of a radio it says that it lacks
	kept    map[uint16]uint64 // as far as that is on the disk
}

// newFile writes the head of a file.
func newFile(d disk, radio func(uint16) pcap.Interface, now time.Time) (f *file, err error) {
	f = &file{disk: d, opened: now, said: map[uint16]uint64{}, buffer: make([]byte, 0, bufferOctets)}
	if f.out, err = pcap.NewMixer(f, radio); err != nil {
		return f, err
	}
	return f, f.flush()
}

// Write takes one block.
func (f *file) Write(b []byte) (int, error) {
	if len(f.buffer)+len(b) > bufferOctets {
		if err := f.flush(); err != nil {
			return 0, err
		}
	}
	f.buffer = append(f.buffer, b...)
	return len(b), nil
}

// full reports whether p would make the file larger than it may be.
func (f *file) full(p *pcap.Packet, most int64) bool {
	add := blockOctets + len(p.Data) + len(p.Comment) + tellOctets*(len(f.radios)+1)
	return f.size+int64(len(f.buffer)+add) > most
}

// add writes p.
func (f *file) add(p *pcap.Packet) error {
	known := f.out.Has(p.Interface)
	if err := f.out.Write(*p); err != nil {
		return err
	}
	if !known {
		f.radios = append(f.radios, p.Interface)
	}
	f.inside = append(f.inside, p.Interface)
	f.newest = max(f.newest, p.Time)
	return nil
}

// tell writes how many packets the file lacks of each radio, where that has changed.
func (f *file) tell(lacks func(radio uint16) uint64) error {
	for _, radio := range f.radios {
		n := lacks(radio)
		if n == f.said[radio] {
			continue
		}
		f.said[radio] = n
		if err := f.out.Dropped(radio, f.newest, n); err != nil {
			return err
		}
	}
	return nil
}

// flush puts on the disk what waits. After an error the file must be closed.
func (f *file) flush() error {
	if len(f.buffer) == 0 {
		return nil
	}
	if _, err := f.disk.Write(f.buffer); err != nil {
		return err
	}
	f.size += int64(len(f.buffer))
	f.written += uint64(len(f.inside))
	f.filled = f.filled || len(f.inside) > 0
	f.kept = maps.Clone(f.said)
	f.buffer, f.inside = f.buffer[:0], f.inside[:0]
	return nil
}

// abandon closes a file that could not be written, without the half of a block that may be at its end. One without packets
// is deleted, or a full disk would fill with such.
func (f *file) abandon() error {
	err := errors.Join(f.disk.Truncate(f.size), f.disk.Close())
	if !f.filled {
		err = errors.Join(err, os.Remove(f.disk.Name()))
	}
	return err
}
