package track

import (
	"math"
	"time"
)

// Clock follows the timing synchronisation function of a BSS against the clock of the sensor. The clocks of access
// points are exact to 100 ppm (802.11-2020 §11.1.3.9), and a beacon carries the time of its own transmission: the difference to the
// sensor's clock changes slowly, and jumps if the access point starts anew or somebody else uses its address.
type Clock struct {
	Lines
	offset [2]int64         // µs by which the TSF is ahead of the sensor, of each line
	tsf    [2]uint64        // the last of each line: a clock that stands is one as well
	stood  [2]time.Duration // when a TSF was that of the frame before; 0: never
}

const (
	clockJitter = 1_000_000 // µs: a busy host times frames that late
	clockDrift  = 200e-6    // of the two clocks together
	clockOver   = time.Minute
)

// add takes the TSF of a beacon or probe response. A sensor that hears its own access point sees no TSF: 0.
func (c *Clock) add(tsf uint64, at time.Duration, heard Heard) {
	if tsf == 0 {
		return
	}
	offset := int64(tsf - uint64(at/time.Microsecond))
	for i := range uint8(2) {
		if c.goesOn(i, tsf, offset, at) {
			if tsf == c.tsf[i] {
				c.stood[i] = at
			}
			c.offset[i], c.tsf[i] = offset, tsf
			c.Lines.add(i, false, at, heard)
			return
		}
	}
	i := c.spare(at, clockOver)
	c.offset[i], c.tsf[i], c.stood[i] = offset, tsf, 0
	c.Lines.add(i, true, at, heard)
}

// goesOn reports whether a TSF may be that of line i.
func (c *Clock) goesOn(i uint8, tsf uint64, offset int64, at time.Duration) bool {
	since := (at - c.line[i].last).Abs()
	if c.line[i].frames == 0 || since > clockOver {
		return false
	}
	reach := clockJitter + int64(float64(since/time.Microsecond)*clockDrift)
	return tsf == c.tsf[i] || distance(offset, c.offset[i]) <= reach
}

// Runs returns for how long the clock by which the last frame was sent has gone on as time does.
func (c *Clock) Runs() time.Duration {
	l := &c.line[c.now]
	return l.last - max(l.first, c.stood[c.now])
}

// distance is |a - b| for offsets that may have turned over.
func distance(a, b int64) int64 {
	d := a - b
	if d < 0 {
		d = -d
	}
	if d < 0 { // the least int64 has no opposite
		return math.MaxInt64
	}
	return d
}

// Apart returns by how much the two lines differ; valid if they alternate.
func (c *Clock) Apart() time.Duration {
	const most = math.MaxInt64 / int64(time.Microsecond)
	return time.Duration(min(distance(c.offset[0], c.offset[1]), most)) * time.Microsecond
}
