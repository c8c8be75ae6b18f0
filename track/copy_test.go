package track_test

import (
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin/track"
)

// TestEachSensorHearsATransmitterInItsWay has a second sensor, which hears everything after the first and 30 dB weaker.
func TestEachSensorHearsATransmitterInItsWay(t *testing.T) {
	s := network(t, false)
	hears := func(sensor uint16, signal int8) *track.Sight {
		s.air.o.Sensor, s.signal = sensor, signal
		return s.action(time.Millisecond)
	}
	copied := func(sensor uint16, signal int8) {
		s.air.o.Sensor, s.air.o.Radio.Signal = sensor, signal
		s.air.Copy(&s.air.o)
	}
	for range 100 {
		hears(0, -31)
		copied(1, -61)
	}
	for _, c := range []struct {
		sensor        uint16
		signal        int8
		deviates, own bool
	}{
		{0, -31, false, true}, {1, -61, false, true}, {0, -61, true, false}, {1, -31, true, false}, {2, -31, false, false},
	} {
		d := hears(c.sensor, c.signal).Doubt
		if d.Deviates != c.deviates || d.Own != c.own {
			t.Errorf("sensor %d, %d dBm: %+v; want that it deviates %t and is its own %t", c.sensor, c.signal, d, c.deviates, c.own)
		}
	}
}

func TestAFifthSensorTakesThePlaceOfOneThatHearsNothing(t *testing.T) {
	s := network(t, false) // heard by sensor 0
	copied := func(sensor uint16, signal int8) {
		s.air.o.Sensor, s.air.o.Radio.Signal = sensor, signal
		s.air.Copy(&s.air.o)
	}
	for i := range 300 {
		copied(4, -60)
		copied(uint16(1+i%3), -40)
	}
	for range 300 {
		copied(4, -60)
	}
	signals := &s.air.BSS(ap).Signal
	known := 0
	for sensor := range uint16(5) {
		if signals.Mean(sensor) != 0 {
			known++
		}
	}
	if known != 4 || signals.Mean(4) != -60 {
		t.Errorf("signals of %d sensors are known, %d dBm at the fifth; want 4 and -60", known, signals.Mean(4))
	}
}

func TestLinesOfTwoSensorsHaveNoSignalsToCompare(t *testing.T) {
	for sensor, want := range []int{-50, 0} {
		s := network(t, false)
		other := &sender{air: s.air, addr: ap, number: 1000, signal: -50, boot: time.Hour}
		for range 30 {
			s.air.o.Sensor = 0
			s.beacon(50 * time.Millisecond)
			s.air.o.Sensor = uint16(sensor)
			other.beacon(50 * time.Millisecond)
		}
		if _, got := s.air.BSS(ap).Clock.Signals(); got != want {
			t.Errorf("the second transmitter heard by sensor %d: signal %d dBm, want %d", sensor, got, want)
		}
	}
}

// TestASensorThatHopsTakesNoneOfTheTimeOfAnother has one that stays where little is sent.
func TestASensorThatHopsTakesNoneOfTheTimeOfAnother(t *testing.T) {
	a := newAir(t, track.Options{})
	begun := a.o.Time
	share := 0
	for i := range 60 {
		a.o.Time, a.o.Sensor, a.o.Radio.Frequency = begun+time.Duration(i)*time.Second, 0, 2412
		share = a.hear(beacon(ap, "x")).Share()
		for j := range 5 {
			a.o.Time, a.o.Sensor = begun+time.Duration(i)*time.Second+time.Duration(j+1)*150*time.Millisecond, 1
			a.o.Radio.Frequency = 2437 + 5*uint16(j)
			a.hear(beacon(client, "y"))
		}
	}
	if share < 95 {
		t.Errorf("the sensor that stays spent %d %% of its time on its channel, want all of it", share)
	}
}
