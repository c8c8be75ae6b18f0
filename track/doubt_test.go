package track_test

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// sender sends frames as one device does: with its counters, its clock and its strength. Two senders may have one address.
type sender struct {
	air      *air
	addr     dot11.Addr
	number   uint16 // of management frames
	beacons  uint16 // of beacons, if they have numbers of their own
	apart    bool   // they do
	boot     time.Duration
	signal   int8
	duration uint16
}

func (s *sender) send(after time.Duration, b []byte, number *uint16) *track.Sight {
	s.air.t.Helper()
	binary.LittleEndian.PutUint16(b[2:], s.duration)
	binary.LittleEndian.PutUint16(b[22:], *number<<4)
	*number = (*number + 1) % 4096
	s.air.o.Radio.Signal = s.signal
	s.air.o.Time += after
	return s.air.hear(b)
}

func (s *sender) beacon(after time.Duration) *track.Sight {
	b := beacon(s.addr, "CorpNet")
	binary.LittleEndian.PutUint64(b[24:], uint64((s.air.o.Time+after-s.boot)/time.Microsecond))
	if s.apart {
		return s.send(after, b, &s.beacons)
	}
	return s.send(after, b, &s.number)
}

func (s *sender) deauth(after time.Duration) *track.Sight {
	return s.send(after, frame(0xc0, client, s.addr, s.addr, 7, 0), &s.number)
}

func (s *sender) action(after time.Duration) *track.Sight {
	return s.send(after, frame(0xd0, client, s.addr, s.addr, 3, 0, 1), &s.number)
}

// network is an access point heard for a minute, between whose beacons it sends other management frames now and then.
func network(t *testing.T, apart bool) *sender {
	t.Helper()
	s := &sender{air: newAir(t, track.Options{}), addr: ap, number: 4000, apart: apart, signal: -31, boot: 900 * time.Hour}
	for i := range 600 {
		s.beacon(102 * time.Millisecond)
		if i%20 == 0 {
			s.action(time.Millisecond)
			s.action(time.Millisecond)
		}
	}
	return s
}

func TestForgedFramesAreDoubted(t *testing.T) {
	const step = 20 * time.Millisecond
	for _, c := range []struct {
		name   string
		apart  bool
		forger sender
		signs  int
		words  string
	}{
		{"its own", false, sender{}, 0, ""},
		{"its own, beacons apart", true, sender{}, 0, ""},
		{"other numbers", false, sender{number: 17, signal: -33}, 1, "sequence number 17, the last was 563"},
		{"other numbers, beacons apart", true, sender{number: 1717, signal: -33}, 1, "sequence number 1717, the last was 4059"},
		{"other strength", false, sender{number: 560, signal: -10}, 1, "signal -10 dBm, usually -31 dBm"},
		{"template", false, sender{number: 560, signal: -31, duration: 314}, 1, "duration 314 µs at an OFDM rate"},
		{"all", false, sender{number: 1200, signal: -60, duration: 314}, 3,
			"sequence number 1200, the last was 563; signal -60 dBm, usually -31 dBm; duration 314 µs at an OFDM rate"},
		{"no signal known", false, sender{number: 17}, 1, "sequence number 17, the last was 563"},
	} {
		real := network(t, c.apart)
		forger := c.forger
		forger.air, forger.addr = real.air, ap
		if c.signs == 0 {
			forger = *real
		}
		real.air.o.Radio.OFDM = true
		for range 5 { // a run of forged frames does not become the truth
			s := forger.deauth(step)
			if got := s.Doubt.Signs(); got != c.signs {
				t.Errorf("%s: %d signs, want %d: %s", c.name, got, c.signs, s.Doubt.Words(&real.air.o))
			}
			if own := c.signs == 0; s.Doubt.Own != own {
				t.Errorf("%s: its own: %v, want %v", c.name, s.Doubt.Own, own)
			}
			if got := s.Doubt.Words(&real.air.o); c.words != "" && forger.number == c.forger.number+1 && got != c.words {
				t.Errorf("%s: %q, want %q", c.name, got, c.words)
			}
		}
	}
}

func TestFirstFramesAreNotDoubted(t *testing.T) {
	s := &sender{air: newAir(t, track.Options{}), addr: ap, signal: -31}
	s.beacon(time.Millisecond)
	s.number += 2000
	if got := s.deauth(time.Millisecond).Doubt.Signs(); got != 0 {
		t.Errorf("%d signs after one beacon, want 0", got)
	}
	s = network(t, false)
	s.number += 2000
	if got := s.deauth(6 * time.Second).Doubt.Signs(); got != 0 {
		t.Errorf("%d signs after six seconds of silence, want 0: the counter may be anywhere", got)
	}
}

