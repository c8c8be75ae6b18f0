package ble

// CRC says what is known of a packet's checksum.
type CRC uint8

const (
	CRCAbsent CRC = iota
	CRCGood
	CRCBad // the packet was damaged on the way; it proves nothing about its sender
)

// Vol 6 Part B §3.1.1: x²⁴+x¹⁰+x⁹+x⁶+x⁴+x³+x+1, preset with 0x555555 for advertising; here both with their bits in
// the order of transmission.
const (
	crcPolynomial = 0xda6000
	crcPreset     = 0xaaaaaa
)

var crcTable = makeCRCTable()

func makeCRCTable() (t [256]uint32) {
	for i := range t {
		v := uint32(i)
		for range 8 {
			v = v>>1 ^ v&1*crcPolynomial
		}
		t[i] = v
	}
	return t
}

// Checksum returns the CRC of a PDU on the advertising channels as it is sent.
func Checksum(pdu []byte) [3]byte {
	v := uint32(crcPreset)
	for _, c := range pdu {
		v = v>>8 ^ crcTable[byte(v)^c]
	}
	return [3]byte{byte(v), byte(v >> 8), byte(v >> 16)}
}

func check(pdu, crc []byte) CRC {
	if Checksum(pdu) == [3]byte(crc) {
		return CRCGood
	}
	return CRCBad
}
