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

// plan is where a radio is to listen.
type plan struct {
	first    channel.Channel   // where to begin; the zero value leaves the radio where it is
	channels []channel.Channel // to hop over; nil is all that the radio may listen to
	stay     bool              // do not hop
	pace     time.Duration
}

func (r *radio) has(c channel.Channel) bool {
	return slices.Contains(r.phy.Channels(), channel.At(c.MHz))
}

// list returns the channels to hop over, of which the radio has all.
func (r *radio) list(p plan, o Options) ([]channel.Channel, error) {
	wanted := p.channels
	if wanted == nil {
		wanted = r.regular(o)
		if len(wanted) == 0 {
			return nil, errors.New("the radio has no channel that may be used here; `iw reg get` tells for what country it is set, `tocsin sources` what the radio can")
		}
		wanted = append(wanted, o.Add...)
	}
	var list, lacks []channel.Channel
	for _, c := range wanted {
		if r.has(c) {
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

// regular returns the channels that a radio hops over of which nobody says otherwise.
func (r *radio) regular(o Options) []channel.Channel {
	return slices.DeleteFunc(r.phy.Channels(), func(c channel.Channel) bool {
		other := o.Bands != nil && !slices.Contains(o.Bands, channel.BandOf(c.MHz))
		return other || !channel.Regular(c.MHz) || slices.ContainsFunc(o.Block, func(b channel.Channel) bool { return b.MHz == c.MHz })
	})
}

// tuner tunes a radio while it is listened to. It belongs to one goroutine.
type tuner struct {
	source  *Source
	radio   *radio
	plan    plan
	member  *channel.Member // nil: it stays
	version uint64          // of the member's share
	hopper  *channel.Hopper
	refused int // channels one after the other
	told    map[channel.Channel]bool
	at      stay
}

// stay is the time on one channel.
type stay struct {
	deaf   bool // the radio refused the channel
	begun  time.Time
	before uint64 // packets
}

// order is a plan that somebody waits for.
type order struct {
	plan   plan
	answer chan<- error // has room for one
}

// tune follows a plan, and the orders that come, until ctx is done. It returns why the radio cannot be tuned.
func (s *Source) tune(ctx context.Context, r *radio, first plan) error {
	t := &tuner{source: s, radio: r, told: map[channel.Channel]bool{}}
	defer s.closed()
	defer t.leave()
	if r.radios != nil {
		if err := t.follow(first); err != nil {
			return err
		}
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	timer.Stop()
	for {
		if t.hopper != nil {
			dwell, err := t.hop()
			if err != nil {
				return err
			}
			timer.Reset(dwell)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
			t.heard()
		case o := <-s.orders:
			timer.Stop()
			o.answer <- t.follow(o.plan)
		}
	}
}

// follow changes the plan. If the radio cannot follow it that is told, and the plan is as before.
func (t *tuner) follow(p plan) error {
	r, o := t.radio, t.source.options
	var list []channel.Channel
	var err error
	switch {
	case r.radios == nil:
		return errors.New("the radio cannot be tuned: the kernel does not know it as a wireless interface")
	case p.first != (channel.Channel{}) && !r.has(p.first):
		return fmt.Errorf("the radio cannot listen to channel %s; `tocsin sources` lists what it can", p.first)
	case !p.stay:
		if list, err = r.list(p, o); err != nil {
			return err
		}
	}
	if p.first != (channel.Channel{}) {
		if err := r.radios.SetChannel(r.index, p.first); err != nil {
			return r.explain(err)
		}
	}
	t.leave()
	t.plan, t.refused = p, 0
	if list != nil {
		t.member = o.Pool.Join(list)
		var share []channel.Channel
		share, t.version = t.member.Share()
		t.hopper = channel.NewHopper(share, p.pace, o.Protected)
	}
	t.source.planned(p, list)
	return nil
}

// leave ends hopping; others hop over its channels from then on.
func (t *tuner) leave() {
	if t.member != nil {
		t.member.Leave()
	}
	t.member, t.hopper = nil, nil
}

// hop tunes the radio to the next channel and returns for how long. A channel that the driver refuses is passed over; if it
// refuses all for a whole round, that is the end.
func (t *tuner) hop() (time.Duration, error) {
	share, version := t.member.Share()
	if version != t.version {
		t.version = version
		t.hopper.Set(share)
	}
	to, dwell := t.hopper.Next()
	err := t.radio.radios.SetChannel(t.radio.index, to)
	t.at = stay{err != nil, time.Now(), t.source.packets.Load()}
	switch {
	case err == nil:
		t.refused = 0
		t.source.at(to)
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.ENODEV), t.refused+1 >= len(share):
		return 0, t.radio.explain(err)
	default:
		t.refused++
		if !t.told[to] {
			t.told[to] = true
			t.source.options.Logger.Warn("the radio refuses a channel", "source", t.source.options.Name, "channel", to.String(), "error", err)
		}
	}
	return dwell, nil
}

// heard notes what the channel had that was listened to.
func (t *tuner) heard() {
	if !t.at.deaf {
		t.hopper.Heard(t.source.packets.Load()-t.at.before, time.Since(t.at.begun))
	}
}
