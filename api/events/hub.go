package events

import (
	"context"
	"log/slog"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
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
	Queue     int                                          // events kept for a slow client; DefaultQueue if 0
	Clients   int                                          // at most; DefaultClients if 0
}

// Bounds that hold if Options name none. A client that keeps up costs a few kB, one that does not at most the events in
// its queue, which it shares with all others.
const (
	DefaultQueue   = 1024
	DefaultClients = 16384
)

const (
	// stopWithin is how long clients have to answer a good-bye.
	stopWithin = 2 * time.Second
	goodbye    = "the server stops"
	// hubQueue bounds what waits while the Hub encodes.
	hubQueue = 1024
	// hopeless is how many queues a client may lose before it is closed.
	hopeless = 8
)

// Hub distributes events to clients.
type Hub struct {
	o       Options
	say     limiter
	running sync.WaitGroup // the clients' goroutines
	ready   chan *client   // those that wait for their turn, each at most once
	lost    atomic.Uint64

	mu       sync.Mutex // taken before a client's
	closed   bool
	empty    chan struct{} // closed when the Hub is and the last client has left
	entering int           // clients that have a place, and no connection yet
	clients  map[*client]struct{}
	shapes   map[shapeKey]*shape
}

// shapeKey is how clients ask for events to be written.
type shapeKey struct{ format, fields string }

// shape writes events in one form, for all who want that.
type shape struct {
	key     shapeKey
	format  api.Format
	choices []api.Choice
	wanted  map[string]map[*client]struct{} // by topic
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
		o.Queue = DefaultQueue
	}
	if o.Clients == 0 {
		o.Clients = DefaultClients
	}
	return &Hub{o: o, say: newLimiter(), ready: make(chan *client, o.Clients), empty: make(chan struct{}), clients: map[*client]struct{}{}, shapes: map[shapeKey]*shape{}}
}

// Lost returns how many events did not reach a client that was too slow.
func (h *Hub) Lost() uint64 { return h.lost.Load() }

// Run distributes until ctx ends, then says good-bye to all clients and waits for them.
func (h *Hub) Run(ctx context.Context) error {
	s := h.o.Subscribe(hubQueue)
	defer s.Close()
	defer h.work()()
	defer h.shut()
	sweep := time.NewTicker(sweepEvery)
	defer sweep.Stop()
	var lost uint64
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-sweep.C:
			h.sweep(h.o.Now())
		case e, ok := <-s.Events():
			if !ok {
				return nil
			}
			missed := s.Lost() - lost
			lost += missed
			h.distribute(missed, waiting(s.Events(), e)...)
		}
	}
}

// waiting returns first and what waits behind it. When clients are many, the next events come while they are written to:
// what is handed out together is written together.
func waiting(more <-chan alert.Event, first alert.Event) []alert.Event {
	list := []alert.Event{first}
	for len(list) < maxBatch {
		select {
		case e, ok := <-more:
			if !ok {
				return list
			}
			list = append(list, e)
		default:
			return list
		}
	}
	return list
}

// work gives clients their turns, and returns what ends that. There are few workers, whatever the number of clients: a writer
// for each would take the processors from the Hub and from all else that the server does.
func (h *Hub) work() (stop func()) {
	var workers sync.WaitGroup
	quit := make(chan struct{})
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for {
				select {
				case c := <-h.ready:
					c.turn()
				case <-quit:
					return
				}
			}
		})
	}
	return func() {
		close(quit)
		workers.Wait()
		h.running.Wait() // only now, since a worker's turn may begin a writer
	}
}

// shut ends all clients. Those that do not answer are cut off.
func (h *Hub) shut() {
	h.mu.Lock()
	h.closed = true
	if len(h.clients) == 0 {
		close(h.empty)
	}
	for c := range h.clients {
		c.end(websocket.StatusGoingAway, goodbye)
	}
	h.mu.Unlock()
	cut := time.AfterFunc(stopWithin, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		for c := range h.clients {
			c.wire.Close()
		}
	})
	defer cut.Stop()
	<-h.empty
}

func (h *Hub) sweep(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.clients {
		c.check(now)
	}
}

// distribute hands events to those who want them; missed events before them are lost to all.
func (h *Hub) distribute(missed uint64, list ...alert.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if missed > 0 {
		for c := range h.clients {
			c.miss(missed)
		}
	}
	for _, e := range list {
		for _, s := range h.shapes {
			s.distribute(e)
		}
	}
}

func (s *shape) distribute(e alert.Event) {
	named, all := s.wanted[e.Topic], s.wanted["*"]
	if len(named)+len(all) == 0 {
		return
	}
	frame := s.encode(e)
	if frame == nil {
		return
	}
	for c := range named {
		c.push(frame)
	}
	for c := range all {
		c.push(frame)
	}
}

// encode writes e as the frame of one message, for all who want it in this form; nil if nothing can be written.
func (s *shape) encode(e alert.Event) []byte {
	p := payload(e)
	if p == nil {
		return nil
	}
	f := s.format
	b := make([]byte, maxHeader, 2048)
	b = f.Key(append(b, '{'), 0, true, e.Topic)
	b = p.Append(b, s.choices, f, 1)
	return frame(f.End(f.Close(b, 0, '}')))
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
		s = &shape{key: key, format: format, choices: choices, wanted: map[string]map[*client]struct{}{}}
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

// ServeHTTP takes the connection of a client over, and returns: the Hub speaks with it until it leaves. The caller has made
// sure that the client may.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.ServeWatched(w, r, func(func()) func() { return func() {} })
}

// ServeWatched is ServeHTTP for a client that may stay only as long as its login or token is valid: watch is called with
// what ends the connection, and what it returns is called when the connection is gone.
func (h *Hub) ServeWatched(w http.ResponseWriter, r *http.Request, watch func(end func()) (stop func())) {
	c := &client{hub: h, topics: map[string]*shape{}}
	c.wire.now = h.o.Now
	c.wire.heard.Store(h.o.Now().UnixNano())
	if !h.reserve() {
		http.Error(w, "Too many clients", http.StatusServiceUnavailable)
		return
	}
	// Whether the page of another site may connect was decided by how it proved who it is.
	conn, err := websocket.Accept(&taker{w, &c.wire}, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		h.o.Logger.Debug("websocket refused", "error", err)
	} else {
		conn.SetReadLimit(maxMessage)
		c.conn = conn
		c.unwatch = watch(func() { c.end(websocket.StatusPolicyViolation, "the login or token of this connection has ended") })
	}
	if !h.enter(c) && err == nil {
		c.unwatch()
		cut := time.AfterFunc(stopWithin, func() { c.wire.Close() })
		defer cut.Stop()
		conn.Close(websocket.StatusGoingAway, goodbye)
	}
}

// reserve keeps a place for a client that is not known yet.
func (h *Hub) reserve() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || len(h.clients)+h.entering >= h.o.Clients {
		return false
	}
	h.entering++
	return true
}

// enter takes the place that was kept, if c has a connection, and starts to read what c sends.
func (h *Hub) enter(c *client) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.entering--
	if h.closed || c.conn == nil {
		return false
	}
	h.clients[c] = struct{}{}
	h.running.Go(c.read)
	return true
}

func (h *Hub) forget(c *client) {
	if c.unwatch != nil {
		c.unwatch()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for topic, s := range c.topics {
		h.leave(c, topic, s)
	}
	delete(h.clients, c)
	if h.closed && len(h.clients) == 0 {
		close(h.empty)
	}
}
