package remote

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/capture/channel"
	"github.com/tocsin-wids/tocsin/capture/remote/wire"
)

// plan is where a radio is to listen. Channels are in the words of the sensor.
type plan struct {
	channel string   // to stay on
	hop     []string // or over which to hop
	rate    float64
}

func (p plan) empty() bool { return p.channel == "" && len(p.hop) == 0 }

// maxMessage is the longest message that is sent: tools take 4096 octets over a websocket, and break what is longer in pieces.
const maxMessage = 4000

// fits returns the beginning of a list that fits into a message.
func fits(list []string) []string {
	const around = wire.HeaderLen + 32
	left := maxMessage - around
	for i, c := range list {
		if left -= len(c) + 2; left < 0 {
			return list[:i]
		}
	}
	return list
}

// request returns the plan as the order for the tool. The list is spread here, as the tools' own way leaves channels out.
func (p plan) request() wire.Tuning {
	if p.channel != "" {
		return wire.Tuning{Channel: p.channel}
	}
	return wire.Tuning{Hop: &wire.Hop{Rate: p.rate, Channels: channel.Spread(p.hop)}}
}

// listed is the channels of a sensor that can be read, each once, and what they mean. Tools list channel 2 of 6 GHz by the number of
// one of 4.9 GHz, and channels that no radio has.
func listed(reported []string) (texts []string, parsed []channel.Channel) {
	six, seen := false, map[channel.Channel]bool{}
	for _, text := range reported {
		c, err := channel.Parse(text)
		if err != nil || seen[c] {
			continue
		}
		seen[c] = true
		six = six || channel.BandOf(c.MHz) == channel.Band6
		texts, parsed = append(texts, text), append(parsed, c)
	}
	if i := slices.Index(texts, "187"); six && i >= 0 {
		texts, parsed = slices.Delete(texts, i, i+1), slices.Delete(parsed, i, i+1)
	}
	return texts, parsed
}

// every returns one channel for each frequency of a sensor: what announces networks is sent 20 MHz wide, and a round over all
// widths would take several times as long.
func every(reported []string) (texts []string, parsed []channel.Channel) {
	seen := map[int]bool{}
	all, means := listed(reported)
	for i, c := range means {
		if !seen[c.MHz] && channel.Regular(c.MHz) {
			seen[c.MHz] = true
			texts, parsed = append(texts, all[i]), append(parsed, c)
		}
	}
	return texts, parsed
}

// among parts what a sensor that reported channels can listen to from what it cannot.
func among(wanted, reported []string) (can, lacks []string) {
	has := map[int]bool{}
	_, parsed := listed(reported)
	for _, c := range parsed {
		has[c.MHz] = true
	}
	for _, text := range wanted {
		if c, err := channel.Parse(text); err == nil && has[c.MHz] {
			can = append(can, text)
		} else {
			lacks = append(lacks, text)
		}
	}
	return can, lacks
}

// plan returns where the definition says to listen, and which of its channels the sensor lacks.
func (d definition) plan(reported []string) (p plan, lacks []string) {
	if !d.truth("channel_hop", true) {
		return plan{}, nil // the tool has the channel from the definition itself
	}
	list := d.list("channels")
	if len(list) == 0 {
		list = d.altered(reported)
	}
	p.hop, lacks = among(list, reported)
	n := len(fits(p.hop))
	p.hop, lacks = p.hop[:n], append(lacks, p.hop[n:]...)
	p.rate = d.rate()
	return p, lacks
}

// altered returns the channels of a sensor without those that the definition blocks, and with those that it adds.
func (d definition) altered(reported []string) (list []string) {
	blocked, has := map[channel.Channel]bool{}, map[channel.Channel]bool{}
	_, parsed := listed(d.list("block_channels"))
	for _, c := range parsed {
		blocked[c] = true
	}
	texts, parsed := every(reported)
	for i, c := range parsed {
		if !blocked[c] {
			list, has[c] = append(list, texts[i]), true
		}
	}
	for _, text := range append(d.list("channel"), d.list("add_channels")...) {
		if c, err := channel.Parse(text); err != nil || !has[c] {
			list, has[c] = append(list, text), true
		}
	}
	return list
}

