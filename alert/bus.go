package alert

import (
	"sync"
	"sync/atomic"
)

// Subscription receives events until it is closed.
type Subscription struct {
	events chan Event
	lost   atomic.Uint64
	bus    *bus
	once   sync.Once
}

// Events is closed by Close.
func (s *Subscription) Events() <-chan Event { return s.events }

// Lost returns how many events found the queue full.
func (s *Subscription) Lost() uint64 { return s.lost.Load() }

// Close ends the subscription.
func (s *Subscription) Close() { s.once.Do(func() { s.bus.remove(s) }) }

type bus struct {
	mu   sync.Mutex
	subs map[*Subscription]struct{}
	lost atomic.Uint64
}

func (b *bus) subscribe(queue int) *Subscription {
	s := &Subscription{events: make(chan Event, max(queue, 1)), bus: b}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.subs == nil {
		b.subs = map[*Subscription]struct{}{}
	}
	b.subs[s] = struct{}{}
	return s
}

func (b *bus) remove(s *Subscription) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.subs, s)
	close(s.events)
}

// publish never waits: a full queue loses the event, and its reader is told how many.
func (b *bus) publish(events ...Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for s := range b.subs {
		for _, e := range events {
			select {
			case s.events <- e:
			default:
				s.lost.Add(1)
				b.lost.Add(1)
			}
		}
	}
}
