package app

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/capture"
)

// Of a source that is open and hears nothing it is told after silenceTimes the longest silence that is usual there, but not
// before leastSilence, and only if it was heard for knownAfter: before that nobody knows what is usual.
const (
	leastSilence = 2 * time.Minute
	silenceTimes = 4
	knownAfter   = 10 * time.Minute
)

// silence is how long a source is silent at times. What is usual is forgotten by half a day.
type silence struct {
	packets   uint64
	first     time.Time // when it was heard first since it was opened; zero: it was not
	last      time.Time // when it was heard last
	longest   time.Duration
	longestAt time.Time
	told      bool
}

// heed notes how many packets came so far. Lost is for how long a source is silent that never was for so long, 0 if it is
// not; back says after what silence it is heard again of which that was said.
func (s *silence) heed(packets uint64, now time.Time) (lost, back time.Duration) {
	if packets != s.packets {
		gap := now.Sub(s.last)
		switch {
		case s.first.IsZero():
			s.first = now
		case gap > s.usual(now):
			s.longest, s.longestAt = gap, now
		}
		if s.told {
			back = gap
		}
		s.packets, s.last, s.told = packets, now, false
		return 0, back
	}
	gap := now.Sub(s.last)
	if s.first.IsZero() || s.told || s.last.Sub(s.first) < knownAfter || gap < max(leastSilence, silenceTimes*s.usual(now)) {
		return 0, 0
	}
	s.told = true
	return gap, 0
}

func (s *silence) usual(now time.Time) time.Duration {
	days := now.Sub(s.longestAt) / (24 * time.Hour)
	return s.longest >> min(uint(days), 32)
}

// heed tells of a live source that falls silent, and when it is heard again.
func (s *Server) heed(state *sourceState, now time.Time) {
	if l, ok := state.source.(capture.Live); !ok || !l.Live() || state.paused.Load() {
		return
	}
	packets := state.source.Counts().Packets
	state.mu.Lock()
	defer state.mu.Unlock()
	if !state.open {
		state.silence = silence{}
		return
	}
	lost, back := state.silence.heed(packets, now)
	usual := state.silence.usual(now).Round(time.Second)
	switch {
	case lost > 0:
		s.ledger.Tell(&tocsin.SensorLost, state.called(), fmt.Sprintf(
			"The source %s is open and has heard nothing for %s; until now it never was silent for more than %s", state.called(), lost.Round(time.Second), usual))
	case back > 0:
		s.ledger.Say(tocsin.MessageInfo, fmt.Sprintf("The source %s hears again after %s", state.called(), back.Round(time.Second)))
	}
}
