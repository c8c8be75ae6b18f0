package track

import "github.com/tocsin-wids/tocsin"

// Heard is how strongly a sensor heard a frame. Signals of two sensors cannot be compared.
type Heard struct {
	Signal int8 // dBm; 0: unknown
	Sensor uint16
}

func heard(o *tocsin.Observation) Heard { return Heard{o.Radio.Signal, o.Sensor} }

// Signal is the mean strength of one transmitter at one sensor, and how far from it frames usually are.
type Signal struct {
	mean, spread int16 // 1/16 dB
	frames       uint8 // saturates
	sensor       uint16
}

const (
	signalUnit  = 16
	signalKnown = 16 // frames from which on a signal is known
	signalReach = 10 // dB; rate and fading alone make nearly as much
)

// add takes the signal of a frame. What is far off counts as if it were less: one forged frame must not move the mean much.
func (s *Signal) add(h Heard) {
	if h.Signal == 0 {
		return
	}
	if s.frames == 0 || s.sensor != h.Sensor {
		if s.frames > 0 {
			s.frames--
			return
		}
		*s = Signal{mean: int16(h.Signal) * signalUnit, spread: 2 * signalUnit, sensor: h.Sensor}
	}
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
