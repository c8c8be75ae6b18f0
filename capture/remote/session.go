package remote

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/capture/remote/wire"
	"github.com/tocsin-wids/tocsin/pcap"
)

// session is one connection of a sensor.
type session struct {
	server     *Server
	peer       string // for people
	address    netip.Addr
	credential string // with which it came; empty: none
	in         input
	out        sender
	cut        func()              // ends the connection at once
	farewell   func(reason string) // ends it with a reason, where there is a way to tell one

	begun   time.Time
	last    atomic.Int64 // time of its last whole frame, Unix nanoseconds
	opened  atomic.Bool
	counts  bool           // as one that announced itself; under the Server's lock
	failed  chan struct{}  // closed by fail
	heard   chan struct{}  // closed when Run no longer reads
	writing sync.WaitGroup // what Run started
	over    bool           // the file was sent, and the tool waits for ever; valid when heard is closed

	mu    sync.Mutex
	cause error // of fail

	reader
}

// reader is what belongs to the goroutine that reads.
type reader struct {
	source  *Source
	deliver func([]pcap.Packet) error
	stopped error  // of deliver
	trouble string // what the sensor reported last
	since   time.Time
	notices limiter
	clock   clock
	keep    bool // the sensor's times
	asIs    bool // times of a file
	report  wire.Report
	batch   []pcap.Packet
	place   *pcap.Position // where the sensor is; nil: it has not said
	told    bool           // that it sends what is no packet
}

// newSession returns the session of a stream.
func newSession(s *Server, conn net.Conn, peer string) *session {
	c := &session{
		server: s, peer: peer, begun: time.Now(),
		in:       input{conn: conn, buf: make([]byte, firstBuffer), limit: firstBuffer},
		out:      sender{conn: conn, single: true, every: 5 * time.Second, wake: make(chan struct{}, 1)},
		cut:      func() { conn.Close() },
		farewell: func(string) {},
		failed:   make(chan struct{}), heard: make(chan struct{}),
		reader: reader{notices: limiter{Limiter: rate.NewLimiter(2, 50)}},
	}
	if at, err := netip.ParseAddrPort(peer); err == nil {
		c.address = at.Addr().Unmap()
	}
	c.last.Store(c.begun.UnixNano())
	return c
}

// fail ends the session; the first reason counts.
func (c *session) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cause == nil {
		c.cause = err
		close(c.failed)
		c.cut()
	}
}

// reason returns why the session ended: what fail was told, or else err, or else what the sensor had reported.
func (c *session) reason(err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.cause != nil:
		return c.cause
	case c.source == nil && time.Since(c.begun) >= announceWithin:
		return errUnnamed
	case err != nil && !gone(err):
		return err
	case c.silence() >= silentFor:
		return fmt.Errorf("it was silent for %s", silentFor)
	case c.trouble != "" && time.Since(c.since) < time.Minute:
		return fmt.Errorf("it reported %s", tocsin.Quote([]byte(c.trouble)))
	}
	return errors.New("it closed the connection")
}

// silence is how long ago the last whole frame came.
func (c *session) silence() time.Duration { return time.Since(time.Unix(0, c.last.Load())) }

// gone reports whether err is only that the connection is no more.
func gone(err error) bool {
	return !errors.As(err, new(*mistake))
}

// mistake is what the sensor did wrong.
type mistake struct{ error }

func (m *mistake) Unwrap() error { return m.error }

func wrong(format string, args ...any) error { return &mistake{fmt.Errorf(format, args...)} }

// announcement is the first frame of a session.
func (c *session) announcement() (a wire.Announcement, err error) {
	if err := c.in.conn.SetReadDeadline(c.begun.Add(announceWithin)); err != nil {
		return a, err
	}
	for {
		h, payload, ok, err := c.in.frame()
		switch {
		case err != nil:
			return a, &mistake{err}
		case ok && h.Command != wire.NewSource:
			return a, wrong("it begins with command %d and not with the announcement of a source", h.Command)
		case ok:
			c.in.limit = wire.MaxFrame
			if a, err = wire.DecodeNewSource(payload); err != nil {
				err = &mistake{err}
			}
			return a, err
		}
		if err := c.in.fill(); err != nil {
			return a, err
		}
	}
}

