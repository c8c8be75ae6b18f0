package merge

import "time"

// Arrival corrects the times that a live sensor gives its frames to the clock of the server, by when they arrive: of those that it is told
// now, none can have been on air later than that, and the one that came fastest was hardly late. A clock that may be right is left
// alone. The zero value has heard nothing.
type Arrival struct {
	shift   time.Duration    // to be added to its times
	known   bool             // there is one
	least   [2]time.Duration // delay of what came fastest, by its own clock, in the span that runs and in the one before
	began   time.Duration    // of the span
	overdue time.Duration    // since when all is too late; 0: it is not
}

const (
	// usual is how late tools deliver. A clock by which all is later is behind.
	usual = 500 * time.Millisecond

	// span is a time in which something comes as fast as it can.
	span = 30 * time.Second

	// tooLate is what is held against nobody: what others did meanwhile has been told already. A clock that was set back looks the same, but does
	// so for longer than what waited while a network was cut off takes to arrive.
	tooLate  = time.Minute
	setAfter = 5 * time.Second
)

// Heard takes that a frame arrives now, which has the time at by the sensor's clock. All that arrive at once are taken before they are asked
// for: of those that waited together the last tells most.
func (a *Arrival) Heard(at, now time.Duration) {
	delay := now - at
	if !a.known {
		a.begin(delay, now)
	}
	switch {
	case delay-a.shift <= tooLate:
		a.overdue = 0
	case a.overdue == 0 || now < a.overdue:
		a.overdue = now
	case now-a.overdue >= setAfter:
		a.begin(delay, now)
	}
	a.least[0] = min(a.least[0], delay)
	if now-a.began >= span || now < a.began {
		if least := min(a.least[0], a.least[1]); least-a.shift > usual {
			a.shift = behind(least)
		}
		a.least[0], a.least[1], a.began = delay, a.least[0], now
	}
	if delay < a.shift {
		a.shift = behind(delay)
	}
}

// begin forgets what was heard.
func (a *Arrival) begin(delay, now time.Duration) {
	*a = Arrival{shift: behind(delay), known: true, least: [2]time.Duration{delay, delay}, began: now}
}

// Time returns when a frame was on air that was taken now. It is never later than now. False says that it is too late to be looked at.
func (a *Arrival) Time(at, now time.Duration) (time.Duration, bool) {
	return max(at+a.shift, 0), now-at-a.shift <= tooLate
}

// behind returns by how much a clock is behind by which nothing came faster than after a delay.
func behind(delay time.Duration) time.Duration {
	if delay >= 0 && delay <= usual {
		return 0
	}
	return delay
}
