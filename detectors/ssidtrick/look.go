package ssidtrick

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// unseen returns the first character of the SSID that is there to deceive; -1 if there is none. Emoji and names in other scripts
// have such characters honestly: joiners behind a character that is not ASCII, and marks of direction beside letters that run from right to left.
func unseen(ssid []byte) rune {
	text := utf8.Valid(ssid) // else it is in another encoding, or in none, of which the control characters are the same
	ssid = trimPadding(ssid)
	before := rune(0)
	for i := 0; i < len(ssid); {
		r, n := rune(ssid[i]), 1
		if text {
			r, n = utf8.DecodeRune(ssid[i:])
		}
		i += n
		switch {
		case r < ' ' || r == 0x7f:
			return r
		case !text:
		case r < 0xa0 && r > 0x7f || isOverride(r) || isBlank(r):
			return r
		case isJoiner(r) && before < 0x80:
			return r
		case isDirection(r) && !runsLeft(ssid):
			return r
		}
		before = r
	}
	return -1
}

// trimPadding returns ssid without the zeros with which some firmware fills the element.
func trimPadding(ssid []byte) []byte {
	for len(ssid) > 0 && ssid[len(ssid)-1] == 0 {
		ssid = ssid[:len(ssid)-1]
	}
	return ssid
}

// isOverride reports whether r changes the order of what follows it (Unicode UAX #9, the explicit formatting characters).
func isOverride(r rune) bool { return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 }

// isDirection reports whether r is an implicit mark of direction.
func isDirection(r rune) bool { return r == 0x200e || r == 0x200f || r == 0x061c }

func isJoiner(r rune) bool { return r == 0x200c || r == 0x200d }

// isBlank reports whether r takes no room, or takes room and shows nothing, and no script needs it.
func isBlank(r rune) bool {
	switch r {
	case 0x00ad, 0x115f, 0x1160, 0x180e, 0x200b, 0x2060, 0x2061, 0x2062, 0x2063, 0x2064, 0x2800, 0x3164, 0xfeff, 0xffa0:
		return true
	}
	return false
}

// runsLeft reports whether there is a letter that is written from right to left.
func runsLeft(ssid []byte) bool {
	for i := 0; i < len(ssid); {
		r, n := utf8.DecodeRune(ssid[i:])
		if unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko) {
			return true
		}
		i += n
	}
	return false
}

// looksLike reports whether people take the one for the other: characters that look alike count as one, and those that are not seen as none.
func looksLike(ssid, model []byte) bool {
	ssid, model = bytes.TrimLeft(ssid, " "), bytes.TrimLeft(model, " ")
	for {
		a, n := shape(ssid)
		b, m := shape(model)
		if a != b || a == end {
			return a == b
		}
		ssid, model = ssid[n:], model[m:]
	}
}

// end is the shape of nothing more.
const end = -1

// shape returns the first character that is seen, as that one of those that look like it by which all are known, and how many octets it and
// the unseen ones before it take. Blanks at the end are unseen, and several are one.
func shape(s []byte) (seen rune, size int) {
	blanks := false
	for size < len(s) {
		r, n := utf8.DecodeRune(s[size:])
		switch {
		case r == utf8.RuneError && n == 1:
			r = unicode.MaxRune + 1 + rune(s[size]) // an octet that is no character looks like nothing else
		case r == ' ' || r == 0xa0 || r >= 0x2000 && r <= 0x200a || r == 0x3000:
			blanks = true
			size += n
			continue
		case r < ' ' || r == 0x7f || isOverride(r) || isBlank(r) || isJoiner(r) || isDirection(r):
			size += n
			continue
		}
		if blanks {
			return ' ', size
		}
		return alike(r), size + n
	}
	return end, size
}

// alike returns the character by which r and those that look like it are known.
func alike(r rune) rune {
	if r >= 0xff01 && r <= 0xff5e { // full width forms of ASCII
		r -= 0xff01 - '!'
	}
	if ascii, ok := letters[r]; ok {
		r = ascii
	}
	switch r {
	case '0', 'o':
		return 'O'
	case '1', 'I', '|':
		return 'l'
	case 0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2212:
		return '-'
	}
	return r
}

// letters are those of Cyrillic and Greek that common fonts draw as Latin ones (Unicode UTS #39, confusables).
var letters = map[rune]rune{
	'а': 'a', 'е': 'e', 'о': 'o', 'р': 'p', 'с': 'c', 'х': 'x', 'у': 'y', 'і': 'i', 'ј': 'j', 'ѕ': 's', 'һ': 'h', 'ԁ': 'd', 'ԛ': 'q', 'ԝ': 'w', 'ӏ': 'l',
	'А': 'A', 'В': 'B', 'Е': 'E', 'К': 'K', 'М': 'M', 'Н': 'H', 'О': 'O', 'Р': 'P', 'С': 'C', 'Т': 'T', 'Х': 'X', 'У': 'Y', 'І': 'I', 'Ј': 'J', 'Ѕ': 'S',
	'Α': 'A', 'Β': 'B', 'Ε': 'E', 'Ζ': 'Z', 'Η': 'H', 'Ι': 'I', 'Κ': 'K', 'Μ': 'M', 'Ν': 'N', 'Ο': 'O', 'Ρ': 'P', 'Τ': 'T', 'Υ': 'Y', 'Χ': 'X',
	'ο': 'o', 'ν': 'v', 'α': 'a', 'ρ': 'p',
}
