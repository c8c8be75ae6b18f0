package dot11_test

import (
	"hash/maphash"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin/dot11"
)

// management returns a management frame of ap to station with this Frame Control field and body.
func management(control, body string) string {
	return control + "0000" + stationHex + apHex + apHex + "1000" + body
}

// beacon returns a beacon with these elements.
func beacon(elements string) string {
	return management("8000", "0100000000000000"+"6400"+"1100"+elements)
}

func TestFixedFieldsStandBeforeTheElements(t *testing.T) {
	const ssid = "0003616263"
	for name, c := range map[string]struct {
		frame string
		want  dot11.Fixed
	}{
		"beacon":                 {beacon(ssid), dot11.Fixed{TSF: 1, Interval: 100, Capability: 0x11}},
		"probe request":          {management("4000", ssid), dot11.Fixed{}},
		"association request":    {management("0000", "11000a00"+ssid), dot11.Fixed{Capability: 0x11, ListenInterval: 10}},
		"association response":   {management("1000", "1100110001c0"+ssid), dot11.Fixed{Capability: 0x11, Status: 17, AID: 0xc001}},
		"reassociation request":  {management("2000", "11000a00"+remoteHex+ssid), dot11.Fixed{Capability: 0x11, ListenInterval: 10, CurrentAP: remote}},
		"reassociation response": {management("3000", "1100000001c0"+ssid), dot11.Fixed{Capability: 0x11, AID: 0xc001}},
		"timing advertisement":   {management("6000", "0100000000000000"+"1100"+ssid), dot11.Fixed{TSF: 1, Capability: 0x11}},
		"disassociation":         {management("a000", "0701"+ssid), dot11.Fixed{Reason: 0x107}},
		"deauthentication":       {management("c000", "0700"+ssid), dot11.Fixed{Reason: 7}},
		"open authentication":    {management("b000", "000001000000"+ssid), dot11.Fixed{AuthTransaction: 1}},
		"FT authentication":      {management("b000", "020001003500"+ssid), dot11.Fixed{AuthAlgorithm: 2, AuthTransaction: 1, Status: 53}},
		"channel switch":         {management("d000", "0004"+ssid), dot11.Fixed{Action: 4}},
		"SA query":               {management("d000", "0800"+"0102"+ssid), dot11.Fixed{Category: 8}},
		"neighbour response":     {management("d000", "0505"+"01"+ssid), dot11.Fixed{Category: 5, Action: 5}},
		"transition request":     {management("d000", "0a07"+"01"+"00"+"0000"+"ff"+ssid), dot11.Fixed{Category: 10, Action: 7}},
		"transition with end":    {management("d000", "0a07"+"01"+"08"+"0000"+"ff"+"040a00000000000000000000"+ssid), dot11.Fixed{Category: 10, Action: 7}},
		"transition without end": {management("d000", "0a07"+"01"+"08"+"0000"+"ff"+ssid), dot11.Fixed{Category: 10, Action: 7}},
		"transition with URL":    {management("d000", "0a07"+"01"+"10"+"0000"+"ff"+"026869"+ssid), dot11.Fixed{Category: 10, Action: 7}},
		"Wi-Fi Direct":           {management("e000", "7f506f9a09"+"0001"+ssid), dot11.Fixed{Category: 127}},
		"HT control":             {management("c080", "78563412"+"0700"+ssid), dot11.Fixed{Reason: 7}},
	} {
		f := decoded(t, c.frame)
		if d := cmp.Diff(c.want, f.Fixed); d != "" {
			t.Errorf("%s: fixed fields differ:\n%s", name, d)
		}
		if got, ok, _ := f.Elements.SSID(); !ok || string(got) != "abc" || f.Elements.Len() != 1 || f.Defects != 0 {
			t.Errorf("%s: got SSID %q among %d elements, defects %v", name, got, f.Elements.Len(), f.Defects)
		}
	}
}

func TestCiphertextIsNotReadAsFields(t *testing.T) {
	for _, control := range []string{"c040", "a040", "d040", "e040", "b040"} {
		f := decoded(t, management(control, "0700000300010203"))
		if f.Fixed != (dot11.Fixed{}) || f.Elements.Len() != 0 || f.Defects != 0 || len(f.Body) != 8 {
			t.Errorf("%s: got %+v, %d elements, defects %v", control, f.Fixed, f.Elements.Len(), f.Defects)
		}
	}
	// A beacon is never encrypted, so clients read it whatever the bit says, and so must we.
	f := decoded(t, strings.Replace(beacon("0003616263"), "8000", "8040", 1))
	if ssid, _, _ := f.Elements.SSID(); string(ssid) != "abc" || f.Defects != dot11.DefectProtected {
		t.Errorf("beacon: got SSID %q, defects %v", ssid, f.Defects)
	}
}

