package track_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/track"
)

func TestAdvertOfAnSSIDIsTheOneHeardMostOrThatOfAHiddenNetwork(t *testing.T) {
	response := func(ssid string) []byte {
		b := beacon(ap, ssid)
		b[0] = 0x50
		return b
	}
	a := newAir(t, track.Options{})
	for _, b := range [][]byte{
		beacon(ap, "x", rsnPSK), response("x"), response("x"), beacon(ap, "y"), beacon(ap, "", rsnPSK),
	} {
		a.hear(b)
	}
	bss := a.BSS(ap)
	for _, c := range []struct {
		ask, ssid string
		response  bool
		frames    uint64
	}{
		{"x", "x", true, 2},
		{"y", "y", false, 1},
		{"z", "", false, 1},
	} {
		got := bss.Advert([]byte(c.ask))
		if got == nil || got.SSID != c.ssid || got.Response != c.response || got.Frames != c.frames {
			t.Errorf("Advert(%q) is %+v, want that of %q with %d frames", c.ask, got, c.ssid, c.frames)
		}
	}
	a = newAir(t, track.Options{})
	if got := a.hear(beacon(ap, "x")).BSS.Advert([]byte("z")); got != nil {
		t.Errorf("a network that was never advertised has the advert %+v", got)
	}
	ssid, bss := []byte("x"), a.BSS(ap)
	if n := testing.AllocsPerRun(100, func() { bss.Advert(ssid) }); n != 0 {
		t.Errorf("Advert allocates %v times", n)
	}
}
