package dot11_test

import (
	"bytes"
	"encoding/hex"
	"hash/maphash"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin/dot11"
)

// sameElements compares what two lists of elements offer.
var sameElements = cmp.Comparer(func(a, b dot11.Elements) bool {
	seed := maphash.MakeSeed()
	return bytes.Equal(a.Raw(), b.Raw()) && a.Len() == b.Len() && a.Hash(seed) == b.Hash(seed) &&
		slices.EqualFunc(slices.Collect(a.All()), slices.Collect(b.All()), func(a, b dot11.Element) bool {
			return a.ID == b.ID && a.Ext == b.Ext && bytes.Equal(a.Data, b.Data)
		})
})

func FuzzDecode(f *testing.F) {
	frames := labFrames(f)
	for _, b := range frames {
		f.Add(b, false)
	}
	f.Add(frames[0], true)
	multiLink, _ := hex.DecodeString(beacon("ff136bf00310020000000001" + "010700000000000003"))
	f.Add(multiLink, false)
	f.Fuzz(func(t *testing.T, b []byte, padded bool) {
		given := bytes.Clone(b)
		var fresh, used dot11.Frame
		for _, other := range frames[:40] {
			used.Decode(other)
		}
		decode := (*dot11.Frame).Decode
		if padded {
			decode = (*dot11.Frame).DecodePadded
		}
		freshErr, usedErr := decode(&fresh, b), decode(&used, b)
		if freshErr != usedErr {
			t.Errorf("a used frame gives %v, a fresh one %v", usedErr, freshErr)
		}
		if d := cmp.Diff(fresh, used, sameElements); d != "" {
			t.Errorf("a used frame differs from a fresh one:\n%s", d)
		}
		if read(&fresh) != read(&used) {
			t.Error("a used frame reads differently")
		}
		if fresh.Security().String() == "" || fresh.Security() != used.Security() {
			t.Errorf("got security %v and %v", fresh.Security(), used.Security())
		}
		if !bytes.Equal(b, given) {
			t.Error("the input was written to")
		}
	})
}

func FuzzRSN(f *testing.F) {
	f.Add([]byte{1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 2, 0, 0})
	f.Add([]byte{1, 0, 0, 0x0f, 0xac, 4, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		r, whole := dot11.ParseRSN(b)
		if whole && !r.Present {
			t.Error("whole, but not present")
		}
		strict := dot11.Element{ID: dot11.ElementRSN, Data: b}.Defects()
		if whole && strict&dot11.DefectRSNCount != 0 && len(b) < 256 {
			t.Errorf("% x: the lenient reader takes it for whole, the strict one says %v", b, strict)
		}
		dot11.ParseWPA(b)
	})
}
