package remote

import (
	"testing"
	"time"
)

// arrive has one packet arrive and returns its time.
func (c *clock) arrive(sensor, arrival time.Duration, keep bool) time.Duration {
	c.learn(sensor, arrival)
	return c.heard(sensor, keep)
}

func TestAClockFollowsTheSmallestDelay(t *testing.T) {
	const base, wrong = 1000 * time.Hour, 7 * time.Hour
	var c clock
	c.arrive(base+wrong, base+100*time.Millisecond, false)
	// Packets a tenth of a second apart come in batches, up to half a second late.
	for i := range 1000 {
		at := base + time.Second + time.Duration(i)*100*time.Millisecond
		late := 10*time.Millisecond + time.Duration(4-i%5)*100*time.Millisecond
		got := c.arrive(at+wrong, at+late, false)
		if off := got - at; i > 5 && off != 10*time.Millisecond {
			t.Fatalf("packet %d is off by %s", i, off)
		}
	}
}

func TestAClockFollowsOneThatDriftsOrIsSet(t *testing.T) {
	const base = 1000 * time.Hour
	var c clock
	at := base
	for range 100_000 { // 100 ppm slow, one packet a second
		at += time.Second
		sensor := at - (at-base)/10_000
		if off := c.arrive(sensor, at, false) - at; off > 0 || off < -20*time.Millisecond {
			t.Fatalf("after %s it is off by %s", at-base, off)
		}
	}
	for _, jump := range []time.Duration{time.Hour, -time.Hour, 3 * time.Second, -3 * time.Second} {
		for range 200 {
			at += time.Second
			c.arrive(at+jump, at, false)
		}
		at += time.Second
		if off := c.arrive(at+jump, at, false) - at; off != 0 {
			t.Errorf("after a jump of %s it is off by %s", jump, off)
		}
	}
}

func TestTimesNeverGoBackNorBeyondTheArrival(t *testing.T) {
	const base = 1000 * time.Hour
	var c clock
	last := time.Duration(0)
	for i, d := range []time.Duration{0, 50, -3600, 20, 7200, 7100, 7000, -7200, 40, 1} {
		arrival := base + time.Duration(i)*time.Second
		for _, keep := range []bool{false, true} {
			got := c.arrive(arrival+d*time.Second, arrival, keep)
			if got < last || !keep && got > max(arrival, last) {
				t.Errorf("packet %d at %s has the time %s after %s", i, arrival, got, last)
			}
			last = got
		}
	}
}
