package detect_test

import (
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
)

// shower shows a signature in frames.
type shower struct {
	signature *detect.Signature
	o         tocsin.Observation
}

func newShower(t *testing.T, fcs dot11.FCS) *shower {
	t.Helper()
	s := &shower{signature: detect.NewSignature(detect.DefaultSignature)}
	s.o = tocsin.Observation{Frame: frame(t, dot11.Beacon, 1), Radio: dot11.Radio{FCS: fcs}}
	s.o.Frame.Defects = dot11.DefectSSIDLength
	return s
}

// show has a transmitter, told by a number, show what.
func (s *shower) show(sender byte, what string) detect.Verdict {
	s.o.Frame.Addr2[5] = sender
	return s.signature.Judge(&s.o, []byte(what), dot11.DefectSSIDLength)
}

func TestSignatureIsBelievedByItsChecksum(t *testing.T) {
	for _, c := range []struct {
		name    string
		fcs     dot11.FCS
		defects dot11.Defects
		cut     bool
		speak   [2]bool // of the same frame, seen twice
	}{
		{"verified", dot11.FCSGood, dot11.DefectSSIDLength | dot11.DefectOverrun, false, [2]bool{true, false}},
		{"unknown", dot11.FCSAbsent, dot11.DefectSSIDLength, false, [2]bool{false, true}},
		{"unknown with another defect", dot11.FCSAbsent, dot11.DefectSSIDLength | dot11.DefectOverrun, false, [2]bool{}},
		{"damaged", dot11.FCSBad, dot11.DefectSSIDLength, false, [2]bool{}},
		{"cut", dot11.FCSGood, dot11.DefectSSIDLength, true, [2]bool{}},
	} {
		s := newShower(t, c.fcs)
		s.o.Frame.Defects, s.o.Cut = c.defects, c.cut
		for i, want := range c.speak {
			if got := s.show(1, "x"); got.Speak != want || got.Several != 0 {
				t.Errorf("%s, frame %d: %+v, want to speak: %v", c.name, i, got, want)
			}
		}
	}
}

func TestUnverifiedFramesOfManyAreBelieved(t *testing.T) {
	s := newShower(t, dot11.FCSAbsent)
	for i := range byte(detect.DefaultSignature.Unrelated) {
		got, last := s.show(i, string('a'+rune(i))), int(i) == detect.DefaultSignature.Unrelated-1
		if got.Speak != last {
			t.Errorf("frame %d of other senders with other content: %+v, want to speak: %v", i, got, last)
		}
	}
}

func TestInventedAddressesAreOneAttack(t *testing.T) {
	s := newShower(t, dot11.FCSGood)
	for i, want := range []detect.Verdict{{Speak: true}, {Speak: true}, {Several: 3}, {}, {}} {
		if got := s.show(byte(i), "x"); got != want {
			t.Errorf("sender %d: %+v, want %+v", i, got, want)
		}
	}
	s.o.Time += detect.DefaultSignature.Again + time.Second
	if got := s.show(0, "x"); !got.Speak {
		t.Errorf("a sender alone, later: %+v, want to speak of it", got)
	}
}
