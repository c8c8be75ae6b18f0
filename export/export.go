// Package export hands the packets that are heard on to those who listen along, as live pcapng streams.
//
// # Concurrency
//
// Everything may be used by several goroutines. Offer never waits: who reads too slowly loses packets and is told how many.
package export

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"

	"github.com/tocsin-wids/tocsin/pcap"
)

// maxStreams bounds the memory of all readers together: each has two halves of backlogOctets.
const maxStreams = 32

// ErrFull is where maxStreams listen along.
var ErrFull = errors.New("too many listen along; end another stream first")

// Hub hands packets on to streams.
type Hub struct {
	sensor  func(uint16) string // name of a sensor
	waiting atomic.Int32        // streams
	mu      sync.Mutex
	closed  bool
	streams map[*stream]struct{}
}

// New returns a hub. Sensor names the radio that pcap.Packet.Interface is the number of.
func New(sensor func(uint16) string) *Hub {
	return &Hub{sensor: sensor, streams: map[*stream]struct{}{}}
}

// Filter says which packets a stream has.
type Filter struct {
	Source string                    // UUID of the source; empty: of all
	Keep   func(p *pcap.Packet) bool // called by the goroutine of Stream; nil: all
}

// Offer hands on packets that the source of that UUID heard. It costs nothing while nobody listens.
func (h *Hub) Offer(batch []pcap.Packet, source string) {
	if h.waiting.Load() == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.streams {
		if s.source == "" || s.source == source {
			s.add(batch)
		}
	}
}

// Close ends all streams, and those that begin later.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for s := range h.streams {
		s.end()
	}
}

// Streams returns how many listen along.
func (h *Hub) Streams() int { return int(h.waiting.Load()) }

// Stream writes the packets that are offered from now on to w, and calls flush when it has nothing more to write at the
// moment. It returns nil when ctx is done or the hub is closed, else why w cannot be written to; ErrFull at once where too
// many listen along.
func (h *Hub) Stream(ctx context.Context, w io.Writer, flush func() error, f Filter) error {
	s := newStream(f.Source)
	if err := h.join(s); err != nil {
		return err
	}
	defer h.leave(s)
	defer context.AfterFunc(ctx, s.end)()
	out, err := pcap.NewMixer(w, h.sensor)
	if err != nil {
		return err
	}
	if err := flush(); err != nil {
		return err
	}
	for {
		list, lost, ok := s.take()
		if !ok {
			return nil
		}
		for i := range list {
			if f.Keep != nil && !f.Keep(&list[i]) {
				continue
			}
			if err := out.Write(list[i]); err != nil {
				return err
			}
		}
		out.Lost(lost)
		if err := flush(); err != nil {
			return err
		}
	}
}

func (h *Hub) join(s *stream) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.streams) == maxStreams {
		return ErrFull
	}
	if h.closed {
		s.ended = true
	}
	h.streams[s] = struct{}{}
	h.waiting.Add(1)
	return nil
}

func (h *Hub) leave(s *stream) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.streams, s)
	h.waiting.Add(-1)
}
