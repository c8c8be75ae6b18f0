package export

import (
	"sync"

	"github.com/tocsin-wids/tocsin/pcap"
)

// backlog bounds what waits for one reader: seconds of a busy channel.
const (
	backlogOctets  = 4 << 20
	backlogPackets = 16384
)

// Reader is one who listens along, and what waits for it. Two halves take turns: one is filled while the other is read. Take
// is called by one goroutine at a time.
type Reader struct {
	hub    *Hub
	source string        // UUID; empty: of all
	client bool          // it is a stream
	ready  chan struct{} // has one if there is something to take, or it has ended

	mu    sync.Mutex
	ended bool
	fill  half
	spare half
	lost  map[uint16]uint64
}

// half holds copies of packets: their octets follow each other in data.
type half struct {
	packets []pcap.Packet // without Data
	ends    []int         // where the octets of each end
	data    []byte
}

// add copies what there is room for and returns how many packets are lost.
func (r *Reader) add(batch []pcap.Packet) (lost uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return 0
	}
	for i := range batch {
		p := batch[i]
		if len(r.fill.packets) == backlogPackets || len(r.fill.data)+len(p.Data) > backlogOctets {
			lost++
			if r.lost == nil {
				r.lost = map[uint16]uint64{}
			}
			r.lost[p.Interface]++
			continue
		}
		r.fill.data = append(r.fill.data, p.Data...)
		p.Data, p.Length = nil, max(p.Length, uint32(len(p.Data))) // data may move while it grows: Take finds the octets
		r.fill.packets = append(r.fill.packets, p)
		r.fill.ends = append(r.fill.ends, len(r.fill.data))
	}
	r.wake()
	return lost
}

func (r *Reader) wake() {
	select {
	case r.ready <- struct{}{}:
	default: // it has one
	}
}

// Ready can be received from when there is something to take, or the reader has ended.
func (r *Reader) Ready() <-chan struct{} { return r.ready }

// Take returns the packets that wait, valid until the next call, and how many of each radio were lost after them.
func (r *Reader) Take() (list []pcap.Packet, lost map[uint16]uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.spare.packets, r.spare.data, r.spare.ends = r.spare.packets[:0], r.spare.data[:0], r.spare.ends[:0]
	r.fill, r.spare = r.spare, r.fill
	at := 0
	for i := range r.spare.packets {
		end := r.spare.ends[i]
		r.spare.packets[i].Data = r.spare.data[at:end:end]
		at = end
	}
	lost, r.lost = r.lost, nil
	return r.spare.packets, lost
}

// end says that nothing more comes.
func (r *Reader) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended = true
	r.wake()
}

func (r *Reader) hasEnded() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ended
}

// Close ends the reader; what waits can still be taken.
func (r *Reader) Close() {
	r.end()
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	if _, there := r.hub.readers[r]; there {
		delete(r.hub.readers, r)
		r.hub.waiting.Add(-1)
	}
}
