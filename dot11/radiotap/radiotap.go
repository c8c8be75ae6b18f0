// Package radiotap reads the radiotap header (https://www.radiotap.org) that precedes a frame of link type 127.
//
// It knows size and alignment of every assigned field, so that a field it has no use for does not hide those behind
// it, and reads nothing outside of the length that the header states.
//
// # Memory
//
// Decoding allocates nothing.
package radiotap

import (
	"encoding/binary"
	"errors"
	"math/bits"

	"github.com/tocsin-wids/tocsin/dot11"
)

// Errors of Decode.
var (
	ErrShort   = errors.New("radiotap header is cut off")
	ErrVersion = errors.New("radiotap version is not 0")
	ErrLength  = errors.New("radiotap length has no room for the present words")
)

// Bits of the present word.
const (
	bitTSFT     = 0
	bitFlags    = 1
	bitRate     = 2
	bitChannel  = 3
	bitSignal   = 5
	bitNoise    = 6
	bitAntenna  = 11
	bitRXFlags  = 14
	bitXChannel = 18
	bitMCS      = 19
	bitVHT      = 21
	bitHE       = 23
	bitHEMU     = 24
	bitHEOther  = 25
	bitTLV      = 28 // type-length-value fields follow those of this word
	bitRadiotap = 29 // the next word is of radiotap's own namespace
	bitVendor   = 30 // the next word is of a vendor's namespace
	bitMore     = 31 // there is a next word
)

// Types of TLVs that have no bit.
const (
	typeUSIG = 33
	typeEHT  = 34
)

// Bits of the fields Flags, RX flags and Channel.
const (
	flagFCS     = 0x10
	flagPad     = 0x20
	flagBadFCS  = 0x40
	flagBadPLCP = 0x0002

	channelOFDM = 0x0040
)

const (
	headLen   = 8 // version, pad, length, first present word
	vendorLen = 6 // OUI, sub-namespace, skip length
	tlvLen    = 4 // type, length
)

// field is the size of a field and what its offset from the start of the header is a multiple of.
type field struct{ size, align uint8 }

// fields is indexed by the bit of the present word.
var fields = [bitTLV]field{
	bitTSFT:     {8, 8},
	bitFlags:    {1, 1},
	bitRate:     {1, 1},
	bitChannel:  {4, 2},
	4:           {2, 2}, // FHSS
	bitSignal:   {1, 1},
	bitNoise:    {1, 1},
	7:           {2, 2}, // lock quality
	8:           {2, 2}, // TX attenuation
	9:           {2, 2}, // dB TX attenuation
	10:          {1, 1}, // dBm TX power
	bitAntenna:  {1, 1},
	12:          {1, 1}, // dB signal
	13:          {1, 1}, // dB noise
	bitRXFlags:  {2, 2},
	15:          {2, 2}, // TX flags
	16:          {1, 1}, // RTS retries
	17:          {1, 1}, // data retries
	bitXChannel: {8, 4},
	bitMCS:      {3, 1},
	20:          {8, 4}, // A-MPDU status
	bitVHT:      {12, 2},
	22:          {12, 8}, // timestamp
	bitHE:       {12, 2},
	bitHEMU:     {12, 2},
	bitHEOther:  {6, 2},
	26:          {1, 1}, // 0-length PSDU
	27:          {4, 2}, // L-SIG
}

// Decode replaces *r with what the header at the start of b says and returns the header's length. r.FCS is FCSBad if
// the header calls the frame damaged and FCSAbsent else: a checksum that is there is the caller's to verify. Where
// several antennas report, the first signal counts. Fields that do not fit into the header are left out.
//
// It fails, and *r is zero, if the header is cut off or has no room for its own present words.
func Decode(b []byte, r *dot11.Radio) (headerLen int, err error) {
	*r = dot11.Radio{}
	if len(b) < headLen {
		return 0, ErrShort
	}
	if b[0] != 0 {
		return 0, ErrVersion
	}
	n := int(binary.LittleEndian.Uint16(b[2:]))
	if n > len(b) {
		return 0, ErrShort
	}
	at := 4
	for {
		if at+4 > n {
			return 0, ErrLength
		}
		present := binary.LittleEndian.Uint32(b[at:])
		at += 4
		if present>>bitMore == 0 {
			break
		}
	}
	d := decoder{b: b[:n], r: r}
	d.words(at)
	return n, nil
}

// decoder walks the fields of one header.
type decoder struct {
	b         []byte // the header
	at        int    // of the next field
	r         *dot11.Radio
	ofdm      bool // the channel flags say so
	hasSignal bool
	hasNoise  bool
	later     bool // the present word is not the first
}

