package track_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/dot11/eapol"
	"github.com/tocsin-wids/tocsin/track"
)

// packet is encrypted data of client with packet number pn.
func packet(pn, sequence uint16) []byte {
	return numbered(frame(0x4108, ap, client, ap, byte(pn), byte(pn>>8), 0, 0x20, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), sequence)
}

func TestPacketNumbersFall(t *testing.T) {
	for name, c := range map[string]struct {
		numbers []uint16
		fell    bool
	}{
		"to the beginning":           {[]uint16{100, 101, 1, 2}, true},
		"to numbers that were seen":  {[]uint16{1, 2, 3, 1, 2}, true},
		"far":                        {[]uint16{3000, 1500, 1501}, true},
		"one frame":                  {[]uint16{100, 101, 1, 102, 103}, false},
		"reordered at the beginning": {[]uint16{20, 3, 4, 21}, false},
		"reordered":                  {[]uint16{3000, 2000, 2001}, false},
		"gap":                        {[]uint16{1, 2, 30000, 30001}, false},
	} {
		a, fell := newAir(t, track.Options{}), false
		for i, pn := range c.numbers {
			fell = a.hear(packet(pn, uint16(i))).Fell != nil || fell
		}
		if fell != c.fell {
			t.Errorf("%s: got %v", name, fell)
		}
	}
}

func TestRetransmissionsAndNewKeysAreNoFall(t *testing.T) {
	a := newAir(t, track.Options{})
	for _, b := range [][]byte{
		packet(1, 1), packet(2, 2), packet(1, 1), packet(2, 2), // sent again without the Retry bit
		packet(900, 3), frame(0xb0, ap, client, ap, 0, 0, 1, 0, 0, 0), packet(1, 4), packet(2, 5),
		packet(900, 6), message(eapol.Message3, 1, 2), packet(1, 7), packet(2, 8),
	} {
		if s := a.hear(b); s.Fell != nil {
			t.Errorf("got %+v", *s.Fell)
		}
	}
	a.hear(message(eapol.Message3, 1, 3))
	a.hear(packet(1, 9))
	if s := a.hear(packet(2, 10)); s.Fell == nil || s.Fell.To != 1 || s.Fell.From != 2 {
		t.Errorf("message 3 again: got %+v", s.Fell)
	}
}

func TestPacketNumbersAllocateNothing(t *testing.T) {
	a := newAir(t, track.Options{})
	one, two := packet(1, 1), packet(2, 2)
	again, next := packet(1, 3), packet(2, 4)
	if n := testing.AllocsPerRun(100, func() { a.hear(one); a.hear(two); a.hear(again); a.hear(next) }); n != 0 {
		t.Errorf("got %v allocations", n)
	}
}
