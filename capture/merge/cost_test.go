package merge_test

import (
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/capture/merge"
	"github.com/tocsin-wids/tocsin/dot11"
)

func TestFirstAllocatesNothing(t *testing.T) {
	var m merge.Merger
	o := tocsin.Observation{Time: start, Frame: decoded(t, deauth(1))}
	m.First(&o)
	o.Sensor = 1
	m.First(&o)
	if n := testing.AllocsPerRun(1000, func() {
		o.Sensor ^= 1
		o.Time += ms
		m.First(&o)
	}); n != 0 {
		t.Errorf("%v allocations a frame, want 0", n)
	}
}

// FuzzFirst lets sensors deliver whatever they like at whatever time: the clock of the first is never moved, and nobody's further than
// clocks differ.
func FuzzFirst(f *testing.F) {
	f.Add([]byte{0, 0, 0, 0, 1, 1, 2, 200, 1, 0, 9, 30, 3, 1, 1, 1})
	f.Fuzz(func(t *testing.T, script []byte) {
		a := &air{TB: t}
		at := time.Minute
		for ; len(script) >= 4; script = script[4:] {
			sensor, what := uint16(script[0]), script[1]
			at += time.Duration(int8(script[2])) * ms << (script[3] % 16)
			at = min(max(at, -start), start)
			b := beacon(uint64(what) + 1)
			if what%3 == 0 {
				b = deauth(uint16(what))
			}
			_, moved := a.hear(b, sensor, at)
			if moved != at && sensor%64 == 0 || (moved-at).Abs() > 5*time.Second {
				t.Fatalf("the time of sensor %d was moved by %s", sensor, moved-at)
			}
		}
	})
}

func BenchmarkFirst(b *testing.B) {
	for _, sensors := range []uint16{1, 2} {
		for name, frame := range map[string][]byte{"deauth": deauth(1), "beacon": append(beacon(1), make([]byte, 250)...)} {
			b.Run(name+"/"+string('0'+rune(sensors)), func(b *testing.B) {
				var m merge.Merger
				var frames []*dot11.Frame
				for i := range 1000 {
					frame[22], frame[23] = byte(i<<4), byte(i>>4)
					frames = append(frames, decoded(b, append([]byte{}, frame...)))
				}
				o := tocsin.Observation{Time: start}
				i := 0
				for b.Loop() {
					o.Sensor = (o.Sensor + 1) % sensors
					o.Frame = frames[i%1000]
					if o.Sensor == 0 {
						i++
						o.Time += 200 * time.Microsecond
					}
					m.First(&o)
				}
			})
		}
	}
}
