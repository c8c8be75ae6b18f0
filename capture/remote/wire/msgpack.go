package wire

import (
	"encoding/binary"
	"math"
)

// kind is what a value is.
type kind uint8

const (
	kindNone kind = iota // nil, or an extension
	kindBool
	kindInt
	kindFloat
	kindText // or octets
	kindArray
	kindMap
)

// value is one value of MessagePack; of a map or an array, its beginning.
type value struct {
	kind  kind
	whole uint64  // an integer, as two's complement; a bool as 0 or 1
	float float64 // a number
	text  []byte  // in place
	count int     // values that follow: two for each pair of a map
}

// walker reads the values of a payload one after the other. After an error it stays at its end.
type walker struct {
	b      []byte
	broken bool
}

func (w *walker) fail() value {
	w.b, w.broken = nil, true
	return value{}
}

// number takes n octets as a number.
func (w *walker) number(n int) (u uint64) {
	if len(w.b) < n {
		w.fail()
		return 0
	}
	switch n {
	case 1:
		u = uint64(w.b[0])
	case 2:
		u = uint64(binary.BigEndian.Uint16(w.b))
	case 4:
		u = uint64(binary.BigEndian.Uint32(w.b))
	case 8:
		u = binary.BigEndian.Uint64(w.b)
	}
	w.b = w.b[n:]
	return u
}

// octets takes text, or what an extension holds.
func (w *walker) octets(k kind, n uint64) value {
	if uint64(len(w.b)) < n {
		return w.fail()
	}
	v := value{kind: k, text: w.b[:n:n]}
	w.b = w.b[n:]
	return v
}

// holds begins a map or an array. Each value takes an octet or more, so a count that cannot be true is known at once.
func (w *walker) holds(k kind, n uint64) value {
	if n > uint64(len(w.b)) {
		return w.fail()
	}
	return value{kind: k, count: int(n)}
}

func integer(u uint64) value { return value{kind: kindInt, whole: u, float: float64(u)} }

func signed(i int64) value { return value{kind: kindInt, whole: uint64(i), float: float64(i)} }

// next takes one value (github.com/msgpack/msgpack, spec.md, "Overview" of formats).
func (w *walker) next() value {
	if len(w.b) == 0 {
		return w.fail()
	}
	c := w.b[0]
	w.b = w.b[1:]
	switch {
	case c <= 0x7f:
		return integer(uint64(c))
	case c <= 0x8f:
		return w.holds(kindMap, 2*uint64(c&0x0f))
	case c <= 0x9f:
		return w.holds(kindArray, uint64(c&0x0f))
	case c <= 0xbf:
		return w.octets(kindText, uint64(c&0x1f))
	case c >= 0xe0:
		return signed(int64(int8(c)))
	}
	switch c {
	case 0xc0:
		return value{}
	case 0xc2, 0xc3:
		return value{kind: kindBool, whole: uint64(c & 1)}
	case 0xc4, 0xc5, 0xc6: // octets
		return w.octets(kindText, w.number(1<<(c-0xc4)))
	case 0xd9, 0xda, 0xdb: // text
		return w.octets(kindText, w.number(1<<(c-0xd9)))
	case 0xc7, 0xc8, 0xc9: // an extension has its type before what it holds
		return w.octets(kindNone, 1+w.number(1<<(c-0xc7)))
	case 0xd4, 0xd5, 0xd6, 0xd7, 0xd8:
		return w.octets(kindNone, 1+1<<(c-0xd4))
	case 0xca:
		return value{kind: kindFloat, float: float64(math.Float32frombits(uint32(w.number(4))))}
	case 0xcb:
		return value{kind: kindFloat, float: math.Float64frombits(w.number(8))}
	case 0xcc, 0xcd, 0xce, 0xcf:
		return integer(w.number(1 << (c - 0xcc)))
	case 0xd0:
		return signed(int64(int8(w.number(1))))
	case 0xd1:
		return signed(int64(int16(w.number(2))))
	case 0xd2:
		return signed(int64(int32(w.number(4))))
	case 0xd3:
		return signed(int64(w.number(8)))
	case 0xdc, 0xdd:
		return w.holds(kindArray, w.number(2<<(c-0xdc)))
	case 0xde, 0xdf:
		return w.holds(kindMap, 2*w.number(2<<(c-0xde)))
	}
	return w.fail() // 0xc1 is never used
}

// pass takes what a map or an array holds.
func (w *walker) pass(v value) {
	for left := v.count; left > 0 && !w.broken; left-- {
		left += w.next().count
	}
}

// pairs begins a map and returns how many pairs it has. Any other value counts as an empty one.
func (w *walker) pairs() int {
	v := w.next()
	if v.kind == kindMap {
		return v.count / 2
	}
	w.pass(v)
	return 0
}

// noKey is the key of a pair whose key is no number of a field.
const noKey = -1

// key takes the key of a pair.
func (w *walker) key() int {
	v := w.next()
	w.pass(v)
	if v.kind == kindInt && v.whole < 256 {
		return int(v.whole)
	}
	return noKey
}

func (w *walker) skip() { w.pass(w.next()) }

// whole sets *to to an integer. Two's complement of 32 bits is left as it came.
func (w *walker) whole(to *uint64) {
	switch v := w.next(); {
	case v.kind == kindInt, v.kind == kindBool:
		*to = v.whole
	case v.kind == kindFloat && v.float >= 0 && v.float < 1<<63:
		*to = uint64(v.float)
	default:
		w.pass(v)
	}
}

func (w *walker) number32(to *uint32) {
	u := uint64(*to)
	w.whole(&u)
	*to = uint32(min(u, math.MaxUint32))
}

// float sets *to to a number. What is not a number is taken as absent.
func (w *walker) float(to *float64) {
	v := w.next()
	if (v.kind == kindInt || v.kind == kindFloat) && !math.IsNaN(v.float) && !math.IsInf(v.float, 0) {
		*to = v.float
		return
	}
	w.pass(v)
}

func (w *walker) octetsTo(to *[]byte) {
	v := w.next()
	if v.kind == kindText {
		*to = v.text
		return
	}
	w.pass(v)
}

// maxText is the longest text that is kept: a definition of a source.
const maxText = 8191

func (w *walker) text(to *string) {
	var b []byte
	if w.octetsTo(&b); b != nil && len(b) <= maxText {
		*to = string(b)
	}
}

// Bounds of a list of channels. Tools take no longer name.
const (
	maxChannels = 1024
	maxChannel  = 63
)

func (w *walker) channels(to *[]string) {
	v := w.next()
	if v.kind != kindArray {
		w.pass(v)
		return
	}
	var list []string
	for range v.count {
		var b []byte
		if w.octetsTo(&b); len(b) > 0 && len(b) <= maxChannel && len(list) < maxChannels {
			list = append(list, string(b))
		}
		if w.broken {
			return
		}
	}
	*to = list
}

// root begins a payload. One that is empty is an empty map.
func root(payload []byte) (walker, int, error) {
	w := walker{b: payload}
	if len(payload) == 0 {
		return w, 0, nil
	}
	v := w.next()
	if v.kind != kindMap {
		return w, 0, ErrPayload
	}
	return w, v.count / 2, nil
}

func (w *walker) err() error {
	if w.broken {
		return ErrPayload
	}
	return nil
}
