package track

import "time"

// Lines tells how what should be one line of numbers, such as the clock of an access point, goes on in one line or in
// two. One transmitter makes one line, and now and then leaves it for another, as when it starts anew. Two that use one
// address make two that alternate.
type Lines struct {
	line     [2]line
	now      uint8 // the line of the last frame
	switches uint8 // from one line to the other, with less than switchGap between two; saturates
	switched time.Duration
}

// line is what is known of one line beside its number.
type line struct {
	frames      uint16 // since first; saturates
	first, last time.Duration
	signals     [2]Signal // at the sensors that hear it most
}

// switchGap is longer than two transmitters of beacons ever leave the air to each other.
const switchGap = 10 * time.Second

// add notes that a frame with the signal continues line i, or begins it.
func (l *Lines) add(i uint8, begins bool, at time.Duration, heard Heard) {
	x := &l.line[i]
	if begins {
		*x = line{first: at}
	}
	if x.frames++; x.frames == 0 {
		x.frames--
	}
	x.last = at
	addSignal(x.signals[:], heard)
	if i == l.now {
		return
	}
	l.now = i
	if (at - l.switched).Abs() > switchGap {
		l.switches = 0
	}
	if l.switches++; l.switches == 0 {
		l.switches--
	}
	l.switched = at
}

// spare returns the line that gives way to a new one: the one with less frames, or that is over.
func (l *Lines) spare(at, over time.Duration) uint8 {
	a, b := &l.line[0], &l.line[1]
	switch {
	case a.frames == 0 || (at-a.last).Abs() > over && (at-b.last).Abs() <= over:
		return 0
	case b.frames == 0 || (at-b.last).Abs() > over:
		return 1
	case a.frames < b.frames:
		return 0
	}
	return 1
}

// main returns the line with more frames.
func (l *Lines) main() uint8 {
	if l.line[1].frames > l.line[0].frames {
		return 1
	}
	return 0
}

// Alternations returns how often in a row, with less than ten seconds between two, frames changed from one line to the
// other, and how many frames the shorter line has. A clock that was set is one.
func (l *Lines) Alternations(at time.Duration) (switches, frames int) {
	if l.switches == 0 || (at-l.switched).Abs() > switchGap {
		return 0, 0
	}
	return int(l.switches), int(min(l.line[0].frames, l.line[1].frames))
}

// Odd reports whether the last frame was on the line with fewer frames, while the other is well known.
func (l *Lines) Odd() bool {
	const wellKnown = 20
	i := l.main()
	return l.now != i && l.line[i].frames >= wellKnown
}

// Signals returns the mean signals of the line with more frames and of the other, in dBm, at a sensor that hears both; 0 where there
// is none.
func (l *Lines) Signals() (more, other int) {
	i := l.main()
	for j := range l.line[i].signals {
		x := &l.line[i].signals[j]
		if y := signalAt(l.line[1-i].signals[:], x.sensor); x.frames > 0 && y != nil {
			return x.Mean(), y.Mean()
		}
	}
	return l.line[i].signals[0].Mean(), 0
}
