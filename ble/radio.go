package ble

import "errors"

// PHY is how the bits of a packet are sent.
type PHY uint8

// PHYs, with their numbers in all headers here (Vol 6 Part B §2.3.4.5).
const (
	PHY1M    PHY = 0
	PHY2M    PHY = 1
	PHYCoded PHY = 2
)

// Reception is what a radio header says of a packet.
type Reception struct {
	RF       uint8 // channel, 0 to 39; valid if HasRF
	HasRF    bool
	Signal   int8 // dBm; 0 if not said
	Noise    int8 // dBm; 0 if not said
	PHY      PHY
	CRC      CRC  // as the sensor says
	Whitened bool // PDU and CRC are as they were on air, if the header is right
}

// Errors of radio headers.
var (
	ErrHeader   = errors.New("ble: radio header is cut off or of an unknown version")
	ErrNoPacket = errors.New("ble: a message of the sniffer, without a packet")
)

// Flags of LINKTYPE_BLUETOOTH_LE_LL_WITH_PHDR.
const (
	flagDewhitened  = 0x0001
	flagSignal      = 0x0002
	flagNoise       = 0x0004
	flagCRCChecked  = 0x0400
	flagCRCValid    = 0x0800
	radioHeaderLen  = 10
	nordicHeaderLen = 7
)

// DecodeRadio replaces *r with what the header of LINKTYPE_BLUETOOTH_LE_LL_WITH_PHDR says, and returns its length.
func DecodeRadio(b []byte, r *Reception) (n int, err error) {
	*r = Reception{}
	if len(b) < radioHeaderLen {
		return 0, ErrHeader
	}
	flags := uint16(b[8]) | uint16(b[9])<<8
	if b[0] < Channels {
		r.RF, r.HasRF = b[0], true
	}
	if flags&flagSignal != 0 {
		r.Signal = int8(b[1])
	}
	if flags&flagNoise != 0 {
		r.Noise = int8(b[2])
	}
	r.Whitened = flags&flagDewhitened == 0
	r.PHY = PHY(flags >> 14)
	if flags&flagCRCChecked != 0 {
		r.CRC = verdict(flags&flagCRCValid != 0)
	}
	return radioHeaderLen, nil
}

// Messages of LINKTYPE_NORDIC_BLE that hold a packet.
const (
	nordicAdvertising = 0x02 // since version 3
	nordicPacket      = 0x06
)

// DecodeNordic replaces *r with what the headers of LINKTYPE_NORDIC_BLE say, versions 1 to 3, and returns their length.
func DecodeNordic(b []byte, r *Reception) (n int, err error) {
	*r = Reception{}
	if len(b) < nordicHeaderLen {
		return 0, ErrHeader
	}
	switch version := b[3]; version {
	case 1:
		n = 1 + int(b[1]) // the board is not counted
	case 2, 3:
		n = nordicHeaderLen
	}
	if n < nordicHeaderLen {
		return 0, ErrHeader
	}
	if message := b[6]; message != nordicPacket && message != nordicAdvertising {
		return 0, ErrNoPacket
	}
	// Length, flags, channel index, signal; then an event counter and a time.
	if len(b) < n+4 || b[n] < 4 {
		return 0, ErrHeader
	}
	flags, index, weakness := b[n+1], b[n+2], b[n+3]
	if index < Channels {
		r.RF, r.HasRF = RF(index), true
	}
	if weakness <= 127 {
		r.Signal = -int8(weakness)
	}
	r.CRC = verdict(flags&1 != 0)
	r.PHY = PHY(flags >> 4 & 7)
	return n + int(b[n]), nil
}

func verdict(good bool) CRC {
	if good {
		return CRCGood
	}
	return CRCBad
}