// opened notes what a sensor reports of its radio, and returns where it is to listen and what it lacks for that.
func (s *Source) opened(o wire.Opened) (first plan, lacks []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.version = printable(o.Version)
	s.tuning = capture.Tuning{Channel: printable(o.Channel), Interface: printable(o.Interface), Hardware: printable(o.Hardware)}
	s.tuning.Channels, _ = listed(o.Channels)
	if o.Hop != nil {
		s.tuning.Rate = o.Hop.Rate
		s.tuning.Hop, _ = listed(o.Hop.Channels)
	}
	if !tunable(s.kind) {
		return plan{}, nil
	}
	if !s.order.empty() {
		return s.order, nil
	}
	return readDefinition(s.defined).plan(o.Channels)
}

// tuned notes where a sensor reports to listen.
func (s *Source) tuned(t wire.Tuned) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case t.Hop != nil:
		s.tuning.Hop, _ = listed(t.Hop.Channels)
		if t.Hop.Rate > 0 {
			s.tuning.Rate = t.Hop.Rate
		}
	case t.Channel != "":
		s.tuning.Channel, s.tuning.Hop, s.tuning.Rate = printable(t.Channel), nil, 0
	}
}

// Tuning tells where the radio can listen, and where it does.
func (s *Source) Tuning() capture.Tuning {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tuning
	t.Channels, t.Hop = slices.Clone(t.Channels), slices.Clone(t.Hop)
	return t
}

// Tune has the radio listen elsewhere from now on.
func (s *Source) Tune(ctx context.Context, o capture.Order) error {
	s.mu.Lock()
	c := s.current
	p, err := s.planned(o)
	s.mu.Unlock()
	switch {
	case !tunable(s.kind):
		return fmt.Errorf("sensors of type %s cannot be told where to listen", s.kind)
	case c == nil || !c.opened.Load():
		return errors.New("the sensor is not connected")
	case err != nil:
		return err
	}
	answer := make(chan error, 1)
	c.out.request(wire.ConfigRequest, p.request().Payload(), func(err error) { answer <- err })
	late := time.NewTimer(tuneWithin)
	defer late.Stop()
	select {
	case err = <-answer:
	case <-c.failed:
		err = c.reason(nil)
	case <-late.C:
		err = fmt.Errorf("the sensor does not answer within %s", tuneWithin)
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err == nil {
		s.mu.Lock()
		s.order = p
		s.mu.Unlock()
	}
	return err
}

// planned returns the plan for an order. Only channels are sent that the radio has: a tool may crash over others.
func (s *Source) planned(o capture.Order) (p plan, err error) {
	if o.Channel != "" {
		if _, err := channel.Parse(o.Channel); err != nil {
			return p, err
		}
		if can, _ := among([]string{o.Channel}, s.tuning.Channels); can == nil {
			return p, fmt.Errorf("the radio cannot listen to channel %s", tocsin.Quote([]byte(o.Channel)))
		}
		return plan{channel: o.Channel}, nil
	}
	if o.Rate != 0 && !(o.Rate >= 1.0/3600 && o.Rate <= 20) {
		return p, fmt.Errorf("%g hops a second are not possible: from one an hour to 20 a second are", o.Rate)
	}
	p.hop, p.rate = o.Hop, o.Rate
	if len(p.hop) == 0 {
		if p.hop = s.tuning.Hop; len(p.hop) == 0 {
			p.hop, _ = every(s.tuning.Channels)
		}
	}
	if p.rate == 0 {
		if p.rate = s.tuning.Rate; p.rate == 0 {
			p.rate = defaultRate
		}
	}
	var lacks []string
	if p.hop, lacks = among(p.hop, s.tuning.Channels); lacks != nil || len(p.hop) == 0 {
		return p, fmt.Errorf("the radio cannot listen to channels %s", quoted(lacks))
	}
	if n := len(fits(p.hop)); n < len(p.hop) {
		return p, fmt.Errorf("%d channels are more than a sensor takes at once; %d fit", len(p.hop), n)
	}
	return p, nil
}
