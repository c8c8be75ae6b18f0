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
	writeWithin = 10 * time.Second
	// maxBatch bounds what is written at once, so that the deadline of a write is fair to a slow line.
	maxBatch = 64
)

type limiter = *rate.Limiter

// newLimiter bounds how often what clients sent is told to all: it would push other messages out.
func newLimiter() limiter { return rate.NewLimiter(1, 5) }

// client is one connection. It has a goroutine that reads, and one that writes while there is something to write.
type client struct {
	hub  *Hub
	wire wire
	conn *websocket.Conn

	mu      sync.Mutex // taken after the Hub's
	queue   [][]byte   // frames, oldest first
	lost    uint64     // since the client was last told
	writing bool
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
	c.queue = append(c.queue, frame)
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
	if c.lost > uint64(hopeless*c.hub.o.Queue) {
		c.close(websocket.StatusTryAgainLater, fmt.Sprintf("too slow: %d events lost", c.lost))
	}
}

// end closes the connection after what is being written; the first reason counts.
func (c *client) end(code websocket.StatusCode, reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.close(code, reason)
	c.wake()
}

func (c *client) close(code websocket.StatusCode, reason string) {
	if !c.ending {
		c.ending, c.code, c.reason, c.queue = true, code, reason, nil
	}
}

// wake starts the writer unless it runs. It is called with the lock.
func (c *client) wake() {
	if !c.writing {
		c.writing = true
		c.hub.running.Go(c.write)
	}
}

// write sends what is queued and ends when nothing is left.
func (c *client) write() {
	var spare [][]byte
	for {
		c.mu.Lock()
		lost, ending := c.lost, c.ending
		batch := c.queue
		c.queue, c.lost = spare[:0], 0
		if len(batch) == 0 && lost == 0 && !ending {
			c.queue, c.writing = nil, false
			c.mu.Unlock()
			return
		}
		c.mu.Unlock()
		if lost > 0 {
			// What was lost is older than what is queued.
			notice := c.notice(tocsin.MessageError, fmt.Sprintf("This client was too slow: %d events were lost to it", lost))
			if !c.send([][]byte{notice}) {
				return
			}
		}
		if ending {
			c.conn.Close(c.code, c.reason)
			return
		}
		if !c.send(batch) {
			return
		}
		clear(batch)
		spare = batch
	}
}

// send writes frames, or gives the connection up: then the writer is never started again.
func (c *client) send(frames [][]byte) bool {
	for len(frames) > 0 {
		n := min(len(frames), maxBatch)
		// WriteTo eats the list that it is given, which is this one's part of the same memory.
		if err := c.wire.send(frames[:n:n], writeWithin); err != nil {
			c.conn.CloseNow()
			return false
		}
		frames = frames[n:]
	}
	return true
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
