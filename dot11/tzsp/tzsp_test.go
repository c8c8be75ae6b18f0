package tzsp_test

import (
	"encoding/binary"
	"hash/crc32"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/tzsp"
)

var (
	deauth = []byte{0xc0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 0, 0x1d, 0x0f, 0x10, 0, 1, 0, 0x1d, 0x0f, 0x10, 0, 1, 0, 0, 7, 0}
	sensor = dot11.Addr{0x48, 0x8f, 0x5a, 0, 0, 9}
	usual  = []byte{1, 0, 0, 18, 10, 1, 0xce, 11, 1, 0xa1, 12, 1, 12, 0, 18, 1, 11, 41, 2, 0, 200, 60, 6, 0x48, 0x8f, 0x5a, 0, 0, 9, 99, 2, 7, 7, 1}
)

func withFCS(frame []byte) []byte {
	return binary.LittleEndian.AppendUint32(slices.Clone(frame), crc32.ChecksumIEEE(frame))
}

func TestHeaderIsRead(t *testing.T) {
	for name, c := range map[string]struct {
		head, frame []byte
		header      tzsp.Header
		radio       dot11.Radio
	}{
		"all tags": {usual, deauth, tzsp.Header{Encapsulated: 18, Sensor: sensor, Original: 200},
			dot11.Radio{Signal: -50, Noise: -95, Rate: 12, OFDM: true, Frequency: 2462}},
		"no tags":             {[]byte{1, 0, 0, 18, 1}, deauth, tzsp.Header{Encapsulated: 18}, dot11.Radio{}},
		"an FCS":              {[]byte{1, 0, 0, 18, 1}, withFCS(deauth), tzsp.Header{Encapsulated: 18}, dot11.Radio{FCSLen: 4}},
		"an FCS that was bad": {[]byte{1, 0, 0, 18, 17, 1, 1, 1}, deauth, tzsp.Header{Encapsulated: 18}, dot11.Radio{FCS: dot11.FCSBad}},
		"numbers of two octets": {[]byte{1, 0, 0, 18, 10, 2, 0xff, 0xc4, 18, 2, 0, 36, 1}, deauth, tzsp.Header{Encapsulated: 18},
			dot11.Radio{Signal: -60, Frequency: 5180}},
		"odd lengths say nothing": {[]byte{1, 0, 0, 18, 10, 3, 1, 2, 3, 60, 1, 1, 18, 0, 1}, deauth, tzsp.Header{Encapsulated: 18}, dot11.Radio{}},
		"radiotap inside":         {[]byte{1, 0, 0, 126, 1}, deauth, tzsp.Header{Encapsulated: 126}, dot11.Radio{}},
	} {
		r := dot11.Radio{Antenna: 3}
		h, n, err := tzsp.Decode(append(slices.Clone(c.head), c.frame...), &r)
		if err != nil || n != len(c.head) || h != c.header {
			t.Errorf("%s: %+v, length %d, %v; want %+v and %d", name, h, n, err, c.header, len(c.head))
		}
		if d := cmp.Diff(c.radio, r); d != "" {
			t.Errorf("%s: differs:\n%s", name, d)
		}
	}
}

func TestWhatIsNoFrameIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		b    []byte
		want error
	}{
		"empty":                {nil, tzsp.ErrShort},
		"no end":               {usual[:len(usual)-1], tzsp.ErrShort},
		"tag without room":     {[]byte{1, 0, 0, 18, 10, 200, 1}, tzsp.ErrShort},
		"tag without a length": {[]byte{1, 0, 0, 18, 0, 10}, tzsp.ErrShort},
		"version":              {[]byte{2, 0, 0, 18, 1}, tzsp.ErrVersion},
		"keepalive":            {[]byte{1, 4, 0, 0, 1}, tzsp.ErrType},
		"to be sent":           {[]byte{1, 1, 0, 18, 1}, tzsp.ErrType},
	} {
		r := dot11.Radio{Signal: 1}
		if h, n, err := tzsp.Decode(c.b, &r); err != c.want || n != 0 || h != (tzsp.Header{}) || r != (dot11.Radio{}) {
			t.Errorf("%s: %+v, %d, %v, want %v", name, h, n, err, c.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(append(slices.Clone(usual), deauth...))
	f.Add(append([]byte{1, 0, 0, 18, 1}, withFCS(deauth)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		var r dot11.Radio
		reused := dot11.Radio{Signal: -1, HasTSF: true, FCSLen: 4}
		h, n, err := tzsp.Decode(b, &r)
		again, m, _ := tzsp.Decode(b, &reused)
		if n < 0 || n > len(b) || err == nil && n < 5 || n != m || h != again || r != reused {
			t.Fatalf("%+v, %d and %+v, %d of %d octets, %v", h, n, again, m, len(b), err)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	packet := append(slices.Clone(usual), deauth...)
	var r dot11.Radio
	b.ReportAllocs()
	for b.Loop() {
		_, _, _ = tzsp.Decode(packet, &r)
	}
}
