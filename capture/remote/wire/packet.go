package wire

import "time"

// Report is what a PACKET frame holds.
type Report struct {
	Position Position // the zero value if there is none
	Signal   Signal   // the zero value if there is none

	HasPacket bool
	Link      uint32        // as in a pcap
	Time      time.Duration // since the Unix epoch, by the sensor's clock
	Length    uint32        // before the tool or the radio cut it
	Data      []byte        // in place
	At        int           // where Data begins in the payload

	HasRecord bool // JSON, of tools that hear something else than packets
}

// Position is where a sensor was.
type Position struct {
	Latitude, Longitude float64 // degrees
	Altitude            float64 // metres
	Fix                 uint64  // 2 or 3 dimensions; less is none
	Speed               float64 // km/h
	Heading             float64 // degrees
	Precision           float64 // metres
	Time                time.Duration
}

// Known reports whether the position says where the sensor was: receivers without one say 0, 0.
func (p Position) Known() bool {
	return p.Fix >= 2 && (p.Latitude != 0 || p.Longitude != 0) && p.Latitude >= -90 && p.Latitude <= 90 && p.Longitude >= -180 && p.Longitude <= 180
}

// Signal is how a packet was heard, where its own header does not say it.
type Signal struct {
	DBm, Noise int // 0 if the sensor did not say
	KHz        uint64
}

// DecodePacket replaces *r with the report of a payload.
func DecodePacket(payload []byte, r *Report) error {
	*r = Report{}
	w, n, err := root(payload)
	if err != nil {
		return err
	}
	for ; n > 0 && !w.broken; n-- {
		switch w.key() {
		case 1:
			w.position(&r.Position)
		case 2:
			w.signal(&r.Signal)
		case 4:
			w.packet(r, len(payload))
		case 5:
			r.HasRecord = true
			w.skip()
		default:
			w.skip()
		}
	}
	return w.err()
}

func (w *walker) packet(r *Report, size int) {
	r.HasPacket, r.Link, r.Length, r.Data, r.At = true, 0, 0, nil, 0
	var seconds, micros uint64
	for n := w.pairs(); n > 0 && !w.broken; n-- {
		switch w.key() {
		case 1:
			w.number32(&r.Link)
		case 2:
			w.whole(&seconds)
		case 3:
			w.whole(&micros)
		case 4:
			w.number32(&r.Length)
		case 6:
			if v := w.next(); v.kind == kindText {
				r.Data, r.At = v.text, size-len(w.b)-len(v.text)
			} else {
				w.pass(v)
			}
		default:
			w.skip()
		}
	}
	r.Time = moment(seconds, micros)
}

// latest is the last time of a packet, as in package pcap: a window added to it cannot overflow.
const latest = 1 << 33

func moment(seconds, micros uint64) time.Duration {
	return time.Duration(min(seconds, latest-1))*time.Second + time.Duration(min(micros, 999_999))*time.Microsecond
}

func (w *walker) position(p *Position) {
	*p = Position{}
	var seconds, micros uint64
	for n := w.pairs(); n > 0 && !w.broken; n-- {
		switch w.key() {
		case 1:
			w.float(&p.Latitude)
		case 2:
			w.float(&p.Longitude)
		case 3:
			w.float(&p.Altitude)
		case 4:
			w.whole(&p.Fix)
		case 5:
			w.float(&p.Speed)
		case 6:
			w.float(&p.Heading)
		case 7:
			w.float(&p.Precision)
		case 8:
			w.whole(&seconds)
		case 9:
			w.whole(&micros)
		default:
			w.skip()
		}
	}
	p.Time = moment(seconds, micros)
}

func (w *walker) signal(s *Signal) {
	*s = Signal{}
	for n := w.pairs(); n > 0 && !w.broken; n-- {
		switch w.key() {
		case 1:
			w.decibels(&s.DBm)
		case 2:
			w.decibels(&s.Noise)
		case 5:
			w.whole(&s.KHz)
		default:
			w.skip()
		}
	}
}

// decibels sets *to to a number of dBm, which comes as two's complement of 32 bits.
func (w *walker) decibels(to *int) {
	var u uint64
	w.whole(&u)
	if d := int(int32(uint32(u))); d >= -128 && d <= 127 {
		*to = d
	}
}
