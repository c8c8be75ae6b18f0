package monitor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/tocsin-wids/tocsin/capture/channel"
	"golang.org/x/sys/unix"
)

// DefaultPace is how long a radio listens to a channel on average: two beacons of most networks.
const DefaultPace = 200 * time.Millisecond

// list returns the channels to hop over, of which the radio has all.
func (r *radio) list(o Options) ([]channel.Channel, error) {
	can := r.phy.Channels()
	has := func(c channel.Channel) bool { return slices.Contains(can, channel.At(c.MHz)) }
	if c := o.Channel; c != (channel.Channel{}) && !has(c) {
		return nil, fmt.Errorf("the radio cannot listen to channel %s; `tocsin sources` lists what it can", c)
	}
	if o.Channels == nil {
		regular := slices.DeleteFunc(can, func(c channel.Channel) bool { return !channel.Regular(c.MHz) })
		if len(regular) == 0 {
			return nil, errors.New("the radio has no channel that may be used here; `iw reg get` tells for what country it is set")
		}
		return regular, nil
	}
	var list, lacks []channel.Channel
	for _, c := range o.Channels {
		if has(c) {
			list = append(list, c)
		} else {
			lacks = append(lacks, c)
		}
	}
	if list == nil {
		return nil, fmt.Errorf("the radio can listen to none of the channels %v; `tocsin sources` lists what it can", lacks)
	}
	if lacks != nil {
		o.Logger.Warn("the radio lacks channels, which are left out", "source", o.Name, "channels", fmt.Sprint(lacks))
	}
	return list, nil
}

// tune sets the first channel and hops until ctx is done. It returns why the radio cannot be tuned.
func (s *Source) tune(ctx context.Context, r *radio) error {
	o := s.options
	if r.radios == nil || o.Stay && o.Channel == (channel.Channel{}) {
		return nil
	}
	list, err := r.list(o)
	if err != nil {
		return err
	}
	if o.Channel != (channel.Channel{}) {
		if err := r.radios.SetChannel(r.index, o.Channel); err != nil {
			return r.explain(err)
		}
	}
	if o.Stay {
		return nil
	}
	member := o.Pool.Join(list)
	defer member.Leave()
	return s.hop(ctx, r, member)
}

// hop tunes the radio to one channel after the other. A channel that the driver refuses is passed over; if it refuses all for a
// whole round, that is the end.
func (s *Source) hop(ctx context.Context, r *radio, member *channel.Member) error {
	share, version := member.Share()
	hopper := channel.NewHopper(share, s.options.Pace, s.options.Protected)
	refused, told := 0, map[channel.Channel]bool{}
	for {
		list, v := member.Share()
		if v != version {
			share, version = list, v
			hopper.Set(share)
		}
		at, dwell := hopper.Next()
		err := r.radios.SetChannel(r.index, at)
		begun, before := time.Now(), s.packets.Load()
		switch {
		case err == nil:
			refused = 0
		case errors.Is(err, unix.EPERM), errors.Is(err, unix.ENODEV), refused+1 >= len(share):
			return r.explain(err)
		default:
			refused++
			if !told[at] {
				told[at] = true
				s.options.Logger.Warn("the radio refuses a channel", "source", s.options.Name, "channel", at.String(), "error", err)
			}
		}
		if !wait(ctx, dwell) {
			return nil
		}
		if err == nil {
			hopper.Heard(s.packets.Load()-before, time.Since(begun))
		}
	}
}

// wait reports whether so much time passed before ctx was done.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
