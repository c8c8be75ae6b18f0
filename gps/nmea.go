package gps

import (
	"bytes"
	"strconv"
	"time"

	"github.com/tocsin-wids/tocsin"
)

// sentences reads NMEA 0183: GGA has the altitude, RMC and VTG the motion.
type sentences struct {
	height         height
	speed, heading float64
	moved          time.Time // when they were told; zero: never
}

// maxFields is more than any sentence that is read has.
const maxFields = 32

func (s *sentences) read(line []byte, now time.Time) (l tocsin.Location, ok bool) {
	var fields [maxFields][]byte
	n := split(line, &fields)
	if n == 0 || len(fields[0]) != 5 { // a talker of two letters and a sentence of three
		return l, false
	}
	switch kind := string(fields[0][2:]); {
	case kind == "GGA" && n > 9 && len(fields[6]) == 1 && fields[6][0] != '0':
		if place(&l, fields[2:6]) {
			l.Altitude, ok = number(fields[9])
			if ok {
				l.Fix = 3
			}
		}
	case kind == "RMC" && n > 8 && string(fields[2]) == "A":
		if place(&l, fields[3:7]) {
			const knot = 1.852 // km/h
			s.speed, _ = number(fields[7])
			s.heading, _ = number(fields[8])
			s.speed, s.moved = s.speed*knot, now
		}
	case kind == "VTG" && n > 7:
		s.heading, _ = number(fields[1])
		if s.speed, ok = number(fields[7]); ok {
			s.moved = now
		}
	}
	s.height.complete(&l, true, now)
	if l.Fix > 0 && !s.moved.IsZero() && now.Sub(s.moved) <= tocsin.LocationAge {
		l.Speed, l.Heading = s.speed, s.heading
	}
	return l, true
}

// split parts a sentence at its commas and returns how many fields it has; 0 if it is none, has too many, or its checksum is wrong.
func split(line []byte, fields *[maxFields][]byte) (n int) {
	line = bytes.TrimSpace(line)
	if len(line) == 0 || line[0] != '$' {
		return 0
	}
	body, sum, summed := bytes.Cut(line[1:], []byte("*"))
	if summed {
		var is byte
		for _, c := range body {
			is ^= c
		}
		if says, err := strconv.ParseUint(string(sum), 16, 8); err != nil || byte(says) != is {
			return 0
		}
	}
	for more := true; more; n++ {
		if n == maxFields {
			return 0
		}
		fields[n], body, more = bytes.Cut(body, []byte(","))
	}
	return n
}

// place reads latitude, N or S, longitude, E or W: degrees and minutes written together, as 4715.0012.
func place(l *tocsin.Location, fields [][]byte) bool {
	latitude, ok := angle(fields[0], fields[1], "NS")
	if !ok {
		return false
	}
	longitude, ok := angle(fields[2], fields[3], "EW")
	if !ok {
		return false
	}
	l.Latitude, l.Longitude, l.Fix = latitude, longitude, 2
	return true
}

func angle(text, side []byte, sides string) (degrees float64, ok bool) {
	x, ok := number(text)
	if !ok || x < 0 || len(side) != 1 {
		return 0, false
	}
	whole := float64(int(min(x, 1e6)) / 100)
	minutes := x - whole*100
	if !(minutes < 60) {
		return 0, false
	}
	degrees = whole + minutes/60
	switch side[0] {
	case sides[0]:
		return degrees, true
	case sides[1]:
		return -degrees, true
	}
	return 0, false
}

// number reads one that is finite.
func number(text []byte) (float64, bool) {
	x, err := strconv.ParseFloat(string(text), 64)
	return x, err == nil && x-x == 0
}
