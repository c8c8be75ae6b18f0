package detect

import (
	"time"

	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/window"
)

// Chains finds transmitters that give themselves a new address with each frame, and forget that their radio numbers the
// frames all the same (802.11-2020 §10.3.2.14): the numbers of all those addresses make one series.
type Chains struct {
	over    time.Duration
	list    [maxChains]chain
	members *window.Map[dot11.Addr, member]
	joined  *window.Alarm[uint8]
}

// chain is one series of numbers.
type chain struct {
	number uint16
	frames int
	last   time.Duration
}

// member is an address that was heard.
type member struct {
	last  time.Duration
	chain uint8
}

const (
	maxChains = 4
	chainStep = 16              // frames that a sensor may miss at once
	chainGap  = 2 * time.Second // after so long a series is over
)

// NewChains returns chains that speak of a series when so many addresses that were not heard within over have joined it in span, and every again
// while it goes on. At most keys addresses are remembered.
func NewChains(addresses int, span, again, over time.Duration, keys int) *Chains {
	return &Chains{
		over:    over,
		members: window.NewMap[dot11.Addr, member](keys),
		joined:  window.NewAlarm[uint8](addresses, span, again, maxChains),
	}
}

// Add takes the number of a frame, and returns how many new addresses were in its series lately, and whether to speak of that. Only a new
// address counts: 0 if this is none, or if it follows no other.
func (c *Chains) Add(address dot11.Addr, number uint16, at time.Duration) (count int, speak bool) {
	m, created := c.members.Put(address)
	known := !created && (at-m.last).Abs() < c.over
	m.last = at
	i, follows := c.find(number, at)
	if known && (!follows || m.chain != i) {
		return 0, false
	}
	x := &c.list[i]
	if !follows {
		c.joined.Reset(i)
		*x = chain{}
	}
	x.number, x.last = number, at
	x.frames++
	m.chain = i
	if known || !follows {
		return 0, false
	}
	return c.joined.Add(i, at)
}

// find returns the series that the number follows, or else the one to give up for it.
func (c *Chains) find(number uint16, at time.Duration) (i uint8, follows bool) {
	for j := range c.list {
		x := &c.list[j]
		step := (number - x.number) % sequenceNumbers
		if x.frames > 0 && (at-x.last).Abs() <= chainGap && step >= 1 && step <= chainStep {
			return uint8(j), true
		}
		if y := &c.list[i]; x.before(y, at) {
			i = uint8(j)
		}
	}
	return i, false
}

// before reports whether x is to be given up before y: a series that is over, then a shorter one, then an older one.
func (x *chain) before(y *chain, at time.Duration) bool {
	over, other := (at-x.last).Abs() > chainGap, (at-y.last).Abs() > chainGap
	switch {
	case over != other:
		return over
	case x.frames != y.frames:
		return x.frames < y.frames
	}
	return x.last < y.last
}

// sequenceNumbers is how many sequence numbers there are.
const sequenceNumbers = 4096
