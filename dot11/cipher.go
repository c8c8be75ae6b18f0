package dot11

import "encoding/binary"

// PacketNumber returns the packet number and the key id of an encrypted frame, and whether it has them: frames of CCMP and
// GCMP (802.11-2020 §12.5.3.2, §12.5.5.2) and of TKIP (§12.5.2.2) have, those of WEP have not.
func (f *Frame) PacketNumber() (pn uint64, key uint8, ok bool) {
	const (
		headerLen = 8
		extIV     = 0x20
	)
	b := f.Body
	if !f.IsProtected() || len(b) < headerLen || b[3]&extIV == 0 {
		return 0, 0, false
	}
	high := uint64(binary.LittleEndian.Uint32(b[4:])) << 16
	low := uint64(b[0]) | uint64(b[1])<<8
	if b[2] != 0 && b[1] == (b[0]|0x20)&0x7f { // the WEP seed of TKIP, made from TSC1
		low = uint64(b[2]) | uint64(b[0])<<8
	}
	return high | low, b[3] >> 6, true
}
