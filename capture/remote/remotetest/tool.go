// Package remotetest plays the capture tools of Kismet to a server, with all their traps: they are what the tools were seen to do.
//
// A Tool reads one frame a read, however many came; looks at what it has to send only twice a second or when something came,
// and over a websocket only when something came; crashes when it is told to tune and cannot; ends the session after a probe or a list, and
// when it hears no PING for 15 seconds over TCP; breaks messages of more than 4096 octets; sends keys in no order and one twice.
//
// # Concurrency
//
// A Tool is safe for concurrent use. It lives on the time of package time, so tests run it under testing/synctest or in real time.
package remotetest

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/tocsin-wids/tocsin/capture/remote/wire"
)

// Options says which tool to play. The zero value of each is what the tool for Linux has.
type Options struct {
	Definition string
	Kind       string // linuxwifi if empty
	UUID       string
	Channels   []string // that the radio has; "1", "6" and "11" if nil
	Unusable   []string // of those: cannot be tuned to
	Refuse     string   // why the source cannot be opened; empty: it can
	At         *wire.Position
	Mute       bool          // answers no PING
	Slow       time.Duration // that it takes to look at a frame
	Deaf       time.Duration // until it ends without a PING; 15 s if 0
	Poll       time.Duration // between looks at what there is to send, where nothing comes; half a second if 0
	Stuck      bool          // answers no order to tune
	Twice      bool          // tells of tuning twice, as with old drivers
}

// Errors are how a session of a tool ends.
var (
	ErrCrash    = errors.New("the tool crashed")
	ErrExit     = errors.New("the tool gave up")
	ErrWatchdog = errors.New("the tool heard no PING")
)

// transport is what a tool is connected by.
type transport interface {
	receive() ([]byte, error) // what one read returns
	send([]byte) error
	close()
	messages() bool // each frame is a message of its own
}

// Tool is one session of a tool.
type Tool struct {
	o    Options
	conn transport

	wake chan struct{} // something came, or the session ends
	done chan struct{}
	room *sync.Cond // of the ring

	mu       sync.Mutex
	ring     []byte // that came and was not looked at
	out      []byte // that waits to be sent, over TCP
	queue    [][]byte
	sequence uint32
	sending  bool
	opened   bool
	tuned    bool
	err      error
	seen     Seen
}

// Seen is what a server sent.
type Seen struct {
	Definition string
	Pings      int
	Tunings    []wire.Tuning
	Together   int // frames that came with another in one read, and so were looked at too late
	Largest    int // octets in a frame that orders to tune
}

// ring sizes of the tools: what they hold until the capture thread waits.
const (
	outRing  = 4 << 20
	outQueue = 4096
)

// begin announces the source and plays the session.
func begin(conn transport, o Options) *Tool {
	if o.Kind == "" {
		o.Kind = "linuxwifi"
	}
	if o.Channels == nil {
		o.Channels = []string{"1", "6", "11"}
	}
	if o.Poll == 0 {
		o.Poll = poll
	}
	if o.Deaf == 0 {
		o.Deaf = 15 * time.Second
	}
	t := &Tool{o: o, conn: conn, wake: make(chan struct{}, 1), done: make(chan struct{}), sequence: 1}
	t.room = sync.NewCond(&t.mu)
	b := wire.AppendMap(nil, 3)
	b = wire.AppendText(wire.AppendUint(b, 1), o.Definition)
	b = wire.AppendText(wire.AppendUint(b, 2), o.Kind)
	b = wire.AppendText(wire.AppendUint(b, 3), o.UUID)
	t.mu.Lock()
	t.put(wire.NewSource, 0, 0, b)
	t.mu.Unlock()
	go t.listen()
	go t.loop()
	return t
}

// Done is closed when the session is over.
func (t *Tool) Done() <-chan struct{} { return t.done }

// Err is how the session ended; nil while it has not.
func (t *Tool) Err() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

// Seen is what the server sent so far.
func (t *Tool) Seen() Seen {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.seen
	s.Tunings = append([]wire.Tuning(nil), s.Tunings...)
	return s
}

// Opened reports whether the source was opened.
func (t *Tool) Opened() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.opened
}

// Close ends the session as if the machine were switched off.
func (t *Tool) Close() { t.end(ErrExit) }

