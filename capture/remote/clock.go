package remote

import "time"

const (
	// renew is how often the smallest difference is forgotten, so that a drifting clock is followed.
	renew = time.Minute
	// implausible is a delay that means that the sensor's clock was set back.
	implausible = 30 * time.Second
	// sane is how far a sensor's clock may be off for its times to be kept where that is wanted.
	sane = time.Minute
)

// clock tells when a packet was heard, in the time of this machine.
type clock struct {
	begun    time.Duration // of the newer half of the differences
	old, now time.Duration // the smallest difference of each half
	known    bool
	last     time.Duration // that was told, for times not to go back
}

// learn notes that a packet with a time of its sensor arrived.
func (c *clock) learn(sensor, arrival time.Duration) {
	d := arrival - sensor
	switch {
	case !c.known, d-c.offset() > implausible:
		*c = clock{begun: arrival, old: d, now: d, known: true, last: c.last}
	case arrival-c.begun > renew:
		c.begun, c.old, c.now = arrival, c.now, d
	}
	c.now = min(c.now, d)
}

// heard returns the time of a packet of whose batch all was learnt. Keep says to keep a sane one of the sensor.
func (c *clock) heard(sensor time.Duration, keep bool) time.Duration {
	d := c.offset()
	t := sensor + d
	if keep && d < sane && d > -sane {
		t = sensor
	}
	c.last = max(c.last, t)
	return c.last
}

// offset is what is added to the sensor's times.
func (c *clock) offset() time.Duration { return min(c.old, c.now) }
