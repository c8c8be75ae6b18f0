package ppi

import "encoding/binary"

// Position is what a GPS field says of where the radio was.
type Position struct {
	Latitude, Longitude float64 // degrees
	Altitude            float64 // metres; valid if HasAltitude
	HasAltitude         bool
	Seconds             uint32 // of the measurement, since the Unix epoch; 0 if not said
}

// GPS fields (PPI geolocation, GPS tag). Kismet writes version 2; 0 and 1 have the same fields as far as they are read here.
const (
	gps        = 30002 // field type
	gpsHeadLen = 8     // version, padding, length, fields present
	gpsNewest  = 2

	gpsNoFix = 1 // of the flags
)

// Fields present, in the order of their bits, of 4 octets each.
const (
	gpsFlags = 1 << iota
	gpsLatitude
	gpsLongitude
	gpsAltitude
	gpsOverGround
	gpsTime
)

// Locate replaces *p with what the GPS field of the header at the start of b says; false, and *p is zero, if there is none that has
// a position. Decode must have read the header.
func Locate(b []byte, p *Position) bool {
	*p = Position{}
	if len(b) < headLen {
		return false
	}
	n := min(int(binary.LittleEndian.Uint16(b[2:])), len(b))
	for at := headLen; at+fieldLen <= n; {
		typ := binary.LittleEndian.Uint16(b[at:])
		end := at + fieldLen + int(binary.LittleEndian.Uint16(b[at+2:]))
		if end > n {
			return false
		}
		if typ == gps {
			return decodeGPS(b[at+fieldLen:end], p)
		}
		at = end
		if b[1]&aligned != 0 {
			at = (at + 3) &^ 3
		}
	}
	return false
}

func decodeGPS(b []byte, p *Position) bool {
	const both = gpsLatitude | gpsLongitude
	if len(b) < gpsHeadLen || b[0] > gpsNewest {
		return false
	}
	le := binary.LittleEndian
	present, rest, whole := le.Uint32(b[4:]), b[gpsHeadLen:], true
	next := func(field uint32) (value uint32, ok bool) {
		if present&field == 0 || !whole {
			return 0, false
		}
		if whole = len(rest) >= 4; !whole {
			return 0, false
		}
		value, rest = le.Uint32(rest), rest[4:]
		return value, true
	}
	if flags, ok := next(gpsFlags); ok && flags&gpsNoFix != 0 || present&both != both {
		return false
	}
	latitude, _ := next(gpsLatitude)
	longitude, ok := next(gpsLongitude)
	if !ok {
		return false
	}
	p.Latitude, p.Longitude = degrees(latitude), degrees(longitude)
	if altitude, ok := next(gpsAltitude); ok {
		p.Altitude, p.HasAltitude = float64(int64(altitude)-180_000e4)/1e4, true
	}
	next(gpsOverGround)
	p.Seconds, _ = next(gpsTime)
	return true
}

// degrees reads a fixed-point number of 7 digits above the least that there is.
func degrees(x uint32) float64 { return float64(int64(x)-180e7) / 1e7 }
