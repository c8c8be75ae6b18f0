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

// stream is what waits for one reader. Two halves take turns: one is filled while the other is written.
type stream struct {
	source string

	mu    sync.Mutex
	more  *sync.Cond
	ended bool
	fill  half
	spare half
	lost  uint64
}

// half holds copies of packets: their octets follow each other in data.
type half struct {
	packets []pcap.Packet // without Data
	ends    []int         // where the octets of each end
	data    []byte
}

func newStream(source string) *stream {
	s := &stream{source: source}
	s.more = sync.NewCond(&s.mu)
	return s
}

// add copies what there is room for.
func (s *stream) add(batch []pcap.Packet) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range batch {
		p := batch[i]
		if len(s.fill.packets) == backlogPackets || len(s.fill.data)+len(p.Data) > backlogOctets {
			s.lost++
			continue
		}
		s.fill.data = append(s.fill.data, p.Data...)
		p.Data, p.Length = nil, max(p.Length, uint32(len(p.Data))) // data may move while it grows: take finds the octets
		s.fill.packets = append(s.fill.packets, p)
		s.fill.ends = append(s.fill.ends, len(s.fill.data))
	}
	s.more.Signal()
}

// end ends the stream for its reader.
func (s *stream) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	s.more.Signal()
}

// take waits for packets and returns them, valid until the next call, and how many were lost after them. It returns false
// when the stream has ended.
func (s *stream) take() (list []pcap.Packet, lost uint64, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spare.packets, s.spare.data, s.spare.ends = s.spare.packets[:0], s.spare.data[:0], s.spare.ends[:0]
	for len(s.fill.packets) == 0 && !s.ended {
		s.more.Wait()
	}
	if s.ended {
		return nil, 0, false
	}
	s.fill, s.spare = s.spare, s.fill
	at := 0
	for i := range s.spare.packets {
		end := s.spare.ends[i]
		s.spare.packets[i].Data = s.spare.data[at:end:end]
		at = end
	}
	lost, s.lost = s.lost, 0
	return s.spare.packets, lost, true
}