// words reads the fields that the present words in b[4:end] announce.
func (d *decoder) words(end int) {
	d.at = end
	ours := true
	for word := 4; word < end; word += 4 {
		present := binary.LittleEndian.Uint32(d.b[word:])
		if ours && !d.word(present) {
			break
		}
		if ours && present>>bitTLV&1 != 0 {
			d.tlvs()
			break
		}
		switch {
		case present>>bitRadiotap&1 != 0:
			ours = true
		case present>>bitVendor&1 != 0:
			if !d.skipVendor() {
				word = end
			}
			ours = false
		case ours && present>>bitMore != 0:
			// What follows are bits 32 and up, none of which is assigned.
			word = end
		}
		d.later = true
	}
	if d.r.Rate != 0 {
		d.r.OFDM = d.r.OFDM || dot11.RateIsOFDM(d.r.Rate)
	} else {
		d.r.OFDM = d.r.OFDM || d.ofdm
	}
}

// skipVendor passes over a vendor namespace field and all fields of that namespace, whose length it states.
func (d *decoder) skipVendor() bool {
	at := (d.at + 1) &^ 1
	if at+vendorLen > len(d.b) {
		return false
	}
	d.at = at + vendorLen + int(binary.LittleEndian.Uint16(d.b[at+4:]))
	return true
}

// word reads the fields of one present word, and reports whether all of them fit.
func (d *decoder) word(present uint32) bool {
	for rest := present & (1<<bitTLV - 1); rest != 0; rest &= rest - 1 {
		bit := bits.TrailingZeros32(rest)
		f := fields[bit]
		at := (d.at + int(f.align) - 1) &^ (int(f.align) - 1)
		end := at + int(f.size)
		if end > len(d.b) {
			return false
		}
		d.field(bit, d.b[at:end])
		d.at = end
	}
	return true
}

// tlvs reads the type-length-value fields up to the end of the header. Types below 28 are the fields of the bits.
func (d *decoder) tlvs() {
	for {
		at := (d.at + 3) &^ 3
		if at+tlvLen > len(d.b) {
			return
		}
		typ := int(binary.LittleEndian.Uint16(d.b[at:]))
		end := at + tlvLen + int(binary.LittleEndian.Uint16(d.b[at+2:]))
		if end > len(d.b) {
			return
		}
		v := d.b[at+tlvLen : end]
		switch {
		case typ < len(fields) && len(v) >= int(fields[typ].size):
			d.field(typ, v)
		case typ == typeUSIG, typ == typeEHT:
			d.r.OFDM = true
		}
		d.at = end
	}
}

// field takes what is of use from one field; v is at least as long as fields says.
func (d *decoder) field(bit int, v []byte) {
	r := d.r
	switch bit {
	case bitTSFT:
		r.TSF, r.HasTSF = binary.LittleEndian.Uint64(v), true
	case bitFlags:
		if v[0]&flagFCS != 0 {
			r.FCSLen = 4
		}
		r.Pad = v[0]&flagPad != 0
		if v[0]&flagBadFCS != 0 {
			r.FCS = dot11.FCSBad
		}
	case bitRate:
		if v[0] < 0x80 {
			r.Rate = uint16(v[0])
		} else { // an MCS index, as drivers wrote before there was a field for it
			r.OFDM = true
		}
	case bitChannel:
		r.Frequency = binary.LittleEndian.Uint16(v)
		d.ofdm = binary.LittleEndian.Uint16(v[2:])&channelOFDM != 0
	case bitXChannel:
		if r.Frequency == 0 {
			r.Frequency = binary.LittleEndian.Uint16(v[4:])
			d.ofdm = binary.LittleEndian.Uint32(v)&channelOFDM != 0
		}
	case bitSignal:
		if !d.hasSignal {
			r.Signal, d.hasSignal = int8(v[0]), true
		}
	case bitNoise:
		if !d.hasNoise {
			r.Noise, d.hasNoise = int8(v[0]), true
		}
	case bitAntenna:
		// Later words are of single chains; the signal is of all.
		if !d.later {
			r.Antenna, r.HasAntenna = v[0], true
		}
	case bitRXFlags:
		if binary.LittleEndian.Uint16(v)&flagBadPLCP != 0 {
			r.FCS = dot11.FCSBad
		}
	case bitMCS, bitVHT, bitHE, bitHEMU, bitHEOther:
		r.OFDM = true
	}
}
