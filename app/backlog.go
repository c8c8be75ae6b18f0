package app

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/pcap"
)

// backlog holds packets of a live source until the detectors take them, so that a slow moment of theirs loses nothing. What
// is of now and finds it full is lost and counted; anything else waits. One goroutine adds, one takes; the lock is held while
// a batch is copied and never while detectors look.
//
// Its memory is two parcels, each of at most limit packets and limit times octetsEach octets, or one packet.
type backlog struct {
	limit int
	grown chan struct{} // has one if packets came
	taken chan struct{} // has one if packets were taken

	mu      sync.Mutex
	waiting parcel
	most    int    // that waited at once since usage was asked, of what is of now
	lost    uint64 // since the start
}

// octetsEach is more than most frames have.
const octetsEach = 2 << 10

// parcel is packets with their octets.
type parcel struct {
	packets []pcap.Packet
	octets  []byte
}

func newBacklog(limit int) *backlog {
	return &backlog{limit: limit, grown: make(chan struct{}, 1), taken: make(chan struct{}, 1)}
}

// add copies batch. If it is not live it waits for room, or for the end of ctx.
func (b *backlog) add(ctx context.Context, batch []pcap.Packet, live bool) error {
	for {
		b.mu.Lock()
		n := b.waiting.add(batch, b.limit)
		if live {
			b.most = max(b.most, len(b.waiting.packets))
			b.lost += uint64(len(batch) - n)
		}
		b.mu.Unlock()
		signal(b.grown)
		if batch = batch[n:]; live || len(batch) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-b.taken:
		}
	}
}

// run hands what waits to observe, until ended is closed and nothing waits any more.
func (b *backlog) run(ended <-chan struct{}, observe func([]pcap.Packet)) {
	var at parcel
	for more := true; more; {
		select {
		case <-b.grown:
		case <-ended:
			more = false
		}
		b.mu.Lock()
		at, b.waiting = b.waiting, at
		b.mu.Unlock()
		signal(b.taken)
		observe(at.whole())
		at.packets, at.octets = at.packets[:0], at.octets[:0]
	}
}

// usage returns how many packets wait, how many did at most since the last call, and how many were lost since the start.
func (b *backlog) usage() (now, most int, lost uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now, most, lost = len(b.waiting.packets), b.most, b.lost
	b.most = 0
	return now, most, lost
}

// counts returns how many packets wait, and how many were lost since the start.
func (b *backlog) counts() (waiting int, lost uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.waiting.packets), b.lost
}

// add copies those of batch for which there is room and returns how many. One packet always fits.
func (p *parcel) add(batch []pcap.Packet, limit int) (n int) {
	for ; n < len(batch); n++ {
		data := batch[n].Data
		if held := len(p.packets); held == limit || held > 0 && len(p.octets)+len(data) > limit*octetsEach {
			break
		}
		p.octets = append(p.octets, data...)
		p.packets = append(p.packets, batch[n])
	}
	return n
}

// whole returns the packets with their octets, which may have moved since they were added.
func (p *parcel) whole() []pcap.Packet {
	rest := p.octets
	for i := range p.packets {
		n := len(p.packets[i].Data)
		p.packets[i].Data, rest = rest[:n:n], rest[n:]
	}
	return p.packets
}

func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default: // it has one already
	}
}

// tellStrain is how often it is told of a source that its queue is long, or too short.
const tellStrain = 30 * time.Second

// strain is what was told of a backlog.
type strain struct {
	lost            uint64
	lostAt, longAt  time.Time
	kernel, packets uint64 // lost there and delivered, when the kernel's losses were looked at last
	kernelAt        time.Time
}

// blindShare is which part of the packets must be lost in the kernel to be worth an alert: one in so many. A few in a burst
// leave nobody blind.
const blindShare = 100

// watch tells of the backlog of a source, if there is something to tell, and returns how many packets wait in it.
func (s *Server) watch(state *sourceState, now time.Time) int {
	if state.backlog == nil {
		return 0
	}
	queue := s.options.Config.Server.Queue
	waiting, most, lost := state.backlog.usage()
	c := state.source.Counts()
	state.mu.Lock()
	defer state.mu.Unlock()
	told := &state.strain
	s.watchKernel(state, c, now)
	if lost > told.lost && now.Sub(told.lostAt) >= tellStrain {
		text := fmt.Sprintf("%d packets of the source %s were lost before any detector saw them, %d since the start, in the queue before the detectors: it delivers faster than they look, and the queue of %d was full",
			lost-told.lost, state.called(), lost, queue.Limit)
		if s.ledger.Tell(&tocsin.PacketLost, state.called(), text) {
			told.lost, told.lostAt = lost, now
		}
	}
	if queue.Warning > 0 && most > queue.Warning && now.Sub(told.longAt) >= tellStrain {
		text := fmt.Sprintf("%d packets of the source %s waited for the detectors at once, more than the %d of the warning level: at %d some are lost",
			most, state.called(), queue.Warning, queue.Limit)
		if s.ledger.Tell(&tocsin.PacketQueue, state.called(), text) {
			told.longAt = now
		}
	}
	return waiting
}

// watchKernel tells if the kernel lost much of a live source. It is called with the lock of the state held.
func (s *Server) watchKernel(state *sourceState, c capture.Counts, now time.Time) {
	told := &state.strain
	if now.Sub(told.kernelAt) < tellStrain {
		return
	}
	lost, heard := c.Kernel-told.kernel, c.Packets-told.packets
	if lost > 0 && lost*blindShare >= lost+heard {
		text := fmt.Sprintf("%d packets of the source %s were lost before any detector saw them, %d since the start, in the kernel's buffer: %d were taken from it meanwhile, as this machine was too busy to take more",
			lost, state.called(), c.Kernel, heard)
		if !s.ledger.Tell(&tocsin.PacketLost, state.called(), text) {
			return // held back: told with the next
		}
	}
	told.kernel, told.packets, told.kernelAt = c.Kernel, c.Packets, now
}
