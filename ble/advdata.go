package ble

import "iter"

// AD is advertising data: structures one behind the other (Vol 3 Part C §11).
type AD []byte

// Structure is one of them, without its length.
type Structure struct {
	Type uint8 // of the assigned numbers §2.3
	Data []byte
}

// Types of structures (Assigned Numbers §2.3).
const (
	TypeFlags              = 0x01
	TypeServices16         = 0x02 // incomplete list of 16-bit service UUIDs
	TypeServices16Complete = 0x03
	TypeShortName          = 0x08
	TypeName               = 0x09
	TypeServiceData16      = 0x16
	TypeManufacturer       = 0xff
)

// next returns the structure that begins at octet at and where the one behind it does; false if there is none. A
// length of 0 ends the data early.
func (d AD) next(at int) (s Structure, end int, ok bool) {
	if at >= len(d) || d[at] == 0 {
		return Structure{}, at, false
	}
	if end = at + 1 + int(d[at]); end > len(d) {
		return Structure{}, at, false
	}
	return Structure{d[at+1], d[at+2 : end : end]}, end, true
}

// All yields the structures in their order, up to the first that overruns the data.
func (d AD) All() iter.Seq[Structure] {
	return func(yield func(Structure) bool) {
		for s, at, ok := d.next(0); ok; s, at, ok = d.next(at) {
			if !yield(s) {
				return
			}
		}
	}
}

// Find returns the data of the first structure of this type, and whether there is one.
func (d AD) Find(typ uint8) ([]byte, bool) {
	for s, at, ok := d.next(0); ok; s, at, ok = d.next(at) {
		if s.Type == typ {
			return s.Data, true
		}
	}
	return nil, false
}

// Defects returns what a strict reader complains of.
func (d AD) Defects() Defects {
	_, at, ok := d.next(0)
	for ok {
		_, at, ok = d.next(at)
	}
	if at == len(d) {
		return 0
	}
	if d[at] != 0 {
		return DefectOverrun
	}
	for _, c := range d[at:] {
		if c != 0 {
			return DefectPadding
		}
	}
	return 0
}
