// Package monitor is a source that listens to a radio in monitor mode through a ring that it shares with the kernel
// (AF_PACKET, TPACKET_V3).
//
// # Concurrency
//
// Run is called again after it failed, never twice at a time. The other methods may be called while it runs.
package monitor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"

	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/pcap"
	"golang.org/x/sys/unix"
)

// Options says what to listen to.
type Options struct {
	Interface string // as the kernel calls it
	Name      string // what people call the source; Interface if empty
}

// Source listens to one interface.
type Source struct {
	options Options
	packets atomic.Uint64
	octets  atomic.Uint64
	lost    atomic.Uint64
}

var _ capture.Live = (*Source)(nil)

// New returns a source for o.
func New(o Options) *Source {
	if o.Name == "" {
		o.Name = o.Interface
	}
	return &Source{options: o}
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
	return capture.Counts{Packets: s.packets.Load(), Bytes: s.octets.Load(), Lost: s.lost.Load()}
}

// Live reports that a radio hears what happens now.
func (s *Source) Live() bool { return true }

// Reopens reports that an interface that went away may come back.
func (s *Source) Reopens() bool { return true }

// Run delivers what the radio hears until ctx is done or the interface goes away or down.
func (s *Source) Run(ctx context.Context, deliver func([]pcap.Packet) error) error {
	r, err := open(s.options.Interface)
	if err != nil {
		return err
	}
	defer r.close()
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
	return ctx.Err()
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
