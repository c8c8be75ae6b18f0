package detecttest

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin/dot11"
)

// word is one word of a line; quoted ones are never keywords, lists or numbers.
type word struct {
	text   string
	quoted bool
}

// split parts a line into words at blanks; a text in double quotes, as Go writes it, is one word, and # begins a
// comment if a blank or the start of the line is before it.
func split(line string) ([]word, error) {
	var words []word
	for rest := strings.TrimLeft(line, " \t"); rest != ""; rest = strings.TrimLeft(rest, " \t") {
		if rest[0] == '#' {
			break
		}
		if rest[0] == '"' {
			quoted, err := strconv.QuotedPrefix(rest)
			if err != nil {
				return nil, fmt.Errorf("%s: the quoted text does not end", rest)
			}
			text, err := strconv.Unquote(quoted)
			if err != nil {
				return nil, fmt.Errorf("%s is not a quoted text", quoted)
			}
			words = append(words, word{text, true})
			rest = rest[len(quoted):]
			continue
		}
		end := strings.IndexAny(rest, " \t")
		if end < 0 {
			end = len(rest)
		}
		words = append(words, word{text: rest[:end]})
		rest = rest[end:]
	}
	return words, nil
}

// turn returns words as they are in repetition n of their line: lists give their nth member, and {n} in a quoted
// text is n.
func turn(words []word, n int) []word {
	out := make([]word, len(words))
	for i, w := range words {
		if w.quoted {
			w.text = strings.ReplaceAll(w.text, "{n}", strconv.Itoa(n))
		} else if strings.Contains(w.text, "|") {
			list := strings.Split(w.text, "|")
			w.text = list[n%len(list)]
		}
		out[i] = w
	}
	return out
}

// number reads a number of repetition n: decimal or 0x…, or FIRST+STEP.
func number(w word, n int) (int64, error) {
	first, step, stepped := strings.Cut(w.text, "+")
	v, err := strconv.ParseInt(first, 0, 64)
	if err != nil || w.quoted {
		return 0, fmt.Errorf("%q is not a number", w.text)
	}
	if stepped {
		s, err := strconv.ParseInt(step, 0, 64)
		if err != nil {
			return 0, fmt.Errorf("%q is not a number with a step, such as 100+1", w.text)
		}
		v += int64(n) * s
	}
	return v, nil
}

// octets reads a quoted text, or hexadecimal parts joined by dots, each of which *COUNT may repeat: 0050f204.41*200;
// - is no octets.
func octets(w word) ([]byte, error) {
	if w.quoted {
		return []byte(w.text), nil
	}
	if w.text == "-" {
		return []byte{}, nil
	}
	out := []byte{}
	for part := range strings.SplitSeq(w.text, ".") {
		digits, times, repeated := strings.Cut(part, "*")
		b, err := hex.DecodeString(digits)
		if err != nil {
			return nil, fmt.Errorf("%q is not octets such as 0050f204.41*200", w.text)
		}
		count := 1
		if repeated {
			if count, err = strconv.Atoi(times); err != nil || count < 0 || count > 1<<16 {
				return nil, fmt.Errorf("%q is not octets such as 0050f204.41*200", w.text)
			}
		}
		for range count {
			out = append(out, b...)
		}
	}
	return out, nil
}

// address reads a name, a MAC address, "broadcast", "none" (zero), or a generated address of repetition n: random#SEED,
// or 001d0f#SEED for one of that OUI.
func (a *air) address(w word, n int) (dot11.Addr, error) {
	if addr, ok := a.names[w.text]; ok && !w.quoted {
		return addr, nil
	}
	if prefix, seed, ok := strings.Cut(w.text, "#"); ok && !w.quoted {
		return generated(prefix, seed, n)
	}
	addr, err := dot11.ParseAddr(w.text)
	if err != nil || w.quoted {
		return addr, fmt.Errorf("%q is not an address, and no line names one so", w.text)
	}
	return addr, nil
}

// ipv4 reads an IPv4 address.
func ipv4(w word) (netip.Addr, error) {
	addr, err := netip.ParseAddr(w.text)
	if err != nil || w.quoted || !addr.Is4() {
		return addr, fmt.Errorf("%q is not an IPv4 address", w.text)
	}
	return addr, nil
}

func generated(prefix, seed string, n int) (dot11.Addr, error) {
	var addr dot11.Addr
	s, err := strconv.ParseUint(seed, 10, 32)
	if err != nil {
		return addr, fmt.Errorf("the seed of %s#%s is not a number", prefix, seed)
	}
	random := rand.New(rand.NewPCG(s, uint64(n)))
	for i := range addr {
		addr[i] = byte(random.Uint32())
	}
	if prefix == "random" {
		addr[0] = addr[0]&^1 | 2
		return addr, nil
	}
	oui, err := hex.DecodeString(prefix)
	if err != nil || len(oui) != 3 {
		return addr, fmt.Errorf("%s#%s: write random#%s, or six digits of an OUI before the #", prefix, seed, seed)
	}
	copy(addr[:], oui)
	return addr, nil
}

func duration(w word) (time.Duration, error) {
	d, err := time.ParseDuration(w.text)
	if err != nil || w.quoted {
		return 0, fmt.Errorf("%q is not a time such as 0s, 250ms or 1m", w.text)
	}
	return d, nil
}
