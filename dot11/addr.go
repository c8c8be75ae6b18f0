package dot11

import (
	"encoding/hex"
	"errors"
)

// Addr is a 48-bit IEEE 802 address in transmission order.
type Addr [6]byte

// Broadcast is the address of every station.
var Broadcast = Addr{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

// ErrAddr is wrapped by every error of ParseAddr.
var ErrAddr = errors.New("not a MAC address")

// IsZero reports whether no address is given.
func (a Addr) IsZero() bool { return a == Addr{} }

// IsGroup reports whether a is a multicast or the broadcast address (802-2014 §8.2.2).
func (a Addr) IsGroup() bool { return a[0]&1 != 0 }

// IsLocal reports whether a is locally administered: randomised, or given by software.
func (a Addr) IsLocal() bool { return a[0]&2 != 0 }

// IsStation reports whether a can be the address of one device.
func (a Addr) IsStation() bool { return !a.IsGroup() && !a.IsZero() }

// OUI returns the first three octets as a number.
func (a Addr) OUI() uint32 { return uint32(a[0])<<16 | uint32(a[1])<<8 | uint32(a[2]) }

// AppendText appends a in the form "AA:BB:CC:DD:EE:FF".
func (a Addr) AppendText(b []byte) ([]byte, error) {
	const digits = "0123456789ABCDEF"
	for i, x := range a {
		if i > 0 {
			b = append(b, ':')
		}
		b = append(b, digits[x>>4], digits[x&15])
	}
	return b, nil
}

// String returns a in the form "AA:BB:CC:DD:EE:FF".
func (a Addr) String() string {
	b, _ := a.AppendText(make([]byte, 0, 17))
	return string(b)
}

// ParseAddr reads six octets in hexadecimal, parted by ":" or "-", or not parted at all.
func ParseAddr(s string) (Addr, error) {
	var a Addr
	digits := make([]byte, 0, 12)
	switch len(s) {
	case 12:
		digits = append(digits, s...)
	case 17:
		for i := range len(s) {
			if i%3 != 2 {
				digits = append(digits, s[i])
			} else if s[i] != s[2] || s[i] != ':' && s[i] != '-' {
				return a, ErrAddr
			}
		}
	default:
		return a, ErrAddr
	}
	if _, err := hex.Decode(a[:], digits); err != nil {
		return Addr{}, ErrAddr
	}
	return a, nil
}
