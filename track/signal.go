package track

import "github.com/tocsin-wids/tocsin"

// Heard is how strongly a sensor heard a frame. Signals of two sensors cannot be compared.
type Heard struct {
	Signal int8 // dBm; 0: unknown
	Sensor uint16
}

func heard(o *tocsin.Observation) Heard { return Heard{o.Radio.Signal, o.Sensor} }

// Signals is a Signal at each of the sensors that hear a transmitter most.
type Signals [4]Signal

// at returns the signal at the sensor; nil if none is known.
func (s *Signals) at(sensor uint16) *Signal { return signalAt(s[:], sensor) }

// add takes the signal of a frame.
func (s *Signals) add(h Heard) { addSignal(s[:], h) }

func signalAt(list []Signal, sensor uint16) *Signal {
	for i := range list { // of one sensor the first is it
		if x := &list[i]; x.frames > 0 && x.sensor == sensor {
			return x
		}
	}
	return nil
}

// addSignal takes the signal of a frame. Where no room is left for its sensor, the one that hears least makes it in time.
func addSignal(list []Signal, h Heard) {
	if h.Signal == 0 {
		return
	}
	x := &list[0]
	if x.sensor != h.Sensor || x.frames == 0 {
		x = placeFor(list, h.Sensor)
	}
	x.add(h)
}

func placeFor(list []Signal, sensor uint16) *Signal {
	if x := signalAt(list, sensor); x != nil {
		return x
	}
	least := &list[0]
	for i := range list[1:] {
		if x := &list[i+1]; x.frames < least.frames {
			least = x
		}
	}
	return least
}

// Mean returns the mean at the sensor in dBm; 0 if it is not known there.
func (s *Signals) Mean(sensor uint16) int {
	if x := s.at(sensor); x != nil {
		return x.Mean()
	}
	return 0
}

// judge returns whether h deviates at its sensor, and the mean there.
func (s *Signals) judge(h Heard) (deviates bool, mean int) {
	if x := s.at(h.Sensor); x != nil {
		return x.Deviates(h), x.Mean()
	}
	return false, 0
}

// Agrees is Signal.Agrees at the sensor of h.
func (s *Signals) Agrees(h Heard) bool {
	x := s.at(h.Sensor)
	return x != nil && x.Agrees(h)
}

// Signal is the mean strength of one transmitter at one sensor, and how far from it frames usually are.
type Signal struct {
	mean, spread int16 // 1/16 dB
	frames       uint8 // saturates
	others       uint8 // of other sensors since the last
	sensor       uint16
}

const (
	signalUnit  = 16
	signalKnown = 16 // frames from which on a signal is known
	signalReach = 10 // dB; rate and fading alone make nearly as much
	signalOver  = 64 // frames of others after which the sensor is taken to hear the transmitter no longer
)

// add takes the signal of a frame. What is far off counts as if it were less: one forged frame must not move the mean much.
func (s *Signal) add(h Heard) {
	if h.Signal == 0 {
		return
	}
	if s.frames > 0 && s.sensor != h.Sensor && s.others < signalOver {
		s.others++
		return
	}
	if s.frames == 0 || s.sensor != h.Sensor {
		*s = Signal{mean: int16(h.Signal) * signalUnit, spread: 2 * signalUnit, sensor: h.Sensor}
	}
	s.others = 0
	d := int16(h.Signal)*signalUnit - s.mean
	d = min(max(d, -signalReach*signalUnit), signalReach*signalUnit)
	weight := int16(min(s.frames, 15)) + 1
	s.mean += d / weight
	s.spread += (max(d, -d) - s.spread) / 16
	if s.frames < 255 {
		s.frames++
	}
}

// Mean returns the mean in dBm; 0 if no signal was heard.
func (s *Signal) Mean() int { return int(s.mean) / signalUnit }

// Deviates reports whether h is not how this transmitter is heard: further from the mean than ten decibels and than three
// times the usual distance.
func (s *Signal) Deviates(h Heard) bool {
	return s.comparable(h) && !s.near(h)
}

// Agrees reports whether h is how this transmitter is heard.
func (s *Signal) Agrees(h Heard) bool { return s.comparable(h) && s.near(h) }

func (s *Signal) comparable(h Heard) bool {
	return h.Signal != 0 && s.frames >= signalKnown && s.sensor == h.Sensor
}

func (s *Signal) near(h Heard) bool {
	d := int(h.Signal)*signalUnit - int(s.mean)
	return max(d, -d) <= max(signalReach*signalUnit, 3*int(s.spread))
}
