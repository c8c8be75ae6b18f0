package tocsin_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/tocsin-wids/tocsin"
)

func TestQuoteEscapesWhatCouldBeTakenForSomethingElse(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"empty":              {"", `""`},
		"plain":              {"CorpNet 5 GHz", `"CorpNet 5 GHz"`},
		"other scripts":      {"Café 无线 Wi‑Fi 😀", `"Café 无线 Wi‑Fi 😀"`},
		"quote":              {`a" is harmless: "b`, `"a\x22 is harmless: \x22b"`},
		"backslash":          {`a\x22`, `"a\x5cx22"`},
		"control":            {"a\x00\n\x1b[2J\x7f", `"a\x00\x0a\x1b[2J\x7f"`},
		"C1 control":         {"a\u009bb", `"a\u{9b}b"`},
		"invalid":            {"a\xff\xc3", `"a\xff\xc3"`},
		"replacement sign":   {"a\ufffd", "\"a\ufffd\""},
		"direction":          {"abc\u202egnp", `"abc\u{202e}gnp"`},
		"zero width":         {"Corp\u200bNet", `"Corp\u{200b}Net"`},
		"joiner":             {"Corp\u034fNet", `"Corp\u{34f}Net"`},
		"selector":           {"Corp\ufe0fNet", `"Corp\u{fe0f}Net"`},
		"filler":             {"Corp\u3164Net", `"Corp\u{3164}Net"`},
		"empty Braille":      {"Corp\u2800Net", `"Corp\u{2800}Net"`},
		"wide space":         {"Corp\u00a0Net", `"Corp\u{a0}Net"`},
		"line separator":     {"a\u2028b", `"a\u{2028}b"`},
		"mark on the quote":  {"\u0301a\u0301", "\"\\u{301}a\u0301\""},
		"bound":              {strings.Repeat("x", 64), `"` + strings.Repeat("x", 64) + `"`},
		"beyond the bound":   {strings.Repeat("x", 65), `"` + strings.Repeat("x", 64) + `"…`},
		"bound in character": {strings.Repeat("x", 63) + "é", `"` + strings.Repeat("x", 63) + `"…`},
		"invalid at bound":   {strings.Repeat("x", 63) + "\xffy", `"` + strings.Repeat("x", 63) + `\xff"…`},
	} {
		if got := tocsin.Quote([]byte(c.in)); got != c.want {
			t.Errorf("%s: Quote(%q) = %s, want %s", name, c.in, got, c.want)
		}
	}
}

func FuzzQuote(f *testing.F) {
	f.Add([]byte("Corp\u202eNet\xff\"\\\x00"))
	f.Add([]byte(strings.Repeat("é", 40)))
	f.Fuzz(func(t *testing.T, name []byte) {
		got := tocsin.Quote(name)
		inside, long := strings.CutSuffix(got, "…")
		if long != (len(name) > 64) && !(len(name) <= 64 && strings.HasSuffix(got, `"`)) {
			t.Errorf("%q: the end of %s does not say whether it was cut", name, got)
		}
		if len(inside) < 2 || inside[0] != '"' || inside[len(inside)-1] != '"' {
			t.Fatalf("%q: %s is not quoted", name, got)
		}
		inside = inside[1 : len(inside)-1]
		if strings.Contains(inside, `"`) || !utf8.ValidString(inside) || len(inside) > 64*8 {
			t.Errorf("%q: %s", name, got)
		}
		for _, r := range inside {
			if !unicode.IsPrint(r) {
				t.Errorf("%q: %s holds %U", name, got, r)
			}
		}
	})
}
