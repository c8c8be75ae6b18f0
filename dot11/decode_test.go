package dot11_test

import (
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin/dot11"
)

// octets reads hexadecimal digits; what follows "//" in a line is a comment.
func octets(t testing.TB, text string) []byte {
	t.Helper()
	var digits strings.Builder
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "//")
		digits.WriteString(strings.Join(strings.Fields(line), ""))
	}
	b, err := hex.DecodeString(digits.String())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// decoded returns the frame in text, which must decode without an error.
func decoded(t testing.TB, text string) *dot11.Frame {
	t.Helper()
	f := new(dot11.Frame)
	if err := f.Decode(octets(t, text)); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return f
}

var (
	ap      = dot11.Addr{2, 0, 0, 0, 0, 0xa}
	station = dot11.Addr{2, 0, 0, 0, 0, 0xb}
	distant = dot11.Addr{2, 0, 0, 0, 0, 0xc}
	remote  = dot11.Addr{2, 0, 0, 0, 0, 0xd}
)

const (
	apHex      = "02000000000a"
	stationHex = "02000000000b"
	distantHex = "02000000000c"
	remoteHex  = "02000000000d"
	snapIPv4   = "aaaa03 000000 0800"
)

func TestDataIsAddressedByTheDSBits(t *testing.T) {
	for name, c := range map[string]struct {
		frame                     string
		bssid, source, dest, addr dot11.Addr
	}{
		"none": {"0800 0000" + stationHex + distantHex + apHex + "1000", ap, distant, station, dot11.Addr{}},
		"from": {"0802 0000" + stationHex + apHex + distantHex + "1000", ap, distant, station, dot11.Addr{}},
		"to":   {"0801 0000" + apHex + stationHex + distantHex + "1000", ap, station, distant, dot11.Addr{}},
		"both": {"0803 0000" + apHex + stationHex + distantHex + "1000" + remoteHex, dot11.Addr{}, remote, distant, remote},
	} {
		f := decoded(t, c.frame+snapIPv4+"45")
		if f.BSSID != c.bssid || f.Source() != c.source || f.Destination() != c.dest || f.Addr4 != c.addr {
			t.Errorf("%s: got BSSID %v from %v to %v with fourth %v", name, f.BSSID, f.Source(), f.Destination(), f.Addr4)
		}
		if f.EtherType != 0x0800 || !slices.Equal(f.Payload, []byte{0x45}) || f.Sequence != 1 {
			t.Errorf("%s: got EtherType %#x, payload % x, sequence %d", name, f.EtherType, f.Payload, f.Sequence)
		}
	}
}

func TestPayloadBeginsBehindEveryOptionalField(t *testing.T) {
	const to = "0000" + apHex + stationHex + distantHex + "1000"
	for name, frame := range map[string]string{
		"QoS":                 "8801" + to + "0600" + snapIPv4 + "45",
		"QoS and HT control":  "8881" + to + "0600" + "78563412" + snapIPv4 + "45",
		"bridge tunnel":       "8801" + to + "0600" + "aaaa030000f80800" + "45",
		"order without QoS":   "0881" + to + snapIPv4 + "45",
		"four addresses, QoS": "8803" + to + remoteHex + "0600" + snapIPv4 + "45",
		"mesh":                "8803" + to + remoteHex + "0601" + "001f01000000" + snapIPv4 + "45",
		"mesh, six addresses": "8803" + to + remoteHex + "0601" + "021f01000000" + apHex + remoteHex + snapIPv4 + "45",
		"no mesh for the bit": "8803" + to + remoteHex + "0601" + snapIPv4 + "45",
	} {
		f := decoded(t, frame)
		if f.EtherType != 0x0800 || !slices.Equal(f.Payload, []byte{0x45}) {
			t.Errorf("%s: got EtherType %#x, payload % x", name, f.EtherType, f.Payload)
		}
		if name == "QoS and HT control" && f.HTControl != 0x12345678 {
			t.Errorf("got HT control %#x", f.HTControl)
		}
	}
}

