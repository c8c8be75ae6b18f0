package ppi_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/ppi"
)

func octets(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// common is an 802.11-Common field: TSF 1, FCS included, 1 Mbit/s, 2412 MHz, CCK, -60 and -95 dBm.
const common = "0200 1400" + "0100000000000000" + "0100" + "0200" + "6c09" + "a000" + "00" + "00" + "c4" + "a1"

var commonRadio = dot11.Radio{TSF: 1, HasTSF: true, Rate: 2, Frequency: 2412, Signal: -60, Noise: -95, FCSLen: 4}

func TestHeaderIsRead(t *testing.T) {
	damaged, slow := commonRadio, commonRadio
	damaged.FCS = dot11.FCSBad
	slow.TSF = 1000
	for name, c := range map[string]struct {
		header string
		want   dot11.Radio
	}{
		"common":              {"00 00 2000 69000000" + common, commonRadio},
		"damaged":             {"00 00 2000 69000000" + strings.Replace(common, "0100"+"0200"+"6c09", "0500"+"0200"+"6c09", 1), damaged},
		"TSF in ms":           {"00 00 2000 69000000" + strings.Replace(common, "0100"+"0200"+"6c09", "0300"+"0200"+"6c09", 1), slow},
		"behind another":      {"00 00 2500 69000000" + "3275 0100 ff" + common, commonRadio},
		"aligned to 4":        {"00 01 2800 69000000" + "3275 0100 ff 000000" + common, commonRadio},
		"no field":            {"00 00 0800 69000000", dot11.Radio{}},
		"field beyond header": {"00 00 0c00 69000000" + "0200 1400", dot11.Radio{}},
	} {
		b := octets(t, c.header)
		var r dot11.Radio
		n, link, err := ppi.Decode(append(b, make([]byte, 40)...), &r)
		if n != len(b) || link != 105 || err != nil {
			t.Errorf("%s: got length %d, link %d, %v", name, n, link, err)
		}
		if d := cmp.Diff(c.want, r); d != "" {
			t.Errorf("%s: differs:\n%s", name, d)
		}
	}
}

func TestLengthThatForgetsTheHeadsIsMended(t *testing.T) {
	var r dot11.Radio
	n, _, err := ppi.Decode(append(octets(t, "00 00 1800 69000000"+common), 0x80), &r)
	if n != 32 || err != nil || r != commonRadio {
		t.Errorf("got length %d, %v, %+v", n, err, r)
	}
}

func TestCutHeadersAreRefused(t *testing.T) {
	for in, want := range map[string]error{
		"":                    ppi.ErrShort,
		"00 00 2000 69000000": ppi.ErrShort,
		"01 00 0800 69000000": ppi.ErrVersion,
		"00 00 0700 69000000": ppi.ErrLength,
	} {
		r := dot11.Radio{Signal: 1}
		if n, _, err := ppi.Decode(octets(t, in), &r); n != 0 || err != want || r != (dot11.Radio{}) {
			t.Errorf("%q: got %d, %v, want %v", in, n, err, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(octets(f, "00 00 2000 69000000"+common))
	f.Add(octets(f, "00 01 2800 69000000"+"3275 0100 ff 000000"+common))
	f.Fuzz(func(t *testing.T, b []byte) {
		var fresh dot11.Radio
		used := dot11.Radio{TSF: 9, Rate: 9, HasTSF: true, OFDM: true, FCSLen: 4}
		n, _, err := ppi.Decode(b, &fresh)
		ppi.Decode(b, &used)
		if fresh != used {
			t.Errorf("a used value gives %+v, a fresh one %+v", used, fresh)
		}
		if err == nil && (n < 8 || n > len(b)) {
			t.Errorf("got length %d of %d", n, len(b))
		}
	})
}
