package awdlmalform

import "testing"

func FuzzMalformed(f *testing.F) {
	f.Add([]byte{2, 3, 0, 1, 2, 3})
	f.Add([]byte{20, 66, 0, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		kind, length, left, bad := malformed(b)
		if bad && length <= left && (kind != syncTree || length <= mostTree*addrLen) {
			t.Errorf("% x: part %d of %d octets with %d left is sound", b, kind, length, left)
		}
	})
}
