package api

import (
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/tocsin-wids/tocsin"
)

const hexDigits = "0123456789abcdef"

// AppendString appends s as a JSON string that is always valid UTF-8: other bytes become U+FFFD.
func AppendString(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			if r, n := utf8.DecodeRuneInString(s[i:]); r != utf8.RuneError || n > 1 {
				i += n
				continue
			}
		}
		b = append(b, s[from:i]...)
		b = appendEscape(b, c)
		i++
		from = i
	}
	b = append(b, s[from:]...)
	return append(b, '"')
}

func appendEscape(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\b':
		return append(b, '\\', 'b')
	case '\f':
		return append(b, '\\', 'f')
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	}
	if c >= utf8.RuneSelf {
		return utf8.AppendRune(b, utf8.RuneError)
	}
	return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}

// AppendFloat appends x as clients of Kismet expect it: whole numbers without a fraction, others with six digits,
// what is no number as 0.
func AppendFloat(b []byte, x float64) []byte {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0) || x == 0:
		return append(b, '0')
	case x == math.Trunc(x):
		return strconv.AppendFloat(b, x, 'f', 0, 64)
	}
	return strconv.AppendFloat(b, x, 'f', 6, 64)
}

// AppendTime appends t as Unix seconds, with six digits of fraction unless it is whole; the zero time as 0.
func AppendTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(b, '0')
	}
	us := t.UnixMicro()
	if us < 0 {
		return AppendFloat(b, float64(us)/1e6)
	}
	b = strconv.AppendInt(b, us/1e6, 10)
	us %= 1e6
	if us == 0 {
		return b
	}
	b = append(b, '.')
	for unit := int64(1e5); unit > 0; unit /= 10 {
		b = append(b, byte('0'+us/unit%10))
	}
	return b
}

// AppendMAC appends a as a string with upper-case digits.
func AppendMAC(b []byte, a tocsin.MAC) []byte {
	b = append(b, '"')
	b, _ = a.AppendText(b)
	return append(b, '"')
}

// AppendStrings appends a list of strings.
func AppendStrings(b []byte, list []string) []byte {
	b = append(b, '[')
	for i, s := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = AppendString(b, s)
	}
	return append(b, ']')
}
