package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/api/events"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/config"
	"github.com/tocsin-wids/tocsin/export"
	"github.com/tocsin-wids/tocsin/pcap"
)

// flaky is a live source whose runs do what the test says.
type flaky struct {
	runs    chan func(ctx context.Context, deliver func([]pcap.Packet) error) error
	live    bool
	reopens bool

	mu     sync.Mutex
	opened []time.Time
}

var _ capture.Live = (*flaky)(nil)

func (f *flaky) Name() string           { return "roof" }
func (f *flaky) Sensors() []string      { return nil }
func (f *flaky) Counts() capture.Counts { return capture.Counts{Packets: 7} }
func (f *flaky) Live() bool             { return f.live }
func (f *flaky) Reopens() bool          { return f.reopens }

func (f *flaky) Run(ctx context.Context, deliver func([]pcap.Packet) error) error {
	f.mu.Lock()
	f.opened = append(f.opened, time.Now())
	f.mu.Unlock()
	return (<-f.runs)(ctx, deliver)
}

// bare returns a server that does nothing, of which parts can be run.
func bare(t testing.TB, conf config.Config) *Server {
	t.Helper()
	s := &Server{options: Options{Config: conf}, logger: slog.New(slog.DiscardHandler), pulse: newPulse(), export: export.New(nil),
		ledger: alert.New(alert.Options{Backlog: 1000}), roster: newRoster(conf.Server.Queue.Limit)}
	var err error
	if s.shard, err = newShard(conf, s.found, s.logger); err != nil {
		t.Fatal(err)
	}
	if s.places, err = newPlaces(s.options); err != nil {
		t.Fatal(err)
	}
	return s
}

// listening runs body beside a server that does nothing but listen to one source.
func listening(t *testing.T, f *flaky, conf config.Config, body func(*Server)) {
	synctest.Test(t, func(t *testing.T) {
		f.runs = make(chan func(context.Context, func([]pcap.Packet) error) error)
		s := bare(t, conf)
		state, err := s.roster.add("", f)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			s.listen(ctx, state)
		}()
		body(s)
		stop()
		select {
		case f.runs <- func(context.Context, func([]pcap.Packet) error) error { return context.Canceled }:
			<-done
		case <-done:
		}
	})
}

func TestPipesAreLiveAndFilesAreNot(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "air.fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	for definition, c := range map[string]struct{ live, reopens bool }{
		fifo + ":name=roof": {true, true}, "-": {true, false}, demoFile: {false, false},
	} {
		source, err := openSource(definition, newRadios(tocsin.Policy{}, nil))
		if err != nil {
			t.Fatal(err)
		}
		state, err := newRoster(10).add(definition, source)
		if err != nil {
			t.Fatal(err)
		}
		if (state.backlog != nil) != c.live || reopens(source) != c.reopens {
			t.Errorf("%s: queue %v, opened again %v, want %+v", definition, state.backlog != nil, reopens(source), c)
		}
	}
}

func fails(text string) func(context.Context, func([]pcap.Packet) error) error {
	return func(context.Context, func([]pcap.Packet) error) error { return errors.New(text) }
}

// works delivers for a while, an empty batch a second, and then fails.
func works(d time.Duration) func(context.Context, func([]pcap.Packet) error) error {
	return func(_ context.Context, deliver func([]pcap.Packet) error) error {
		for range d / time.Second {
			if err := deliver(nil); err != nil {
				return err
			}
			time.Sleep(time.Second)
		}
		return errors.New("cable pulled")
	}
}

func TestSourceThatFailsIsOpenedAgain(t *testing.T) {
	f := &flaky{live: true, reopens: true}
	listening(t, f, config.Default(), func(s *Server) {
		sub := s.ledger.Subscribe(1000)
		defer sub.Close()
		for range 9 {
			f.runs <- fails("no such device")
		}
		f.runs <- works(2 * time.Minute)
		f.runs <- works(3 * time.Second)
		synctest.Wait()
		var pauses []time.Duration
		f.mu.Lock()
		for i := range f.opened[1:] {
			pauses = append(pauses, f.opened[i+1].Sub(f.opened[i]))
		}
		f.mu.Unlock()
		want := []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, 40 * time.Second, 80 * time.Second, 160 * time.Second,
			lastPause, lastPause, lastPause, 2*time.Minute + firstPause}
		if diff := cmp.Diff(want, pauses); diff != "" {
			t.Errorf("pauses (-want +got)\n%s", diff)
		}
		time.Sleep(4 * time.Second) // the last run fails
		const once = `SOURCEERROR The source "roof" failed after 7 packets: `
		wantTold(t, s.ledger,
			once+"no such device; it is opened again in 5s, 1 failure so far",
			once+"no such device; it is opened again in 10s, 2 failures so far",
			once+"no such device; it is opened again in 40s, 4 failures so far",
			once+"no such device; it is opened again in 5m0s, 8 failures so far",
			`SOURCEOPEN The source "roof" is open again after 20m15s and 9 failures`,
			once+"cable pulled; it is opened again in 5s, 1 failure so far",
			`SOURCEOPEN The source "roof" is open again after 5s and 1 failure`,
			once+"cable pulled; it is opened again in 10s, 2 failures so far")
		topics := map[string]int{}
		for len(sub.Events()) > 0 {
			topics[(<-sub.Events()).Topic]++
		}
		if topics[events.TopicSourceOpened] != 2 || topics[events.TopicSourceError] != 11 {
			t.Errorf("events %v", topics)
		}
		if r := s.roster.all()[0].record(); !r.Retry || r.Attempts != 2 || r.TotalAttempts != 11 || r.Running || r.Error != "cable pulled" {
			t.Errorf("record %+v", r)
		}
	})
}

