// Package tzsp reads the TaZmen Sniffer Protocol, in which access points send what they hear to somebody else (link type
// 128, and UDP port 37008).
//
// # Memory
//
// Decoding allocates nothing.
package tzsp

import (
	"encoding/binary"
	"errors"
	"hash/crc32"

	"github.com/tocsin-wids/tocsin/dot11"
)

// Errors of Decode.
var (
	ErrShort   = errors.New("TZSP header is cut off")
	ErrVersion = errors.New("TZSP version is not 1")
	ErrType    = errors.New("TZSP packet does not carry a frame that was heard")
)

// What a packet can encapsulate, of that which is 802.11.
const (
	IEEE80211 = 18
	Prism     = 119
	Radiotap  = 126
	AVS       = 127
)

// Header is what stands before the frame.
type Header struct {
	Encapsulated uint16     // what follows
	Sensor       dot11.Addr // the radio that heard the frame; zero if not said
	Original     uint16     // octets of the frame on air; 0 if not said
}

// received is the one type of packet that carries a frame that was heard: others are keepalives and configuration.
const received = 0

// Tags. Pad and end have no length.
const (
	tagPad      = 0
	tagEnd      = 1
	tagSignal   = 10 // dBm, one octet or two
	tagNoise    = 11 // as signal
	tagRate     = 12 // units of 500 kbit/s
	tagFCSError = 17 // not 0: the FCS was wrong
	tagChannel  = 18 // its number, one octet or two
	tagOriginal = 41
	tagSensor   = 60
)

const fcsLen = 4

// Decode replaces *r with what the header at the start of b says of the reception and returns what the header says
// besides, and its length. Senders do not say whether a frame ends with its FCS: it does if the last four octets are
// that. It fails, and *r is zero, if the header is cut off or no frame follows it.
func Decode(b []byte, r *dot11.Radio) (h Header, headerLen int, err error) {
	*r = dot11.Radio{}
	if len(b) < 5 {
		return Header{}, 0, ErrShort
	}
	if b[0] != 1 {
		return Header{}, 0, ErrVersion
	}
	if b[1] != received {
		return Header{}, 0, ErrType
	}
	h.Encapsulated = binary.BigEndian.Uint16(b[2:])
	n, damaged := h.tags(b, r)
	if n == 0 {
		*r = dot11.Radio{}
		return Header{}, 0, ErrShort
	}
	switch {
	case damaged:
		r.FCS = dot11.FCSBad
	case h.Encapsulated == IEEE80211 && endsWithFCS(b[n:]):
		r.FCSLen = fcsLen
	}
	return h, n, nil
}

// tags reads the tags of b and returns where they end, 0 if they do not.
func (h *Header) tags(b []byte, r *dot11.Radio) (end int, damaged bool) {
	for at := 4; at < len(b); {
		tag := b[at]
		at++
		switch tag {
		case tagPad:
			continue
		case tagEnd:
			return at, damaged
		}
		if at >= len(b) || at+1+int(b[at]) > len(b) {
			break
		}
		value := b[at+1 : at+1+int(b[at])]
		at += 1 + len(value)
		switch tag {
		case tagSignal:
			r.Signal = dot11.DBM(signed(value))
		case tagNoise:
			r.Noise = dot11.DBM(signed(value))
		case tagRate:
			r.Rate = uint16(unsigned(value))
			r.OFDM = dot11.RateIsOFDM(r.Rate)
		case tagFCSError:
			damaged = unsigned(value) != 0
		case tagChannel:
			r.Frequency = dot11.Frequency(unsigned(value))
		case tagOriginal:
			h.Original = uint16(unsigned(value))
		case tagSensor:
			if len(value) == len(h.Sensor) {
				h.Sensor = dot11.Addr(value)
			}
		}
	}
	return 0, false
}

// signed reads a number of one octet or two; 0 if it has another length.
func signed(b []byte) int32 {
	switch len(b) {
	case 1:
		return int32(int8(b[0]))
	case 2:
		return int32(int16(binary.BigEndian.Uint16(b)))
	}
	return 0
}

func unsigned(b []byte) uint32 {
	switch len(b) {
	case 1:
		return uint32(b[0])
	case 2:
		return uint32(binary.BigEndian.Uint16(b))
	}
	return 0
}

func endsWithFCS(frame []byte) bool {
	n := len(frame) - fcsLen
	return n > 0 && crc32.ChecksumIEEE(frame[:n]) == binary.LittleEndian.Uint32(frame[n:])
}
