package tocsin

import (
	"math"
	"time"
)

// Location is where a radio was.
type Location struct {
	Longitude, Latitude float64 // degrees
	Altitude            float64 // metres; valid if Fix is 3
	Speed               float64 // km/h; 0 if unknown
	Heading             float64 // degrees; 0 if unknown
	Fix                 uint8   // 2: without altitude, 3: with
	Time                time.Time
	From                Origin
}

// LocationAge is how old a measured place may be to count as where something is.
const LocationAge = 10 * time.Second

// Valid reports whether l is a place on Earth, or not too far above. That at 0, 0, in the sea, is what receivers say that know none.
func (l *Location) Valid() bool {
	const far = 1e6 // metres, km/h, degrees: what is beyond is no measurement, and may be no number
	return l.Fix >= 2 && math.Abs(l.Latitude) <= 90 && math.Abs(l.Longitude) <= 180 && (l.Latitude != 0 || l.Longitude != 0) &&
		math.Abs(l.Altitude) <= far && math.Abs(l.Speed) <= far && math.Abs(l.Heading) <= far
}

// Origin says who told a Location, best first.
type Origin uint8

const (
	OriginUnknown Origin = iota // of records that do not say
	OriginPacket                // it came with the frame
	OriginSensor                // the place of the radio that heard it, as configured or told for that radio
	OriginServer                // the server's receiver
)

// Origins lists those that have a name.
func Origins() []Origin { return []Origin{OriginPacket, OriginSensor, OriginServer} }

func (o Origin) String() string {
	switch o {
	case OriginPacket:
		return "packet"
	case OriginSensor:
		return "sensor"
	case OriginServer:
		return "server"
	}
	return ""
}

// ParseOrigin returns the Origin of a name; OriginUnknown if there is none.
func ParseOrigin(name string) Origin {
	for _, o := range Origins() {
		if o.String() == name {
			return o
		}
	}
	return OriginUnknown
}
