package mbssidmalform

import (
	"slices"
	"testing"
)

// FuzzFault checks that any octets can be read, and that what follows a sound element is read as well.
func FuzzFault(f *testing.F) {
	f.Add([]byte{2, 0, 13, 83, 2, 0x11, 4, 0, 4, 'G', 'u', 's', 't', 85, 1, 1})
	f.Add([]byte{1, 0, 5, 71, 3, 1, 0, 0})
	f.Add([]byte{1, 0, 6, 83, 2, 0x11, 4, 0, 255})
	f.Fuzz(func(t *testing.T, b []byte) {
		const empty = "an empty profile"
		if faultOf(b) != (fault{}) {
			return
		}
		if got := faultOf(append(slices.Clone(b), 0, 0)).String(); got != empty {
			t.Errorf("a sound element followed by an empty profile: got %q, want %q", got, empty)
		}
	})
}
