package app

import (
	"strings"
	"sync"
	"time"

	"github.com/tocsin-wids/tocsin/api"
	"github.com/tocsin-wids/tocsin/api/kismet"
	v1 "github.com/tocsin-wids/tocsin/api/v1"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/pcap"
)

// sourceState is what became of a source so far. It is touched once a batch and once a second.
type sourceState struct {
	source     capture.Source
	uuid       string
	number     int
	definition string
	path       string

	mu              sync.Mutex
	running         bool
	started, ended  time.Time
	problem         string // that ended it
	warning         string
	link            pcap.LinkType // of the newest packet
	last            capture.Counts
	packets, octets api.History
}

// sourceStates begins with the sources of the definitions; those of others are known by their name alone.
func sourceStates(definitions []string, sources []capture.Source) []*sourceState {
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
		list = append(list, &sourceState{source: source, uuid: kismet.CaptureUUID(path), number: i + 1, definition: definition, path: path})
	}
	return list
}

func (s *sourceState) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running, s.started = true, time.Now()
}

func (s *sourceState) delivered(batch []pcap.Packet) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(batch); n > 0 {
		s.link = batch[n-1].Link
	}
}

func (s *sourceState) end(problem, warning string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running, s.ended, s.problem, s.warning = false, time.Now(), problem, warning
}

// sample notes how many packets came since the last sample.
func (s *sourceState) sample(now time.Time) {
	c := s.source.Counts()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.packets.Add(now, c.Packets-s.last.Packets)
	s.octets.Add(now, c.Bytes-s.last.Bytes)
	s.last = c
}

func (s *sourceState) record() kismet.Source {
	c := s.source.Counts()
	s.mu.Lock()
	defer s.mu.Unlock()
	return kismet.Source{
		UUID: s.uuid, Number: s.number, Name: s.source.Name(), Definition: s.definition, Interface: s.path,
		Running: s.running, Error: s.problem, Warning: s.warning, Link: uint16(s.link), Packets: c.Packets, Lost: c.Lost,
		PacketRate: s.packets, ByteRate: s.octets,
	}
}

// describe tells our own interface of the source.
func (s *sourceState) describe() v1.Source {
	c := s.source.Counts()
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

// sourceRecords tells of all sources.
func (s *Server) sourceRecords() []kismet.Source {
	list := make([]kismet.Source, len(s.states))
	for i, state := range s.states {
		list[i] = state.record()
	}
	return list
}
