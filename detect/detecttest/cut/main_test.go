package main

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// capture is a pcap of bare frames, one a second, whose first octets and senders are given.
func capture(frames ...[2]byte) []byte {
	le := binary.LittleEndian
	b := le.AppendUint32(nil, 0xa1b2c3d4)
	b = append(b, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 105, 0, 0, 0)
	for i, f := range frames {
		frame := make([]byte, 26)
		frame[0], frame[10], frame[15] = f[0], 2, f[1]
		for _, v := range []uint32{uint32(1000 + i), 0, uint32(len(frame)), uint32(len(frame))} {
			b = le.AppendUint32(b, v)
		}
		b = append(b, frame...)
	}
	return b
}

func TestCutKeepsWhatIsAskedFor(t *testing.T) {
	all := [][2]byte{{0xc0, 1}, {0x08, 1}, {0xc0, 2}, {0x80, 1}}
	for name, c := range map[string]struct {
		start, end float64
		filter     string
		want       [][2]byte
	}{
		"everything":  {0, 10, "", all},
		"a time":      {1, 2, "", all[1:3]},
		"a type":      {0, 10, "management", [][2]byte{all[0], all[2], all[3]}},
		"an address":  {0, 10, "02:00:00:00:00:02", all[2:3]},
		"two of both": {0, 10, "data,management,02:00:00:00:00:01", [][2]byte{all[0], all[1], all[3]}},
	} {
		in, out := filepath.Join(t.TempDir(), "in.pcap"), filepath.Join(t.TempDir(), "out.pcap.gz")
		if err := os.WriteFile(in, capture(all...), 0o644); err != nil {
			t.Fatal(err)
		}
		keep, err := readFilter(c.filter)
		if err != nil {
			t.Fatal(err)
		}
		packets, _, err := cut(in, out, c.start, c.end, keep)
		if err != nil || packets != int64(len(c.want)) {
			t.Errorf("%s: %d packets, %v, want %d", name, packets, err, len(c.want))
		}
		r, err := open(out)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(senders(capture(c.want...)), senders(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// senders returns the first octet and the last of the sender of each frame.
func senders(b []byte) (list [][2]byte) {
	for b = b[24:]; len(b) >= 42; b = b[42:] {
		list = append(list, [2]byte{b[16], b[31]})
	}
	return list
}

func TestCutRefusesWhatItCannotRead(t *testing.T) {
	in := filepath.Join(t.TempDir(), "in.pcap")
	for name, b := range map[string][]byte{
		"empty": {}, "another format": bytes.Repeat([]byte{0x0a}, 40), "a packet cut off": capture([2]byte{0xc0, 1})[:60],
	} {
		if err := os.WriteFile(in, b, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, _, err := cut(in, filepath.Join(t.TempDir(), "out.gz"), 0, 1, filter{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