// run hears the sensor until ctx is done, the session ends, or deliver fails. At the end of a file it returns nil, and the
// connection stays: the tool would come back and send the file again.
func (c *session) run(ctx context.Context, source *Source, deliver func([]pcap.Packet) error) error {
	defer close(c.heard)
	defer context.AfterFunc(ctx, func() { c.fail(ctx.Err()) })()
	c.source = source
	c.deliver = func(batch []pcap.Packet) error {
		if err := ctx.Err(); err != nil {
			return err // the frames that came with the last batch are not wanted any more
		}
		return deliver(batch)
	}
	definition := source.definition()
	of := readDefinition(definition)
	c.asIs = source.kind == fileKind && !of.truth("timestamp", false)
	c.keep = !of.truth("timestamp", !c.server.o.KeepTime)
	c.out.request(wire.OpenRequest, wire.TextPayload(definition), nil)
	c.writing.Go(c.write)
	err := c.read()
	if err == nil {
		return nil
	}
	err = c.reason(err)
	c.fail(err)
	source.left(c)
	if c.stopped != nil {
		return c.stopped
	}
	return fmt.Errorf("sensor at %s: %w", c.peer, err)
}

// idle keeps a tool that has sent its file, as long as it stays.
func (c *session) idle() {
	c.deliver = func([]pcap.Packet) error { return nil }
	c.over = false
	for {
		if err := c.read(); err != nil {
			return
		}
	}
}

// read takes what comes until the connection fails, or, without an error, the file of a tool is over.
func (c *session) read() error {
	if err := c.alive(); err != nil {
		return err
	}
	for {
		some, err := c.take()
		if err != nil || c.over {
			return err
		}
		if some {
			if err := c.alive(); err != nil {
				return err
			}
		}
		if err := c.in.fill(); err != nil {
			return err
		}
	}
}

// alive gives the sensor time until its next frame. That for which deliver waited is not counted.
func (c *session) alive() error {
	now := time.Now()
	c.last.Store(now.UnixNano())
	return c.in.conn.SetReadDeadline(now.Add(silentFor))
}

// most is how many packets are delivered at once.
const most = 256

// take takes the whole frames that came; some says that there were any.
func (c *session) take() (some bool, err error) {
	arrival := time.Duration(time.Now().UnixNano())
	for !c.over {
		h, payload, ok, broken := c.in.frame()
		if !ok {
			if err = c.flush(); err == nil && broken != nil {
				err = &mistake{broken}
			}
			return some, err
		}
		some = true
		if h.Command == wire.PacketReport {
			err = c.packet(payload, arrival)
		} else {
			err = c.control(h, payload)
		}
		if err != nil {
			return some, errors.Join(err, c.flush())
		}
	}
	return some, nil
}

// packet takes a packet into the batch.
func (c *session) packet(payload []byte, arrival time.Duration) error {
	r := &c.report
	if err := wire.DecodePacket(payload, r); err != nil {
		return &mistake{err}
	}
	if r.Position.Known() {
		c.place = moved(c.place, r.Position)
	}
	switch {
	case !r.HasPacket && !r.HasRecord:
		return nil
	case !c.opened.Load(), !r.HasPacket, len(r.Data) == 0, r.Link > 1<<16-1:
		c.source.lost.Add(1)
		if r.HasRecord && !c.told {
			c.told = true
			c.server.o.Say(tocsin.MessageError, fmt.Sprintf("The sensor %s sends records that are no packets, of which Tocsin knows nothing", c.source.called()))
		}
		return nil
	}
	size := uint32(len(r.Data))
	at := c.in.from - len(payload) + r.At // in the buffer: frame has gone on to the next
	link, data := headed(pcap.LinkType(r.Link), c.in.buf[:at+len(r.Data):at+len(r.Data)], at, r.Signal)
	p := pcap.Packet{Time: r.Time, Link: link, Length: max(r.Length, size) + uint32(len(data)) - size, Data: data, Position: c.place}
	c.clock.learn(r.Time, arrival)
	c.batch = append(c.batch, p)
	if len(c.batch) == most {
		return c.flush()
	}
	return nil
}

// moved returns where the sensor is now: the same as long as it does not move, so that its packets share it. The time is that of the
// packets.
func moved(before *pcap.Position, p wire.Position) *pcap.Position {
	now := pcap.Position{Latitude: p.Latitude, Longitude: p.Longitude, Altitude: p.Altitude, Speed: p.Speed, Heading: p.Heading, Fix: uint8(min(p.Fix, 3))}
	if before != nil && *before == now {
		return before
	}
	fresh := now // the copy alone is kept
	return &fresh
}

// flush delivers the batch.
func (c *session) flush() error {
	if len(c.batch) == 0 {
		return nil
	}
	if !c.asIs {
		for i := range c.batch {
			c.batch[i].Time = c.clock.heard(c.batch[i].Time, c.keep)
		}
	}
	c.source.count(c.batch)
	return c.hand(c.batch)
}

func (c *session) hand(batch []pcap.Packet) error {
	c.batch = c.batch[:0]
	err := c.deliver(batch)
	if err != nil {
		c.stopped = err
	}
	return err
}
