package app

import (
	"fmt"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
	v1 "github.com/tocsin-wids/tocsin/api/v1"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/capture/merge"
	"github.com/tocsin-wids/tocsin/config"
	"github.com/tocsin-wids/tocsin/detectors"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/pcap"
)

// newV1 makes our own interface over what the server knows.
func (s *Server) newV1() *v1.Handler {
	catalogue := catalogueOf(s.options.Config)
	return v1.New(v1.Options{
		Logger: s.logger, Auth: s.keeper, Ledger: s.ledger, Records: s.records(),
		Subscribe: func(queue int) v1.Subscription { return s.ledger.Subscribe(queue) },
		Packets:   s.export, Server: s.describe, Sensors: s.describeSensors, Sections: sectionsOf,
		Detectors: func() map[string]v1.Detector { return s.describeDetectors(catalogue) },
	})
}

// describe is what the server says about itself.
func (s *Server) describe() v1.Server {
	c := s.options.Config.Server
	s.mu.Lock()
	networks, devices := s.shard.tracker.Networks(), s.shard.devices()
	s.mu.Unlock()
	d := v1.Server{
		Version: Version(), Commit: Commit(), Name: c.Name, Description: c.Description, Location: c.Location,
		Started: s.started, Networks: networks, Devices: devices,
	}
	states := s.roster.all()
	for i, drops := range s.drops(states) {
		source := states[i].describe()
		source.Drops = drops
		d.Sources = append(d.Sources, source)
	}
	return d
}

// hearing is how well a radio hears.
type hearing struct {
	frames, damaged uint64
	faults          [capture.Faults]uint64 // packets in which no frame was found
	late            uint64                 // packets that came so late that they were not judged
	last            time.Duration          // of its packets, by its own clock
	arrival         merge.Arrival          // if it hears what is now
}

func (h *hearing) unreadable() (n uint64) {
	for _, f := range h.faults {
		n += f
	}
	return n
}

// hearing returns that of a radio. The numbers of radios bound the table.
func (s *shard) hearing(radio uint16) *hearing {
	for int(radio) >= len(s.heard) {
		s.heard = append(s.heard, hearing{})
	}
	return &s.heard[radio]
}

// hear counts a packet and what was read from it, nil for nothing.
func (s *shard) hear(p *pcap.Packet, o *tocsin.Observation) {
	h := s.hearing(p.Interface)
	h.last = max(h.last, p.Time)
	if o == nil {
		h.faults[s.decoder.Fault()]++
		return
	}
	h.frames++
	if o.Radio.FCS == dot11.FCSBad {
		h.damaged++
	}
}

// describeSensors tells of each radio.
func (s *Server) describeSensors() []v1.Sensor {
	names, sources := s.sensors.all()
	radios := map[int]int{} // of each source
	for _, i := range sources {
		radios[i]++
	}
	states := s.roster.all()
	list := make([]v1.Sensor, len(names))
	for n, name := range names {
		state := states[sources[n]]
		list[n] = v1.Sensor{Name: name, Source: state.source.Name()}
		if radios[sources[n]] == 1 {
			list[n].Lost = new(state.counts().Lost)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for n, h := range s.shard.heard[:min(len(s.shard.heard), len(list))] {
		list[n].Frames, list[n].Damaged, list[n].Unreadable = h.frames, h.damaged, h.unreadable()
		list[n].Late = h.late
		list[n].LastHeard = tocsin.Moment(h.last)
	}
	return list
}

// catalogueOf tells of every detector what does not change while the server runs.
func catalogueOf(c config.Config) map[string]v1.Detector {
	catalogue := map[string]v1.Detector{}
	for _, spec := range detectors.All() {
		settings := c.Detectors[spec.Header]
		d := v1.Detector{Enabled: !settings.Off}
		for _, l := range spec.Limits() {
			value := l.Default
			if configured, ok := settings.Limits[l.Name]; ok {
				value = fmt.Sprint(configured)
			}
			d.Limits = append(d.Limits, v1.Limit{Name: l.Name, Type: l.Type, Value: value, Default: l.Default, Minimum: l.Min, Help: l.Help})
		}
		catalogue[spec.Header] = d
	}
	return catalogue
}

// describeDetectors adds to the catalogue what the detectors have done.
func (s *Server) describeDetectors(catalogue map[string]v1.Detector) map[string]v1.Detector {
	s.mu.Lock()
	counts := s.shard.engine.Counts()
	s.mu.Unlock()
	list := make(map[string]v1.Detector, len(catalogue))
	for header, d := range catalogue {
		list[header] = d
	}
	for _, c := range counts {
		d := list[c.Header]
		d.Frames, d.Findings, d.Failed = c.Frames, c.Findings, c.Failed
		list[c.Header] = d
	}
	return list
}

// sectionsOf parts the page of an alert at its headings.
func sectionsOf(header string) []v1.Section {
	var list []v1.Section
	parts := strings.Split(Page(header), "\n## ")
	for _, part := range parts[min(1, len(parts)):] {
		title, text, _ := strings.Cut(part, "\n")
		list = append(list, v1.Section{Title: strings.TrimSpace(title), Text: strings.TrimSpace(text)})
	}
	return list
}

// isV1 reports whether a path belongs to our own interface.
func isV1(path string) bool {
	rest, ok := strings.CutPrefix(path, "/api/v1")
	return ok && (rest == "" || rest[0] == '/')
}
