package tocsin

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxQuoted is how many octets of a name Quote shows: twice the longest legal SSID.
const maxQuoted = 64

// Quote returns a name that came from the air, such as an SSID, in double quotes and on one line. What a terminal, a
// web page or a reader could take for something else is escaped, \xNN an octet and \u{N} a character: controls,
// whatever is invisible or turns the direction of writing, invalid UTF-8, quotes and backslashes. Of a name of more
// than 64 octets the first are shown, and … follows the closing quote.
func Quote(name []byte) string {
	var b strings.Builder
	b.WriteByte('"')
	first := true
	for rest := name[:min(len(name), maxQuoted)]; len(rest) > 0; first = false {
		r, n := utf8.DecodeRune(rest)
		if r == utf8.RuneError && n == 1 && len(name) > maxQuoted && !utf8.FullRune(rest) {
			break // the bound cut a character in two
		}
		switch {
		case r < utf8.RuneSelf && (!unicode.IsPrint(r) || r == '"' || r == '\\'), r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, rest[0])
		case !unicode.IsPrint(r) || unseen(r) || first && unicode.IsMark(r):
			fmt.Fprintf(&b, `\u{%x}`, r)
		default:
			b.WriteRune(r)
		}
		rest = rest[n:]
	}
	b.WriteByte('"')
	if len(name) > maxQuoted {
		b.WriteString("…")
	}
	return b.String()
}

// unseen reports whether r has no shape of its own though Unicode counts it among the printable: joiners, selectors of
// a variant, fillers, and the empty pattern of Braille.
func unseen(r rune) bool {
	return r == '\u2800' || unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}
