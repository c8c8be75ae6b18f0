package store

import (
	"bytes"
	"testing"
)

func TestNumbersInTextsCountByValue(t *testing.T) {
	ordered := []string{"", "007", "07", "7", "8", "10", "B", "B09", "B9", "B10", "B10x", "a", "chan", "chan 9", "chan 10", "chan 10 b2", "chan 10 b10"}
	for i := 1; i < len(ordered); i++ {
		if bytes.Compare(NaturalKey(ordered[i-1]), NaturalKey(ordered[i])) >= 0 {
			t.Errorf("%q is not before %q", ordered[i-1], ordered[i])
		}
	}
}

func TestPartsOfAddresses(t *testing.T) {
	for in, want := range map[string]string{"aa:bb": "\xaa\xbb", "AAbbc": "\xaa\xbb", "xy": "", "a": "", "aa:bb:": "\xaa\xbb", "0a-0b": ""} {
		if got := string(Octets(in)); got != want {
			t.Errorf("Octets(%q) = %x, want %x", in, got, want)
		}
	}
}

// FuzzTerms holds that what clients search for is read without harm, and that case does not matter to it.
func FuzzTerms(f *testing.F) {
	for _, s := range []string{"", "aa:bb", "AABBC", "hig", "x:y", "ff:0", "\x00\xff"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, term, text string) {
		octets := Octets(term)
		if len(octets) > (len(term)+1)/2 || !bytes.Equal(octets, Octets(foldASCII(term))) {
			t.Errorf("octets of %q: %x", term, octets)
		}
		if !containsFold(text+term, term) || !containsFold(foldASCII(term)+text, term) {
			t.Errorf("%q is not found where it is", term)
		}
		if bytes.Equal(NaturalKey(term), NaturalKey(text)) != (term == text) {
			t.Errorf("the keys of %q and %q", term, text)
		}
	})
}
