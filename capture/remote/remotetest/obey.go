package remotetest

import (
	"fmt"
	"slices"

	"github.com/tocsin-wids/tocsin/capture/channel"
	"github.com/tocsin-wids/tocsin/capture/remote/wire"
)

// Limits of the tools' own checks.
const (
	maxDefinition = 8191
	maxFixed      = 1023
	maxListed     = 63
)

// obey does what a frame says. It is called with the lock.
func (t *Tool) obey(h wire.Header, payload []byte) error {
	switch h.Command {
	case wire.Ping:
		t.seen.Pings++
		if !t.o.Mute {
			t.put(wire.Pong, 0, h.Sequence, nil)
		}
	case wire.Pong:
	case wire.OpenRequest:
		return t.open(h, payload)
	case wire.ConfigRequest:
		return t.tune(h, payload)
	case wire.ProbeRequest, wire.ListRequest:
		return fmt.Errorf("%w after command %d, as it does only that", ErrExit, h.Command)
	default:
		b := wire.AppendMap(nil, 2)
		b = wire.AppendUint(wire.AppendUint(b, 1), uint64(h.Sequence))
		t.put(wire.ProbeReport, 0, h.Sequence, wire.AppendText(wire.AppendUint(b, 3), "Unsupported request"))
	}
	return nil
}

func (t *Tool) open(h wire.Header, payload []byte) error {
	definition, err := wire.DecodeText(payload)
	if err != nil || definition == "" || len(definition) > maxDefinition {
		return fmt.Errorf("%w: no definition", ErrExit)
	}
	if t.opened {
		return fmt.Errorf("%w: it was asked to open its source twice", ErrCrash)
	}
	t.seen.Definition = definition
	b := wire.AppendMap(nil, 6)
	b = wire.AppendText(wire.AppendUint(b, 9), t.o.Refuse)
	b = wire.AppendUint(wire.AppendUint(b, 1), uint64(h.Sequence))
	b = wire.AppendUint(wire.AppendUint(b, 2), 127)
	b = wire.AppendText(wire.AppendUint(b, 10), "2025.09.1-test")
	b = wire.AppendText(wire.AppendUint(b, 8), t.o.UUID)
	b = wire.AppendArray(wire.AppendUint(b, 4), len(t.o.Channels))
	for _, c := range t.o.Channels {
		b = wire.AppendText(b, c)
	}
	if t.o.Refuse != "" {
		t.put(wire.OpenReport, 0, h.Sequence, b)
		return fmt.Errorf("%w: %s", ErrExit, t.o.Refuse)
	}
	t.opened = true
	t.room.Broadcast()
	t.put(wire.OpenReport, 1, h.Sequence, b)
	return nil
}

// canTune reports whether tools of the kind have a radio that they tune.
func (t *Tool) canTune() bool {
	return t.o.Kind == "linuxwifi" || t.o.Kind == "openbsdwifi" || t.o.Kind == "osxcorewlanwifi"
}

func (t *Tool) tune(h wire.Header, payload []byte) error {
	to, err := wire.DecodeTuning(payload)
	switch {
	case !t.canTune():
		return fmt.Errorf("%w: it was told to tune, and cannot", ErrCrash)
	case !t.opened:
		return fmt.Errorf("%w: it was told to tune before it was open", ErrCrash)
	case err != nil, to.Channel == "" && (to.Hop == nil || len(to.Hop.Channels) == 0), len(to.Channel) > maxFixed:
		return fmt.Errorf("%w: it was told to tune to nothing", ErrExit)
	case to.Channel != "" && !known(to.Channel) && !t.tuned:
		return fmt.Errorf("%w: it was told to tune to %q", ErrCrash, to.Channel)
	}
	t.seen.Tunings = append(t.seen.Tunings, to)
	if t.o.Stuck {
		return nil
	}
	if to.Channel != "" {
		if !known(to.Channel) || !slices.Contains(t.o.Channels, to.Channel) {
			t.report(h.Sequence, 0, to, "unable to set the channel")
			return nil
		}
		t.tuned = true
		t.report(h.Sequence, 1, to, "")
		return nil
	}
	good := slices.DeleteFunc(slices.Clone(to.Hop.Channels), func(c string) bool {
		return !known(c) || len(c) > maxListed || slices.Contains(t.o.Unusable, c)
	})
	if len(good) == 0 {
		t.put(wire.Error, 1, h.Sequence, wire.TextPayload("all channels are in an error state"))
		return fmt.Errorf("%w: no channel is left", ErrExit)
	}
	t.tuned = true
	t.report(h.Sequence, 1, to, "")
	if len(good) < len(to.Hop.Channels) { // after one pass
		t.hopped(wire.Tuning{Hop: &wire.Hop{Rate: to.Hop.Rate, Channels: good}})
	}
	return nil
}

func known(text string) bool {
	_, err := channel.Parse(text)
	return err == nil
}

// report answers an order.
func (t *Tool) report(sequence uint32, code uint16, at wire.Tuning, text string) {
	b := configReport(sequence, at, text)
	t.put(wire.ConfigReport, code, sequence, b)
	if t.o.Twice {
		t.put(wire.ConfigReport, code, sequence, b)
	}
}

// hopped tells of a list that was shortened: nobody asked, so that the number is 0.
func (t *Tool) hopped(at wire.Tuning) {
	h := wire.Header{Command: wire.ConfigReport, Code: 1}
	if b := configReport(0, at, ""); t.conn.messages() {
		t.queue = append(t.queue, wire.Append(nil, h, b))
	} else {
		t.out = wire.Append(t.out, h, b)
	}
}

func configReport(sequence uint32, at wire.Tuning, text string) []byte {
	b := wire.AppendMap(nil, 3)
	b = wire.AppendText(wire.AppendUint(b, 4), text)
	b = wire.AppendUint(wire.AppendUint(b, 1), uint64(sequence))
	if at.Channel != "" {
		return wire.AppendText(wire.AppendUint(b, 2), at.Channel)
	}
	b = wire.AppendMap(wire.AppendUint(b, 3), 3)
	b = wire.AppendUint(wire.AppendUint(b, 6), 1) // true, as an integer
	b = wire.AppendFloat(wire.AppendUint(b, 1), float32(at.Hop.Rate))
	b = wire.AppendArray(wire.AppendUint(b, 5), len(at.Hop.Channels))
	for _, c := range at.Hop.Channels {
		b = wire.AppendText(b, c)
	}
	return b
}