func (t *Tool) end(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err == nil {
		t.err = err
		close(t.done)
		t.conn.close()
		t.room.Broadcast()
	}
}

// listen moves what comes into the ring, as a kernel does.
func (t *Tool) listen() {
	for {
		b, err := t.conn.receive()
		if err != nil {
			t.end(fmt.Errorf("%w: %w", ErrExit, err))
			return
		}
		t.mu.Lock()
		t.ring = append(t.ring, b...)
		t.mu.Unlock()
		select {
		case t.wake <- struct{}{}:
		default:
		}
	}
}

// poll is how long the loop of a tool waits for something to come.
const poll = 500 * time.Millisecond

// loop is the main loop of a tool.
func (t *Tool) loop() {
	t.flush()
	pinged := time.Now()
	timer := time.NewTicker(t.o.Poll)
	defer timer.Stop()
	for {
		came := false
		select {
		case <-t.done:
			return
		case <-t.wake:
			came = true
		case <-timer.C:
		}
		if came {
			if t.o.Slow > 0 {
				time.Sleep(t.o.Slow)
			}
			ping, err := t.look()
			if ping {
				pinged = time.Now()
			}
			if err != nil {
				t.finish()
				t.end(err)
				return
			}
		}
		if came || !t.conn.messages() {
			t.flush()
		}
		if !t.conn.messages() && time.Since(pinged) > t.o.Deaf {
			t.end(ErrWatchdog)
			return
		}
	}
}

// look looks at one frame of what came, and leaves the rest until something more comes.
func (t *Tool) look() (ping bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.conn.messages() && len(t.ring) > maxMessage {
		return false, fmt.Errorf("%w: a message of %d octets was broken in pieces", ErrExit, len(t.ring))
	}
	for {
		h, ok, err := wire.DecodeHeader(t.ring)
		n := wire.HeaderLen + int(h.Length)
		switch {
		case err != nil:
			return ping, fmt.Errorf("%w: %w", ErrExit, err)
		case !ok || len(t.ring) < n:
			return ping, nil
		}
		payload := t.ring[wire.HeaderLen:n]
		t.ring = t.ring[n:]
		if h.Command == wire.ConfigRequest {
			t.seen.Largest = max(t.seen.Largest, n)
		}
		ping = ping || h.Command == wire.Ping
		if err := t.obey(h, payload); err != nil {
			return ping, err
		}
		if !t.conn.messages() {
			if len(t.ring) > 0 {
				t.seen.Together++
			}
			return ping, nil
		}
	}
}

// maxMessage is what the websocket library of the tools hands over at once.
const maxMessage = 4096

// flush begins to send what waits, unless what was begun is not sent yet: the loop of a tool never waits for that.
func (t *Tool) flush() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.sending {
		t.sending = true
		go t.send()
	}
}

// finish sends all that waits, and waits for that.
func (t *Tool) finish() {
	t.flush()
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.err == nil && (t.sending || len(t.out)+len(t.queue) > 0) {
		if !t.sending {
			t.sending = true
			go t.send()
		}
		t.room.Wait()
	}
}

func (t *Tool) send() {
	t.mu.Lock()
	out, queue := t.out, t.queue
	t.out, t.queue = nil, nil
	t.room.Broadcast()
	t.mu.Unlock()
	if len(out) > 0 {
		queue = append(queue, out)
	}
	var err error
	for _, b := range queue {
		if err = t.conn.send(b); err != nil {
			break
		}
	}
	t.mu.Lock()
	t.sending = false
	t.room.Broadcast()
	t.mu.Unlock()
	if err != nil {
		t.end(fmt.Errorf("%w: %w", ErrExit, err))
	}
}

// put queues a frame. It is called with the lock. The sequence number is the tool's own if there is none.
func (t *Tool) put(command wire.Command, code uint16, sequence uint32, payload []byte) {
	if sequence == 0 {
		t.sequence++
		sequence = t.sequence
	}
	h := wire.Header{Command: command, Code: code, Sequence: sequence}
	if t.conn.messages() {
		t.queue = append(t.queue, wire.Append(nil, h, payload))
	} else {
		t.out = wire.Append(t.out, h, payload)
	}
}
