package tocsin_test

import (
	"strings"
	"testing"

	"github.com/tocsin-wids/tocsin"
)

func TestMistakeInPatternIsFitForATerminal(t *testing.T) {
	for _, pattern := range []string{"[\x1b[2J", "(\x00", "\xff", "a**\u202e(", "(?<!x)y\r"} {
		_, err := tocsin.CompileSSID(pattern)
		if err == nil || strings.ContainsAny(err.Error(), "\x1b\x00\u202e\r") || !strings.Contains(err.Error(), "SSID pattern") {
			t.Errorf("%q: error %q", pattern, err)
		}
	}
}

func TestMACMaskIsReadAsPrinted(t *testing.T) {
	for _, want := range []string{"00:11:22:33:44:55", "AA:BB:CC:00:00:00/FF:FF:FF:00:00:00", "00:00:00:00:00:00/00:00:00:00:00:00"} {
		m, err := tocsin.ParseMACMask(want)
		if err != nil || m.String() != want {
			t.Errorf("got %s, %v, want %s", m, err, want)
		}
	}
}
