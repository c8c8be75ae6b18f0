package merge_test

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/capture/merge"
	"github.com/tocsin-wids/tocsin/dot11"
)

const ms = time.Millisecond

// start is when the frames of the tests begin.
const start = 1_700_000_000 * time.Second

func decoded(t testing.TB, raw []byte) *dot11.Frame {
	t.Helper()
	f := new(dot11.Frame)
	if err := f.Decode(raw); err != nil {
		t.Fatal(err)
	}
	return f
}

var (
	ap     = []byte{0, 0x1d, 0x0f, 0x10, 0, 1}
	client = []byte{0x3c, 0x22, 0xfb, 0, 1, 1}
	all    = []byte{255, 255, 255, 255, 255, 255}
)

func raw(control uint16, a1, a2, a3 []byte, sequence uint16, body ...byte) []byte {
	b := append(binary.LittleEndian.AppendUint16(nil, control), 0, 0)
	b = append(append(append(b, a1...), a2...), a3...)
	return append(binary.LittleEndian.AppendUint16(b, sequence<<4), body...)
}

func deauth(sequence uint16) []byte { return raw(0xc0, client, ap, ap, sequence, 7, 0) }
func ack() []byte                   { return append([]byte{0xd4, 0, 0, 0}, client...) }
func beacon(tsf uint64) []byte {
	return raw(0x80, all, ap, ap, 0, append(binary.LittleEndian.AppendUint64(nil, tsf), 100, 0, 1, 0, 0, 1, 'x')...)
}

// air is what sensors deliver to a merger.
type air struct {
	testing.TB
	merge.Merger
	mhz uint16
}

// hear delivers a frame that a sensor heard at the time after start, and returns whether it is the first of its transmission, and its time.
func (a *air) hear(b []byte, sensor uint16, at time.Duration) (first bool, moved time.Duration) {
	a.Helper()
	o := tocsin.Observation{Time: start + at, Frame: decoded(a, b), Sensor: sensor}
	o.Radio.Frequency = a.mhz
	first = a.First(&o)
	return first, o.Time - start
}

func TestReceptionsAreMergedAndTransmissionsAreNot(t *testing.T) {
	type heard struct {
		at     time.Duration
		sensor uint16
		frame  []byte
	}
	one, two, sent := deauth(1), deauth(2), beacon(123456789)
	for name, c := range map[string]struct {
		frames []heard
		want   int
	}{
		"one sensor hears the same octets again":               {[]heard{{0, 0, one}, {ms, 0, one}, {2 * ms, 0, one}}, 3},
		"a second sensor hears a copy":                         {[]heard{{ms, 0, one}, {2 * ms, 1, one}}, 1},
		"the copy comes first by its clock":                    {[]heard{{5 * ms, 0, one}, {ms, 1, one}}, 1},
		"three sensors hear it":                                {[]heard{{ms, 2, one}, {ms, 0, one}, {ms, 1, one}}, 1},
		"two sensors hear frame and repetition":                {[]heard{{ms, 0, one}, {2 * ms, 0, one}, {3 * ms, 1, one}, {4 * ms, 1, one}}, 2},
		"the same octets long after are another frame":         {[]heard{{ms, 0, one}, {22 * ms, 1, one}}, 2},
		"other octets are another frame":                       {[]heard{{ms, 0, one}, {ms, 1, two}}, 2},
		"sensors beyond the first sixty-four":                  {[]heard{{ms, 70, one}, {ms, 7, one}}, 1},
		"a beacon with its time is the same seconds later":     {[]heard{{ms, 0, sent}, {3 * time.Second, 1, sent}}, 1},
		"and what is repeated is not":                          {[]heard{{0, 0, sent}, {0, 1, sent}, {time.Second, 0, sent}, {2 * time.Second, 1, sent}}, 3},
		"a beacon without time is not":                         {[]heard{{ms, 0, beacon(0)}, {30 * ms, 1, beacon(0)}}, 2},
		"two sensors that take turns hear different ones":      {[]heard{{0, 0, one}, {50 * ms, 1, one}, {100 * ms, 0, one}, {150 * ms, 1, one}}, 4},
		"what the first missed is not the second's repetition": {[]heard{{0, 0, one}, {0, 1, one}, {10 * ms, 1, one}, {20 * ms, 0, one}, {20 * ms, 1, one}}, 3},
	} {
		a := &air{TB: t}
		a.hear(deauth(9), 0, 0)
		a.hear(deauth(8), 1, 0) // from now on copies are looked for
		shown := 0
		for _, h := range c.frames {
			if first, _ := a.hear(h.frame, h.sensor, h.at); first {
				shown++
			}
		}
		if shown != c.want {
			t.Errorf("%s: %d transmissions, want %d", name, shown, c.want)
		}
	}
}

