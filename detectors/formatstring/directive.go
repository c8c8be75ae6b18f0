package formatstring

import (
	"bytes"
	"encoding/hex"
	"strings"
)

// directives is what of a name the formatting functions of C and of Foundation would obey.
type directives struct {
	dangerous int // they write to memory, or read where an argument that is not there would point
	others    int // they show what happens to be in memory
	words     int // of both, those that may as well be the beginning of a word: "%secret"
	octets    int // of both together
}

const (
	dangerous = "nsSp@"
	others    = "aAcCdDeEfFgGimoOuUxX"
	modifiers = "0123456789.*$hlLqjzt-+#'" // what may be between the sign and the letter
)

// read finds the directives in a name. Percentages ("100%sure"), octets as URLs write them ("My%20network") and the
// sign itself ("%%") are none.
func read(ssid []byte) (d directives) {
	for i := 0; i < len(ssid); i++ {
		if ssid[i] != '%' {
			continue
		}
		behind := ssid[i+1:]
		if len(behind) > 0 && behind[0] == '%' {
			i++
			continue
		}
		end := bytes.TrimLeft(behind, modifiers)
		if len(end) == 0 {
			break
		}
		letter, rest := end[0], end[1:]
		switch {
		case strings.IndexByte(dangerous+others, letter) < 0, isEscape(behind), isPercentage(ssid[:i], rest):
			continue
		case strings.IndexByte(dangerous, letter) >= 0:
			d.dangerous++
		default:
			d.others++
		}
		if len(rest) > 0 && isLetter(rest[0]) {
			d.words++
		}
		d.octets += len(behind) + 1 - len(rest)
		i = len(ssid) - len(rest) - 1
	}
	return d
}

// isEscape reports whether behind the sign is an octet that a URL must not hold (RFC 3986 §2.1 and §2.3): any other
// is more likely the width of a directive, as in "%08x".
func isEscape(b []byte) bool {
	if len(b) < 2 {
		return false
	}
	var octet [1]byte
	_, err := hex.Decode(octet[:], b[:2])
	c := octet[0]
	return err == nil && c >= ' ' && (c >= 0x80 || !isDigit(c) && !isLetter(c) && strings.IndexByte("-._~", c) < 0)
}

// isPercentage reports whether a sign and a letter between the two follow on a number: then they belong to it, unless
// more than a word follows on them.
func isPercentage(before, after []byte) bool {
	before = bytes.TrimRight(before, " ")
	return len(before) > 0 && isDigit(before[len(before)-1]) && (len(after) == 0 || after[0] != '%' && !isDigit(after[0]))
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// isLetter reports whether c is a letter, or part of one of another script.
func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80 }

// isSure reports whether the name can be nothing but a format, as one or two of a million random names are: half of it
// is directives, and these are two dangerous ones or several; or it is longer and has several dangerous ones.
func (d directives) isSure(ssid []byte) bool {
	half := 2*d.octets >= len(ssid)
	return d.dangerous >= several || half && (d.dangerous >= 2 || d.dangerous+d.others >= several)
}

// isMild reports whether the name harms less than others, or may well be innocent: it holds nothing dangerous, or
// nothing but one word behind a sign, as in "%pizza%".
func (d directives) isMild() bool {
	return d.dangerous == 0 || d.dangerous+d.others == 1 && d.words == 1
}
