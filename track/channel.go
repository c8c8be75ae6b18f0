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

	began time.Duration    // of the period that runs
	spent [2]time.Duration // on the channel, in that period and in the one before
	whole bool             // there was one before
}

const (
	// dwell is a pause after which a sensor that hops may have been on another channel.
	dwell = 500 * time.Millisecond
	// away is how long nothing is heard on a channel before all is new there again: the sensor was off, or elsewhere.
	away = time.Minute
	// period is in what time it is measured how much of it a sensor spends on a channel: many rounds of one that hops.
	period = 30 * time.Second
	// leastKnown is a time in which one that hops has been on several channels.
	leastKnown = 5 * time.Second
)

// channels are those of all bands, by the remainder of their frequency: those in use have different ones.
type channels struct {
	list   [1024]channel
	newest [64]*channel // of the last frame of each sensor; those beyond share
}

// hear notes that o was heard, and returns its channel.
func (c *channels) hear(o *tocsin.Observation) *channel {
	tuned := o.Radio.Frequency
	if tuned == 0 {
		tuned = uint16(o.Frame.Channel())
	}
	ch := &c.list[tuned%uint16(len(c.list))]
	pause := o.Time - ch.last
	newest := &c.newest[o.Sensor%uint16(len(c.newest))]
	stayed := *newest == ch
	*newest = ch
	if ch.tuned != tuned || ch.last == 0 || pause > away || pause < -away {
		*ch = channel{tuned: tuned, began: o.Time, last: o.Time}
		return ch
	}
	if pause > 0 && pause < dwell {
		ch.listened += pause
	}
	if pause > 0 && (stayed || pause < dwell) {
		ch.spent[0] += pause
	}
	if o.Time-ch.began > period {
		ch.began, ch.whole = o.Time, true
		ch.spent[1], ch.spent[0] = ch.spent[0], 0
	}
	ch.last = o.Time
	return ch
}

// share returns how much of the last half minute or more the sensor spent on the channel, in percent.
func (c *channel) share() int {
	spent, known := c.spent[0], c.last-c.began
	if c.whole {
		spent, known = spent+c.spent[1], known+period
	}
	if known < leastKnown {
		return 100
	}
	return int(min(spent*100/known, 100))
}