func TestWhatIsRelayedToAnotherChannelIsAnotherTransmission(t *testing.T) {
	for _, c := range []struct {
		mhz  [2]uint16
		want bool
	}{
		{[2]uint16{2412, 2412}, false}, {[2]uint16{2412, 2432}, false}, {[2]uint16{2412, 2437}, true}, {[2]uint16{2412, 0}, false}, {[2]uint16{5180, 2412}, true},
	} {
		a := &air{TB: t}
		a.hear(deauth(9), 0, 0)
		a.hear(deauth(8), 1, 0)
		a.mhz = c.mhz[0]
		a.hear(beacon(1000), 0, 0)
		a.mhz = c.mhz[1]
		if first, _ := a.hear(beacon(1000), 1, ms); first != c.want {
			t.Errorf("on %d and %d MHz: another transmission is %t, want %t", c.mhz[0], c.mhz[1], first, c.want)
		}
	}
}

func TestADamagedReceptionHidesNoIntactOne(t *testing.T) {
	a := &air{TB: t}
	a.hear(deauth(9), 0, 0)
	hear := func(fcs dot11.FCS, sensor uint16) bool {
		o := tocsin.Observation{Time: start, Frame: decoded(t, deauth(1)), Sensor: sensor, Radio: dot11.Radio{FCS: fcs}}
		return a.First(&o)
	}
	for i, c := range []struct {
		fcs  dot11.FCS
		want bool
	}{{dot11.FCSBad, true}, {dot11.FCSGood, true}, {dot11.FCSGood, false}} {
		if got := hear(c.fcs, uint16(i+1)); got != c.want {
			t.Errorf("reception %d: shown %t, want %t", i+1, got, c.want)
		}
	}
}

// reception is one that is under way.
type reception struct {
	frame   []byte
	sensor  uint16
	at      time.Duration // by the sensor's clock
	arrives time.Duration
}

// radio is a sensor with its faults.
type radio struct {
	ahead, jitter, late time.Duration
	loss                float64
}

// heardBy returns the receptions of frames that are sent, in the order in which they arrive: radios deliver in blocks.
func heardBy(random *rand.Rand, frames [][]byte, gap time.Duration, radios ...radio) (list [][]reception) {
	const block = 20 * ms
	blocks := map[time.Duration][]reception{}
	var last time.Duration
	for i, f := range frames {
		sent := time.Duration(i) * gap
		for n, r := range radios {
			if random.Float64() < r.loss {
				continue
			}
			at := sent + r.ahead
			if r.jitter > 0 {
				at += time.Duration(random.Int64N(int64(2*r.jitter))) - r.jitter
			}
			arrives := (sent/block+1)*block + r.late
			last = max(last, arrives)
			blocks[arrives] = append(blocks[arrives], reception{f, uint16(n), at, arrives})
		}
	}
	for at := time.Duration(0); at <= last; at += ms {
		if b := blocks[at]; len(b) > 0 {
			list = append(list, b)
		}
	}
	return list
}

// TestFloodIsCountedOnce has two and three sensors with clocks of their own hear a flood beside beacons.
func TestFloodIsCountedOnce(t *testing.T) {
	for name, radios := range map[string][]radio{
		"in step":         {{}, {}},
		"jitter and loss": {{}, {jitter: 2 * ms, loss: 0.03}},
		"both lose":       {{loss: 0.05}, {jitter: 2 * ms, loss: 0.05}},
		"a clock ahead":   {{}, {ahead: 700 * ms, jitter: 2 * ms, loss: 0.03}},
		"a clock behind":  {{}, {ahead: -3 * time.Second, jitter: 2 * ms}},
		"late delivery":   {{}, {late: 500 * ms, jitter: 5 * ms, loss: 0.03}},
		"three sensors":   {{}, {ahead: 100 * ms, jitter: 3 * ms, loss: 0.1}, {ahead: -2 * time.Second, late: 300 * ms, loss: 0.3}},
		"a slow network":  {{}, {ahead: 60 * ms, jitter: 60 * ms}},
	} {
		for kind, make := range map[string]func(i int) []byte{
			"numbered": func(i int) []byte { return deauth(uint16(i % 4096)) },
			"constant": func(int) []byte { return deauth(0) },
		} {
			const count, every = 3000, 4 // of the flood; a beacon after so many
			var frames [][]byte
			for i := range count {
				frames = append(frames, make(i))
				if i%every == 0 {
					frames = append(frames, beacon(uint64(1000+i)*1024))
				}
			}
			random := rand.New(rand.NewPCG(1, 2))
			a := &air{TB: t}
			shown := 0
			for _, block := range heardBy(random, frames, 20*ms, radios...) {
				for _, r := range block {
					if first, _ := a.hear(r.frame, r.sensor, r.at+10*time.Second); first && r.frame[0] == 0xc0 {
						shown++
					}
				}
			}
			// A few are counted twice before the clocks are known.
			if shown < count*97/100 || shown > count*101/100+2*every*4 {
				t.Errorf("%s, %s: %d of %d transmissions shown", name, kind, shown, count)
			}
		}
	}
}

