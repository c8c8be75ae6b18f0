// Package kismetdb is a source that reads the packets of a log that Kismet calls kismetdb, of any version of its schema, and of those
// that Tocsin writes.
//
// The log is opened for reading alone: nothing is written to it or made beside it. Its writer may go on meanwhile; what it
// adds after Run began is not read.
//
// # Concurrency
//
// Run is called once. The other methods may be called while it runs.
//
// # Memory
//
// Packets are put into the order of their times by SQLite, in a temporary file of some ten octets a packet, and read in pages of
// 1 MiB, between which the log is let go. No length that a log states is allocated: a packet that is longer than any on air is
// counted as lost.
package kismetdb

import (
	"context"
	"fmt"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/pcap"
)

// Options says what to read.
type Options struct {
	Path string
	Name string // what people call the source; Path if empty
}

// Source reads one log.
type Source struct {
	options Options
	packets atomic.Uint64
	octets  atomic.Uint64
	lost    atomic.Uint64
	read    atomic.Int64
	size    atomic.Int64

	mu      sync.Mutex
	numbers map[string]uint16 // by the UUID of the datasource
	names   []string
}

var _ capture.Source = (*Source)(nil)

// New returns a source for o.
func New(o Options) *Source {
	if o.Name == "" {
		o.Name = o.Path
	}
	return &Source{options: o, numbers: map[string]uint16{}}
}

// Name is what people call the source.
func (s *Source) Name() string { return s.options.Name }

// Sensors names the datasources of the log as it does, by their UUID where it does not, and by the source where a packet is
// of none.
func (s *Source) Sensors() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.names
}

// Counts tells what was delivered so far. Lost are rows that are no packet which could be looked at.
func (s *Source) Counts() capture.Counts {
	return capture.Counts{Packets: s.packets.Load(), Bytes: s.octets.Load(), Lost: s.lost.Load()}
}

// Progress returns how many octets of the file are read, and of how many, as if all packets were of one size.
func (s *Source) Progress() (read, size int64) { return s.read.Load(), s.size.Load() }

// Bounds of a page.
const (
	pagePackets = 512
	pageOctets  = 1 << 20
	maxPacket   = 262_144 // octets; as pcap.Reader
)

// Run delivers the packets of the log in the order of their times.
func (s *Source) Run(ctx context.Context, deliver func([]pcap.Packet) error) error {
	l, err := open(ctx, s.options.Path)
	if err != nil {
		return s.failed(ctx, err)
	}
	defer l.close()
	s.size.Store(l.size)
	if err := deliver(nil); err != nil {
		return err
	}
	p := page{packets: make([]pcap.Packet, 0, pagePackets), octets: make([]byte, 0, pageOctets+maxPacket)}
	for row := int64(0); row < l.rows; {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if row, err = s.fill(ctx, &p, l, row); err != nil {
			return s.failed(ctx, err)
		}
		s.read.Store(int64(float64(l.size) * float64(row) / float64(l.rows)))
		if len(p.packets) == 0 {
			continue
		}
		if err := deliver(p.packets); err != nil {
			return err
		}
	}
	s.read.Store(l.size)
	return ctx.Err()
}

func (s *Source) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("read log %s: %w", s.options.Path, explain(err, s.options.Path))
}

// page is packets with their octets, whose room is used again.
type page struct {
	packets []pcap.Packet
	octets  []byte
}

// fill reads the page behind the row after, and returns the last row that was looked at.
func (s *Source) fill(ctx context.Context, p *page, l *log, after int64) (last int64, err error) {
	p.packets, p.octets = p.packets[:0], p.octets[:0]
	last = min(after+pagePackets, l.rows)
	rows, err := l.page(ctx, after, last)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var r row
		if err := r.scan(rows); err != nil {
			return 0, err
		}
		s.take(p, &r, l)
		if len(p.octets) >= pageOctets {
			last = r.number
			break
		}
	}
	return last, rows.Err()
}

// latest is the last time of a packet, as in package pcap.
const latest = 1 << 33 * time.Second

// time returns the time of the row within the bounds of a packet's.
func (r *row) time() time.Duration {
	switch {
	case r.seconds.Int64 < 0:
		return 0
	case r.seconds.Int64 >= int64(latest/time.Second):
		return latest
	}
	return time.Duration(r.seconds.Int64)*time.Second + time.Duration(min(max(r.micros.Int64, 0), 999_999))*time.Microsecond
}

func (r *row) readable() bool {
	return len(r.data) > 0 && r.seconds.Valid && r.micros.Valid && r.link.Valid && r.link.Int64 >= 0 && r.link.Int64 <= math.MaxUint16
}

// take adds the packet of a row to the page, if it is one.
func (s *Source) take(p *page, r *row, l *log) {
	if r.octets.Valid && r.octets.Int64 == 0 {
		return // a record of what is no packet
	}
	if !r.readable() {
		s.lost.Add(1)
		return
	}
	sensor, ok := s.sensor(r.datasource.String, l)
	if !ok {
		s.lost.Add(1)
		return
	}
	from := len(p.octets)
	p.octets = append(p.octets, r.data...) // has room, see pageOctets
	length := uint32(len(r.data))
	if r.length.Int64 > int64(length) && r.length.Int64 <= math.MaxUint32 {
		length = uint32(r.length.Int64)
	}
	s.octets.Add(uint64(length))
	p.packets = append(p.packets, pcap.Packet{
		Time: r.time(), Link: pcap.LinkType(r.link.Int64), Interface: sensor, Length: length, Number: s.packets.Add(1),
		Data: p.octets[from:len(p.octets):len(p.octets)],
	})
}

// maxSensors bounds what a log can invent. Packets of others are counted as lost.
const maxSensors = 4096

// unknown is the datasource of packets that are of none.
const unknown = "00000000-0000-0000-0000-000000000000"

// sensor returns the place of a datasource in Sensors.
func (s *Source) sensor(uuid string, l *log) (uint16, bool) {
	if n, known := s.numbers[uuid]; known { // only Run writes it
		return n, true
	}
	if len(s.numbers) == maxSensors {
		return 0, false
	}
	name := l.names[uuid]
	switch {
	case name != "":
	case uuid == "" || uuid == unknown:
		name = s.options.Name
	default:
		name = strings.ToValidUTF8(uuid, "\ufffd")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := uint16(len(s.names))
	s.numbers[uuid], s.names = n, append(s.names, name)
	return n, true
}
