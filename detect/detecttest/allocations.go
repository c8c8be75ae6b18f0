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
	left  int // frames still to be measured
	count uint64
}

func (m *measured) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	if m.left <= 0 {
		m.Detector.Observe(o, air, found)
		return
	}
	m.left--
	reported := found.Len()
	before := mallocs()
	m.Detector.Observe(o, air, found)
	if n := mallocs() - before; found.Len() == reported {
		m.count += n
	}
}

func mallocs() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
}

// measuredFrames bounds the frames of a case whose allocations are counted: reading the counter takes long.
const measuredFrames = 300

// allocations returns how often the detector allocated in the first frames of the case. The runtime allocates now
// and then as well, so the least of several runs counts.
func (c *prepared) allocations() uint64 {
	least := ^uint64(0)
	for range 3 {
		var m *measured
		_, err := c.run(func() (detect.Detector, error) {
			d, err := c.detector()
			m = &measured{Detector: d, left: measuredFrames}
			return m, err
		})
		if err != nil || m.count == 0 {
			return 0
		}
		least = min(least, m.count)
	}
	return least
}
