package track

import (
	"time"

	"github.com/tocsin-wids/tocsin"
)

// channel is one that a sensor listens to.
type channel struct {
	tuned    uint16 // MHz; the number of the channel if the frequency is not told
	last     time.Duration
	listened time.Duration // see Sight.Listened
}

const (
	// dwell is a pause after which a sensor that hops may have been on another channel.
	dwell = 500 * time.Millisecond
	// away is how long nothing is heard on a channel before all is new there again: the sensor was off, or elsewhere.
	away = time.Minute
)

// channels are those of all bands, by the remainder of their frequency: those in use have different ones.
type channels [1024]channel

// hear notes that o was heard, and returns for how long the sensor has listened to its channel.
func (c *channels) hear(o *tocsin.Observation) time.Duration {
	tuned := o.Radio.Frequency
	if tuned == 0 {
		tuned = uint16(o.Frame.Channel())
	}
	ch := &c[tuned%uint16(len(c))]
	switch pause := o.Time - ch.last; {
	case ch.tuned != tuned || ch.last == 0 || pause > away || pause < -away:
		*ch = channel{tuned: tuned}
	case pause > 0 && pause < dwell:
		ch.listened += pause
	}
	ch.last = o.Time
	return ch.listened
}