// TestLooseContactIsOneOutage has a source fail every few seconds for an hour.
func TestLooseContactIsOneOutage(t *testing.T) {
	f := &flaky{live: true, reopens: true}
	listening(t, f, config.Default(), func(s *Server) {
		begun := time.Now()
		for time.Since(begun) < time.Hour {
			f.runs <- works(5 * time.Second)
		}
		f.runs <- works(2 * time.Minute)
		time.Sleep(time.Minute + time.Second)
		open := 0
		for _, text := range tellings(s.ledger) {
			if strings.HasPrefix(text, "SOURCEOPEN") {
				open++
			}
		}
		if n := len(s.ledger.Alerts()); n > 8 || open != 2 || !strings.HasPrefix(tellings(s.ledger)[n-1], "SOURCEOPEN") {
			t.Errorf("%d alerts in an hour, %d that it is open, want few, two and the end: %q", n, open, tellings(s.ledger))
		}
	})
}

func TestSourceThatCannotBeOpenedAgainFailsOnce(t *testing.T) {
	told := func(reason string) []string {
		return []string{`SOURCEERROR The source "roof" failed after 7 packets: ` + reason + "; it is not opened again"}
	}
	for name, c := range map[string]struct {
		live, reopens bool
		err           error
		want          []string
	}{
		"failure":                {true, false, errors.New("cable pulled"), told("cable pulled")},
		"failure of a file":      {false, false, errors.New("no capture"), told("no capture")},
		"end of what is of now":  {true, false, nil, told("it ended: whoever wrote to it has stopped")},
		"end in a packet of now": {true, false, pcap.ErrTruncated, told(pcap.ErrTruncated.Error())},
		"end":                    {false, true, nil, nil},
		"cut off":                {false, true, fmt.Errorf("read: %w", pcap.ErrTruncated), nil},
		"end of a context":       {true, true, context.Canceled, nil},
	} {
		t.Run(name, func(t *testing.T) {
			f := &flaky{live: c.live, reopens: c.reopens}
			listening(t, f, config.Default(), func(s *Server) {
				if !errors.Is(c.err, context.Canceled) {
					f.runs <- func(context.Context, func([]pcap.Packet) error) error { return c.err }
				}
				synctest.Wait()
				time.Sleep(time.Hour)
				wantTold(t, s.ledger, c.want...)
				if len(f.opened) != 1 {
					t.Errorf("opened %d times", len(f.opened))
				}
			})
		})
	}
}

// TestLostPacketsAreTold delivers while the detectors are kept from looking.
func TestLostPacketsAreTold(t *testing.T) {
	conf := config.Default()
	conf.Server.Queue = config.Queue{Limit: 100, Warning: 50}
	f := &flaky{live: true}
	listening(t, f, conf, func(s *Server) {
		batches, look := make(chan int), make(chan struct{})
		looked := 0
		s.shard.after = func(*pcap.Packet, *tocsin.Observation) {
			<-look
			looked++
		}
		f.runs <- func(_ context.Context, deliver func([]pcap.Packet) error) error {
			for n := range batches {
				if err := deliver(numbered(1, n, 1)); err != nil {
					return err
				}
			}
			return nil
		}
		step := func(packets int, want ...string) {
			t.Helper()
			batches <- packets
			synctest.Wait()
			time.Sleep(time.Second)
			s.watch(s.roster.all()[0], time.Now())
			wantTold(t, s.ledger, want...)
		}
		step(1)  // the detectors have it
		step(50) // all of these wait
		queue := `PACKETQUEUE 51 packets of the source "roof" waited for the detectors at once, more than the 50 of the warning level`
		step(1, queue)
		lost := `PACKETLOST 11 packets of the source "roof" were lost before any detector saw them, 11 since the start`
		step(60, queue, lost)
		for range 28 {
			step(10, queue, lost)
		}
		long := "PACKETQUEUE 100 packets"
		step(10, queue, lost, long)
		again := `PACKETLOST 300 packets of the source "roof" were lost before any detector saw them, 311 since the start`
		step(10, queue, lost, long, again)
		if r := s.roster.all()[0].record(); r.Lost != 311 {
			t.Errorf("the record has %d lost", r.Lost)
		}
		if n := s.watch(s.roster.all()[0], time.Now()); n != 100 {
			t.Errorf("%d packets wait", n)
		}
		close(look) // the detectors are back
		synctest.Wait()
		time.Sleep(time.Minute)
		s.watch(s.roster.all()[0], time.Now())
		wantTold(t, s.ledger, queue, lost, long, again)
		close(batches)
		if looked != 101 {
			t.Errorf("%d packets were looked at, want all that were not lost", looked)
		}
	})
}

// TestSlowDetectorsMakeACaptureWait is the same with what is not of now.
func TestSlowDetectorsMakeACaptureWait(t *testing.T) {
	conf := config.Default()
	conf.Server.Queue = config.Queue{Limit: 10, Warning: 1}
	f := &flaky{}
	listening(t, f, conf, func(s *Server) {
		looked := 0
		s.shard.after = func(*pcap.Packet, *tocsin.Observation) {
			time.Sleep(time.Second)
			looked++
		}
		f.runs <- func(_ context.Context, deliver func([]pcap.Packet) error) error {
			for range 10 {
				if err := deliver(numbered(1, 50, 1)); err != nil {
					return err
				}
			}
			return nil
		}
		for range 600 {
			time.Sleep(time.Second)
			s.watch(s.roster.all()[0], time.Now())
		}
		wantTold(t, s.ledger)
		if looked != 500 {
			t.Errorf("%d packets were looked at, want 500", looked)
		}
	})
}
