package pcap

import (
	"encoding/binary"
	"math"
	"time"
)

// Position is where a radio was when it heard a packet. It says what the stream does: it may be no place on Earth.
type Position struct {
	Latitude, Longitude float64       // degrees
	Altitude            float64       // metres; valid if Fix is 3
	Speed               float64       // km/h; 0 if not said
	Heading             float64       // degrees; 0 if not said
	Fix                 uint8         // less than 2: no position; 2: without altitude, 3: with
	Time                time.Duration // of the measurement, since the Unix epoch, by the clock of Packet.Time; 0 if not said
}

// Positions in the option of Kismet's pcapng: number of the enterprise, a head of 8 octets, and coordinates in the encoding of
// PPI, but longitude first.
const (
	kismetEnterprise = 55922
	kismetGPS        = 0x47
	kismetGPSVersion = 1

	fieldLongitude = 1 << 1
	fieldLatitude  = 1 << 2
	fieldAltitude  = 1 << 3
)

// positionOf reads a custom option; nil if it is none of Kismet's positions. One that is equal to that of the packet before is
// the same value.
func (r *Reader) positionOf(v []byte) *Position {
	if len(v) < 12 || r.order.u32(v) != kismetEnterprise || v[4] != kismetGPS || v[5] != kismetGPSVersion {
		return nil
	}
	fields, rest := r.order.u32(v[8:]), v[12:]
	if n := int(r.order.u16(v[6:])); n < len(rest) {
		rest = rest[:n]
	}
	if fields&1 != 0 || fields&(fieldLongitude|fieldLatitude) != fieldLongitude|fieldLatitude || len(rest) < 8 {
		return nil // what may stand before them has no known length
	}
	p := Position{Longitude: degrees(r.order.u32(rest)), Latitude: degrees(r.order.u32(rest[4:])), Fix: 2}
	if fields&fieldAltitude != 0 && len(rest) >= 12 {
		p.Altitude, p.Fix = metres(r.order.u32(rest[8:])), 3
	}
	if r.where == nil || *r.where != p {
		r.where = new(Position)
		*r.where = p
	}
	return r.where
}

// appendPosition adds the option that positionOf reads; nothing for what is no position or has no encoding.
func appendPosition(b []byte, p *Position) []byte {
	if p == nil || p.Fix < 2 {
		return b
	}
	longitude, hasLongitude := fixed(p.Longitude, 180, 1e7)
	latitude, hasLatitude := fixed(p.Latitude, 180, 1e7)
	altitude, hasAltitude := fixed(p.Altitude, 180_000, 1e4)
	if !hasLongitude || !hasLatitude {
		return b
	}
	fields, length := uint32(fieldLongitude|fieldLatitude), uint8(8)
	if hasAltitude = hasAltitude && p.Fix > 2; hasAltitude {
		fields, length = fields|fieldAltitude, 12
	}
	v := binary.LittleEndian.AppendUint32(make([]byte, 0, 24), kismetEnterprise)
	v = binary.LittleEndian.AppendUint32(append(v, kismetGPS, kismetGPSVersion, length, 0), fields)
	v = binary.LittleEndian.AppendUint32(v, longitude)
	v = binary.LittleEndian.AppendUint32(v, latitude)
	if hasAltitude {
		v = binary.LittleEndian.AppendUint32(v, altitude)
	}
	return appendOption(b, optCustom, string(v))
}

// fixed returns x as what degrees and metres read, with the least that there is and units in one.
func fixed(x, least, units float64) (uint32, bool) {
	n := math.Round((x + least) * units)
	return uint32(n), n >= 0 && n <= math.MaxUint32
}

// degrees and metres are fixed-point numbers above the least that there is.
func degrees(x uint32) float64 { return float64(int64(x)-180e7) / 1e7 }

func metres(x uint32) float64 { return float64(int64(x)-180_000e4) / 1e4 }
