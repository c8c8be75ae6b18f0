package tocsin

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestGlobMatchesOctets(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"CorpNet", "CorpNet", true},
		{"CorpNet", "corpnet", false},
		{"CorpNet", "CorpNet ", false},
		{"Corp*", "CorpNet", true},
		{"Corp*", "Corp", true},
		{"*Net", "CorpNet", true},
		{"*Net", "CorpNets", false},
		{"C*N*t", "CorpNet", true},
		{"**a**", "a", true},
		{"*a*b*", "xbxax", false},
		{"???", "\xff\x00\n", true},
		{"??", "\xff", false},
		{`\*`, "*", true},
		{`\*`, "x", false},
		{`\?\\\"`, `?\"`, true},
		{`\xff\x00`, "\xff\x00", true},
		{`\u{202e}x`, "\u202ex", true},
		{"*", "", true},
		{"?", "", false},
	} {
		g, err := ParseGlob(c.pattern)
		if err != nil {
			t.Errorf("%q: %v", c.pattern, err)
			continue
		}
		if got := g.Match([]byte(c.name)); got != c.want || g.String() != c.pattern {
			t.Errorf("%q of %q: %v, want %v", c.pattern, c.name, got, c.want)
		}
	}
	if (Glob{}).Match(nil) {
		t.Error("the zero Glob matches")
	}
	for _, bad := range []string{"", strings.Repeat("x", MaxGlob+1), `\`, `\n`, `\x`, `\xf`, `\xfg`, `\u`, `\u{}`, `\u{110000}`, `\u{x}`, `\u{41`, "a\\"} {
		if _, err := ParseGlob(bad); ErrorCode(err) != Invalid {
			t.Errorf("%q: %v, want it refused", bad, err)
		}
	}
}

// FuzzGlob compares with a regular expression, and uses what Quote writes as a pattern.
func FuzzGlob(f *testing.F) {
	f.Add("a*b?c", []byte("aXbYc"))
	f.Add("*a*a*a*a*a*a*a*b", bytes.Repeat([]byte("a"), 32))
	f.Add(`\xff\u{202e}\*`, []byte("\xff\u202e*"))
	f.Fuzz(func(t *testing.T, pattern string, name []byte) {
		if len(name) <= maxQuoted && len(name) > 0 {
			quoted := Quote(name)
			g, err := ParseGlob(strings.NewReplacer("*", `\*`, "?", `\?`).Replace(quoted[1 : len(quoted)-1]))
			if len(quoted) <= MaxGlob && (err != nil || !g.Match(name)) {
				t.Errorf("%s does not match what it was written of: %v", quoted, err)
			}
		}
		g, err := ParseGlob(pattern)
		if err != nil || strings.Contains(pattern, `\`) || len(name) > 64 {
			return
		}
		latin := func(s []byte) string { // a character an octet, as regular expressions want it
			var b strings.Builder
			for _, o := range s {
				b.WriteRune(rune(o))
			}
			return b.String()
		}
		re := regexp.MustCompile("(?s)^" + strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(latin([]byte(pattern)))) + "$")
		if want := re.MatchString(latin(name)); g.Match(name) != want {
			t.Errorf("%q of %q: %v, want %v", pattern, name, !want, want)
		}
	})
}

func TestSilenceIsInForceBetweenItsTimes(t *testing.T) {
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	once := Silence{Starts: noon, Ends: noon.Add(time.Hour)}
	weekly := once
	weekly.Weekly = true
	expired := weekly
	expired.Expired = noon.Add(Week + time.Minute)
	for _, c := range []struct {
		name          string
		s             Silence
		after         time.Duration
		inForce, over bool
	}{
		{"before", once, -1, false, false},
		{"at its start", once, 0, true, false},
		{"before its end", once, time.Hour - 1, true, false},
		{"at its end", once, time.Hour, false, true},
		{"weekly, before", weekly, -Week, false, false},
		{"weekly, between", weekly, time.Hour, false, false},
		{"weekly, the next", weekly, Week, true, false},
		{"weekly, years later", weekly, 200*Week + 30*time.Minute, true, false},
		{"weekly, years later, between", weekly, 200*Week + time.Hour, false, false},
		{"expired, before that", expired, Week, true, false},
		{"expired", expired, Week + time.Minute, false, true},
	} {
		at := noon.Add(c.after)
		if c.s.InForce(at) != c.inForce || c.s.Over(at) != c.over {
			t.Errorf("%s: in force %v, over %v", c.name, c.s.InForce(at), c.s.Over(at))
		}
	}
}

func TestMatcherWantsAllThatItNames(t *testing.T) {
	mask := func(s string) *MACMask {
		m, err := ParseMACMask(s)
		if err != nil {
			t.Fatal(err)
		}
		return &m
	}
	glob := func(s string) *Glob {
		g, err := ParseGlob(s)
		if err != nil {
			t.Fatal(err)
		}
		return &g
	}
	a := &Alert{Header: "APSPOOF", Class: Spoof, Transmitter: MAC{2, 0, 0, 0, 0, 1}, Source: MAC{2, 0, 0, 0, 0, 2}, SSID: "Corp\xff", Sensors: []string{"roof", "attic"}}
	i := &Incident{Last: a, MaxSeverity: Medium}
	for _, c := range []struct {
		name string
		m    Matcher
		want bool
	}{
		{"nothing", Matcher{}, false},
		{"header", Matcher{Header: "APSPOOF"}, true},
		{"other header", Matcher{Header: "DEAUTHFLOOD"}, false},
		{"class", Matcher{Class: Spoof}, true},
		{"other class", Matcher{Class: Denial}, false},
		{"severity reached", Matcher{AtMost: new(Medium)}, true},
		{"worse", Matcher{AtMost: new(Low)}, false},
		{"source", Matcher{Address: mask("02:00:00:00:00:02")}, true},
		{"other address", Matcher{Address: mask("02:00:00:00:00:03")}, false},
		{"an address that is not known", Matcher{Address: mask("00:00:00:00:00:00/FF:00:00:00:00:00")}, false},
		{"network", Matcher{BSSID: mask("02:00:00:00:00:01")}, true},
		{"the source is not the network", Matcher{BSSID: mask("02:00:00:00:00:02")}, false},
		{"name", Matcher{SSID: glob("Corp?")}, true},
		{"other name", Matcher{SSID: glob("Corp")}, false},
		{"sensor", Matcher{Sensor: glob("att*")}, true},
		{"other sensor", Matcher{Sensor: glob("cellar")}, false},
		{"all", Matcher{Header: "APSPOOF", Class: Spoof, AtMost: new(High), SSID: glob("*"), Sensor: glob("*")}, true},
		{"all but one", Matcher{Header: "APSPOOF", Class: Spoof, AtMost: new(High), SSID: glob("x"), Sensor: glob("*")}, false},
	} {
		if got := c.m.Match(i); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	nameless := &Incident{Last: &Alert{}}
	if m := (Matcher{SSID: glob("*")}); m.Match(nameless) {
		t.Error("a name that is not known matches")
	}
}
