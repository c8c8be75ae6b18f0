package app

import (
	"slices"
	"sync"

	"github.com/tocsin-wids/tocsin/pcap"
)

// sensors numbers the radios of all sources: those of one source follow each other as they are heard of.
type sensors struct {
	mu      sync.Mutex
	names   []string
	sources []int // of the names
	known   map[sensorKey]uint16
}

type sensorKey struct {
	source int
	radio  uint16
}

// maxSensors bounds the table that a capture with many interfaces can fill.
const maxSensors = 1 << 15

// number returns the number of a radio.
func (s *sensors) number(source int, radio uint16, name func() string) uint16 {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := sensorKey{source, radio}
	n, ok := s.known[key]
	if ok || len(s.names) == maxSensors {
		return n
	}
	if s.known == nil {
		s.known = map[sensorKey]uint16{}
	}
	n = uint16(len(s.names))
	s.known[key] = n
	s.names, s.sources = append(s.names, name()), append(s.sources, source)
	return n
}

func (s *sensors) name(n uint16) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if int(n) < len(s.names) {
		return s.names[n]
	}
	return ""
}

// all returns the names of the radios and the number of the source that each belongs to.
func (s *sensors) all() (names []string, sources []int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.names), slices.Clone(s.sources)
}

// source returns the source that a radio belongs to; -1 if there is no such radio.
func (s *sensors) source(radio uint16) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if int(radio) < len(s.sources) {
		return s.sources[radio]
	}
	return -1
}

// radio describes a radio in captures that the server makes: its name, and the UUID of its source.
func (s *Server) radio(n uint16) pcap.Interface {
	names, sources := s.sensors.all()
	if int(n) >= len(names) {
		return pcap.Interface{}
	}
	return pcap.Interface{Name: names[n], Comment: "source " + s.roster.all()[sources[n]].uuid}
}
