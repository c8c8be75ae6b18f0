package notify

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrRefused is that a receiver does not want a message, and will not want it later.
var ErrRefused = errors.New("the receiver refuses it")

const (
	firstPause = 2 * time.Second // after a failure; the next ones double
	lastPause  = 15 * time.Minute
	patience   = 24 * time.Hour   // for a message that nobody takes
	attempt    = 30 * time.Second // for one attempt to send
	maxLetters = 1024             // that wait for one receiver; the oldest is given up
)

// carrier takes messages to one receiver, one after the other.
type carrier struct {
	name    string
	sender  Sender
	options *Options
	more    chan struct{} // has one if messages came

	mu      sync.Mutex
	waiting []*Message
}

func newCarrier(name string, s Sender, o *Options) *carrier {
	return &carrier{name: name, sender: s, options: o, more: make(chan struct{}, 1)}
}

// add has a message sent.
func (c *carrier) add(m *Message) {
	c.mu.Lock()
	c.waiting = append(c.waiting, m)
	c.mu.Unlock()
	select {
	case c.more <- struct{}{}:
	default:
	}
}

// first returns the message that has waited longest; nil if none waits.
func (c *carrier) first() (m *Message, waiting int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.waiting) == 0 {
		return nil, 0
	}
	return c.waiting[0], len(c.waiting)
}

// run sends until ctx is done.
func (c *carrier) run(ctx context.Context) {
	failures := 0
	for ctx.Err() == nil {
		m, waiting := c.first()
		if m == nil {
			select {
			case <-ctx.Done():
			case <-c.more:
			}
			continue
		}
		err := c.send(ctx, m)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			if failures > 0 {
				c.options.Trouble(c.name, "")
			}
			failures = 0
		case errors.Is(err, ErrRefused), time.Since(m.Time) > patience, waiting > maxLetters:
			c.options.Trouble(c.name, fmt.Sprintf("a message of %s is given up: %s", m.Time.Format(time.DateTime), err))
		default:
			if failures++; failures == 1 {
				c.options.Trouble(c.name, fmt.Sprintf("%s; it is tried again for %s", err, patience))
			}
			if !wait(ctx, min(firstPause<<min(failures-1, 20), lastPause)) {
				return
			}
			continue
		}
		c.done(ctx, m)
	}
}

func (c *carrier) send(ctx context.Context, m *Message) error {
	ctx, cancel := context.WithTimeout(ctx, attempt)
	defer cancel()
	return c.sender.Send(ctx, m)
}

// done forgets a message. One that cannot be taken out of the outbox is sent again after the next start.
func (c *carrier) done(ctx context.Context, m *Message) {
	c.mu.Lock()
	c.waiting = c.waiting[1:]
	c.mu.Unlock()
	if err := c.options.Outbox.Done(ctx, m.ID, c.name); err != nil && ctx.Err() == nil {
		c.options.Logger.Error("a notification that was sent stays in the outbox", "receiver", c.name, "error", err)
	}
}

// wait reports whether so much time passed before ctx was done.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
