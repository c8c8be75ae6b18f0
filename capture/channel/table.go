package channel

import "errors"

// Band is a part of the spectrum in which channels are numbered.
type Band uint8

// The bands. NoBand has no channels.
const (
	NoBand Band = iota
	Band24
	Band49
	Band5
	Band6
)

func (b Band) String() string {
	return [...]string{NoBand: "none", Band24: "2.4 GHz", Band49: "4.9 GHz", Band5: "5 GHz", Band6: "6 GHz"}[b]
}

// BandOf returns the band that has a channel at a frequency, NoBand if none has (802.11-2020 Annex E; 6 GHz 802.11ax-2021).
func BandOf(mhz int) Band {
	switch {
	case mhz >= 2412 && mhz <= 2472 && (mhz-2412)%5 == 0, mhz == 2484:
		return Band24
	case mhz >= 4910 && mhz <= 4980 && mhz%5 == 0:
		return Band49
	case mhz >= 5160 && mhz <= 5885 && mhz%5 == 0:
		return Band5
	case mhz >= 5955 && mhz <= 7115 && (mhz-5955)%20 == 0, mhz == 5935:
		return Band6
	}
	return NoBand
}

// Regular reports whether networks use the channel of 20 MHz at a frequency. Those between them in 5 GHz and 4.9 GHz are for a
// few countries and for vehicles.
func Regular(mhz int) bool {
	switch BandOf(mhz) {
	case Band24, Band6:
		return true
	}
	plus, minus := sides(mhz)
	return plus || minus
}

// Number returns the number of the channel at a frequency, 0 if there is none.
func Number(mhz int) int {
	switch BandOf(mhz) {
	case Band24:
		if mhz == 2484 {
			return 14
		}
		return (mhz - 2407) / 5
	case Band49:
		return (mhz - 4000) / 5
	case Band5:
		return (mhz - 5000) / 5
	case Band6:
		if mhz == 5935 {
			return 2
		}
		return (mhz - 5950) / 5
	}
	return 0
}

// starts are the first primary channels of the runs of 5 GHz that wide channels are made of, and how many they have.
var starts = [...]struct{ mhz, channels int }{{5180, 8}, {5500, 12}, {5745, 8}}

// block returns the centre of the block of 80 or 160 MHz that a primary channel is in, 0 if it is in none.
func block(mhz int, w Width) int {
	width := blockWidth(w)
	for _, s := range starts {
		at := mhz - s.mhz
		if at < 0 || at >= 20*s.channels || at%20 != 0 {
			continue
		}
		if first := at / width * width; first+width <= 20*s.channels {
			return s.mhz - 10 + first + width/2
		}
	}
	return 0
}

// blockWidth is the width in MHz of channels whose block is known by its centre; 0 of others.
func blockWidth(w Width) int {
	switch w {
	case VHT80:
		return 80
	case VHT160:
		return 160
	}
	return 0
}

// ht40 returns the channel of 40 MHz whose second half is on the side of sign, + or - or either where there is one.
func ht40(mhz int, sign string) (Channel, error) {
	plus, minus := sides(mhz)
	switch {
	case sign == "+" && plus:
		return Channel{MHz: mhz, Width: HT40, Center: mhz + 10}, nil
	case sign == "-" && minus:
		return Channel{MHz: mhz, Width: HT40, Center: mhz - 10}, nil
	case sign != "+" && sign != "-":
		return Channel{}, errors.New("HT40+ has its second half above, HT40- below: write which")
	case plus:
		return Channel{}, errors.New("the second half is above it: HT40+")
	case minus:
		return Channel{}, errors.New("the second half is below it: HT40-")
	}
	return Channel{}, errors.New("it is half of no channel of 40 MHz")
}

// sides tells where the second half of 40 MHz may be: in 2.4 GHz wherever there is room, in 5 GHz in pairs.
func sides(mhz int) (plus, minus bool) {
	if BandOf(mhz) == Band24 {
		n := Number(mhz)
		return n <= 9, n >= 5 && n <= 13
	}
	for _, s := range starts {
		if at := mhz - s.mhz; at >= 0 && at < 20*s.channels && at%20 == 0 {
			return at%40 == 0, at%40 != 0
		}
	}
	return false, false
}
