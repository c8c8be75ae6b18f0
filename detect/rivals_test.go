package detect_test

import (
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin/detect"
)

func TestRivalsSpeakOfANameThatComesBack(t *testing.T) {
	for name, c := range map[string]struct {
		claims string // a holder a second; '.' is nobody
		want   string // '!' where there is something to say
	}{
		"to and fro":           {"abab", "...!"},
		"goes on and on":       {"ababababab", "...!......"},
		"from hand to hand":    {"abcdefgh", "........"},
		"another rival each":   {"abaca", "....!"},
		"one comes back":       {"aaabbbaaaa", ".........."},
		"both, but slowly":     {"ab...........ab", "..............."},
		"held for long before": {"aaaaaaaaaaabababa", ".............!..."},
	} {
		r := detect.NewRivals[string, byte](2, 10*time.Second, time.Minute, 4)
		got := make([]byte, len(c.claims))
		for i := range c.claims {
			got[i] = '.'
			if c.claims[i] == '.' {
				continue
			}
			if _, _, speak := r.Claim("x", c.claims[i], time.Duration(i)*time.Second); speak {
				got[i] = '!'
			}
		}
		if string(got) != c.want {
			t.Errorf("%s: %s: got %s, want %s", name, c.claims, got, c.want)
		}
	}
}

func TestRivalsAreNamed(t *testing.T) {
	r := detect.NewRivals[string, byte](1, 10*time.Second, time.Minute, 4)
	r.Claim("x", 'a', 0)
	r.Claim("x", 'b', time.Second)
	if rival, returns, speak := r.Claim("x", 'a', 2*time.Second); rival != 'b' || returns != 1 || !speak {
		t.Errorf("got %c, %d, %t, want b, 1, true", rival, returns, speak)
	}
}

func TestRivalsThatAreTheSameAreNone(t *testing.T) {
	r := detect.NewRivals[string, byte](1, 10*time.Second, time.Minute, 4)
	r.Same = func(a, b byte) bool { return a|0x20 == b|0x20 }
	claims, want := "aAaAbA", ".....!"
	for i := range claims {
		if _, _, speak := r.Claim("x", claims[i], time.Duration(i)*time.Second); speak != (want[i] == '!') {
			t.Errorf("claim %d of %s: got %t", i, claims, speak)
		}
	}
}
