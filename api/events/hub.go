package events

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/api"
)

// Subscription is what the Hub needs of an *alert.Subscription.
type Subscription interface {
	Events() <-chan alert.Event
	Lost() uint64
	Close()
}

// Options configures a Hub.
type Options struct {
	Logger    *slog.Logger // discards if nil
	Subscribe func(queue int) Subscription
	Say       func(flags tocsin.MessageFlags, text string) // to all clients: on what one of them sent; silent if nil
	Now       func() time.Time                             // time.Now if nil
	Queue     int                                          // events kept for a slow client; 256 if 0
	Clients   int                                          // at most; 256 if 0
}

const (
	// hubQueue bounds what waits while the Hub encodes.
	hubQueue = 1024
	// hopeless is how many queues a client may lose before it is closed.
	hopeless = 8
)

// Hub distributes events to clients.
type Hub struct {
	o   Options
	say limiter

	mu      sync.Mutex
	closed  bool
	clients map[*client]struct{}
	shapes  map[shapeKey]*shape
}

// shapeKey is how clients ask for events to be written.
type shapeKey struct{ format, fields string }

// shape writes events in one form, for all who want that.
type shape struct {
	key      shapeKey
	format   api.Format
	alerts   []api.Field[tocsin.Alert]
	messages []api.Field[tocsin.Message]
	times    []api.Field[time.Time]
	wanted   map[string]map[*client]struct{} // by topic
}

// New returns a Hub. Clients are served while its Run runs.
func New(o Options) *Hub {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Say == nil {
		o.Say = func(tocsin.MessageFlags, string) {}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Queue == 0 {
		o.Queue = 256
	}
	if o.Clients == 0 {
		o.Clients = 256
	}
	return &Hub{o: o, say: newLimiter(), clients: map[*client]struct{}{}, shapes: map[shapeKey]*shape{}}
}

// Run distributes until ctx ends, and then says good-bye to all clients.
func (h *Hub) Run(ctx context.Context) error {
	s := h.o.Subscribe(hubQueue)
	defer s.Close()
	defer h.shut()
	var lost uint64
	for {
		select {
		case <-ctx.Done():
			return nil
		case e, ok := <-s.Events():
			if !ok {
				return nil
			}
			missed := s.Lost() - lost
			lost += missed
			h.distribute(e, missed)
		}
	}
}

func (h *Hub) shut() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for c := range h.clients {
		c.end(websocket.StatusGoingAway, "the server stops")
	}
}

// distribute hands e to those who want it; missed events before it are lost to all.
func (h *Hub) distribute(e alert.Event, missed uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if missed > 0 {
		for c := range h.clients {
			c.lost.Add(missed)
		}
	}
	for _, s := range h.shapes {
		named, all := s.wanted[e.Topic], s.wanted["*"]
		if len(named)+len(all) == 0 {
			continue
		}
		b := s.append(nil, e)
		for c := range named {
			c.push(b)
		}
		for c := range all {
			c.push(b)
		}
	}
}

// append writes e as one message.
func (s *shape) append(b []byte, e alert.Event) []byte {
	f := s.format
	b = f.Key(append(b, '{'), 0, true, e.Topic)
	switch {
	case e.Alert != nil:
		b = api.AppendRecord(b, e.Alert, s.alerts, f, 1)
	case e.Message != nil:
		b = api.AppendRecord(b, e.Message, s.messages, f, 1)
	default:
		b = api.AppendRecord(b, &e.Time, s.times, f, 1)
	}
	return f.End(f.Close(b, 0, '}'))
}

// subscribe replaces what c had of topic. A topic more than a client may have is refused.
func (h *Hub) subscribe(c *client, topic string, key shapeKey, format api.Format, choices []api.Choice) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if old := c.topics[topic]; old != nil {
		h.leave(c, topic, old)
	} else if len(c.topics) >= maxTopics {
		return false
	}
	s := h.shapes[key]
	if s == nil {
		s = &shape{
			key: key, format: format, wanted: map[string]map[*client]struct{}{},
			alerts: api.Select(api.AlertFields, choices), messages: api.Select(api.MessageFields, choices),
			times: api.Select(api.TimeFields, choices),
		}
		h.shapes[key] = s
	}
	if s.wanted[topic] == nil {
		s.wanted[topic] = map[*client]struct{}{}
	}
	s.wanted[topic][c] = struct{}{}
	c.topics[topic] = s
	return true
}

func (h *Hub) unsubscribe(c *client, topic string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if s := c.topics[topic]; s != nil {
		h.leave(c, topic, s)
	}
}

func (h *Hub) leave(c *client, topic string, s *shape) {
	delete(c.topics, topic)
	delete(s.wanted[topic], c)
	if len(s.wanted[topic]) == 0 {
		delete(s.wanted, topic)
	}
	if len(s.wanted) == 0 {
		delete(h.shapes, s.key)
	}
}

// ServeHTTP speaks with one client until it leaves. The caller has made sure that the client may.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &client{hub: h, queue: make(chan []byte, h.o.Queue), ended: make(chan struct{}), topics: map[string]*shape{}}
	if !h.enter(c) {
		http.Error(w, "Too many clients", http.StatusServiceUnavailable)
		return
	}
	defer h.forget(c)
	// Whether the page of another site may connect was decided by how it proved who it is.
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		h.o.Logger.Debug("websocket refused", "error", err)
		return
	}
	c.run(r.Context(), conn)
}

func (h *Hub) enter(c *client) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || len(h.clients) >= h.o.Clients {
		return false
	}
	h.clients[c] = struct{}{}
	return true
}

func (h *Hub) forget(c *client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for topic, s := range c.topics {
		h.leave(c, topic, s)
	}
	delete(h.clients, c)
}
