package events

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/time/rate"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
)

const (
	maxMessage = 64 << 10 // bytes that a client may send at once
	maxTopics  = 64       // of one client
	maxTopic   = 128      // bytes in the name of one
	// A client that is silent for pingAfter is asked whether it is there, and is closed after silentFor.
	pingAfter   = 150 * time.Second
	silentFor   = 300 * time.Second
	sweepEvery  = 30 * time.Second
	writeWithin = 30 * time.Second
	// maxBatch bounds what is written at once, so that the deadline of a write is fair to a slow line.
	maxBatch = 64
	// keptQueue is how many places of its queue a client keeps between events, so that the next need no memory.
	keptQueue = 32
)

type limiter = *rate.Limiter

// newLimiter bounds how often what clients sent is told to all: it would push other messages out.
func newLimiter() limiter { return rate.NewLimiter(1, 5) }

// client is one connection. It has a goroutine that reads. The Hub's workers write to it in turn; a goroutine of its own
// writes while it does not take everything at once, or is closed.
type client struct {
	hub     *Hub
	wire    wire
	conn    *websocket.Conn
	unwatch func() // its login or token; nil if nobody watches

	mu      sync.Mutex // taken after the Hub's
	queue   [][]byte   // frames, oldest first
	lost    uint64     // since the client was last told
	waiting bool       // for its turn, or being written to
	ending  bool
	code    websocket.StatusCode
	reason  string

	topics map[string]*shape // under the Hub's lock
}

// push never waits: if the queue is full the oldest event is lost.
func (c *client) push(frame []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ending {
		return
	}
	if len(c.queue) == c.hub.o.Queue {
		c.queue[0] = nil
		c.queue = c.queue[1:]
		c.lose(1)
	}
	if !c.ending {
		c.queue = append(c.queue, frame)
	}
	c.wake()
}

// miss counts events that the Hub itself lost.
func (c *client) miss(n uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lose(n)
	c.wake()
}

// lose counts events that the client will not get. It is called with the lock.
func (c *client) lose(n uint64) {
	c.lost += n
	c.hub.lost.Add(n)
	if c.lost > uint64(hopeless*c.hub.o.Queue) && !c.ending {
		waiting := uint64(len(c.queue))
		c.lost += waiting
		c.hub.lost.Add(waiting)
		c.queue = nil
		c.close(websocket.StatusTryAgainLater, fmt.Sprintf("too slow: %d events lost", c.lost))
	}
}

// end closes the connection after what waits; the first reason counts.
func (c *client) end(code websocket.StatusCode, reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.close(code, reason)
	c.wake()
}

func (c *client) close(code websocket.StatusCode, reason string) {
	if !c.ending {
		c.ending, c.code, c.reason = true, code, reason
	}
}

// wake asks for a turn unless it has. It is called with the lock.
func (c *client) wake() {
	if c.waiting {
		return
	}
	c.waiting = true
	select {
	case c.hub.ready <- c:
	default:
		c.hub.running.Go(c.write)
	}
}

// take removes what is to be written, and what was lost before it as a message. With nothing left, the client waits no more.
func (c *client) take() (frames [][]byte, ending bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.queue) == 0 && c.lost == 0 && !c.ending {
		c.waiting = false
		return nil, false
	}
	frames, c.queue = c.queue, nil
	if c.lost > 0 {
		notice := c.notice(tocsin.MessageError, fmt.Sprintf("This client was too slow: %d events were lost to it", c.lost))
		frames = append([][]byte{notice}, frames...)
		c.lost = 0
	}
	return frames, c.ending
}

// turn writes what waits, as far as the connection takes it at once. It never waits itself.
func (c *client) turn() {
	frames, ending := c.take()
	if frames == nil && !ending {
		return
	}
	rest, all, err := c.wire.try(frames)
	if err != nil {
		c.conn.CloseNow()
		return
	}
	if !all || ending {
		c.hub.running.Go(func() {
			if c.finish(rest, ending) {
				c.write()
			}
		})
		return
	}
	clear(frames)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.queue == nil && cap(frames) <= keptQueue {
		c.queue = frames[:0]
	}
	c.waiting = false
	if len(c.queue) > 0 || c.lost > 0 || c.ending {
		c.wake()
	}
}

// write sends all that waits, at the speed of the client. After an error no other writer is started.
func (c *client) write() {
	for {
		frames, ending := c.take()
		if frames == nil && !ending || !c.finish(frames, ending) {
			return
		}
	}
}

// finish writes frames at the speed of the client, and closes it if it is ending; false if there is no more to do.
func (c *client) finish(frames [][]byte, ending bool) bool {
	for first := true; first || len(frames) > 0; first = false {
		n := min(len(frames), maxBatch)
		// The list is eaten by what sends it.
		if c.wire.send(frames[:n:n], writeWithin) != nil {
			c.conn.CloseNow()
			return false
		}
		frames = frames[n:]
	}
	if ending {
		c.conn.Close(c.code, c.reason)
	}
	return !ending
}

// read obeys the client until the connection ends.
func (c *client) read() {
	defer c.hub.forget(c)
	defer c.conn.CloseNow()
	for {
		kind, b, err := c.conn.Read(context.Background())
		if err != nil {
			return
		}
		if kind != websocket.MessageText {
			c.end(websocket.StatusUnsupportedData, "expected text")
			continue
		}
		c.command(b)
	}
}

// check asks a silent client whether it is there, and ends one that has been silent for too long.
func (c *client) check(now time.Time) {
	switch silent := now.Sub(time.Unix(0, c.wire.heard.Load())); {
	case silent >= silentFor:
		c.end(websocket.StatusPolicyViolation, "no answer to a ping")
	case silent >= pingAfter:
		c.push(pingFrame)
	}
}

// tell queues a message for this client only.
func (c *client) tell(text string) { c.push(c.notice(tocsin.MessageError, text)) }

func (c *client) notice(flags tocsin.MessageFlags, text string) []byte {
	m := tocsin.Message{Text: text, Flags: flags, Time: c.hub.o.Now()}
	return plain.encode(alert.Event{Topic: alert.TopicMessage, Message: &m})
}

// plain writes notices, in the format that every client reads.
var plain = &shape{}
