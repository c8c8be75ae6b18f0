package app

import (
	"fmt"
	"time"
)

// Pauses before a source that failed is opened again. They double, so that a radio that was pulled out for a moment is back
// soon, and one that is gone costs nothing.
const (
	firstPause = 5 * time.Second
	lastPause  = 5 * time.Minute
)

// settled is how long a source must be open for its failures before to be forgotten.
const settled = time.Minute

// outage is what a source that can be opened again went through. People are told of the first failure and, while it lasts, of
// the second, fourth, eighth and so on; that it is open again they are told at once after a lone failure, and after several
// only when it has settled, so that a loose contact does not flood them.
type outage struct {
	failures int       // since it was settled
	total    int       // since the start
	since    time.Time // of the first of failures
	opened   time.Time // zero: it is not open
	told     bool      // people believe that it is not open
}

// fail notes a failure and returns the pause before the next attempt, and whether people are to be told.
func (o *outage) fail(now time.Time) (pause time.Duration, tell bool) {
	if o.settled(now) {
		o.failures = 0
	}
	if o.failures == 0 {
		o.since = now
	}
	o.failures++
	o.total++
	tell = !o.told || o.failures&(o.failures-1) == 0
	o.told, o.opened = true, time.Time{}
	return min(firstPause<<min(o.failures-1, 10), lastPause), tell
}

// deliver notes that the source delivered. News is what people are to be told, if anything.
func (o *outage) deliver(now time.Time) (news string) {
	if o.failures == 0 {
		return ""
	}
	if o.opened.IsZero() {
		o.opened = now
	}
	if o.told && (o.failures == 1 || o.settled(now)) {
		o.told = false
		news = fmt.Sprintf("is open again after %s and %s", o.opened.Sub(o.since).Round(time.Second), count(o.failures, "failure"))
	}
	if o.settled(now) {
		o.failures = 0
	}
	return news
}

func (o *outage) settled(now time.Time) bool {
	return !o.opened.IsZero() && now.Sub(o.opened) >= settled
}

// count returns "1 failure", "2 failures".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
