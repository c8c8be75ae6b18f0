package detect_test

import (
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
)

func TestSuccessionSpeaksOfFramesThatGoOnWithTheNumbersOfAnother(t *testing.T) {
	a, b := dot11.Addr{2, 1}, dot11.Addr{2, 2}
	for _, c := range []struct {
		name   string
		second dot11.Addr
		jump   uint16
		pause  time.Duration
		want   bool
	}{
		{"one counter for two", b, 1, time.Second, true},
		{"numbers that stand still", b, 0, time.Second, true},
		{"one transmitter", a, 1, time.Second, false},
		{"numbers far from each other", b, 100, time.Second, false},
		{"after a long pause", b, 1, 11 * time.Second, false},
	} {
		s, spoke := detect.NewSuccession(3, 10*time.Second, time.Minute), false
		number := uint16(4094) // so that the numbers begin again
		for i := range 6 {
			sender := a
			if i%2 == 1 {
				sender = c.second
			}
			_, ring := s.Add(sender, number%4096, time.Duration(i)*c.pause)
			spoke = spoke || ring
			number += c.jump
		}
		if spoke != c.want {
			t.Errorf("%s: got %v, want %v", c.name, spoke, c.want)
		}
	}
}