func TestTwoClocksOfOneAddressAlternate(t *testing.T) {
	real := network(t, false)
	twin := &sender{air: real.air, addr: ap, number: 100, signal: -12, boot: 990 * time.Hour}
	alternations := func() (int, int) { return real.air.BSS(ap).Clock.Alternations(real.air.o.Time) }
	if n, _ := alternations(); n != 0 {
		t.Fatalf("%d alternations of one access point, want 0", n)
	}
	for range 10 {
		twin.beacon(50 * time.Millisecond)
		real.beacon(52 * time.Millisecond)
	}
	clock := &real.air.BSS(ap).Clock
	if n, frames := alternations(); n != 20 || frames != 10 {
		t.Errorf("%d alternations and %d frames, want 20 and 10", n, frames)
	}
	if d := clock.Apart().Round(time.Second); d != 90*time.Hour {
		t.Errorf("the clocks are %s apart, want 90 h", d)
	}
	if a, b := clock.Signals(); a != -31 || b != -12 {
		t.Errorf("signals %d and %d, want -31 and -12", a, b)
	}
	if n, frames := real.air.BSS(ap).BeaconSequence.Alternations(real.air.o.Time); n != 20 || frames != 10 {
		t.Errorf("sequence numbers: %d alternations and %d frames, want 20 and 10", n, frames)
	}
	real.beacon(11 * time.Second)
	if n, _ := alternations(); n != 0 {
		t.Errorf("%d alternations when it is over, want 0", n)
	}
}

func TestTwoChannelsAndContentsOfOneAddressAlternate(t *testing.T) {
	a := newAir(t, track.Options{})
	here, there := beacon(ap, "x", []byte{3, 1, 1}, rsnPSK), beacon(ap, "x", []byte{3, 1, 6}, rsnPSK)
	for range 50 {
		a.hear(here)
	}
	for range 5 {
		a.hear(there)
		a.hear(here)
	}
	b := a.BSS(ap)
	if n, frames := b.Channels.Alternations(a.o.Time); n != 10 || frames != 5 {
		t.Errorf("channels: %d alternations and %d frames, want 10 and 5", n, frames)
	}
	if more, other := b.Channels.Values(); more != 1 || other != 6 {
		t.Errorf("channels %d and %d, want 1 and 6", more, other)
	}
	if n, _ := b.Contents.Alternations(a.o.Time); n != 10 {
		t.Errorf("contents: %d alternations, want 10", n)
	}
	for range 100 {
		a.hear(there)
	}
	if more, other := b.Channels.Values(); more != 6 || other != 1 {
		t.Errorf("after a move: channels %d and %d, want 6 and 1", more, other)
	}
}

func TestRestartJitterAndDriftAreOneClock(t *testing.T) {
	s := network(t, false)
	s.boot = s.air.o.Time
	for i := range 6000 {
		s.boot += 20 * time.Microsecond // 200 ppm
		late := time.Duration(i%7) * 30 * time.Millisecond
		s.boot -= late
		s.beacon(100 * time.Millisecond)
		s.boot += late
	}
	if n, _ := s.air.BSS(ap).Clock.Alternations(s.air.o.Time); n != 0 {
		t.Errorf("%d alternations, want 0: the only one, of the restart, is long over", n)
	}
}

func TestOwnBeaconsWithoutTimeAreNoClock(t *testing.T) {
	a := newAir(t, track.Options{})
	for range 100 {
		a.hear(beacon(ap, "x"))
	}
	if n, _ := a.BSS(ap).Clock.Alternations(a.o.Time); n != 0 {
		t.Errorf("%d alternations of a clock that stands at 0, want 0", n)
	}
}

func TestSignalsOfTwoSensorsAreNotCompared(t *testing.T) {
	s := network(t, false)
	s.air.o.Sensor, s.signal = 1, -80
	if got := s.action(time.Millisecond).Doubt.Signs(); got != 0 {
		t.Errorf("%d signs of a frame that another sensor heard, want 0", got)
	}
}

func TestJudgingAllocatesNothing(t *testing.T) {
	s := network(t, false)
	raw := frame(0xc0, client, ap, ap, 7, 0)
	if n := testing.AllocsPerRun(1000, func() { s.air.hear(raw) }); n != 0 {
		t.Errorf("%v allocations a frame, want 0", n)
	}
}

func TestClockRunsSinceItStartedOrStoodStill(t *testing.T) {
	s := network(t, false)
	runs := func() time.Duration { return s.air.BSS(ap).Clock.Runs() }
	before := runs()
	for range 50 {
		s.beacon(99 * time.Millisecond) // and one in which it is heard
	}
	if got := runs() - before; got != 5*time.Second {
		t.Errorf("the clock ran for %s longer after 5 s of beacons, want 5s", got)
	}
	s.boot += 100 * time.Millisecond // the same TSF once more
	s.beacon(99 * time.Millisecond)
	if got := runs(); got != 0 {
		t.Errorf("a clock that stands runs for %s, want 0", got)
	}
	s.beacon(99 * time.Millisecond)
	if got := runs(); got != 100*time.Millisecond {
		t.Errorf("a clock that goes on after it stood runs for %s, want 100ms", got)
	}
	s.boot = s.air.o.Time
	s.beacon(100 * time.Millisecond)
	if got := runs(); got != 0 {
		t.Errorf("a clock that began anew runs for %s, want 0", got)
	}
}
