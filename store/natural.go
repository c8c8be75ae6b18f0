package store

import (
	"encoding/binary"
	"math"
	"strings"
)

// NaturalKey returns bytes that compare as s does among other texts when the decimal numbers in them count by their value:
// "ch 9" is before "ch 10". Texts that differ only in leading zeros are in the order of their bytes.
func NaturalKey(s string) []byte {
	b := make([]byte, 0, 2*len(s)+8)
	for i := 0; i < len(s); {
		if !isDigit(s[i]) {
			b = append(b, s[i])
			i++
			continue
		}
		end := i
		for end < len(s) && isDigit(s[end]) {
			end++
		}
		// One octet that stands for a digit among other octets, then the length: a longer number is a larger one.
		digits := strings.TrimLeft(s[i:end], "0")
		b = binary.BigEndian.AppendUint16(append(b, '0'), uint16(min(len(digits), math.MaxUint16)))
		b = append(b, digits...)
		i = end
	}
	return append(append(b, 0), s...)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// containsFold reports whether term is in s, letters A to Z in either case: what every store can do.
func containsFold(s, term string) bool { return strings.Contains(foldASCII(s), foldASCII(term)) }

func foldASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return string(b)
}

// Octets reads term as a part of an address, hexadecimal digits with or without colons, and returns its whole octets; nil
// if it is something else. A digit that is left over is passed over.
func Octets(term string) []byte {
	var octets []byte
	high := -1
	for i := range len(term) {
		digit := hexDigit(term[i])
		switch {
		case digit < 0 && term[i] == ':':
		case digit < 0:
			return nil
		case high < 0:
			high = digit
		default:
			octets = append(octets, byte(high<<4|digit))
			high = -1
		}
	}
	return octets
}

func hexDigit(c byte) int {
	switch {
	case isDigit(c):
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}
