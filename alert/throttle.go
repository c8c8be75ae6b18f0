package alert

import (
	"time"

	"github.com/tocsin-wids/tocsin"
)

// bucket is the state of one throttle. It is not a sliding window: the total returns to zero only after a whole unit
// in which nothing was sent, as clients of Kismet expect.
type bucket struct {
	burst, total int
	last         time.Time
}

// maySend reports whether an alert would pass at now, and resets what silence resets.
func (b *bucket) maySend(t tocsin.Throttle, now time.Time) bool {
	if t.Limit.Count == 0 {
		return false
	}
	second := now.Truncate(time.Second)
	if b.last.Before(second.Add(-time.Duration(t.Limit.Unit.Seconds()) * time.Second)) {
		b.total, b.burst = 0, 0
		return true
	}
	if b.last.Before(second.Add(-time.Duration(t.Burst.Unit.Seconds()) * time.Second)) {
		b.burst = 0
	}
	return b.burst < t.Burst.Count && b.total < t.Limit.Count
}

func (b *bucket) sent(now time.Time) {
	b.burst++
	b.total++
	b.last = now
}
