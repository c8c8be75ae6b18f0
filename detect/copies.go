package detect

import (
	"hash/maphash"
	"time"

	"github.com/tocsin-wids/tocsin"
)

// copies recognises a transmission that another sensor heard before. It costs nothing until a second sensor is heard.
//
// Two receptions are of one transmission if their bytes are equal, their sensors differ and they are at most
// copyGap apart. What one sensor hears twice was sent twice: if two sensors both hear a frame and its identical
// repetition, the second reception of each belongs to the repetition. An advertisement of Bluetooth LE is sent on
// three channels within 10 ms: sensors that each listen to another of them hear one.
type copies struct {
	first   uint16 // the sensor of the first frame
	started bool
	seed    maphash.Seed
	sets    []copySet // nil while there is one sensor
}

// copyGap is more than the clocks of sensors that NTP keeps in step differ, and less than the time in which a
// station that was disconnected sends the same frame again.
const copyGap = 20 * time.Millisecond

// The memory of copies. A set takes what a channel carries in copyGap many times over: 50000 frames/s are 1000.
const (
	copySets   = 512
	copyWays   = 8
	maxSensors = 256 // of one shard that are told apart; others share a bit and may count a frame once more
)

type copySet struct {
	next uint8 // the way to use next
	ways [copyWays]transmission
}

type transmission struct {
	hash    uint64
	time    time.Duration
	sensors [maxSensors / 64]uint64 // that heard it; all zero: the way is free
}

func (t *transmission) hears(sensor uint16) {
	t.sensors[sensor/64%(maxSensors/64)] |= 1 << (sensor % 64)
}

func (t *transmission) heardBy(sensor uint16) bool {
	return t.sensors[sensor/64%(maxSensors/64)]>>(sensor%64)&1 != 0
}

func (t *transmission) used() bool { return t.sensors != [maxSensors / 64]uint64{} }

// heard reports whether o is a further reception of a transmission that was observed, and remembers it.
func (c *copies) heard(o *tocsin.Observation) bool {
	if c.sets == nil {
		if !c.started {
			c.started, c.first = true, o.Sensor
		}
		if o.Sensor == c.first {
			return false
		}
		c.seed, c.sets = maphash.MakeSeed(), make([]copySet, copySets)
	}
	hash := maphash.Bytes(c.seed, o.Raw())
	set := &c.sets[hash%copySets]
	oldest := -1
	for i := range set.ways {
		t := &set.ways[i]
		if t.hash != hash || !t.used() || (o.Time-t.time).Abs() > copyGap || t.heardBy(o.Sensor) {
			continue
		}
		if oldest < 0 || t.time < set.ways[oldest].time {
			oldest = i
		}
	}
	if oldest >= 0 {
		set.ways[oldest].hears(o.Sensor)
		return true
	}
	t := &set.ways[set.next%copyWays]
	set.next++
	*t = transmission{hash: hash, time: o.Time}
	t.hears(o.Sensor)
	return false
}