func TestPayloadIsNotReadWhereThereIsNone(t *testing.T) {
	const to = "0000" + apHex + stationHex + distantHex
	for name, frame := range map[string]string{
		"protected":      "8841" + to + "1000" + "0600" + snapIPv4 + "45",
		"later fragment": "8801" + to + "1100" + "0600" + snapIPv4 + "45",
		"null":           "4801" + to + "1000" + snapIPv4 + "45",
		"QoS null":       "c801" + to + "1000" + "0600" + snapIPv4 + "45",
		"A-MSDU":         "8801" + to + "1000" + "8600" + snapIPv4 + "45",
		"no LLC":         "8801" + to + "1000" + "0600" + "45000054",
	} {
		if f := decoded(t, frame); f.EtherType != 0 || f.Payload != nil {
			t.Errorf("%s: got EtherType %#x, payload % x", name, f.EtherType, f.Payload)
		}
	}
}

func TestPadIsSkipped(t *testing.T) {
	b := octets(t, "8801 0000"+apHex+stationHex+distantHex+"1000"+"0600"+"0000"+snapIPv4+"45")
	var f dot11.Frame
	if err := f.DecodePadded(b); err != nil || f.EtherType != 0x0800 || len(f.Payload) != 1 {
		t.Errorf("got EtherType %#x, payload % x, %v", f.EtherType, f.Payload, err)
	}
	if err := f.DecodePadded(b[:26]); err != nil || len(f.Body) != 0 {
		t.Errorf("cut in the pad: got body % x, %v", f.Body, err)
	}
}

func TestAggregateIsParted(t *testing.T) {
	const header = "8801 0000" + apHex + stationHex + distantHex + "1000" + "8000"
	first := distantHex + stationHex + "0009" + snapIPv4 + "45" + "00" // padded to 24
	f := decoded(t, header+first+remoteHex+stationHex+"000a"+"aaaa03000000888e"+"0203")
	got := slices.Collect(f.Subframes())
	want := []dot11.Subframe{
		{Dest: distant, Source: station, EtherType: 0x0800, Payload: []byte{0x45}},
		{Dest: remote, Source: station, EtherType: 0x888e, Payload: []byte{2, 3}},
	}
	if d := cmp.Diff(want, got); d != "" || f.Defects != 0 {
		t.Errorf("defects %v, subframes differ:\n%s", f.Defects, d)
	}
	f = decoded(t, header+first+remoteHex+stationHex+"00ff"+"aaaa")
	if n := len(slices.Collect(f.Subframes())); n != 1 || f.Defects != dot11.DefectAMSDU {
		t.Errorf("cut: got %d subframes, defects %v", n, f.Defects)
	}
}

func TestMSDUsAreThoseOfAllDataFrames(t *testing.T) {
	const plain, aggregate = "8801 0000" + apHex + stationHex + distantHex + "1000" + "0000", "8801 0000" + apHex + stationHex + distantHex + "1000" + "8000"
	const inner = remoteHex + stationHex
	for name, c := range map[string]struct {
		frame string
		want  []dot11.Subframe
	}{
		"ordinary":            {plain + snapIPv4 + "45", []dot11.Subframe{{Dest: distant, Source: station, EtherType: 0x0800, Payload: []byte{0x45}}}},
		"A-MSDU":              {aggregate + inner + "0009" + snapIPv4 + "45", []dot11.Subframe{{Dest: remote, Source: station, EtherType: 0x0800, Payload: []byte{0x45}}}},
		"A-MSDU without LLC":  {aggregate + inner + "0001" + "45", nil},
		"without LLC":         {plain + "45", nil},
		"protected":           {"8841" + plain[4:] + snapIPv4 + "45", nil},
		"protected A-MSDU":    {"8841" + aggregate[4:] + inner + "0009" + snapIPv4 + "45", nil},
		"management":          {"8000 0000" + apHex + stationHex + distantHex + "1000" + snapIPv4 + "45", nil},
		"second fragment":     {"8801 0000" + apHex + stationHex + distantHex + "1100" + "0000" + snapIPv4 + "45", nil},
		"from the other side": {"0802 0000" + stationHex + apHex + distantHex + "1000" + snapIPv4 + "45", []dot11.Subframe{{Dest: station, Source: distant, EtherType: 0x0800, Payload: []byte{0x45}}}},
	} {
		f := decoded(t, c.frame)
		if d := cmp.Diff(c.want, slices.Collect(f.MSDUs())); d != "" {
			t.Errorf("%s: differ:\n%s", name, d)
		}
		if n := testing.AllocsPerRun(10, func() {
			for m := range f.MSDUs() {
				_ = m
			}
		}); n != 0 {
			t.Errorf("%s: got %v allocations", name, n)
		}
	}
}

