package dot11

// FCS says what is known of a frame's checksum.
type FCS uint8

const (
	FCSAbsent FCS = iota // the sensor kept none and said nothing
	FCSGood              // computed here, or vouched for by the sensor
	FCSBad               // the frame was damaged on the way; it proves nothing about its sender
)

// Radio is what the receiver said of one reception.
type Radio struct {
	TSF       uint64 // µs of the receiver's clock when the frame arrived; valid if HasTSF
	Frequency uint16 // MHz, of the primary channel; 0 if not said
	Rate      uint16 // units of 500 kbit/s; 0 if not said or if the rate is an HT, VHT, HE or EHT one
	Signal    int8   // dBm; 0 if not said
	Noise     int8   // dBm; 0 if not said
	Antenna   uint8  // valid if HasAntenna
	FCS       FCS

	HasTSF     bool
	HasAntenna bool
	OFDM       bool // modulation of the reception, as far as the header says
	// FCSLen is how many octets of FCS stand at the end of the frame: 0 or 4.
	FCSLen uint8
	// Pad is how many octets of padding stand between MAC header and body: radiotap flag 0x20 aligns to 4.
	Pad bool
}

// Channel returns the number of the channel whose primary is at MHz, 0 if there is none (802.11-2020 annex E).
func Channel(mhz uint16) uint8 {
	switch {
	case mhz == 2484:
		return 14
	case mhz >= 2412 && mhz <= 2472 && (mhz-2407)%5 == 0:
		return uint8((mhz - 2407) / 5)
	case mhz >= 4910 && mhz <= 4980 && mhz%5 == 0:
		return uint8((mhz - 4000) / 5)
	case mhz == 5935:
		return 2
	case mhz >= 5955 && mhz <= 7115 && (mhz-5950)%5 == 0:
		return uint8((mhz - 5950) / 5)
	case mhz >= 5005 && mhz <= 5925 && mhz%5 == 0:
		return uint8((mhz - 5000) / 5)
	}
	return 0
}

// RateIsOFDM reports whether a frame at rate (units of 500 kbit/s) was sent with OFDM and not with DSSS, CCK or PBCC,
// which have rates that no OFDM channel width has (802.11-2020 §15.2, §16.2, §17.2).
func RateIsOFDM(rate uint16) bool {
	switch rate {
	case 0, 2, 4, 11, 22, 44, 66:
		return false
	}
	return true
}

// Frequency returns the MHz of a channel number as old radio headers give it, which know no band above 5 GHz; 0 if
// there is none.
func Frequency(channel uint32) uint16 {
	switch {
	case channel == 14:
		return 2484
	case channel >= 1 && channel <= 13:
		return uint16(2407 + 5*channel)
	case channel >= 34 && channel <= 177:
		return uint16(5000 + 5*channel)
	}
	return 0
}

// DBM returns v as a signal or noise level in dBm, 0 if it cannot be one.
func DBM(v int32) int8 {
	if v < -127 || v >= 0 {
		return 0
	}
	return int8(v)
}
