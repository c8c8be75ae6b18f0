package app

import (
	"strings"
	"sync"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/api"
	"github.com/tocsin-wids/tocsin/api/kismet"
	v1 "github.com/tocsin-wids/tocsin/api/v1"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/capture/monitor"
	"github.com/tocsin-wids/tocsin/capture/tzsp"
	"github.com/tocsin-wids/tocsin/pcap"
)

// sourceState is what became of a source so far. It is touched once a batch and once a second.
type sourceState struct {
	source     capture.Source
	uuid       string
	number     int
	definition string
	path       string
	backlog    *backlog // nil: the source waits for the detectors

	mu              sync.Mutex
	outage          outage
	strain          strain
	running         bool
	started, ended  time.Time
	problem         string // that ended it
	warning         string
	link            pcap.LinkType // of the newest packet
	last            capture.Counts
	packets, octets api.History
}

// sourceStates begins with the sources of the definitions; those of others are known by their name alone. At most queue
// packets of a live one wait.
func sourceStates(definitions []string, sources []capture.Source, queue int) []*sourceState {
	var list []*sourceState
	for i, source := range sources {
		definition := source.Name()
		path := definition
		if i < len(definitions) {
			definition, path = definitions[i], definitions[i]
			if !isFile(definition) {
				path, _, _ = strings.Cut(definition, ":")
			}
		}
		state := &sourceState{source: source, uuid: kismet.CaptureUUID(path), number: i + 1, definition: definition, path: path}
		if _, ok := source.(capture.Live); ok {
			state.backlog = newBacklog(queue)
		}
		list = append(list, state)
	}
	return list
}

func (s *sourceState) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running, s.started = true, time.Now()
}

// delivered notes a batch. Reopened says that it is the first after a failure; news is what people are to be told of that.
func (s *sourceState) delivered(batch []pcap.Packet) (reopened bool, news string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(batch); n > 0 {
		s.link = batch[n-1].Link
	}
	if s.outage.failures == 0 {
		return false, ""
	}
	now := time.Now()
	if reopened = !s.running; reopened {
		s.running, s.started, s.problem = true, now, ""
	}
	return reopened, s.outage.deliver(now)
}

// fail notes that the source failed and is to be opened again after a pause; tell says whether that is worth an alert.
func (s *sourceState) fail(problem string) (pause time.Duration, tell bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running, s.ended, s.problem = false, time.Now(), problem
	return s.outage.fail(s.ended)
}

// failures returns how often the source failed since it was open for long.
func (s *sourceState) failures() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.outage.failures
}

// called is the name of the source for people.
func (s *sourceState) called() string { return tocsin.Quote([]byte(s.source.Name())) }

// counts tells what was delivered and lost so far, what found no room in the backlog included.
func (s *sourceState) counts() capture.Counts {
	c := s.source.Counts()
	if s.backlog != nil {
		_, lost := s.backlog.counts()
		c.Lost += lost
	}
	return c
}

func (s *sourceState) end(problem, warning string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running, s.ended, s.problem, s.warning = false, time.Now(), problem, warning
}

// sample notes how many packets came since the last sample.
func (s *sourceState) sample(now time.Time) {
	c := s.counts()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.packets.Add(now, c.Packets-s.last.Packets)
	s.octets.Add(now, c.Bytes-s.last.Bytes)
	s.last = c
}

func (s *sourceState) record() kismet.Source {
	c := s.counts()
	s.mu.Lock()
	defer s.mu.Unlock()
	return kismet.Source{
		UUID: s.uuid, Number: s.number, Name: s.source.Name(), Definition: s.definition, Interface: s.path, Driver: driver(s.source),
		Running: s.running, Error: s.problem, Warning: s.warning, Link: uint16(s.link), Packets: c.Packets, Lost: c.Lost,
		PacketRate: s.packets, ByteRate: s.octets,
		Retry: reopens(s.source), Attempts: s.outage.failures, TotalAttempts: s.outage.total,
	}
}

// describe tells our own interface of the source.
func (s *sourceState) describe() v1.Source {
	c := s.counts()
	s.mu.Lock()
	defer s.mu.Unlock()
	d := v1.Source{
		Name: s.source.Name(), State: v1.Ended, Error: s.problem, Packets: c.Packets, Bytes: c.Bytes, Lost: c.Lost,
		Started: s.started, Ended: s.ended,
	}
	switch {
	case s.running:
		d.State = v1.Running
	case s.started.IsZero():
		d.State = v1.Waiting
	case s.problem != "":
		d.State = v1.Failed
	case s.warning != "":
		d.Error = s.warning
	}
	return d
}

// driver returns the kind of a source.
func driver(s capture.Source) kismet.Driver {
	switch s.(type) {
	case *monitor.Source:
		return kismet.RadioDriver
	case *tzsp.Source:
		return kismet.TZSPDriver
	}
	return kismet.CaptureDriver
}

// sourceRecords tells of all sources.
func (s *Server) sourceRecords() []kismet.Source {
	list := make([]kismet.Source, len(s.states))
	for i, state := range s.states {
		list[i] = state.record()
	}
	return list
}
