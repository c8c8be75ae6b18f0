package detect

import (
	"time"

	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/window"
)

// Succession finds frames that name another transmitter than the one before them and go on with its numbers all the
// same, as frames do that one tool sends in the names of many (802.11-2020 §10.3.2.14: each station counts for itself).
// Unlike Chains it asks for no new addresses, and is only to be shown frames that look like the tool's.
type Succession struct {
	sender   dot11.Addr
	number   uint16
	last     time.Duration
	apart    time.Duration
	handover *window.Alarm[struct{}]
}

// successionStep is how far a number may be from the one before, by what the sensor missed. Two stations that know nothing of each
// other are so close once in 240 times.
const successionStep = 16

// NewSuccession returns a succession that speaks when so many frames within span went on with the numbers of another, and every again while they do.
func NewSuccession(handovers int, span, again time.Duration) *Succession {
	return &Succession{apart: span, handover: window.NewAlarm[struct{}](handovers, span, again, 1)}
}

// Add takes a frame, by its transmitter and its number, 0 to 4095. It returns how many went on with another's numbers
// lately, and whether to speak of that; 0 if this one does not.
func (s *Succession) Add(sender dot11.Addr, number uint16, at time.Duration) (count int, speak bool) {
	step := (number - s.number) % sequenceNumbers
	follows := sender != s.sender && !s.sender.IsZero() && step <= successionStep && (at-s.last).Abs() <= s.apart
	s.sender, s.number, s.last = sender, number, at
	if !follows {
		return 0, false
	}
	return s.handover.Add(struct{}{}, at)
}
