package channel

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MinPace is the shortest time for which it is worth to listen to a channel: what a radio needs to settle, and half of the time
// between two beacons.
const MinPace = 50 * time.Millisecond

// Hopper decides where one radio listens next, and for how long. Each round visits each channel once and takes as long as if
// all were listened to equally long, so that none is forgotten for longer. Within that, a channel with traffic gets up to
// twice what a silent one gets, and a protected one as much again: less than that would be a way to draw the radio off by noise.
//
// A Hopper belongs to one goroutine.
type Hopper struct {
	pace      time.Duration
	protected func(Channel) bool
	stops     []stop // in the order of visits
	next      int
}

type stop struct {
	at    Channel
	rate  float64 // frames/s, of the last rounds
	dwell time.Duration
}

// NewHopper returns a hopper over a list, on which it listens for pace on average. Protected may be nil.
func NewHopper(list []Channel, pace time.Duration, protected func(Channel) bool) *Hopper {
	h := &Hopper{pace: max(pace, MinPace), protected: protected}
	h.Set(list)
	return h
}

// Set changes the list. What is known of channels that stay is kept.
func (h *Hopper) Set(list []Channel) {
	known := map[Channel]float64{}
	for _, s := range h.stops {
		known[s.at] = s.rate
	}
	list = Spread(unique(list))
	h.stops, h.next = make([]stop, len(list)), 0
	for i, at := range list {
		h.stops[i] = stop{at: at, rate: known[at]}
	}
}

// Next returns where to listen now, and for how long. The list must not be empty.
func (h *Hopper) Next() (Channel, time.Duration) {
	if h.next == len(h.stops) {
		h.next = 0
	}
	if h.next == 0 {
		h.plan()
	}
	s := h.stops[h.next]
	h.next++
	return s.at, s.dwell
}

// Heard notes how many frames were heard on the channel that Next returned last, and in what time.
func (h *Hopper) Heard(frames uint64, in time.Duration) {
	if h.next == 0 || in <= 0 {
		return
	}
	s := &h.stops[h.next-1]
	s.rate = (s.rate + float64(frames)/in.Seconds()) / 2
}

// plan divides the time of a round.
func (h *Hopper) plan() {
	var mean, sum float64
	for _, s := range h.stops {
		mean += s.rate / float64(len(h.stops))
	}
	weigh := func(s stop) float64 {
		w := 1.0
		if s.rate > 0 {
			w += s.rate / (s.rate + mean)
		}
		if h.protected != nil && h.protected(s.at) {
			w++
		}
		return w
	}
	for _, s := range h.stops {
		sum += weigh(s)
	}
	round := float64(h.pace) * float64(len(h.stops))
	for i, s := range h.stops {
		h.stops[i].dwell = time.Duration(round * weigh(s) / sum)
	}
}

// Spread returns the list in the order in which to visit it: all of it, and neighbours not one after the other.
func Spread[T any](list []T) []T {
	step := stride(len(list))
	spread := make([]T, len(list))
	for i := range list {
		spread[i] = list[i*step%len(list)]
	}
	return spread
}

// stride returns the step by which a list of n is walked so that every channel comes once a round, and neighbours, which hear
// much of each other, do not follow each other.
func stride(n int) int {
	for step := max(1, n*3/8); step < n; step++ {
		if gcd(step, n) == 1 {
			return step
		}
	}
	return 1
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// unique returns the list without what comes again.
func unique(list []Channel) []Channel {
	seen := make(map[Channel]bool, len(list))
	return slices.DeleteFunc(slices.Clone(list), func(c Channel) bool {
		again := seen[c]
		seen[c] = true
		return again
	})
}

// ParsePace reads how often to hop, and returns for how long to listen to a channel: "5/sec" and "30/min" are hops in that time, "2/dwell" seconds on each channel.
func ParsePace(text string) (time.Duration, error) {
	number, unit, _ := strings.Cut(text, "/")
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || !(n >= 0.001 && n <= 3600) {
		return 0, fmt.Errorf("%q does not begin with a number from 0.001 to 3600; it is written 5/sec, 30/min, or 2/dwell for seconds on each channel", text)
	}
	switch unit {
	case "sec", "second":
		n = 1 / n
	case "min", "minute":
		n = 60 / n
	case "dwell":
	default:
		return 0, fmt.Errorf("%q has no unit; it is written 5/sec, 30/min, or 2/dwell for seconds on each channel", text)
	}
	d := time.Duration(n * float64(time.Second))
	if d < MinPace {
		return 0, fmt.Errorf("%q is faster than 20 times a second: no radio keeps up", text)
	}
	return d, nil
}
