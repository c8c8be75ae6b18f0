package dot11_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/dot11"
)

func TestPacketNumberOfEachCipher(t *testing.T) {
	header := []byte{0x08, 0x41, 0, 0, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 3, 0, 0}
	open := append([]byte{0x08, 0x01}, header[2:]...)
	for _, c := range []struct {
		name   string
		header []byte
		body   []byte
		pn     uint64
		key    uint8
		ok     bool
	}{
		{"CCMP", header, []byte{0x34, 0x12, 0, 0x20, 0x78, 0x56, 0xbc, 0x9a, 1}, 0x9abc56781234, 0, true},
		{"CCMP, group key", header, []byte{1, 0, 0, 0x60, 0, 0, 0, 0}, 1, 1, true},
		{"TKIP", header, []byte{0x12, 0x32, 0x34, 0x20, 0x78, 0x56, 0, 0}, 0x56781234, 0, true},
		{"WEP", header, []byte{1, 2, 3, 0x40, 5, 6, 7, 8}, 0, 0, false},
		{"short", header, []byte{1, 0, 0, 0x20, 0, 0, 0}, 0, 0, false},
		{"open", open, []byte{1, 0, 0, 0x20, 0, 0, 0, 0}, 0, 0, false},
	} {
		var f dot11.Frame
		if err := f.Decode(append(append([]byte{}, c.header...), c.body...)); err != nil {
			t.Fatal(err)
		}
		if pn, key, ok := f.PacketNumber(); pn != c.pn || key != c.key || ok != c.ok {
			t.Errorf("%s: %x, key %d, %v, want %x, %d, %v", c.name, pn, key, ok, c.pn, c.key, c.ok)
		}
	}
}
