// Package avs reads the AVS monitor header that precedes a frame of link type 163.
//
// # Memory
//
// Decoding allocates nothing.
package avs

import (
	"encoding/binary"
	"errors"

	"github.com/tocsin-wids/tocsin/dot11"
)

// Errors of Decode.
var (
	ErrShort   = errors.New("AVS header is cut off")
	ErrVersion = errors.New("AVS version is neither 1 nor 2")
	ErrLength  = errors.New("AVS header length is less than the least")
)

const (
	magic   = 0x80211000 // plus the version
	headLen = 64         // of version 1; version 2 appends fields
)

// Values of the fields PHY type, SSI type and encoding.
const (
	phyOFDM11g  = 6
	phyOFDM11a  = 8
	ssiDBM      = 2
	encodedOFDM = 3
)

// Is reports whether b begins with an AVS header, which also occurs where a Prism header is announced.
func Is(b []byte) bool {
	if len(b) < 4 {
		return false
	}
	v := binary.BigEndian.Uint32(b)
	return v == magic+1 || v == magic+2
}

// Decode replaces *r with what the header at the start of b says and returns the header's length. The header says
// nothing of an FCS. It fails, and *r is zero, if the header is cut off.
func Decode(b []byte, r *dot11.Radio) (headerLen int, err error) {
	*r = dot11.Radio{}
	if len(b) < headLen {
		return 0, ErrShort
	}
	if !Is(b) {
		return 0, ErrVersion
	}
	be := binary.BigEndian
	n := be.Uint32(b[4:])
	if n < headLen {
		return 0, ErrLength
	}
	if uint64(n) > uint64(len(b)) {
		return 0, ErrShort
	}
	r.TSF = be.Uint64(b[8:])
	r.HasTSF = r.TSF != 0
	r.Frequency = frequency(be.Uint32(b[28:]))
	r.Rate = rate(be.Uint32(b[32:]))
	r.Antenna, r.HasAntenna = b[39], be.Uint32(b[36:]) <= 0xff
	phy, encoding := be.Uint32(b[24:]), be.Uint32(b[60:])
	r.OFDM = phy == phyOFDM11g && r.Rate == 0 || phy == phyOFDM11a || encoding == encodedOFDM || dot11.RateIsOFDM(r.Rate)
	if be.Uint32(b[44:]) == ssiDBM {
		r.Signal, r.Noise = dot11.DBM(int32(be.Uint32(b[48:]))), dot11.DBM(int32(be.Uint32(b[52:])))
	}
	return int(n), nil
}

// frequency reads the channel field, in which drivers write a channel number, MHz or kHz.
func frequency(v uint32) uint16 {
	switch {
	case v < 256:
		return dot11.Frequency(v)
	case v <= 10000:
		return uint16(v)
	case v/1000 <= 10000:
		return uint16(v / 1000)
	}
	return 0
}

// rate reads the data rate, in which drivers write units of 100 kbit/s or bit/s, in units of 500 kbit/s.
func rate(v uint32) uint16 {
	if v < 100000 {
		return uint16(v / 5)
	}
	return uint16(v / 500000)
}
