package app

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/api"
	"github.com/tocsin-wids/tocsin/api/events"
)

// pulse is what the server measures of itself every second.
type pulse struct {
	mu              sync.Mutex
	battery         api.Battery
	memory, devices api.History
	peak            api.History
	heard, errors   api.History
	queued, dropped api.History
	processed       api.History
	last            passed
}

// passed is how many packets went which way since the start, and how many wait.
type passed struct{ heard, errors, dropped, processed, queued uint64 }

func newPulse() *pulse { return &pulse{battery: api.Mains, peak: api.History{Peaks: true}} }

// tick measures and publishes once a second, as clients of the event bus expect.
func (s *Server) tick(ctx context.Context) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	s.beat(time.Now())
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-t.C:
			for _, e := range s.beat(now) {
				s.ledger.Publish(e)
			}
		}
	}
}

// beat takes one measurement and returns the events that tell of it.
func (s *Server) beat(now time.Time) []alert.Event {
	p := s.passed()
	for _, state := range s.roster.all() {
		state.sample(now)
		p.queued += uint64(s.watch(state, now))
		s.heed(state, now)
	}
	battery, statistics := readBattery(powerSupplies), s.statistics()
	packets := s.pulse.add(now, battery, statistics, p)
	return slices.Concat(events.Tick(now, battery, statistics), s.places.event(now),
		[]alert.Event{events.NewEvent(events.TopicPackets, now, api.Record(&packets, api.PacketsFields))})
}

func (s *Server) statistics() api.Statistics {
	s.mu.Lock()
	devices := s.shard.devices()
	s.mu.Unlock()
	return api.Statistics{Connections: int(s.clients.Load()), Memory: residentMemory(), Devices: devices}
}

func (s *Server) passed() passed {
	s.mu.Lock()
	c := s.shard.decoder.Counts()
	p := passed{heard: s.shard.packets, errors: c.BadHeader + c.BadFrame + c.BadFCS, processed: c.Frames}
	s.mu.Unlock()
	for _, state := range s.roster.all() {
		p.dropped += state.counts().Lost
	}
	return p
}

// add keeps a measurement. Copies of a packet are not looked for.
func (p *pulse) add(now time.Time, battery api.Battery, s api.Statistics, sum passed) api.Packets {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.battery = battery
	p.memory.Add(now, s.Memory)
	p.devices.Add(now, uint64(s.Devices))
	p.peak.Add(now, sum.heard-p.last.heard)
	p.heard.Add(now, sum.heard-p.last.heard)
	p.errors.Add(now, sum.errors-p.last.errors)
	p.queued.Add(now, sum.queued)
	p.dropped.Add(now, sum.dropped-p.last.dropped)
	p.processed.Add(now, sum.processed-p.last.processed)
	p.last = sum
	return api.Packets{
		Peak: p.peak.At(now), Heard: p.heard.At(now), Errors: p.errors.At(now), Queued: p.queued.At(now),
		Dropped: p.dropped.At(now), Processed: p.processed.At(now),
	}
}
