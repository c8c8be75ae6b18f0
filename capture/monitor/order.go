package monitor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/capture/channel"
	"github.com/tocsin-wids/tocsin/capture/monitor/nl80211"
)

// errClosed is the answer to an order to a radio that nobody listens to.
var errClosed = errors.New("the radio is not open")

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
	p, err := s.plan.with(o)
	left := s.left
	s.mu.Unlock()
	switch {
	case err != nil:
		return err
	case left == nil:
		return errClosed
	}
	answer := make(chan error, 1)
	select {
	case s.orders <- order{p, answer}:
		return <-answer
	case <-left:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// with returns the plan as an order changes it.
func (p plan) with(o capture.Order) (plan, error) {
	var err error
	if o.Channel != "" {
		p.first, err = channel.Parse(o.Channel)
		p.stay = true
		return p, err
	}
	p.stay, p.first = false, channel.Channel{}
	if len(o.Hop) > 0 {
		if p.channels, err = channel.ParseList(strings.Join(o.Hop, ",")); err != nil {
			return p, err
		}
	}
	if o.Rate != 0 {
		pace := time.Duration(float64(time.Second) / o.Rate)
		if !(o.Rate > 0) || pace < channel.MinPace || pace > time.Hour {
			return p, fmt.Errorf("%g hops a second are not possible: from one an hour to 20 a second are", o.Rate)
		}
		p.pace = pace
	}
	return p, nil
}

// opened notes what the radio can do, and returns the plan for it.
func (s *Source) opened(r *radio) plan {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left = make(chan struct{})
	s.tuning = capture.Tuning{Interface: r.name, Hardware: nl80211.Driver(s.options.Interface)}
	if r.radios != nil {
		s.tuning.Channels = texts(r.phy.Channels())
	}
	return s.plan
}

// planned notes a plan that is followed from now on, and the channels of it that the radio has.
func (s *Source) planned(p plan, list []channel.Channel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plan, s.tuning.Hop, s.tuning.Rate = p, texts(list), 0
	if !p.stay {
		s.tuning.Rate = float64(time.Second) / float64(p.pace)
	}
	if p.first != (channel.Channel{}) {
		s.tuning.Channel = p.first.String()
	}
}

// at notes to which channel the radio was tuned.
func (s *Source) at(c channel.Channel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tuning.Channel = c.String()
}

// closed notes that the radio is no longer tuned.
func (s *Source) closed() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.left)
	s.left = nil
}

func texts(list []channel.Channel) []string {
	var texts []string
	for _, c := range list {
		texts = append(texts, c.String())
	}
	return texts
}
