package merge

import "time"

// offset follows by how much the clock of a sensor differs from those of sensors that were heard of before it.
type offset struct {
	shift  time.Duration // to be added to its times
	drift  time.Duration // mean of what beacons still differ
	jitter time.Duration // mean of how far they are from each other

	other  time.Duration // by how much the last beacons differed, which were too far off
	agreed uint8         // how many of them in a row
}

const (
	// still is more than the clocks of sensors that NTP keeps in step differ, and less than the time in which a station that was
	// disconnected sends the same frame again.
	still = 20 * time.Millisecond

	// most is the jitter of a sensor whose frames come over a slow network and have the time of their arrival.
	most = 250 * time.Millisecond

	// agree is how far differences may be apart that show that a clock was set, enough how many of them show it.
	agree  = 100 * time.Millisecond
	enough = 4

	// slight is a mean difference that is left alone.
	slight = 5 * time.Millisecond
)

// tolerance is how far two times of one transmission may be apart.
func (c *offset) tolerance() time.Duration { return max(still, min(4*c.jitter, most)) }

// learn takes by how much a beacon says that the clock is behind the others.
func (c *offset) learn(difference time.Duration) {
	if difference.Abs() <= most {
		c.jitter += (difference.Abs() - c.jitter) / 16
	}
	if difference.Abs() <= c.tolerance() {
		c.agreed = 0
		if c.drift += (difference - c.drift) / 16; c.drift.Abs() > slight {
			c.move(c.drift)
		}
		return
	}
	if (difference - c.other).Abs() > agree {
		c.other, c.agreed = difference, 0
	}
	if c.agreed++; c.agreed >= enough {
		c.move(difference)
		c.jitter, c.agreed = agree/4, 0
	}
}

// move sets the clock, but not for ever further.
func (c *offset) move(by time.Duration) {
	if (c.shift + by).Abs() <= reach {
		c.shift += by
	}
	c.drift = 0
}
