// Package replay is a source that reads captures: a file, a FIFO or standard input, as fast as it can be read or at
// the speed at which it was captured.
//
// # Concurrency
//
// Run is called once, but for a Pipe that Reopens. The other methods may be called while it runs.
package replay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/pcap"
)

// Options says what to read and how.
type Options struct {
	Path string
	Name string // what people call the source; Path if empty

	// Open opens the capture instead of Path. Close must end a Read that waits.
	Open func() (io.ReadCloser, error)

	// Speed is how many seconds of capture pass in one second; 0: as fast as possible.
	Speed float64

	// Rebase moves the times of the packets so that the first is heard when Run begins.
	Rebase bool

	// Loop begins again at the end, until the context is done; times go on rising if Rebase is set.
	Loop bool
}

// Source reads one capture.
type Source struct {
	options Options
	packets atomic.Uint64
	octets  atomic.Uint64
	lost    atomic.Uint64
	read    atomic.Int64
	size    atomic.Int64
	live    atomic.Bool // the newest packet was of now when it was read

	mu    sync.Mutex
	names []string
}

var _ capture.Source = (*Source)(nil)

// New returns a source for o.
func New(o Options) *Source {
	if o.Name == "" {
		o.Name = o.Path
	}
	return &Source{options: o}
}

// Name is what people call the source.
func (s *Source) Name() string { return s.options.Name }

// Sensors names the interfaces of the capture, by the source where it does not.
func (s *Source) Sensors() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.names
}

// Counts tells what was delivered so far.
func (s *Source) Counts() capture.Counts {
	return capture.Counts{Packets: s.packets.Load(), Bytes: s.octets.Load(), Lost: s.lost.Load()}
}

// Progress returns how many octets of the file are read, and of how many; 0 if that is not known.
func (s *Source) Progress() (read, size int64) { return s.read.Load(), s.size.Load() }

// batchPackets bounds a batch. The packets of one batch point into one buffer of the reader.
const batchPackets = 256

// Run delivers the packets of the capture.
func (s *Source) Run(ctx context.Context, deliver func([]pcap.Packet) error) error {
	pace := newPace(s.options)
	for {
		if err := s.once(ctx, pace, deliver); err != nil || !s.options.Loop {
			return err
		}
		if pace.packets == 0 {
			return fmt.Errorf("replay %s: %w", s.options.Name, pcap.ErrEmpty)
		}
		pace.again()
	}
}

func (s *Source) once(ctx context.Context, pace *pace, deliver func([]pcap.Packet) error) error {
	f, err := s.open()
	if err != nil {
		return err
	}
	defer f.Close()
	// A FIFO may be silent for as long as it likes.
	defer context.AfterFunc(ctx, func() { f.Close() })()
	if err := s.deliver(ctx, f, pace, deliver); ctx.Err() == nil {
		return err
	}
	return ctx.Err()
}

// deliver delivers the packets that f holds.
func (s *Source) deliver(ctx context.Context, f io.Reader, pace *pace, deliver func([]pcap.Packet) error) error {
	r, err := plain(&counted{f, &s.read})
	if err != nil {
		return err
	}
	defer r.Close()
	p, err := pcap.NewReader(r)
	if err != nil {
		return err
	}
	if err := deliver(nil); err != nil || ctx.Err() != nil {
		return err
	}
	batch := make([]pcap.Packet, 0, batchPackets)
	before := s.packets.Load() // of the writers before
	var lost uint64
	for {
		batch, err = p.Batch(batch[:0], batchPackets)
		for i := range batch {
			batch[i].Number += before
		}
		s.note(p, batch)
		s.lost.Add(p.Dropped() - lost)
		lost = p.Dropped()
		if len(batch) > 0 {
			if err := pace.deliver(ctx, batch, deliver); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil || ctx.Err() != nil:
			return err
		}
	}
}

func (s *Source) open() (io.ReadCloser, error) {
	if s.options.Open != nil {
		return s.options.Open()
	}
	if IsFIFO(s.options.Path) {
		return openFIFO(s.options.Path)
	}
	f, err := os.Open(s.options.Path)
	if err != nil {
		return nil, fmt.Errorf("open capture: %w", err)
	}
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		s.size.Store(info.Size())
	}
	return f, nil
}

// note keeps the figures that others may read.
func (s *Source) note(p *pcap.Reader, batch []pcap.Packet) {
	var octets uint64
	for i := range batch {
		octets += uint64(batch[i].Length)
	}
	s.octets.Add(octets)
	s.packets.Add(uint64(len(batch)))
	if n := len(batch); n > 0 {
		s.live.Store(time.Since(tocsin.Moment(batch[n-1].Time)) < recent)
	}
	interfaces := p.Interfaces()
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := len(s.names); i < len(interfaces); i++ {
		name := interfaces[i].Name
		if name == "" {
			name = s.options.Name
		}
		s.names = append(s.names, name)
	}
}

// counted counts what is read.
type counted struct {
	io.Reader
	n *atomic.Int64
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.n.Add(int64(n))
	return n, err
}

// longestPause is how long replay in real time waits for a packet: captures have nights in them.
const longestPause = 10 * time.Second
