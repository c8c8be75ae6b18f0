package avs_test

import (
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/avs"
)

// header returns an AVS header of version 1 with these values of channel, rate, SSI type, signal and noise.
func header(channel, rate, ssi uint32, signal, noise int32) []byte {
	be := binary.BigEndian
	b := be.AppendUint32(nil, 0x80211001)
	b = be.AppendUint32(b, 64)
	b = be.AppendUint64(b, 77)                                                                     // MAC time
	b = be.AppendUint64(b, 0)                                                                      // host time
	for _, v := range []uint32{4, channel, rate, 1, 0, ssi, uint32(signal), uint32(noise), 0, 1} { // PHY type 11b … encoding CCK
		b = be.AppendUint32(b, v)
	}
	return b
}

func TestHeaderIsRead(t *testing.T) {
	base := dot11.Radio{TSF: 77, HasTSF: true, Antenna: 1, HasAntenna: true, Frequency: 2437}
	for name, c := range map[string]struct {
		b    []byte
		want func(*dot11.Radio)
	}{
		"dBm, units of 100 kbit/s": {header(6, 110, 2, -60, -95), func(r *dot11.Radio) { r.Rate, r.Signal, r.Noise = 22, -60, -95 }},
		"rate in bit/s, MHz":       {header(2437, 54_000_000, 2, -60, -95), func(r *dot11.Radio) { r.Rate, r.Signal, r.Noise, r.OFDM = 108, -60, -95, true }},
		"raw signal, kHz":          {header(2437000, 10, 3, 70, 0), func(r *dot11.Radio) { r.Rate = 2 }},
		"impossible level":         {header(6, 10, 2, -600, 5), func(r *dot11.Radio) { r.Rate = 2 }},
	} {
		want := base
		c.want(&want)
		var r dot11.Radio
		n, err := avs.Decode(append(c.b, 0x80), &r)
		if n != 64 || err != nil {
			t.Errorf("%s: got length %d, %v", name, n, err)
		}
		if d := cmp.Diff(want, r); d != "" {
			t.Errorf("%s: differs:\n%s", name, d)
		}
	}
}

func TestCutHeadersAreRefused(t *testing.T) {
	good := header(6, 10, 2, -60, -95)
	other, tiny := append([]byte{}, good...), append([]byte{}, good...)
	other[3], tiny[7] = 9, 63
	for name, c := range map[string]struct {
		b    []byte
		want error
	}{"cut": {good[:63], avs.ErrShort}, "version": {other, avs.ErrVersion}, "length": {tiny, avs.ErrLength}} {
		r := dot11.Radio{Signal: 1}
		if n, err := avs.Decode(c.b, &r); n != 0 || err != c.want || r != (dot11.Radio{}) {
			t.Errorf("%s: got %d, %v, want %v", name, n, err, c.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(header(6, 10, 2, -60, -95))
	f.Fuzz(func(t *testing.T, b []byte) {
		var fresh dot11.Radio
		used := dot11.Radio{TSF: 9, Rate: 9, HasTSF: true, OFDM: true, FCSLen: 4}
		n, err := avs.Decode(b, &fresh)
		avs.Decode(b, &used)
		if fresh != used {
			t.Errorf("a used value gives %+v, a fresh one %+v", used, fresh)
		}
		if err == nil && (n < 64 || n > len(b)) {
			t.Errorf("got length %d of %d", n, len(b))
		}
	})
}
