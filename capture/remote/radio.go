package remote

import (
	"encoding/binary"

	"github.com/tocsin-wids/tocsin/capture/remote/wire"
	"github.com/tocsin-wids/tocsin/pcap"
)

// Headers are put into the octets before a packet, which are of its own frame and have been read.
const (
	radiotapLen  = 14
	bluetoothLen = 10
)

const _ = uint(wire.HeaderLen - radiotapLen) // there is room for either

// headed returns the link type and the octets of a packet, with a radio header where it has none and the sensor said how it was
// heard. Data begins at b[at].
func headed(link pcap.LinkType, b []byte, at int, s wire.Signal) (pcap.LinkType, []byte) {
	switch {
	case s == wire.Signal{}:
	case link == pcap.LinkIEEE80211:
		putRadiotap(b[at-radiotapLen:at], s)
		return pcap.LinkRadiotap, b[at-radiotapLen:]
	case link == pcap.LinkBLE:
		putBluetooth(b[at-bluetoothLen:at], s)
		return pcap.LinkBLERadio, b[at-bluetoothLen:]
	}
	return link, b[at:]
}

// putRadiotap writes a header with the channel, the signal and the noise (radiotap.org, fields 3, 5 and 6). What is not known is 0,
// which means that.
func putRadiotap(h []byte, s wire.Signal) {
	const channel, signal, noise = 1 << 3, 1 << 5, 1 << 6
	clear(h)
	present := uint32(channel)
	if s.DBm != 0 {
		present |= signal
	}
	mhz := uint16(min(s.KHz/1000, 1<<16-1))
	at := 8
	binary.LittleEndian.PutUint16(h[at:], mhz)
	at += 4 // with the flags of the channel
	if s.DBm != 0 {
		h[at] = byte(int8(s.DBm))
		at++
	}
	if s.Noise != 0 {
		present |= noise
		h[at] = byte(int8(s.Noise))
	}
	binary.LittleEndian.PutUint16(h[2:], radiotapLen)
	binary.LittleEndian.PutUint32(h[4:], present)
}

// putBluetooth writes a header of LINKTYPE_BLUETOOTH_LE_LL_WITH_PHDR (www.tcpdump.org/linktypes.html).
func putBluetooth(h []byte, s wire.Signal) {
	const dewhitened, signal, noise, noChannel = 1, 2, 4, 0xff
	clear(h)
	flags := uint16(dewhitened)
	h[0] = noChannel
	if mhz := s.KHz / 1000; mhz >= 2402 && mhz <= 2480 {
		h[0] = byte((mhz - 2402) / 2)
	}
	if s.DBm != 0 {
		flags |= signal
		h[1] = byte(int8(s.DBm))
	}
	if s.Noise != 0 {
		flags |= noise
		h[2] = byte(int8(s.Noise))
	}
	binary.LittleEndian.PutUint16(h[8:], flags)
}
