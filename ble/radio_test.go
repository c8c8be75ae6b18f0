package ble_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin/ble"
)

// radioHeaders are written by hand after www.tcpdump.org/linktypes and Nordic's description of its sniffer.
var radioHeaders = map[string]struct {
	nordic bool
	text   string
	want   ble.Reception
}{
	"radio, all valid": {false, "0c d8 a1 00 d6be898e 070c",
		ble.Reception{RF: 12, HasRF: true, Signal: -40, Noise: -95, CRC: ble.CRCGood}},
	"radio, CRC wrong, 2M": {false, "27 d8 a1 00 00000000 0344",
		ble.Reception{RF: 39, HasRF: true, Signal: -40, PHY: ble.PHY2M, CRC: ble.CRCBad}},
	"radio, nothing said, coded": {false, "28 d8 a1 00 00000000 0088",
		ble.Reception{PHY: ble.PHYCoded, Whitened: true}},
	"Nordic 1": {true, "07 06 1f 01 0102 06  0a 01 25 3c 0000 96000000",
		ble.Reception{RF: 0, HasRF: true, Signal: -60, CRC: ble.CRCGood}},
	"Nordic 1, longer header": {true, "07 08 1f 01 0102 06 ffff  0a 00 26 3c 0000 96000000",
		ble.Reception{RF: 12, HasRF: true, Signal: -60, CRC: ble.CRCBad}},
	"Nordic 2": {true, "07 1f00 02 0102 06  0a 11 27 80 0000 96000000",
		ble.Reception{RF: 39, HasRF: true, PHY: ble.PHY2M, CRC: ble.CRCGood}},
	"Nordic 3": {true, "07 1f00 03 0102 02  0a 21 03 3c 0000 96000000",
		ble.Reception{RF: 4, HasRF: true, Signal: -60, PHY: ble.PHYCoded, CRC: ble.CRCGood}},
}

func decodeHeader(nordic bool, b []byte, r *ble.Reception) (int, error) {
	if nordic {
		return ble.DecodeNordic(b, r)
	}
	return ble.DecodeRadio(b, r)
}

func TestRadioHeadersAreRead(t *testing.T) {
	for name, c := range radioHeaders {
		b := octets(t, c.text)
		var r ble.Reception
		if n, err := decodeHeader(c.nordic, append(b, 1, 2, 3), &r); err != nil || n != len(b) {
			t.Errorf("%s: %d octets and %v, want %d", name, n, err, len(b))
		}
		if diff := cmp.Diff(c.want, r); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if _, err := decodeHeader(c.nordic, b[:9], &r); !errors.Is(err, ble.ErrHeader) {
			t.Errorf("%s, cut off: error %v", name, err)
		}
	}
}

func TestUnknownNordicMessagesAreRefused(t *testing.T) {
	var r ble.Reception
	for text, want := range map[string]error{
		"07 06 1f 01 0102 01 0a 01 25 3c 0000 96000000": ble.ErrNoPacket,
		"07 06 1f 04 0102 06 0a 01 25 3c 0000 96000000": ble.ErrHeader,
		"07 02 1f 01 0102 06 0a 01 25 3c 0000 96000000": ble.ErrHeader,
		"07 06 1f 01 0102 06 03 01 25 3c 0000 96000000": ble.ErrHeader,
	} {
		if _, err := ble.DecodeNordic(octets(t, text), &r); !errors.Is(err, want) {
			t.Errorf("%s: error %v, want %v", text, err, want)
		}
	}
}

func TestChannelsAreThoseOfTheStandard(t *testing.T) {
	// Vol 6 Part B table 1.2.
	for rf, want := range map[uint8]struct {
		index uint8
		mhz   uint16
	}{0: {37, 2402}, 1: {0, 2404}, 11: {10, 2424}, 12: {38, 2426}, 13: {11, 2428}, 38: {36, 2478}, 39: {39, 2480}} {
		if ble.Index(rf) != want.index || ble.RF(want.index) != rf || ble.Frequency(rf) != want.mhz {
			t.Errorf("RF channel %d has index %d and %d MHz, want %+v", rf, ble.Index(rf), ble.Frequency(rf), want)
		}
	}
	seen := map[uint8]bool{}
	for rf := range uint8(ble.Channels) {
		seen[ble.Index(rf)] = true
		if ble.RF(ble.Index(rf)) != rf {
			t.Errorf("RF channel %d is not that of its index", rf)
		}
	}
	if len(seen) != ble.Channels {
		t.Errorf("%d indices, want %d", len(seen), ble.Channels)
	}
}

// TestWhiteningIsThatOfTheRegister compares with the register as Vol 6 Part B figure 3.4 draws it.
func TestWhiteningIsThatOfTheRegister(t *testing.T) {
	for rf := range uint8(ble.Channels) {
		at := [7]byte{1}
		for i := range 6 {
			at[1+i] = ble.Index(rf) >> (5 - i) & 1
		}
		want := make([]byte, 40)
		for i := range want {
			for bit := range 8 {
				out := at[6]
				want[i] |= out << bit
				copy(at[1:], at[:6])
				at[0] = out
				at[4] ^= out
			}
		}
		got := make([]byte, len(want))
		ble.Dewhiten(got, got, rf)
		if !bytes.Equal(got, want) {
			t.Errorf("RF channel %d: % x, want % x", rf, got, want)
		}
		if ble.Dewhiten(got, got, rf); !bytes.Equal(got, make([]byte, len(want))) {
			t.Errorf("RF channel %d: twice is not nothing: % x", rf, got)
		}
	}
}

func FuzzReception(f *testing.F) {
	for _, c := range radioHeaders {
		f.Add(octets(f, c.text), c.nordic)
	}
	f.Fuzz(func(t *testing.T, b []byte, nordic bool) {
		used := ble.Reception{RF: 3, HasRF: true, Signal: 1, Noise: 2, PHY: 3, CRC: ble.CRCBad, Whitened: true}
		var fresh ble.Reception
		n, err := decodeHeader(nordic, b, &fresh)
		usedN, usedErr := decodeHeader(nordic, b, &used)
		if n != usedN || err != usedErr || used != fresh {
			t.Errorf("a used reception gives %d, %v, %+v; a fresh one %d, %v, %+v", usedN, usedErr, used, n, err, fresh)
		}
		if err == nil && n < 7 || fresh.RF >= ble.Channels {
			t.Errorf("%d octets, %+v", n, fresh)
		}
	})
}
