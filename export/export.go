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

// maxStreams bounds the memory of all clients together: each has two halves of backlogOctets.
const maxStreams = 32

// ErrFull is where maxStreams listen along.
var ErrFull = errors.New("too many listen along; end another stream first")

// Hub hands packets on to readers.
type Hub struct {
	radio   func(uint16) pcap.Interface
	waiting atomic.Int32 // readers

	mu        sync.Mutex
	closed    bool
	readers   map[*Reader]struct{}
	clients   int               // those of readers that are streams
	ofClients map[string]uint64 // packets that streams lost, by the UUID of the source
	ofLogs    map[string]uint64 // that the others lost
}

// New returns a hub. Radio describes the radio that pcap.Packet.Interface is the number of.
func New(radio func(uint16) pcap.Interface) *Hub {
	return &Hub{radio: radio, readers: map[*Reader]struct{}{}, ofClients: map[string]uint64{}, ofLogs: map[string]uint64{}}
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
	for r := range h.readers {
		if r.source == "" || r.source == source {
			if lost := r.add(batch); lost > 0 {
				h.losses(r)[source] += lost
			}
		}
	}
}

// Read returns a reader of all packets that are offered from now on, for a log of the server's own: it neither counts as a
// stream nor ends with the hub. What Read returns must be closed.
func (h *Hub) Read() *Reader {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.join("", false)
}

// Close ends all streams, and those that begin later.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for r := range h.readers {
		if r.client {
			r.end()
		}
	}
}

// Streams returns how many clients listen along.
func (h *Hub) Streams() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.clients
}

// Lost returns how many packets of a source found no room on their way to clients, all clients together, and to logs.
func (h *Hub) Lost(source string) (clients, logs uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.ofClients[source], h.ofLogs[source]
}

// Stream writes the packets that are offered from now on to w, and calls flush when it has nothing more to write at the
// moment. It returns nil when ctx is done or the hub is closed, else why w cannot be written to; ErrFull at once where too
// many listen along.
func (h *Hub) Stream(ctx context.Context, w io.Writer, flush func() error, f Filter) error {
	r, err := h.enter(f.Source)
	if err != nil {
		return err
	}
	defer h.leave(r)
	out, err := pcap.NewMixer(w, h.radio)
	if err != nil {
		return err
	}
	if err := flush(); err != nil {
		return err
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-r.Ready():
		}
		if r.hasEnded() {
			return nil
		}
		list, lost := r.Take()
		for i := range list {
			if f.Keep != nil && !f.Keep(&list[i]) {
				continue
			}
			if err := out.Write(list[i]); err != nil {
				return err
			}
		}
		for _, n := range lost {
			out.Lost(n)
		}
		if err := flush(); err != nil {
			return err
		}
	}
}

// enter makes the reader of a client.
func (h *Hub) enter(source string) (*Reader, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.clients == maxStreams {
		return nil, ErrFull
	}
	h.clients++
	r := h.join(source, true)
	if h.closed {
		r.end()
	}
	return r, nil
}

func (h *Hub) leave(r *Reader) {
	r.Close()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clients--
}

// join is called with the lock held.
func (h *Hub) join(source string, client bool) *Reader {
	r := &Reader{hub: h, source: source, client: client, ready: make(chan struct{}, 1)}
	h.readers[r] = struct{}{}
	h.waiting.Add(1)
	return r
}

// losses returns where the losses of r are counted.
func (h *Hub) losses(r *Reader) map[string]uint64 {
	if r.client {
		return h.ofClients
	}
	return h.ofLogs
}
