// Package monitor is a source that listens to a radio in monitor mode through a ring that it shares with the kernel
// (AF_PACKET, TPACKET_V3). It makes the monitor interface if there is none, tunes the radio and hops over channels.
//
// # Concurrency
//
// Run is called again after it failed, never twice at a time. The other methods may be called while it runs.
package monitor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/capture/channel"
	"github.com/tocsin-wids/tocsin/capture/monitor/nl80211"
	"github.com/tocsin-wids/tocsin/pcap"
	"golang.org/x/sys/unix"
)

// Options says what to listen to.
type Options struct {
	Interface string // as the kernel calls it
	Name      string // what people call the source; Interface if empty

	Monitor  string            // the monitor interface to use or make; "" is any, and Interface with "mon" behind it
	Channel  channel.Channel   // to begin with; the zero value leaves the radio as it is
	Channels []channel.Channel // to hop over; nil is all that the radio may listen to, as the next three change it
	Bands    []channel.Band    // only these; nil is all
	Block    []channel.Channel // not these
	Add      []channel.Channel // these as well
	Stay     bool              // do not hop
	Pace     time.Duration     // for how long to listen to a channel, on average; DefaultPace if 0
	KeepUp   bool              // leave Interface up, where it is not the one that is listened to
	Flags    nl80211.Flags     // what else a monitor interface made for this source hears

	Protected func(channel.Channel) bool // to which channels to listen longer; may be nil
	Pool      *channel.Pool              // whose radios share the channels; nil is one of its own
	Logger    *slog.Logger               // discards if nil
	Radios    func() (Radios, error)     // those of this machine if nil
}

// Source listens to one interface.
type Source struct {
	options Options
	packets atomic.Uint64
	octets  atomic.Uint64
	lost    atomic.Uint64
	orders  chan order // to the goroutine that tunes

	mu     sync.Mutex
	plan   plan
	tuning capture.Tuning
	left   chan struct{} // closed when the radio is no longer tuned; nil: it is not
}

var (
	_ capture.Live  = (*Source)(nil)
	_ capture.Tuner = (*Source)(nil)
)

// New returns a source for o.
func New(o Options) *Source {
	if o.Name == "" {
		o.Name = o.Interface
	}
	if o.Pace == 0 {
		o.Pace = DefaultPace
	}
	if o.Pool == nil {
		o.Pool = new(channel.Pool)
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Radios == nil {
		o.Radios = dial
	}
	return &Source{options: o, orders: make(chan order), plan: plan{o.Channel, o.Channels, o.Stay, o.Pace}}
}

// Exists reports whether this machine has an interface of that name.
func Exists(name string) bool {
	_, err := net.InterfaceByName(name)
	return err == nil
}

// Name is what people call the source.
func (s *Source) Name() string { return s.options.Name }

// Sensors names the one radio by the source.
func (s *Source) Sensors() []string { return []string{s.options.Name} }

// Counts tells what was delivered so far, and what the kernel had no room for.
func (s *Source) Counts() capture.Counts {
	lost := s.lost.Load()
	return capture.Counts{Packets: s.packets.Load(), Bytes: s.octets.Load(), Lost: lost, Kernel: lost}
}

// Live reports that a radio hears what happens now.
func (s *Source) Live() bool { return true }

// Reopens reports that an interface that went away may come back.
func (s *Source) Reopens() bool { return true }

// Run makes the radio ready, and delivers what it hears until ctx is done, the interface goes away or down, or the radio can no
// longer be tuned. Then it leaves the radio as it found it.
func (s *Source) Run(ctx context.Context, deliver func([]pcap.Packet) error) error {
	r, err := ready(s.options)
	if err != nil {
		return fmt.Errorf("listen to %s: %w", s.options.Interface, err)
	}
	defer func() {
		if problem := r.close(); problem != nil {
			s.options.Logger.Warn("the radio is not as it was", "source", s.options.Name, "error", problem)
		}
	}()
	ring, err := open(r.name)
	if err != nil {
		return err
	}
	defer ring.close()
	tuned, cancel := context.WithCancelCause(ctx)
	done, first := make(chan struct{}), s.opened(r)
	go func() {
		defer close(done)
		if err := s.tune(tuned, r, first); err != nil {
			cancel(fmt.Errorf("listen to %s: %w", s.options.Interface, err))
		}
	}()
	defer func() {
		cancel(nil)
		<-done
	}()
	return s.listen(tuned, ring, deliver)
}

// listen delivers until ctx is done, and then returns why.
func (s *Source) listen(ctx context.Context, r *ring, deliver func([]pcap.Packet) error) error {
	defer context.AfterFunc(ctx, r.wake)()
	if err := deliver(nil); err != nil {
		return err
	}
	for ctx.Err() == nil {
		batch, err := r.next()
		s.lost.Add(r.dropped())
		if err != nil {
			return fmt.Errorf("listen to %s: %w", s.options.Interface, gone(err))
		}
		if len(batch) > 0 {
			s.note(batch)
			err = deliver(batch)
		}
		r.release()
		if err != nil {
			return err
		}
	}
	return context.Cause(ctx)
}

func (s *Source) note(batch []pcap.Packet) {
	var octets uint64
	for i := range batch {
		octets += uint64(batch[i].Length)
	}
	first := s.packets.Add(uint64(len(batch))) - uint64(len(batch))
	for i := range batch {
		batch[i].Number = first + uint64(i) + 1
	}
	s.octets.Add(octets)
}

// gone says what the kernel means when an interface is down or was unplugged.
func gone(err error) error {
	switch {
	case errors.Is(err, unix.ENETDOWN):
		return errors.New("the interface went down or was unplugged")
	case errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO):
		return errors.New("the interface was unplugged")
	}
	return err
}
