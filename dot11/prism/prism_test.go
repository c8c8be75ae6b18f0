package prism_test

import (
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/prism"
)

// header returns a Prism header with the items' values, numbered from 1, of which the fifth is marked absent.
func header(order binary.AppendByteOrder, code uint32, shift int, values ...int32) []byte {
	b := order.AppendUint32(nil, code)
	b = order.AppendUint32(b, uint32(24+12*len(values)))
	b = append(b, "wlan0\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"...)
	for i, v := range values {
		b = order.AppendUint32(b, uint32(i+1)<<shift|code)
		status := uint16(0)
		if i == 4 {
			status = 1
		}
		b = order.AppendUint16(b, status)
		b = order.AppendUint16(b, 4)
		b = order.AppendUint32(b, uint32(v))
	}
	return b
}

// items: host time, MAC time, channel, RSSI, signal quality, signal, noise, rate, transmitted, length.
var items = []int32{1, 77, 6, 40, 9, -60, -95, 108, 0, 100}

func TestHeaderIsReadInEveryShape(t *testing.T) {
	want := dot11.Radio{TSF: 77, HasTSF: true, Frequency: 2437, Signal: -60, Noise: -95, Rate: 108, OFDM: true}
	for name, b := range map[string][]byte{
		"little endian": header(binary.LittleEndian, 0x44, 16, items...),
		"big endian":    header(binary.BigEndian, 0x44, 16, items...),
		"narrow ids":    header(binary.LittleEndian, 0x41, 12, items...),
	} {
		var r dot11.Radio
		n, err := prism.Decode(append(b, 0x80), &r)
		if n != 144 || err != nil {
			t.Errorf("%s: got length %d, %v", name, n, err)
		}
		if d := cmp.Diff(want, r); d != "" {
			t.Errorf("%s: differs:\n%s", name, d)
		}
	}
}

func TestAVSHeaderIsRecognised(t *testing.T) {
	b := make([]byte, 65)
	binary.BigEndian.PutUint32(b, 0x80211001)
	binary.BigEndian.PutUint32(b[4:], 64)
	binary.BigEndian.PutUint32(b[28:], 6)
	var r dot11.Radio
	if n, err := prism.Decode(b, &r); n != 64 || err != nil || r.Frequency != 2437 {
		t.Errorf("got length %d, %v, %d MHz", n, err, r.Frequency)
	}
}

func TestCutHeadersAreRefused(t *testing.T) {
	good := header(binary.LittleEndian, 0x44, 16, items...)
	for name, c := range map[string]struct {
		b    []byte
		want error
	}{"empty": {nil, prism.ErrShort}, "cut": {good[:143], prism.ErrShort}, "code": {make([]byte, 144), prism.ErrCode}} {
		r := dot11.Radio{Signal: 1}
		if n, err := prism.Decode(c.b, &r); n != 0 || err != c.want || r != (dot11.Radio{}) {
			t.Errorf("%s: got %d, %v, want %v", name, n, err, c.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(header(binary.LittleEndian, 0x44, 16, items...))
	f.Add(header(binary.BigEndian, 0x41, 12, items...))
	f.Fuzz(func(t *testing.T, b []byte) {
		var fresh dot11.Radio
		used := dot11.Radio{TSF: 9, Rate: 9, HasTSF: true, OFDM: true, FCSLen: 4}
		n, err := prism.Decode(b, &fresh)
		prism.Decode(b, &used)
		if fresh != used {
			t.Errorf("a used value gives %+v, a fresh one %+v", used, fresh)
		}
		if err == nil && (n < 24 || n > len(b)) {
			t.Errorf("got length %d of %d", n, len(b))
		}
	})
}
