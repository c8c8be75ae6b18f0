// Package kismetstream is a source that listens along with a running Kismet, or with another Tocsin: it reads the pcapng stream
// in which they hand on what they hear.
//
// # Concurrency
//
// Run is called again after it failed, never twice at a time. The other methods may be called while it runs.
//
// # Memory
//
// A run has the buffer of a pcap.Reader, whatever the server sends, and names of at most 256 sensors are kept.
package kismetstream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/pcap"
)

// Options says whom to listen along with.
type Options struct {
	Server Server
	Login  Login
	CA     string // PEM file of who vouches for the server; those that the machine trusts if empty
	Name   string // what people call the source; the server's address if empty
}

// Source listens along with one server.
type Source struct {
	options Options
	packets atomic.Uint64
	octets  atomic.Uint64
	lost    atomic.Uint64
	replays atomic.Bool // the newest packets were of long ago

	mu      sync.Mutex
	numbers map[string]uint16
	names   []string
}

// maxSensors bounds what a server can invent. Packets of others are counted as lost.
const maxSensors = 256

var _ capture.Live = (*Source)(nil)

// New returns a source for o.
func New(o Options) *Source {
	if o.Name == "" {
		o.Name = o.Server.url.Host
	}
	return &Source{options: o, numbers: map[string]uint16{}}
}

// Name is what people call the source.
func (s *Source) Name() string { return s.options.Name }

// Sensors names the radios as the server does, and those that it does not name by the source.
func (s *Source) Sensors() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.names
}

// Counts tells what was delivered so far, and what was lost as far as the server told.
func (s *Source) Counts() capture.Counts {
	return capture.Counts{Packets: s.packets.Load(), Bytes: s.octets.Load(), Lost: s.lost.Load()}
}

// recent is how old packets may be to count as heard now. The clocks of two servers are nearer to each other.
const recent = time.Minute

// Live reports whether the server hands on what it hears now. One that reads captures hands on what is of long ago, perhaps
// faster than it was.
func (s *Source) Live() bool { return !s.replays.Load() }

// Reopens reports that the server may come back.
func (s *Source) Reopens() bool { return true }

// ErrEnded is how a run ends whose server is stopped, or ends the stream.
var ErrEnded = errors.New("the server ended the stream")

// Run delivers what the server hands on, until ctx is done or the server or the way to it fails.
func (s *Source) Run(ctx context.Context, deliver func([]pcap.Packet) error) error {
	c, err := s.options.client()
	if err != nil {
		return err
	}
	defer c.CloseIdleConnections()
	body, err := s.options.open(ctx, c)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return err
	}
	defer body.Close()
	if err := deliver(nil); err != nil {
		return err
	}
	refused, err := s.deliver(ctx, body, deliver)
	switch {
	case refused != nil:
		return refused
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, io.EOF), errors.Is(err, pcap.ErrEmpty):
		return fmt.Errorf("listen to %s: %w", s.options.Server, ErrEnded)
	case errors.Is(err, pcap.ErrTruncated):
		return fmt.Errorf("listen to %s: the connection broke off", s.options.Server)
	case errors.Is(err, pcap.ErrNotCapture):
		return fmt.Errorf("listen to %s: it answers with something that is no packet stream: is it a Kismet or a Tocsin?", s.options.Server)
	}
	return fmt.Errorf("listen to %s: %w", s.options.Server, err)
}

const batchPackets = 256

// deliver delivers the packets of body until it ends, which err says how, or until the receiver refused.
func (s *Source) deliver(ctx context.Context, body io.Reader, deliver func([]pcap.Packet) error) (refused, err error) {
	r, err := pcap.NewReader(body)
	if err != nil {
		return nil, err
	}
	batch := make([]pcap.Packet, 0, batchPackets)
	sensors := map[uint16]int{} // by the interface of the stream; -1: there is no room for it
	var lost uint64
	for ctx.Err() == nil {
		batch, err = r.Batch(batch[:0], batchPackets)
		s.lost.Add(r.Dropped() - lost)
		lost = r.Dropped()
		if list := s.take(batch, r, sensors); len(list) > 0 {
			newest := time.Unix(0, int64(list[len(list)-1].Time))
			s.replays.Store(time.Since(newest).Abs() > recent)
			if refused := deliver(list); refused != nil {
				return refused, nil
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, ctx.Err()
}

// take keeps those packets of batch that can be told apart by their sensor, counts them and numbers both.
func (s *Source) take(batch []pcap.Packet, r *pcap.Reader, sensors map[uint16]int) []pcap.Packet {
	kept := batch[:0]
	number, octets := s.packets.Load(), uint64(0)
	for _, p := range batch {
		if len(p.Data) == 0 { // Kismet's records of what is no packet
			continue
		}
		n, known := sensors[p.Interface]
		if !known {
			n = s.sensor(r.Interfaces()[p.Interface].Name)
			sensors[p.Interface] = n
		}
		if n < 0 {
			s.lost.Add(1)
			continue
		}
		number++
		octets += uint64(p.Length)
		p.Interface, p.Number = uint16(n), number
		kept = append(kept, p)
	}
	s.packets.Store(number)
	s.octets.Add(octets)
	return kept
}

// sensor returns the place of a radio in Sensors, -1 without room. Its number stays when the stream begins anew, in which radios are
// declared in the order in which they are heard.
func (s *Source) sensor(name string) int {
	if name == "" {
		name = s.options.Name
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if n, known := s.numbers[name]; known {
		return int(n)
	}
	n := len(s.names)
	if n == maxSensors {
		return -1
	}
	s.numbers[name], s.names = uint16(n), append(s.names, name)
	return n
}
