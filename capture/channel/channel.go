// Package channel is the channels of 802.11 as people write them, and the plan of radios that hop over them.
//
// # Format
//
// A channel is written as the programs for Linux write it: a number or a frequency in MHz, then nothing (20 MHz), HT20, HT40+,
// HT40-, VHT80, VHT160, the last two with the centre of the block behind a hyphen if need be, W5 or W10 for narrow ones, and
// W6e behind the number of a channel of 6 GHz. Case does not count.
package channel

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Width is how much of the air a channel takes.
type Width uint8

// The widths. Plain is 20 MHz as it was before 802.11n.
const (
	Plain Width = iota
	HT20
	HT40
	VHT80
	VHT160
	W5
	W10
)

// suffixes are how widths are written. Of HT40 the sign follows.
var suffixes = [...]string{Plain: "", HT20: "HT20", HT40: "HT40", VHT80: "VHT80", VHT160: "VHT160", W5: "W5", W10: "W10"}

// Channel is what a radio can be tuned to. Two that mean the same are equal, however they were written.
type Channel struct {
	MHz    int // the middle of the primary channel
	Width  Width
	Center int // the middle of the whole channel in MHz
}

// maxText is the longest text of a channel that tools take.
const maxText = 63

// At returns the channel of 20 MHz at a frequency.
func At(mhz int) Channel { return Channel{MHz: mhz, Center: mhz} }

// Parse reads one channel.
func Parse(text string) (Channel, error) {
	c, err := parse(strings.TrimSpace(text))
	if err != nil {
		if len(text) > maxText {
			text = text[:maxText] + "…"
		}
		return Channel{}, fmt.Errorf("channel %q: %w", text, err)
	}
	return c, nil
}

// ParseList reads channels separated by commas or spaces, and tells of every mistake.
func ParseList(text string) ([]Channel, error) {
	var list []Channel
	var mistakes []error
	for _, field := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }) {
		c, err := Parse(field)
		list, mistakes = append(list, c), append(mistakes, err)
	}
	if err := errors.Join(mistakes...); err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, errors.New("there is no channel in the list")
	}
	return list, nil
}

func parse(text string) (Channel, error) {
	digits := len(text) - len(strings.TrimLeft(text, "0123456789"))
	switch {
	case len(text) > maxText:
		return Channel{}, fmt.Errorf("no channel has more than %d characters", maxText)
	case digits == 0:
		return Channel{}, errors.New("a channel begins with its number or its frequency in MHz, such as 6 or 2437")
	case digits > 4:
		return Channel{}, errors.New("the number is too large")
	}
	number, _ := strconv.Atoi(text[:digits])
	suffix := strings.ToUpper(text[digits:])
	if suffix == "W6E" {
		return six(number)
	}
	mhz, err := frequency(number)
	if err != nil {
		return Channel{}, err
	}
	if BandOf(mhz) == Band6 && suffix != "" {
		return Channel{}, errors.New("channels of 6 GHz are 20 MHz wide here: write the frequency or, such as 5W6e, the number alone")
	}
	return widen(mhz, suffix)
}

// six returns the channel of a number in 6 GHz.
func six(number int) (Channel, error) {
	if mhz := 5950 + 5*number; number != 2 && BandOf(mhz) == Band6 {
		return At(mhz), nil
	}
	if number == 2 {
		return At(5935), nil
	}
	return Channel{}, errors.New("channels of 6 GHz are 1, 5, 9, … 233, and 2")
}

// frequency returns what a number before any suffix means, in MHz.
func frequency(number int) (mhz int, err error) {
	const unknown = "there is no such channel: there are 1-14, 32-177, 182-196, and with W6e behind them 1, 5, 9, … 233"
	switch {
	case number > 250:
		if BandOf(number) == NoBand {
			return 0, errors.New("no channel has that frequency")
		}
		return number, nil
	case number == 14:
		mhz = 2484
	case number < 14:
		mhz = 2407 + 5*number
	case number >= 182 && number <= 196:
		mhz = 4000 + 5*number
	case number < 182:
		mhz = 5000 + 5*number
	}
	if number == 0 || BandOf(mhz) == NoBand {
		return 0, errors.New(unknown)
	}
	return mhz, nil
}

// widen returns the channel at mhz whose width a suffix in capitals tells.
func widen(mhz int, suffix string) (Channel, error) {
	name, center, explicit := strings.Cut(suffix, "-")
	c := At(mhz)
	if strings.HasPrefix(suffix, suffixes[HT40]) {
		return ht40(mhz, strings.TrimPrefix(suffix, suffixes[HT40]))
	}
	for w, s := range suffixes {
		if s == name {
			c.Width = Width(w)
			return wide(c, center, explicit)
		}
	}
	return Channel{}, errors.New("behind the number stands nothing, HT20, HT40+, HT40-, VHT80, VHT160, W5, W10 or W6e")
}

// wide completes a channel whose block may be named by its centre.
func wide(c Channel, center string, explicit bool) (Channel, error) {
	width := blockWidth(c.Width)
	switch {
	case width == 0 && explicit:
		return Channel{}, errors.New("only VHT80 and VHT160 have a centre behind a hyphen")
	case width == 0:
		return c, nil
	case explicit:
		number, err := strconv.Atoi(center)
		if err != nil || len(center) > 4 {
			return Channel{}, errors.New("behind the hyphen stands the centre of the block, as a number or in MHz")
		}
		if number <= 250 {
			number = 5000 + 5*number
		}
		// A primary channel is one of the block's parts of 20 MHz.
		if off := number - c.MHz; off > width/2-10 || off < 10-width/2 || off%20 != 10 && off%20 != -10 {
			return Channel{}, fmt.Errorf("no channel of %d MHz with that centre contains %d MHz", width, c.MHz)
		}
		c.Center = number
		return c, nil
	}
	if c.Center = block(c.MHz, c.Width); c.Center == 0 {
		return Channel{}, fmt.Errorf("it is in no block of %d MHz", width)
	}
	return c, nil
}

// String returns the channel as tools take it: Parse of it is the same channel.
func (c Channel) String() string {
	number := strconv.Itoa(Number(c.MHz))
	switch c.Width {
	case Plain:
		if BandOf(c.MHz) == Band6 {
			return number + "W6e"
		}
	case HT40:
		if c.Center < c.MHz {
			return number + "HT40-"
		}
		return number + "HT40+"
	case VHT80, VHT160:
		if c.Center != block(c.MHz, c.Width) {
			return fmt.Sprintf("%s%s-%d", number, suffixes[c.Width], (c.Center-5000)/5)
		}
	}
	return number + suffixes[c.Width]
}
