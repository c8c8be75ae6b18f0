package app

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/api"
	"github.com/tocsin-wids/tocsin/api/kismet"
	v1 "github.com/tocsin-wids/tocsin/api/v1"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/capture/kismetdb"
	"github.com/tocsin-wids/tocsin/capture/kismetstream"
	"github.com/tocsin-wids/tocsin/capture/monitor"
	"github.com/tocsin-wids/tocsin/capture/remote"
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

	paused atomic.Bool   // what it delivers is thrown away
	again  chan struct{} // has one if it is to be opened before the pause after a failure is over

	mu              sync.Mutex
	changed         chan struct{}           // closed at the next change of what follows up to problem
	stop            context.CancelCauseFunc // nil: it is not listened to
	open            bool                    // it delivered since it was opened
	asked           bool                    // somebody wants it opened, which was not tried yet
	outage          outage
	strain          strain
	silence         silence
	running         bool
	started, ended  time.Time
	problem         string // that ended it
	warning         string
	link            pcap.LinkType // of the newest packet
	last            capture.Counts
	packets, octets api.History
}

// newSourceState returns the state of a source to which nobody listens yet. At most queue packets of a live one wait.
func newSourceState(definition string, id identity, source capture.Source, queue int) *sourceState {
	state := &sourceState{
		source: source, uuid: id.uuid, definition: definition, path: id.path,
		again: make(chan struct{}, 1), changed: make(chan struct{}),
	}
	if _, ok := source.(capture.Live); ok {
		state.backlog = newBacklog(queue)
	}
	return state
}

// identity is by what clients know a source.
type identity struct{ uuid, path string }

// identify returns the identity of the source that a definition means.
func identify(definition string, source capture.Source) identity {
	if sensor, ok := source.(*remote.Source); ok {
		status := sensor.Status()
		return identity{status.UUID, status.Interface}
	}
	path, text := cutDefinition(definition)
	id := identity{kismet.CaptureUUID(path), path}
	if path == "tzsp" || path == "kismet" { // of which there may be several
		id.uuid = kismet.CaptureUUID(definition)
	}
	if _, ok := source.(*monitor.Source); ok {
		if i, err := net.InterfaceByName(path); err == nil && len(i.HardwareAddr) == len(tocsin.MAC{}) {
			id.uuid = kismet.RadioUUID(tocsin.MAC(i.HardwareAddr))
		}
	}
	options, _ := splitOptions(text) // whoever made the source has told of mistakes
	if uuid, _, _ := cutUUID(options); uuid != "" {
		id.uuid = uuid
	}
	return id
}

// begin notes that the source is listened to, until stop is called; false if it is already.
func (s *sourceState) begin(stop context.CancelCauseFunc) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stop != nil {
		return false
	}
	s.stop, s.running, s.started, s.problem, s.warning = stop, true, time.Now(), "", ""
	s.change()
	return true
}

// isNew reports whether the source was never listened to.
func (s *sourceState) isNew() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.started.IsZero()
}

// ask notes that the source is wanted open.
func (s *sourceState) ask() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = true
}

// attempt notes that the source is about to be opened.
func (s *sourceState) attempt() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked {
		s.asked, s.problem = false, ""
		s.change()
	}
}

// leave notes that the source is no longer listened to.
func (s *sourceState) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stop, s.open = nil, false
	s.change()
}

// change wakes whoever waits for a change. The lock is held.
func (s *sourceState) change() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// await returns when ready does not say to go on waiting, which is asked after each change with the lock held.
func (s *sourceState) await(ctx context.Context, ready func() bool) error {
	for {
		s.mu.Lock()
		done, changed := ready(), s.changed
		s.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// rest waits for the pause before a source that failed is opened again, or until somebody asks for that; false if ctx was done
// before.
func (s *sourceState) rest(ctx context.Context, pause time.Duration) bool {
	t := time.NewTimer(pause)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-s.again:
	case <-t.C:
	}
	return true
}

// delivered notes a batch. Reopened says that it is the first after a failure; news is what people are to be told of that.
func (s *sourceState) delivered(batch []pcap.Packet) (reopened bool, news string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(batch); n > 0 {
		s.link = batch[n-1].Link
	}
	if !s.open {
		s.open = true
		s.change()
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
	s.running, s.open, s.ended, s.problem = false, false, time.Now(), problem
	s.change()
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
	s.change()
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
	var tuning capture.Tuning
	if tuner, ok := s.source.(capture.Tuner); ok {
		tuning = tuner.Tuning()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	record := kismet.Source{
		UUID: s.uuid, Number: s.number, Name: s.source.Name(), Definition: s.definition, Interface: s.path, Driver: driver(s.source), Tuning: tuning,
		Paused: s.paused.Load(), Running: s.running, Error: s.problem, Warning: s.warning, Link: uint16(s.link), Packets: c.Packets, Lost: c.Lost,
		PacketRate: s.packets, ByteRate: s.octets,
		Retry: reopens(s.source), Attempts: s.outage.failures, TotalAttempts: s.outage.total,
	}
	if sensor, ok := s.source.(*remote.Source); ok {
		status := sensor.Status()
		record.Definition, record.Version, record.Remote = status.Definition, status.Version, status.Address
	}
	return record
}

// describe tells our own interface of the source.
func (s *sourceState) describe() v1.Source {
	c := s.counts()
	s.mu.Lock()
	defer s.mu.Unlock()
	d := v1.Source{
		UUID: s.uuid, Name: s.source.Name(), State: v1.Ended, Error: s.problem, Packets: c.Packets, Bytes: c.Bytes, Lost: c.Lost,
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
	switch s := s.(type) {
	case *remote.Source:
		return kismet.SensorDriver(s.Status().Kind, s.Tunable())
	case *monitor.Source:
		return kismet.RadioDriver
	case *tzsp.Source:
		return kismet.TZSPDriver
	case *kismetdb.Source:
		return kismet.LogDriver
	case *kismetstream.Source:
		return kismet.StreamDriver
	}
	return kismet.CaptureDriver
}