func TestElementsBeforeADefectAreKept(t *testing.T) {
	const ssid = "0003616263"
	rsn := "3014" + "0100" + "000fac04" + "0100" + "000fac04" + "0100" + "000fac02" + "0000"
	for name, c := range map[string]struct {
		elements string
		want     dot11.Defects
	}{
		"none":               {ssid + rsn, 0},
		"trailing octet":     {ssid + "01", dot11.DefectTrailing},
		"overrun":            {ssid + "300501", dot11.DefectOverrun},
		"duplicate SSID":     {ssid + ssid, dot11.DefectDuplicate},
		"two vendors":        {ssid + "dd03000000" + "dd03000000", 0},
		"DS parameter of 2":  {ssid + "03020101", dot11.DefectFixedLength},
		"DS parameter of 0":  {ssid + "0300", dot11.DefectEmpty},
		"short switch":       {ssid + "25020001", dot11.DefectFixedLength},
		"short country":      {ssid + "0703555320", dot11.DefectTooShort},
		"short HE operation": {ssid + "ff0224" + "00", dot11.DefectTooShort},
		"RSN pairwise count": {ssid + "300a" + "0100" + "000fac04" + "0104" + "000f", dot11.DefectRSNCount},
		"RSN shortened":      {ssid + "300c" + "0100" + "000fac04" + "0100" + "000fac04", 0},
		"WPA count":          {ssid + "dd0e" + "0050f201" + "0100" + "0050f202" + "ffff" + "0050", dot11.DefectRSNCount},
		"long rates":         {ssid + "0109" + strings.Repeat("82", 9), dot11.DefectFixedLength},
	} {
		f := decoded(t, beacon(c.elements))
		if got, _, _ := f.Elements.SSID(); string(got) != "abc" || f.Defects != c.want {
			t.Errorf("%s: got SSID %q, defects %v, want %v", name, got, f.Defects, c.want)
		}
	}
	f := decoded(t, management("8000", "010000000000000064"))
	if f.Defects != dot11.DefectShortFixed || f.Fixed.TSF != 1 {
		t.Errorf("cut fixed fields: got defects %v, TSF %d", f.Defects, f.Fixed.TSF)
	}
	f = decoded(t, beacon(strings.Repeat("2a0100", 200)))
	if f.Defects != dot11.DefectTooMany || f.Elements.Len() != 96 {
		t.Errorf("200 elements: got defects %v, %d indexed", f.Defects, f.Elements.Len())
	}
}

func TestDefectsHaveNames(t *testing.T) {
	all := dot11.Defects(1<<15 - 1)
	if names := all.Strings(); len(names) != 15 || slices.Contains(names, "") {
		t.Errorf("got %q", names)
	}
	if got := (dot11.DefectTrailing | dot11.DefectOverrun).String(); got != "trailing octet, element overrun" {
		t.Errorf("got %q", got)
	}
}

func TestSSIDHasItsTrueLength(t *testing.T) {
	for name, c := range map[string]struct {
		elements   string
		length     int
		ok, hidden bool
	}{
		"absent":  {"", 0, false, false},
		"empty":   {"0000", 0, true, true},
		"zeroes":  {"0004" + "00000000", 4, true, true},
		"one NUL": {"0003" + "610062", 3, true, false},
		"200":     {"00c8" + strings.Repeat("41", 200), 200, true, false},
	} {
		ssid, ok, hidden := decoded(t, beacon(c.elements)).Elements.SSID()
		if len(ssid) != c.length || ok != c.ok || hidden != c.hidden {
			t.Errorf("%s: got %d octets, %t, hidden %t", name, len(ssid), ok, hidden)
		}
	}
}

func TestElementsAreFoundById(t *testing.T) {
	e := &decoded(t, beacon("0100"+"dd05"+"0050f20401"+"ff02"+"3b05"+"dd06"+"506f9a1c0102"+"ff01"+"24"+"0101"+"82")).Elements
	if d, ok := e.Find(1); !ok || len(d) != 0 {
		t.Errorf("Find gives % x, %t, want the first, which is empty", d, ok)
	}
	if d, ok := e.Vendor(dot11.OUIWiFi, dot11.WiFiOWE); !ok || !slices.Equal(d, []byte{1, 2}) {
		t.Errorf("Vendor gives % x, %t", d, ok)
	}
	if d, ok := e.FindExt(dot11.ExtHEOperation); !ok || len(d) != 0 {
		t.Errorf("FindExt gives % x, %t", d, ok)
	}
	if _, ok := e.FindExt(1); ok {
		t.Error("FindExt finds what is not there")
	}
	if got := e.At(2); got.ID != 255 || got.Ext != dot11.ExtHE6GHzCapabilities || !slices.Equal(got.Data, []byte{5}) {
		t.Errorf("At gives %+v", got)
	}
}

func TestHashLeavesVolatileElementsOut(t *testing.T) {
	seed := maphash.MakeSeed()
	hash := func(elements string) uint64 { return decoded(t, beacon(elements)).Elements.Hash(seed) }
	base := hash("0003616263" + "050400010000" + "2a0100")
	if hash("0003616263"+"050401010000"+"2a0100") != base {
		t.Error("the TIM counts")
	}
	if hash("0003616263"+"050500010000ff"+"2a0100") != base {
		t.Error("the length of the TIM counts")
	}
	for name, other := range map[string]string{
		"another octet": "0003616264" + "050400010000" + "2a0100",
		"behind":        "0003616263" + "050400010000" + "2a0101",
		"order":         "2a0100" + "050400010000" + "0003616263",
		"a tail":        "0003616263" + "050400010000" + "2a0100" + "01",
		"one missing":   "0003616263" + "050400010000",
	} {
		if hash(other) == base {
			t.Errorf("%s does not count", name)
		}
	}
}
