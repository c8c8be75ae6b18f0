// Package ppi reads the Per-Packet Information header that precedes a frame of link type 192 (CACE Technologies, PPI
// header format 1.0.10).
//
// # Memory
//
// Decoding allocates nothing.
package ppi

import (
	"encoding/binary"
	"errors"

	"github.com/tocsin-wids/tocsin/dot11"
)

// Errors of Decode.
var (
	ErrShort   = errors.New("PPI header is cut off")
	ErrVersion = errors.New("PPI version is not 0")
	ErrLength  = errors.New("PPI header length is less than the least")
)

const (
	headLen  = 8 // version, flags, length, link type
	fieldLen = 4 // type, length
	aligned  = 1 // flag: fields begin at multiples of four octets

	common    = 2 // field type: 802.11-Common
	commonLen = 20
)

// Flags of 802.11-Common.
const (
	flagFCS          = 0x0001
	flagMilliseconds = 0x0002 // of the TSF
	flagBadFCS       = 0x0004
	flagPHYError     = 0x0008
)

// Decode replaces *r with what the header at the start of b says, and returns the header's length and the link type
// of what follows. r.FCS is as package radiotap says. It fails, and *r is zero, if the header is cut off.
func Decode(b []byte, r *dot11.Radio) (headerLen int, link uint32, err error) {
	*r = dot11.Radio{}
	if len(b) < headLen {
		return 0, 0, ErrShort
	}
	if b[0] != 0 {
		return 0, 0, ErrVersion
	}
	n := int(binary.LittleEndian.Uint16(b[2:]))
	if n < headLen {
		return 0, 0, ErrLength
	}
	if n > len(b) {
		return 0, 0, ErrShort
	}
	// Some writers count the 802.11-Common field without its own head and the header's.
	if n == headLen+fieldLen+commonLen-8 && len(b) > headLen+fieldLen+commonLen &&
		binary.LittleEndian.Uint16(b[headLen:]) == common && binary.LittleEndian.Uint16(b[headLen+2:]) == commonLen {
		n = headLen + fieldLen + commonLen
	}
	link = binary.LittleEndian.Uint32(b[4:])
	decodeFields(b[:n], b[1]&aligned != 0, r)
	return n, link, nil
}

func decodeFields(b []byte, align bool, r *dot11.Radio) {
	for at := headLen; at+fieldLen <= len(b); {
		typ := binary.LittleEndian.Uint16(b[at:])
		end := at + fieldLen + int(binary.LittleEndian.Uint16(b[at+2:]))
		if end > len(b) {
			return
		}
		if typ == common && end-at >= fieldLen+commonLen {
			decodeCommon(b[at+fieldLen:end], r)
		}
		at = end
		if align {
			at = (at + 3) &^ 3
		}
	}
}

func decodeCommon(b []byte, r *dot11.Radio) {
	le := binary.LittleEndian
	flags := le.Uint16(b[8:])
	r.TSF = le.Uint64(b)
	r.HasTSF = r.TSF != 0
	if flags&flagMilliseconds != 0 {
		r.TSF *= 1000
	}
	if flags&flagFCS != 0 {
		r.FCSLen = 4
	}
	if flags&(flagBadFCS|flagPHYError) != 0 {
		r.FCS = dot11.FCSBad
	}
	const channelOFDM = 0x0040
	r.Rate = le.Uint16(b[10:])
	r.Frequency = le.Uint16(b[12:])
	r.OFDM = dot11.RateIsOFDM(r.Rate) || r.Rate == 0 && le.Uint16(b[14:])&channelOFDM != 0
	r.Signal, r.Noise = dot11.DBM(int32(int8(b[18]))), dot11.DBM(int32(int8(b[19])))
}
