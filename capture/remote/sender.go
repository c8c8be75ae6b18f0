package remote

import (
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/tocsin-wids/tocsin/capture/remote/wire"
)

const (
	// patience is for how long an answer is waited for before another frame is sent to a tool that reads one at a time. It reads
	// twice a second, so by then it has the first.
	patience = 4 * time.Second
	// maxQueue bounds what waits to be sent, and what was sent and is not answered.
	maxQueue = 32
	// writeWithin is for how long a connection may take nothing.
	writeWithin = 15 * time.Second
)

// sender holds what is to be sent to a tool. It may be used by several goroutines.
type sender struct {
	conn   net.Conn
	single bool          // one frame at a time
	every  time.Duration // to ask whether the tool is there
	wake   chan struct{} // has one if there may be something to send

	mu       sync.Mutex
	sequence uint32
	waiting  []*request
	flying   []*request // sent and not answered, oldest first
	trip     time.Duration
}

// request is a frame that is to be answered.
type request struct {
	header  wire.Header
	payload []byte
	sent    time.Time
	done    func(error) // what to do with the answer
}

// request queues a frame. Done is told what became of it, if anything did; nil if nobody asks.
func (s *sender) request(command wire.Command, payload []byte, done func(error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sequence++
	s.add(wire.Header{Command: command, Code: 1, Sequence: s.sequence}, payload, done)
}

// ping asks whether the tool is there, unless that is about to be asked.
func (s *sender) ping() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.ContainsFunc(s.waiting, func(r *request) bool { return r.header.Command == wire.Ping }) {
		s.sequence++
		s.add(wire.Header{Command: wire.Ping, Code: 1, Sequence: s.sequence}, nil, nil)
	}
}

// pong answers a tool that asks.
func (s *sender) pong(sequence uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(wire.Header{Command: wire.Pong, Code: 1, Sequence: sequence}, nil, nil)
}

// add is called with the lock. What finds no room is not sent: only a tool that answers nothing has so much.
func (s *sender) add(h wire.Header, payload []byte, done func(error)) {
	if done == nil {
		done = func(error) {}
	}
	if len(s.waiting) < maxQueue {
		s.waiting = append(s.waiting, &request{header: h, payload: payload, done: done})
	}
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// next takes what may be sent now; nil if nothing may.
func (s *sender) next(now time.Time) *request {
	s.mu.Lock()
	defer s.mu.Unlock()
	busy := s.single && len(s.flying) > 0 && now.Sub(s.flying[len(s.flying)-1].sent) < patience
	if busy || len(s.waiting) == 0 {
		return nil
	}
	r := s.waiting[0]
	s.waiting = s.waiting[1:]
	r.sent = now
	if len(s.flying) == maxQueue {
		s.flying = s.flying[1:]
	}
	s.flying = append(s.flying, r)
	return r
}

// answered returns the request that an answer belongs to; nil if there is none.
func (s *sender) answered(sequence uint32) *request {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.flying, func(r *request) bool { return r.header.Sequence == sequence && r.header.Command != wire.Pong })
	if i < 0 {
		return nil
	}
	r := s.flying[i]
	s.flying = slices.Delete(s.flying, i, i+1)
	if r.header.Command == wire.Ping {
		s.trip = time.Since(r.sent)
	}
	select {
	case s.wake <- struct{}{}:
	default:
	}
	return r
}

// roundTrip is how long the newest answer to a ping took.
func (s *sender) roundTrip() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trip
}

// write sends what is queued until the session ends, and asks regularly whether the tool is there.
func (c *session) write() {
	tick := time.NewTicker(c.out.every)
	defer tick.Stop()
	var frame []byte
	for {
		for r := c.out.next(time.Now()); r != nil; r = c.out.next(time.Now()) {
			frame = wire.Append(frame[:0], r.header, r.payload)
			err := c.out.conn.SetWriteDeadline(r.sent.Add(writeWithin))
			if err == nil {
				_, err = c.out.conn.Write(frame)
			}
			if err != nil {
				c.fail(fmt.Errorf("it takes nothing any more: %w", err))
				return
			}
		}
		select {
		case <-c.failed:
			return
		case <-c.out.wake:
		case <-tick.C:
			if !c.opened.Load() && time.Since(c.begun) > openWithin+acceptWithin {
				c.fail(fmt.Errorf("it did not open its source within %s", openWithin))
				return
			}
			c.out.ping()
		}
	}
}
