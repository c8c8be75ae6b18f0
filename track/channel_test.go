package track_test

import (
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin/track"
)

func TestListenedIsTheTimeOnTheChannelOfTheFrame(t *testing.T) {
	a := newAir(t, track.Options{})
	tune := func(mhz uint16, at time.Duration) time.Duration {
		a.o.Radio.Frequency, a.o.Time = mhz, at-time.Millisecond
		return a.hear(beacon(ap, "Net")).Listened
	}
	start := time.Hour
	for i := range 11 {
		tune(2437, start+time.Duration(i)*100*time.Millisecond)
	}
	for _, c := range []struct {
		name  string
		mhz   uint16
		after time.Duration
		want  time.Duration
	}{
		{"frames 100 ms apart for a second", 2437, 1100 * time.Millisecond, 1100 * time.Millisecond},
		{"another channel", 2462, 1200 * time.Millisecond, 0},
		{"back after a hop: the pause does not count", 2437, 3 * time.Second, 1100 * time.Millisecond},
		{"and goes on", 2437, 3*time.Second + 50*time.Millisecond, 1150 * time.Millisecond},
		{"a frame that comes late counts nothing", 2437, 3 * time.Second, 1150 * time.Millisecond},
		{"back after more than a minute: new", 2437, 70 * time.Second, 0},
		{"a clock that was set: new", 2437, -10 * time.Minute, 0},
	} {
		if got := tune(c.mhz, start+c.after); got != c.want {
			t.Errorf("%s: listened for %s, want %s", c.name, got, c.want)
		}
	}
}
