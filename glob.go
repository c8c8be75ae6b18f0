package tocsin

import (
	"fmt"
	"strconv"
	"strings"
)

// Glob matches octets: * stands for any number of them, ? for one, and anything else for itself. A backslash takes the
// meaning from the sign after it, and \xNN and \u{N} are an octet and a character as Quote writes them, so that what a
// report shows between quotes can be used as it is. The zero Glob matches nothing.
type Glob struct {
	text   string
	tokens []int16 // octets, or one of the two below
}

const (
	anyOctets int16 = -1
	oneOctet  int16 = -2
)

// MaxGlob bounds the length of a pattern: more than any SSID needs with every octet escaped.
const MaxGlob = 256

// ParseGlob reads a pattern.
func ParseGlob(pattern string) (Glob, error) {
	if pattern == "" || len(pattern) > MaxGlob {
		return Glob{}, Errorf(Invalid, "a pattern has 1 to %d octets", MaxGlob)
	}
	g := Glob{text: pattern}
	for rest := pattern; rest != ""; {
		octets, n := []byte{rest[0]}, 1
		switch rest[0] {
		case '*':
			octets = nil
			if t := len(g.tokens); t == 0 || g.tokens[t-1] != anyOctets { // two in a row mean no more than one
				g.tokens = append(g.tokens, anyOctets)
			}
		case '?':
			octets = nil
			g.tokens = append(g.tokens, oneOctet)
		case '\\':
			var err error
			if octets, n, err = escaped(rest); err != nil {
				return Glob{}, err
			}
		}
		for _, o := range octets {
			g.tokens = append(g.tokens, int16(o))
		}
		rest = rest[n:]
	}
	return g, nil
}

// escaped reads the escape that s begins with, and returns what it stands for and its length.
func escaped(s string) (octets []byte, n int, err error) {
	wrong := Errorf(Invalid, `after a backslash comes *, ?, ", another backslash, xNN for an octet or u{N} for a character`)
	if len(s) < 2 {
		return nil, 0, wrong
	}
	switch s[1] {
	case '*', '?', '\\', '"':
		return []byte{s[1]}, 2, nil
	case 'x':
		if len(s) >= 4 {
			if o, err := strconv.ParseUint(s[2:4], 16, 8); err == nil {
				return []byte{byte(o)}, 4, nil
			}
		}
	case 'u':
		end := strings.IndexByte(s, '}')
		if end > 3 && s[2] == '{' {
			if r, err := strconv.ParseUint(s[3:end], 16, 21); err == nil && r <= 0x10ffff {
				return fmt.Appendf(nil, "%c", rune(r)), end + 1, nil
			}
		}
	}
	return nil, 0, wrong
}

// Match reports whether the whole of s is meant. It takes no longer than the product of the two lengths.
func (g Glob) Match(s []byte) bool {
	if len(g.tokens) == 0 {
		return false
	}
	token, octet := 0, 0
	star, from := -1, 0 // the last * passed, and the first octet after what it stands for
	for octet < len(s) {
		switch {
		case token < len(g.tokens) && g.tokens[token] == anyOctets:
			star, from = token, octet
			token++
		case token < len(g.tokens) && (g.tokens[token] == oneOctet || g.tokens[token] == int16(s[octet])):
			token++
			octet++
		case star >= 0: // let it stand for one more
			from++
			token, octet = star+1, from
		default:
			return false
		}
	}
	for token < len(g.tokens) && g.tokens[token] == anyOctets {
		token++
	}
	return token == len(g.tokens)
}

// String returns what ParseGlob read.
func (g Glob) String() string { return g.text }
