package remote

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/capture/remote/wire"
	"github.com/tocsin-wids/tocsin/pcap"
)

// Source is one sensor, through all its sessions.
type Source struct {
	uuid, kind, name string
	arrived          chan *session // to be heard by Run
	packets          atomic.Uint64
	octets           atomic.Uint64
	lost             atomic.Uint64

	mu      sync.Mutex
	defined string
	peer    string   // of the newest session
	barren  bool     // the newest session that Run heard ended before its source was open
	current *session // nil: the sensor is away
	version string
	tuning  capture.Tuning
	order   plan // of people; empty: the definition says where to listen
}

var (
	_ capture.Live  = (*Source)(nil)
	_ capture.Tuner = (*Source)(nil)
)

func newSource(uuid string, a wire.Announcement) *Source {
	return &Source{
		uuid: uuid, kind: a.Type, name: readDefinition(a.Definition).name(uuid),
		arrived: make(chan *session), defined: a.Definition,
	}
}

// Name is what people call the source.
func (s *Source) Name() string { return s.name }

// Sensors names the one radio by the source.
func (s *Source) Sensors() []string { return []string{s.name} }

// Counts tells what was delivered in all sessions, and what could not be: what is no packet, and what came too early.
func (s *Source) Counts() capture.Counts {
	return capture.Counts{Packets: s.packets.Load(), Bytes: s.octets.Load(), Lost: s.lost.Load()}
}

// Live reports that a radio hears what happens now. A tool that sends a file waits.
func (s *Source) Live() bool { return s.kind != fileKind }

// Reopens reports that a sensor may come back.
func (s *Source) Reopens() bool { return true }

// Tunable reports whether Tune can do anything.
func (s *Source) Tunable() bool { return tunable(s.kind) }

// Status is what is known of a sensor.
type Status struct {
	UUID       string
	Kind       string // of the tool
	Definition string // to the letter
	Interface  string // or file, as the definition begins with
	Version    string // of the tool
	Address    string // of the newest session
	Connected  bool
	Barren     bool // the newest session ended before its source was open
	RoundTrip  time.Duration
}

// Status tells of the sensor.
func (s *Source) Status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	status := Status{UUID: s.uuid, Kind: s.kind, Definition: s.defined, Interface: readDefinition(s.defined).what, Version: s.version, Address: s.peer, Barren: s.barren}
	if s.current != nil {
		status.Connected, status.RoundTrip = true, s.current.out.roundTrip()
	}
	return status
}

// absentFor is for how long a sensor is waited for until its absence is a failure, once more.
const absentFor = 10 * time.Minute

// Run delivers what the sensor hears until ctx is done or its session ends. It waits for the sensor to come. If it connects anew
// while its old connection seems to be there, that is no end.
func (s *Source) Run(ctx context.Context, deliver func([]pcap.Packet) error) error {
	s.restart()
	absent := time.NewTimer(absentFor)
	defer absent.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-absent.C:
			return fmt.Errorf("the sensor was away for %s", absentFor)
		case c := <-s.arrived:
			err := c.run(ctx, s, deliver)
			if !errors.Is(err, errReplaced) {
				return err
			}
			absent.Reset(absentFor)
		}
	}
}

// restart has a tool that has sent its file come back and send it again.
func (s *Source) restart() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.current; c != nil {
		select {
		case <-c.heard:
			c.fail(errReplaced)
		default:
		}
	}
}

// attach gives the source a session. A sensor keeps its place while it is alive, unless whoever comes is itself.
func (s *Source) attach(c *session, a wire.Announcement) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a.Type != s.kind {
		return fmt.Errorf("it announces a source of type %s with the UUID of one of type %s", tocsin.Quote([]byte(a.Type)), s.kind)
	}
	if old := s.current; old != nil {
		if old.silence() < aliveFor && !c.sameAs(old) {
			return fmt.Errorf("it announces the UUID of the sensor %s, which is connected from %s", s.called(), old.peer)
		}
		old.fail(errReplaced)
	}
	s.current, s.peer, s.defined = c, c.peer, a.Definition
	return nil
}

// sameAs reports whether two sessions are of one sensor, as far as can be told.
func (c *session) sameAs(other *session) bool {
	if c.credential != "" || other.credential != "" {
		return c.credential == other.credential
	}
	return c.address == other.address
}

func (s *Source) detach(c *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == c {
		s.current = nil
	}
}

// left notes how a session ended that Run heard.
func (s *Source) left(c *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.barren = !c.opened.Load()
}

func (s *Source) definition() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.defined
}

// called is the name for people: it is the sensor's choice.
func (s *Source) called() string { return tocsin.Quote([]byte(s.name)) }

// count numbers a batch.
func (s *Source) count(batch []pcap.Packet) {
	var octets uint64
	first := s.packets.Add(uint64(len(batch))) - uint64(len(batch))
	for i := range batch {
		octets += uint64(batch[i].Length)
		batch[i].Number = first + uint64(i) + 1
	}
	s.octets.Add(octets)
}
