package saetiming

import (
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/dot11"
)

// pair is an access point and a station that has to do with it.
type pair struct{ ap, station dot11.Addr }

// patience is longer than a station waits before it sends a commit again that nobody answered.
const patience = 500 * time.Millisecond

// maxEvidence bounds the frames that are kept to show a series.
const maxEvidence = 8

// exchange is the newest one of a pair, and the series that it goes on.
type exchange struct {
	group   uint16
	content uint64 // of the newest commit of the station that was heard; 0 if none was
	asked   time.Duration
	number  uint64 // of the frame that began it

	sequence                      uint16 // of the newest answer
	accepted, refused, otherGroup bool   // how the access point answered
	passed                        bool   // a confirm or an association followed

	noted   int // exchanges of the series that count
	numbers [maxEvidence]uint64
}

// begin makes x the next exchange of its series. Content is 0 if the commit was not heard.
func (x *exchange) begin(group uint16, content uint64, o *tocsin.Observation) {
	x.group, x.asked, x.number = group, o.Time, o.Number
	if content != 0 {
		x.content = content
	}
	x.accepted, x.refused, x.otherGroup, x.passed = false, false, false, false
}

func (x *exchange) answered() bool { return x.accepted || x.refused || x.otherGroup }

// brokenOff reports whether the station had no reason to stop, or insists on a group that no program of today offers.
func (x *exchange) brokenOff() bool {
	if x.otherGroup {
		return !dot11.IsSuitableGroup(x.group)
	}
	return x.accepted && !x.refused
}

func (x *exchange) note(number uint64) {
	x.numbers[x.noted%maxEvidence] = number
	x.noted++
}

// evidence returns the numbers of the newest frames of the series, oldest first.
func (x *exchange) evidence() (frames []uint64) {
	for i := max(0, x.noted-maxEvidence); i < x.noted; i++ {
		frames = append(frames, x.numbers[i%maxEvidence])
	}
	return frames
}
