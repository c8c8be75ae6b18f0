package dot11

import (
	"bytes"
	"iter"
)

// Elements is the list of elements of one management frame, indexed once. It points into the frame.
type Elements struct {
	list []byte
	n    int    // elements indexed
	some uint64 // a bit for the low six bits of each id among them: most look-ups are for what is not there
	// The first maxElements elements: one byte of id each, so that a look-up is a scan of adjacent bytes.
	ids     [maxElements]uint8
	offsets [maxElements]uint16

	end    int       // of the last one indexed
	moving [16]uint8 // places of volatile ones
	moves  int       // of them
}

// maxElements bounds the index. Real frames have fewer than 50 elements; what comes later is not found by id.
const maxElements = 96

// Element is one element. Data is without id, length and, if ID is ElementExtension, without the extension id.
type Element struct {
	ID, Ext uint8
	Data    []byte
}

// reset empties e. Of ids and offsets only the first n entries are ever read.
func (e *Elements) reset() { e.list, e.n, e.some, e.end, e.moves = nil, 0, 0, 0, 0 }

// index reads b as a list of elements up to the first that overruns it.
func (f *Frame) index(b []byte) {
	e := &f.Elements
	e.list = b
	at, n, moves, once, some := 0, 0, 0, uint8(0), uint64(0)
	var defects Defects
	for at+2 <= len(b) {
		id, length := b[at], b[at+1]
		end := at + 2 + int(length)
		if end > len(b) {
			defects |= DefectOverrun
			break
		}
		if n == maxElements || at > 0xffff {
			defects |= DefectTooMany
			break
		}
		r := &rules[id]
		if length < r.least || r.most != 0 && length > r.most {
			defects |= lengthDefects(id, int(length))
		}
		if r.once&once != 0 {
			defects |= DefectDuplicate
		}
		once |= r.once
		defects |= contentDefects(id, b[at+2:end])
		e.ids[n], e.offsets[n] = id, uint16(at)
		if volatile[id] && moves < len(e.moving) {
			e.moving[moves] = uint8(n)
			moves++
		}
		some |= 1 << (id & 63)
		n++
		at = end
	}
	if at+1 == len(b) {
		defects |= DefectTrailing
	}
	e.n, e.some, e.moves, e.end = n, some, moves, at
	f.Defects |= defects
}

// contentDefects is Element.Defects for those few elements that have more to them than a length.
func contentDefects(id uint8, d []byte) Defects {
	switch id {
	case ElementRSN, ElementVendor:
		return suiteDefects(id, d)
	case ElementExtension:
		if len(d) > 0 {
			return extensionDefects(d[0], len(d)-1)
		}
	}
	return 0
}

// Len returns the number of elements.
func (e *Elements) Len() int { return e.n }

// Raw returns the octets behind the fixed fields, readable or not.
func (e *Elements) Raw() []byte { return e.list }

// At returns element i, 0 ≤ i < Len.
func (e *Elements) At(i int) Element {
	data := e.data(i)
	if e.ids[i] == ElementExtension && len(data) > 0 {
		return Element{ElementExtension, data[0], data[1:]}
	}
	return Element{ID: e.ids[i], Data: data}
}

// data returns what follows the length of element i.
func (e *Elements) data(i int) []byte {
	at := int(e.offsets[i])
	end := at + 2 + int(e.list[at+1])
	return e.list[at+2 : end : end]
}

// All yields the elements in the order of the frame.
func (e *Elements) All() iter.Seq[Element] {
	return func(yield func(Element) bool) {
		for i := range e.n {
			if !yield(e.At(i)) {
				return
			}
		}
	}
}

// Find returns the data of the first element with this id, and whether there is one.
func (e *Elements) Find(id uint8) ([]byte, bool) {
	i := e.next(0, id)
	if i < 0 {
		return nil, false
	}
	return e.data(i), true
}

// FindExt returns the data behind the extension id of the first element with this one, and whether there is one.
func (e *Elements) FindExt(ext uint8) ([]byte, bool) {
	for i := e.next(0, ElementExtension); i >= 0; i = e.next(i+1, ElementExtension) {
		if d := e.data(i); len(d) > 0 && d[0] == ext {
			return d[1:], true
		}
	}
	return nil, false
}

// Vendor returns what follows OUI and type in the first vendor-specific element with these, and whether there is one.
func (e *Elements) Vendor(oui uint32, typ uint8) ([]byte, bool) {
	for i := e.next(0, ElementVendor); i >= 0; i = e.next(i+1, ElementVendor) {
		if d := e.data(i); len(d) >= 4 && d[0] == byte(oui>>16) && d[1] == byte(oui>>8) && d[2] == byte(oui) && d[3] == typ {
			return d[4:], true
		}
	}
	return nil, false
}

// next returns the place of the first element with this id at or after i, -1 if there is none.
func (e *Elements) next(i int, id uint8) int {
	if e.some&(1<<(id&63)) == 0 {
		return -1
	}
	j := bytes.IndexByte(e.ids[i:e.n], id)
	if j < 0 {
		return -1
	}
	return i + j
}

// SSID returns the octets of the first SSID element as they are on air, of any length, and whether there is one.
// hidden: the element is empty, or all its octets are 0.
func (e *Elements) SSID() (ssid []byte, ok, hidden bool) {
	ssid, ok = e.Find(ElementSSID)
	if !ok {
		return nil, false, false
	}
	for _, c := range ssid {
		if c != 0 {
			return ssid, true, false
		}
	}
	return ssid, true, true
}
