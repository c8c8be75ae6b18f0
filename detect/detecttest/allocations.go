package detecttest

import (
	"runtime"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/track"
)

// measured counts the allocations of a detector in frames that are no finding.
type measured struct {
	detect.Detector
	counts []uint64 // of the frames measured so far
}

func (m *measured) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	if len(m.counts) == measuredFrames {
		m.Detector.Observe(o, air, found)
		return
	}
	reported := found.Len()
	before := mallocs()
	m.Detector.Observe(o, air, found)
	n := mallocs() - before
	if found.Len() != reported {
		n = 0
	}
	m.counts = append(m.counts, n)
}

func mallocs() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
}

// measuredFrames bounds the frames of a case whose allocations are counted: reading the counter takes long.
const measuredFrames = 300

// allocations returns how often the detector allocated in the first frames of the case. The runtime allocates now
// and then as well, so that of each frame the least of several runs counts.
func (c *prepared) allocations() (sum uint64) {
	var least []uint64
	for range 5 {
		m := &measured{counts: make([]uint64, 0, measuredFrames)}
		_, err := c.run(func() (d detect.Detector, err error) {
			m.Detector, err = c.detector()
			return m, err
		})
		if err != nil {
			return 0
		}
		sum = 0
		for i, n := range m.counts {
			if i == len(least) {
				least = append(least, n)
			}
			least[i] = min(least[i], n)
			sum += least[i]
		}
		if sum == 0 {
			return 0
		}
	}
	return sum
}
