package track_test

import (
	"testing"
	"time"

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

func TestContentIsRepeatedAfterThreeTimesAndNewAgainOnceInAWhile(t *testing.T) {
	a := newAir(t, track.Options{})
	named := beacon(ap, "x", []byte{5, 4, 0, 2, 0, 0})
	moved := beacon(ap, "x", []byte{5, 4, 1, 2, 0, 0})
	odd := beacon(ap, "x", []byte{5, 4, 1, 2, 0, 0}, []byte{5, 1, 1})
	for i, c := range []struct {
		frame    []byte
		after    time.Duration
		repeated bool
	}{
		{named, 0, false},
		{named, 0, false},
		{moved, 0, false}, // the TIM does not count
		{named, 0, true},
		{odd, 0, false}, // but a defect of it does
		{named, 0, false},
		{named, 0, false},
		{named, 0, false},
		{named, 0, true},
		{named, 10 * time.Second, false},
		{named, 0, true},
		{named, -time.Hour, false},
	} {
		a.o.Time += c.after
		if got := a.hear(c.frame).Repeated; got != c.repeated {
			t.Errorf("frame %d: repeated is %v, want %v", i, got, c.repeated)
		}
	}
}

func TestBeaconedIsTheAdvertOfBeaconsByNameOrHidden(t *testing.T) {
	response := beacon(ap, "x")
	response[0] = 0x50
	a := newAir(t, track.Options{})
	a.hear(response)
	if got := a.BSS(ap).Beaconed([]byte("x")); got != nil {
		t.Errorf("of a network that only answered the beacons say %+v", got)
	}
	a.hear(beacon(ap, ""))
	if got := a.BSS(ap).Beaconed([]byte("x")); got == nil || got.SSID != "" || got.Response {
		t.Errorf("the beacons of a hidden network say %+v", got)
	}
	a.hear(beacon(ap, "x"))
	if got := a.BSS(ap).Beaconed([]byte("x")); got == nil || got.SSID != "x" || got.Response {
		t.Errorf("the beacons of a network say %+v", got)
	}
}
