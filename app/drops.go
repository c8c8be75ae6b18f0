package app

import (
	v1 "github.com/tocsin-wids/tocsin/api/v1"
	"github.com/tocsin-wids/tocsin/capture"
)

// drops tells of each source how many packets did not get on, and where.
func (s *Server) drops(states []*sourceState) []v1.Drops {
	list := make([]v1.Drops, len(states))
	for i, state := range states {
		d, c := &list[i], state.source.Counts()
		d.Kernel, d.Source = c.Kernel, c.Lost-min(c.Kernel, c.Lost)
		if state.backlog != nil {
			_, d.Queue = state.backlog.counts()
		}
		d.Streams, d.PacketLog = s.export.Lost(state.uuid)
		if s.log != nil {
			d.KismetDB = s.log.Lost(state.uuid)
		}
	}
	_, sources := s.sensors.all()
	if s.packets != nil {
		for radio, i := range sources {
			if i >= len(list) {
				continue // it came meanwhile
			}
			list[i].PacketLog += s.packets.Unwritten(uint16(radio))
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for radio, h := range s.shard.heard[:min(len(s.shard.heard), len(sources))] {
		if sources[radio] >= len(list) {
			continue
		}
		d := &list[sources[radio]]
		d.Header += h.faults[capture.BadHeader]
		d.Frame += h.faults[capture.BadFrame]
		d.Link += h.faults[capture.BadLink]
		d.Damaged += h.damaged
	}
	return list
}
