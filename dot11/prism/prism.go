// Package prism reads the Prism monitor header of linux-wlan-ng and of the drivers that imitate it, which precedes a
// frame of link type 119.
//
// # Memory
//
// Decoding allocates nothing.
package prism

import (
	"encoding/binary"
	"errors"

	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/avs"
)

// Errors of Decode.
var (
	ErrShort = errors.New("prism header is cut off")
	ErrCode  = errors.New("prism message code is unknown")
)

const (
	headLen = 24 // message code, length, device name
	itemLen = 12 // id, status, length, value
)

// The message codes also tell how the items' ids are made: the item's number stands in bits 16 and up, or 12 and up.
const (
	codeWide   = 0x44
	codeNarrow = 0x41
)

// Numbers of items.
const (
	itemMACTime = 2
	itemChannel = 3
	itemSignal  = 6
	itemNoise   = 7
	itemRate    = 8
)

// Decode replaces *r with what the header at the start of b says and returns the header's length. Numbers are in the
// byte order of the machine that wrote them, which the message code tells. The header says nothing of an FCS.
// An AVS header, which drivers send under the same link type, is read as such. It fails, and *r is zero, if the
// header is cut off or neither.
func Decode(b []byte, r *dot11.Radio) (headerLen int, err error) {
	*r = dot11.Radio{}
	if avs.Is(b) {
		return avs.Decode(b, r)
	}
	if len(b) < headLen {
		return 0, ErrShort
	}
	var order binary.ByteOrder = binary.LittleEndian
	code := order.Uint32(b)
	if code != codeWide && code != codeNarrow {
		order = binary.BigEndian
		if code = order.Uint32(b); code != codeWide && code != codeNarrow {
			return 0, ErrCode
		}
	}
	n := order.Uint32(b[4:])
	if n < headLen || uint64(n) > uint64(len(b)) {
		return 0, ErrShort
	}
	shift := 16
	if code == codeNarrow {
		shift = 12
	}
	for at := headLen; at+itemLen <= int(n); at += itemLen {
		if order.Uint16(b[at+4:]) == 0 { // status: there is a value
			setItem(order.Uint32(b[at:])>>shift, order.Uint32(b[at+8:]), r)
		}
	}
	r.OFDM = dot11.RateIsOFDM(r.Rate)
	return int(n), nil
}

func setItem(number, value uint32, r *dot11.Radio) {
	switch number {
	case itemMACTime:
		r.TSF, r.HasTSF = uint64(value), value != 0
	case itemChannel:
		r.Frequency = dot11.Frequency(value)
	case itemSignal:
		r.Signal = dot11.DBM(int32(value))
	case itemNoise:
		r.Noise = dot11.DBM(int32(value))
	case itemRate:
		if value <= 0xff {
			r.Rate = uint16(value)
		}
	}
}