// TestAcknowledgementsAreCountedOnce sends the same octets so fast that a block of a radio holds more of them than are remembered.
func TestAcknowledgementsAreCountedOnce(t *testing.T) {
	const count = 20000
	frames := make([][]byte, count)
	for i := range frames {
		frames[i] = ack()
	}
	a := &air{TB: t}
	a.hear(deauth(9), 0, 0)
	a.hear(deauth(8), 1, 0)
	shown := 0
	for _, block := range heardBy(rand.New(rand.NewPCG(1, 2)), frames, 500*time.Microsecond, radio{}, radio{jitter: 200 * time.Microsecond, loss: 0.03}) {
		for sensor := range uint16(2) { // each delivers its own block
			for _, r := range block {
				if r.sensor != sensor {
					continue
				}
				if first, _ := a.hear(r.frame, sensor, r.at); first {
					shown++
				}
			}
		}
	}
	if shown < count || shown > count*103/100 {
		t.Errorf("%d transmissions shown, want %d", shown, count)
	}
}

func TestTimesAreMovedToTheClockOfTheFirstSensor(t *testing.T) {
	for _, ahead := range []time.Duration{-3 * time.Second, -100 * ms, 0, 3 * ms, 400 * ms, 4 * time.Second} {
		a := &air{TB: t}
		var moved time.Duration
		for i := range 50 {
			sent := time.Duration(i+100) * 100 * ms
			if _, at := a.hear(beacon(uint64(sent)), 0, sent); at != sent {
				t.Fatalf("the first sensor's time was moved by %s", at-sent)
			}
			_, at := a.hear(beacon(uint64(sent)), 1, sent+ahead)
			moved = at - sent
		}
		want := ahead
		if ahead.Abs() > 5*ms {
			want = 0
		}
		if moved != want {
			t.Errorf("a clock %s ahead is %s ahead afterwards, want %s", ahead, moved, want)
		}
	}
}

// TestAClockThatIsSetIsFollowed has the second sensor deliver before the first, so that what it said by its old clock is still remembered.
func TestAClockThatIsSetIsFollowed(t *testing.T) {
	for _, late := range []int{0, 10} { // beacons by which the first is behind
		a := &air{TB: t}
		a.hear(deauth(9), 0, 0)
		ahead, wrong := 30*ms, 0
		for i := range 300 {
			if i == 150 {
				ahead = -2 * time.Second
			}
			sent := time.Duration(i+100) * 100 * ms
			_, at := a.hear(beacon(uint64(sent)), 1, sent+ahead)
			if (at - sent).Abs() > 5*ms {
				wrong++
			}
			if i >= late {
				before := sent - time.Duration(late)*100*ms
				a.hear(beacon(uint64(before)), 0, before)
			}
		}
		if most := 2 * (late + 5); wrong > most {
			t.Errorf("the first %d beacons late: %d times are wrong, want at most %d", late, wrong, most)
		}
	}
}

// TestASensorThatInventsTimesMovesNobodyElse has it repeat what others hear, with a time that runs away.
func TestASensorThatInventsTimesMovesNobodyElse(t *testing.T) {
	a := &air{TB: t}
	invented := time.Duration(0)
	for i := range 400 {
		if i%10 == 0 {
			invented += 4 * time.Second
		}
		sent := time.Duration(i+100) * 100 * ms
		b := beacon(uint64(sent))
		for _, h := range []struct {
			sensor uint16
			at     time.Duration
		}{{0, sent}, {1, sent + invented}, {2, sent + ms}} {
			_, moved := a.hear(b, h.sensor, h.at)
			if by := (moved - h.at).Abs(); by > 5*time.Second || by > 0 && h.sensor != 1 {
				t.Fatalf("beacon %d: the time of sensor %d is moved by %s", i, h.sensor, moved-h.at)
			}
		}
	}
}

func TestWhatTheFirstSensorHeardBeforeTheOthersIsRememberedIfTheyAreExpected(t *testing.T) {
	for _, expected := range []bool{false, true} {
		a := &air{TB: t}
		if expected {
			a.Expect()
		}
		a.hear(deauth(1), 3, 0)
		if first, _ := a.hear(deauth(1), 5, ms); first == expected {
			t.Errorf("expected %t: the second sensor's is the first reception %t", expected, first)
		}
	}
}

func TestOthersAreThoseThatHeardTheSame(t *testing.T) {
	a := &air{TB: t}
	if a.hear(deauth(1), 3, 0); a.Others() != nil {
		t.Errorf("one sensor: got %v, want none", a.Others())
	}
	a.hear(beacon(1), 5, 0)
	a.hear(deauth(2), 3, ms)
	a.hear(deauth(2), 4, 2*ms)
	a.hear(deauth(3), 3, 3*ms)
	if d := cmp.Diff([]uint16{4}, a.Others()); d != "" {
		t.Errorf("who heard deauthentications beside 3: %s", d)
	}
	a.hear(deauth(4), 3, time.Minute)
	if a.Others() != nil {
		t.Errorf("a minute later: got %v, want none", a.Others())
	}
}
