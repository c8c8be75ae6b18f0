package events

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/time/rate"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/api"
)

const (
	maxMessage = 64 << 10 // bytes that a client may send at once
	maxTopics  = 64       // of one client
	maxTopic   = 128      // bytes in the name of one
	// pingEvery and pongWithin add up to the five minutes after which clients know to be dropped when they are gone.
	pingEvery   = 150 * time.Second
	pongWithin  = 150 * time.Second
	writeWithin = 10 * time.Second
)

type limiter = *rate.Limiter

// newLimiter bounds how often what clients sent is told to all: it would push other messages out.
func newLimiter() limiter { return rate.NewLimiter(1, 5) }

// client is one connection.
type client struct {
	hub   *Hub
	conn  *websocket.Conn
	queue chan []byte
	lost  atomic.Uint64

	once   sync.Once
	ended  chan struct{}
	code   websocket.StatusCode // why it ended; set before ended is closed
	reason string

	topics map[string]*shape // under the Hub's lock
}

// end asks the writer to close the connection; the first reason counts.
func (c *client) end(code websocket.StatusCode, reason string) {
	c.once.Do(func() {
		c.code, c.reason = code, reason
		close(c.ended)
	})
}

// push never waits: if the queue is full the oldest event is lost.
func (c *client) push(b []byte) {
	for {
		select {
		case c.queue <- b:
			return
		default:
		}
		select {
		case <-c.queue:
			if n := c.lost.Add(1); n > uint64(hopeless*cap(c.queue)) {
				c.end(websocket.StatusTryAgainLater, fmt.Sprintf("too slow: %d events lost", n))
			}
		default:
		}
	}
}

// run reads until the connection ends.
func (c *client) run(ctx context.Context, conn *websocket.Conn) {
	c.conn = conn
	conn.SetReadLimit(maxMessage)
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { c.write(ctx) })
	wg.Go(func() { c.ping(ctx) })
	for {
		kind, b, err := conn.Read(ctx)
		if err != nil {
			break
		}
		if kind != websocket.MessageText {
			c.end(websocket.StatusUnsupportedData, "expected text")
			continue
		}
		c.command(b)
	}
	cancel()
	conn.CloseNow()
	wg.Wait()
}

func (c *client) ping(ctx context.Context) {
	t := time.NewTicker(pingEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		within, cancel := context.WithTimeout(ctx, pongWithin)
		err := c.conn.Ping(within)
		cancel()
		if err != nil {
			c.end(websocket.StatusPolicyViolation, "no answer to a ping")
			return
		}
	}
}

// write sends what is queued, and closes the connection when it is to end.
func (c *client) write(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.ended:
			c.conn.Close(c.code, c.reason)
			return
		case b := <-c.queue:
			if n := c.lost.Swap(0); n > 0 && !c.send(ctx, c.notice(tocsin.MessageError,
				fmt.Sprintf("This client was too slow: %d events were lost to it", n))) {
				return
			}
			if !c.send(ctx, b) {
				return
			}
		}
	}
}

func (c *client) send(ctx context.Context, b []byte) bool {
	within, cancel := context.WithTimeout(ctx, writeWithin)
	defer cancel()
	if err := c.conn.Write(within, websocket.MessageText, b); err != nil {
		c.conn.CloseNow()
		return false
	}
	return true
}

// tell queues a message for this client only.
func (c *client) tell(text string) {
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	c.push(c.notice(tocsin.MessageError, text))
}

func (c *client) notice(flags tocsin.MessageFlags, text string) []byte {
	m := tocsin.Message{Text: text, Flags: flags, Time: c.hub.o.Now()}
	return plain.append(nil, alert.Event{Topic: "MESSAGE", Message: &m})
}

// plain writes notices, in the format that every client reads.
var plain = &shape{messages: api.MessageFields}
