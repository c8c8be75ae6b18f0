package ble

// Channels is how many RF channels there are, numbered from 0 (Vol 6 Part A §2).
const Channels = 40

// Frequency returns the MHz of an RF channel.
func Frequency(rf uint8) uint16 { return 2402 + 2*uint16(rf) }

// Index returns the index of an RF channel, by which the standard calls it: 37, 38 and 39 are those of advertising
// (Vol 6 Part B §1.4.1).
func Index(rf uint8) uint8 {
	switch {
	case rf == 0:
		return 37
	case rf < 12:
		return rf - 1
	case rf == 12:
		return 38
	case rf < 39:
		return rf - 2
	}
	return 39
}

// RF returns the RF channel of an index.
func RF(index uint8) uint8 {
	switch {
	case index < 11:
		return index + 1
	case index < 37:
		return index + 2
	case index == 37:
		return 0
	case index == 38:
		return 12
	}
	return 39
}

// Dewhiten puts the octets of b, PDU and CRC as they are on air on an RF channel, into dst, which is as long (Vol 6
// Part B §3.2). It is its own inverse.
func Dewhiten(dst, b []byte, rf uint8) {
	register := 0x40 | Index(rf) // of x⁷+x⁴+1, its first position in bit 6
	for i, c := range b {
		for bit := range 8 {
			out := register & 1
			c ^= out << bit
			register >>= 1
			if out != 0 {
				register ^= 0x44
			}
		}
		dst[i] = c
	}
}
