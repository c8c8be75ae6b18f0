package track

import "time"

// Fit says how a sequence number goes with those before it.
type Fit uint8

const (
	FitUnknown Fit = iota // too long ago, or nothing was heard
	FitOn                 // it follows them
	FitOff                // it does not
)

// Sequence follows one counter of sequence numbers (802.11-2020 §10.3.2.14) of a transmitter.
type Sequence struct {
	Lines
	number [2]uint16 // the last of each line
}

const (
	sequenceOver  = 5 * time.Second // after so long a counter of 4096 may be anywhere
	sequenceStep  = 48              // frames that a sensor may miss at once
	sequenceRate  = 100             // a second, that it may miss besides
	sequenceLate  = 16              // by so many a frame may come late, retried or reordered
	sequenceRange = 4096
)

// follows reports whether number may come after, or a little before, the last one.
func follows(number, last uint16, since time.Duration) bool {
	step := (number - last) % sequenceRange
	return step <= sequenceStep+uint16(since*sequenceRate/time.Second) || step >= sequenceRange-sequenceLate
}

// Fit says how number at the time at goes with the line that has more frames.
func (s *Sequence) Fit(number uint16, at time.Duration) Fit {
	i := s.main()
	since := (at - s.line[i].last).Abs()
	switch {
	case s.line[i].frames < 2 || since > sequenceOver:
		return FitUnknown
	case follows(number, s.number[i], since):
		return FitOn
	}
	return FitOff
}

func (s *Sequence) add(number uint16, at time.Duration, heard Heard) {
	first := s.main()
	for _, i := range [2]uint8{first, 1 - first} {
		since := (at - s.line[i].last).Abs()
		if s.line[i].frames > 0 && since <= sequenceOver && follows(number, s.number[i], since) {
			s.number[i] = number
			s.Lines.add(i, false, at, heard)
			return
		}
	}
	i := s.spare(at, sequenceOver)
	s.number[i] = number
	s.Lines.add(i, true, at, heard)
}

// Last returns the last number of the line that has more frames.
func (s *Sequence) Last() uint16 { return s.number[s.main()] }
