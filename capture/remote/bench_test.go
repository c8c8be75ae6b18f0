package remote_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/capture/remote"
	"github.com/tocsin-wids/tocsin/capture/remote/remotetest"
	"github.com/tocsin-wids/tocsin/pcap"
)

// bench is a server whose sources are run as the program runs them, and a network on which sensors reach it.
type bench struct {
	t      *testing.T
	server *remote.Server
	conns  chan net.Conn
	ctx    context.Context
	stop   func()

	mu      sync.Mutex
	sources []*remote.Source
	heard   map[string][]pcap.Packet // by source
	ended   []error                  // of Run, while the test went on
	said    []string
	opened  int
	closed  bool          // sources are not run
	slow    time.Duration // that a batch takes
}

// newBench returns a bench. Call its end at the end of a bubble.
func newBench(t *testing.T, o remote.Options) *bench {
	b := &bench{t: t, conns: make(chan net.Conn), heard: map[string][]pcap.Packet{}}
	b.ctx, b.stop = context.WithCancel(t.Context())
	var running sync.WaitGroup
	o.Say = func(_ tocsin.MessageFlags, text string) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.said = append(b.said, text)
	}
	o.Arrived = func(_ context.Context, s *remote.Source, isNew bool) error {
		b.mu.Lock()
		defer b.mu.Unlock()
		if isNew {
			b.sources = append(b.sources, s)
			if !b.closed {
				running.Go(func() { b.run(s) })
			}
		}
		return nil
	}
	b.server = remote.New(o)
	running.Go(func() { b.server.Serve(b.ctx, listener{b}) })
	stop := b.stop
	b.stop = func() {
		stop()
		b.server.Close()
		running.Wait()
	}
	return b
}

func (b *bench) run(s *remote.Source) {
	for b.ctx.Err() == nil {
		err := s.Run(b.ctx, func(batch []pcap.Packet) error {
			time.Sleep(b.slow)
			b.mu.Lock()
			defer b.mu.Unlock()
			if batch == nil {
				b.opened++
			}
			for _, p := range batch {
				p.Data = bytes.Clone(p.Data)
				b.heard[s.Name()] = append(b.heard[s.Name()], p)
			}
			return nil
		})
		if b.ctx.Err() == nil {
			b.mu.Lock()
			b.ended = append(b.ended, err)
			b.mu.Unlock()
		}
		if err == nil {
			return
		}
	}
}

// connect returns a connection to the server from an address.
func (b *bench) connect(from string) net.Conn {
	here, there := net.Pipe()
	b.conns <- addressed{there, from}
	return here
}

// tool connects a tool.
func (b *bench) tool(from string, o remotetest.Options) *remotetest.Tool {
	if o.UUID == "" {
		o.UUID = uuidOf("AABBCCDDEEFF")
	}
	if o.Definition == "" {
		o.Definition = "wlan0:name=roof"
	}
	return remotetest.Stream(b.connect(from), o)
}

func (b *bench) source() *remote.Source {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.sources) == 0 {
		b.t.Fatal("no sensor arrived")
	}
	return b.sources[len(b.sources)-1]
}

// packets returns what a source delivered.
func (b *bench) packets(name string) []pcap.Packet {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]pcap.Packet(nil), b.heard[name]...)
}

// failures returns how runs ended, and forgets it.
func (b *bench) failures() []error {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := b.ended
	b.ended = nil
	return list
}

// saying returns what people were told, and forgets it.
func (b *bench) saying() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := b.said
	b.said = nil
	return list
}

func uuidOf(tail string) string { return "5FE308BD-0000-0000-0000-" + tail }

// now is the time as a sensor whose clock is right has it.
func now() time.Duration { return time.Duration(time.Now().UnixNano()) }

// pass lets time pass in the bubble.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

type addressed struct {
	net.Conn
	from string
}

func (a addressed) RemoteAddr() net.Addr { return address(a.from) }

type address string

func (a address) Network() string { return "tcp" }
func (a address) String() string  { return string(a) }

// listener is where connections of a bench come from.
type listener struct{ *bench }

func (l listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.ctx.Done():
		return nil, errors.New("closed")
	}
}

func (l listener) Close() error   { return nil }
func (l listener) Addr() net.Addr { return address("192.0.2.1:3501") }
