package app

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/config"
	"github.com/tocsin-wids/tocsin/pcap"
)

// ticking is a live source that hears a packet each second while it is not silent.
type ticking struct {
	flaky
	silent chan time.Duration // for how long to be
	heard  uint64
}

func (s *ticking) Counts() capture.Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	return capture.Counts{Packets: s.heard}
}

func (s *ticking) Run(ctx context.Context, deliver func([]pcap.Packet) error) error {
	for ctx.Err() == nil {
		s.mu.Lock()
		s.heard++
		s.mu.Unlock()
		if err := deliver(nil); err != nil {
			return err
		}
		pause := time.Second
		select {
		case pause = <-s.silent:
		default:
		}
		time.Sleep(pause)
	}
	return ctx.Err()
}

func TestSourceThatFallsSilentIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := &ticking{flaky: flaky{live: true, reopens: true}, silent: make(chan time.Duration, 1)}
		s := bare(t, config.Default())
		state, err := s.roster.add("", source)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			s.listen(ctx, state)
		}()
		pass := func(d time.Duration) {
			for range d / time.Second {
				time.Sleep(time.Second)
				s.heed(state, time.Now())
			}
		}
		silence := func(d time.Duration) {
			source.silent <- d
			pass(d + time.Minute)
		}
		time.Sleep(time.Second / 2) // between two packets
		pass(5 * time.Minute)
		silence(3 * time.Minute) // nobody knows yet what is usual
		wantTold(t, s.ledger)
		pass(10 * time.Minute)
		silence(11 * time.Minute)
		wantTold(t, s.ledger)
		silence(time.Hour) // more than four times eleven minutes
		const once = `SENSORLOST The source "roof" is open and has heard nothing for `
		wantTold(t, s.ledger, once+"44m0s; until now it never was silent for more than 11m0s")
		if m := s.ledger.Messages(); m[len(m)-1].Text != `The source "roof" hears again after 1h0m0s` {
			t.Errorf("messages %+v", m)
		}
		state.paused.Store(true)
		silence(5 * time.Hour)
		state.paused.Store(false)
		wantTold(t, s.ledger, once+"44m0s; until now it never was silent for more than 11m0s")
		stop()
		<-done
	})
}