func TestControlFramesNameTheirStations(t *testing.T) {
	for name, c := range map[string]struct {
		frame                   string
		kind                    dot11.Kind
		receiver, sender, bssid dot11.Addr
		body                    string
	}{
		"ack":                {"d4000000" + apHex, dot11.Ack, ap, dot11.Addr{}, dot11.Addr{}, ""},
		"CTS":                {"c4003a01" + apHex, dot11.CTS, ap, dot11.Addr{}, dot11.Addr{}, ""},
		"RTS":                {"b4003a01" + apHex + stationHex, dot11.RTS, ap, station, dot11.Addr{}, ""},
		"RTS with bandwidth": {"b4003a01" + apHex + "03000000000b", dot11.RTS, ap, station, dot11.Addr{}, ""},
		"PS-Poll":            {"a40001c0" + apHex + stationHex, dot11.PSPoll, ap, station, ap, ""},
		"CF-End":             {"e4000000" + "ffffffffffff" + apHex, dot11.CFEnd, dot11.Broadcast, ap, ap, ""},
		"block ack":          {"94000000" + apHex + stationHex + "0400", dot11.BlockAck, ap, station, dot11.Addr{}, "0400"},
		"wrapped BA":         {"74000000" + apHex + "9400" + "78563412" + stationHex + "0400", dot11.ControlWrapper, ap, station, dot11.Addr{}, "0400"},
		"trigger":            {"24000000" + apHex + stationHex + "0a", dot11.Trigger, ap, station, dot11.Addr{}, "0a"},
	} {
		f := decoded(t, c.frame)
		if f.Kind != c.kind || f.Addr1 != c.receiver || f.Addr2 != c.sender || f.BSSID != c.bssid || hex.EncodeToString(f.Body) != c.body {
			t.Errorf("%s: got kind %#x, %v from %v, BSSID %v, body %x", name, uint8(f.Kind), f.Addr1, f.Addr2, f.BSSID, f.Body)
		}
	}
}

func TestCutHeadersFailWithWhatWasRead(t *testing.T) {
	var f dot11.Frame
	for _, frame := range []string{
		"", "80", "8000", "80000000ffffffffff", // beacon
		"b4000000" + apHex + "0200",                                                // RTS
		"0803 0000" + apHex + stationHex + distantHex + "1000" + "0200",            // fourth address
		"8801 0000" + apHex + stationHex + distantHex + "1000" + "06",              // QoS
		"8881 0000" + apHex + stationHex + distantHex + "1000" + "0600" + "785634", // HT control
		"c080 0000" + apHex + stationHex + apHex + "1000" + "785634",               // HT control
		"74000000" + apHex + "9400" + "785634",                                     // wrapper
	} {
		if err := f.Decode(octets(t, frame)); err != dot11.ErrShort || f.Defects != dot11.DefectShortHeader {
			t.Errorf("%s: got %v, defects %v", frame, err, f.Defects)
		}
	}
	if f.Decode(octets(t, "b4000000"+apHex+"0200")); f.Addr1 != ap || f.Kind != dot11.RTS {
		t.Errorf("got %v of kind %#x", f.Addr1, uint8(f.Kind))
	}
	if err := f.Decode(octets(t, "81000000"+apHex)); err != dot11.ErrVersion {
		t.Errorf("version 1: got %v", err)
	}
}

func TestExtensionFramesHaveOneAddress(t *testing.T) {
	f := decoded(t, "0c00 0000"+apHex+"0102030405060708")
	if f.Kind != dot11.DMGBeacon || f.BSSID != ap || f.Transmitter() != ap || f.Elements.Len() != 0 || !f.Kind.IsExtension() {
		t.Errorf("DMG beacon: got kind %#x, BSSID %v, %d elements", uint8(f.Kind), f.BSSID, f.Elements.Len())
	}
	if f = decoded(t, "1c02 0000"+apHex+"0102030405"); f.Kind != dot11.S1GBeacon || f.Transmitter() != ap {
		t.Errorf("S1G beacon: got kind %#x from %v", uint8(f.Kind), f.Transmitter())
	}
}
