package dot11_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/tocsin-wids/tocsin/dot11"
)

func TestPrimaryChannelIsTheMostTellingOne(t *testing.T) {
	ht := "3d16" + "0b" + strings.Repeat("00", 21)
	he := "ff0c24" + "000002" + "00" + "0000" + "25" + "02" + "2f" + "00" + "06"                      // 6 GHz information only
	heAll := "ff1024" + "00c002" + "00" + "0000" + "012a00" + "07" + "25" + "02" + "2f" + "00" + "06" // behind VHT and co-hosted
	heCut := "ff0824" + "000002" + "00" + "0000" + "25"
	for name, c := range map[string]struct {
		elements string
		want     uint8
	}{
		"DS":                {"030106", 6},
		"HT":                {"030106" + ht, 11},
		"6 GHz":             {he, 37},
		"6 GHz behind more": {heAll, 37},
		"6 GHz cut":         {heCut + "030106", 6},
		"none":              {"0000", 0},
		"empty DS":          {"0300", 0},
	} {
		if got := decoded(t, beacon(c.elements)).Channel(); got != c.want {
			t.Errorf("%s: got %d, want %d", name, got, c.want)
		}
	}
	if o, ok := decoded(t, beacon(heAll)).Elements.SixGHz(); !ok || o != (dot11.SixGHzOperation{Primary: 37, Control: 2, Center0: 47, MinimumRate: 6}) {
		t.Errorf("got %+v, %t", o, ok)
	}
}

func TestChannelSwitchIsReadWhereverItStands(t *testing.T) {
	for name, c := range map[string]struct {
		frame string
		want  dot11.ChannelSwitch
	}{
		"element":          {beacon("2503010b05"), dot11.ChannelSwitch{Mode: 1, Channel: 11, Count: 5}},
		"extended element": {beacon("2503010b05" + "3c0401732405"), dot11.ChannelSwitch{Mode: 1, Class: 115, Channel: 36, Count: 5}},
		"action":           {management("d000", "0004"+"2503010b05"), dot11.ChannelSwitch{Mode: 1, Channel: 11, Count: 5}},
		"public action":    {management("d000", "0404"+"01732405"), dot11.ChannelSwitch{Mode: 1, Class: 115, Channel: 36, Count: 5}},
	} {
		if got, ok := decoded(t, c.frame).ChannelSwitch(); !ok || got != c.want {
			t.Errorf("%s: got %+v, %t, want %+v", name, got, ok, c.want)
		}
	}
	for name, frame := range map[string]string{"none": beacon("030106"), "short": beacon("2502010b")} {
		if got, ok := decoded(t, frame).ChannelSwitch(); ok {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

func TestOperationElementsAreRead(t *testing.T) {
	e := &decoded(t, beacon("3d16"+"24"+"07"+strings.Repeat("00", 20)+"c005"+"01"+"2a"+"00"+"0000"+"ff096a"+"01"+"00000000"+"03"+"2f"+"1f")).Elements
	if o, ok := e.HTOperation(); !ok || o != (dot11.HTOperation{Primary: 36, Offset: -1, Wide: true}) {
		t.Errorf("HT: got %+v, %t", o, ok)
	}
	if o, ok := e.VHTOperation(); !ok || o != (dot11.VHTOperation{Width: 1, Center0: 42}) {
		t.Errorf("VHT: got %+v, %t", o, ok)
	}
	if o, ok := e.EHTOperation(); !ok || o != (dot11.EHTOperation{Width: 3, Center0: 47, Center1: 31}) {
		t.Errorf("EHT: got %+v, %t", o, ok)
	}
}

func TestPartsOfBeaconsAreRead(t *testing.T) {
	e := &decoded(t, beacon("0104"+"82848b0c"+"3201"+"6c"+ // rates
		"0709"+"444520"+"010d14"+"ffff"+"00"+ // country DE: channels 1–13 at 20 dBm
		"0505"+"00"+"02"+"05"+"00"+"81"+ // TIM: group bit, offset 4, AIDs 32 and 39
		"3603"+"341200"+ // mobility domain
		"4c10"+"0600"+"010203040506"+"0807060504030201"+ // MME
		oweElement+"f401"+"20"+"7f0b"+"00000000000000000000"+"10")).Elements
	rates := maps.Collect(e.Rates())
	if want := map[uint8]bool{2: true, 4: true, 11: true, 12: false, 108: false}; !maps.Equal(rates, want) {
		t.Errorf("rates: got %v, want %v", rates, want)
	}
	c, _ := e.Country()
	triplets := slices.Collect(c.Triplets())
	if string(c.Code[:]) != "DE" || c.Environment != ' ' || triplets[0] != (dot11.CountryTriplet{First: 1, Count: 13, Power: 20}) {
		t.Errorf("country: got %q %c %v", c.Code, c.Environment, triplets)
	}
	tim, ok := e.TIM()
	if !ok || !tim.Group || tim.Period != 2 || tim.Offset != 4 {
		t.Errorf("TIM: got %+v, %t", tim, ok)
	}
	if !tim.Has(40) || !tim.Has(47) || tim.Has(39) || tim.Has(41) || tim.Has(2007) || tim.Has(1) {
		t.Errorf("TIM: wrong stations in %+v", tim)
	}
	if id, ok := e.MobilityDomain(); !ok || id != 0x1234 {
		t.Errorf("mobility domain: got %#x, %t", id, ok)
	}
	if m, ok := e.MME(); !ok || m.KeyID != 6 || m.Packet != 0x060504030201 || len(m.MIC) != 8 {
		t.Errorf("MME: got %+v, %t", m, ok)
	}
	if o, ok := e.OWETransition(); !ok || o.BSSID != remote || string(o.SSID) != "abc" {
		t.Errorf("OWE: got %+v, %t", o, ok)
	}
	if x, ok := e.RSNX(); !ok || x != dot11.RSNXHashToElement {
		t.Errorf("RSNX: got %#x, %t", x, ok)
	}
	if !e.BeaconProtection() {
		t.Error("beacon protection is not seen")
	}
}

func TestTransitionRequestNamesCandidates(t *testing.T) {
	candidate := "340d" + remoteHex + "01000000" + "51" + "0b" + "07"
	f := decoded(t, management("d000", "0a07"+"01"+"05"+"0a00"+"ff"+candidate+"3402"+"0000"))
	if r, ok := f.BTMRequest(); !ok || r != (dot11.BTMRequest{Token: 1, Mode: dot11.BTMPreferred | dot11.BTMDisassoc, DisassocTimer: 10, Validity: 255}) {
		t.Errorf("got %+v, %t", r, ok)
	}
	want := []dot11.Neighbor{{BSSID: remote, Info: 1, Class: 81, Channel: 11, PHY: 7}}
	if d := cmp.Diff(want, slices.Collect(f.Elements.Neighbors())); d != "" {
		t.Errorf("candidates differ:\n%s", d)
	}
	if _, ok := decoded(t, management("d040", "0a07010500000000")).BTMRequest(); ok {
		t.Error("ciphertext is read as a request")
	}
}

func TestP2PAttributesGoOnInTheNextElement(t *testing.T) {
	const p2p = "506f9a09"
	attribute := func(id uint8, length int, whole bool, data string) dot11.P2PAttribute {
		return dot11.P2PAttribute{ID: id, Length: length, Data: []byte(data), Whole: whole}
	}
	for name, c := range map[string]struct {
		elements string
		want     []dot11.P2PAttribute
	}{
		"two in one":       {"dd0c" + p2p + "02020041420c0200", []dot11.P2PAttribute{attribute(2, 2, true, "AB"), attribute(12, 2, false, "")}},
		"in two elements":  {"dd09" + p2p + "0c03004142" + "dd09" + p2p + "4302010044", []dot11.P2PAttribute{attribute(12, 3, true, "AB"), attribute(2, 1, true, "D")}},
		"header in two":    {"dd06" + p2p + "0c01" + "dd06" + p2p + "0044", []dot11.P2PAttribute{attribute(12, 1, true, "D")}},
		"data in the next": {"dd07" + p2p + "0c0100" + "dd05" + p2p + "44", []dot11.P2PAttribute{attribute(12, 1, true, "D")}},
		"others between":   {"dd08" + p2p + "0c020041" + "dd050050f20401" + "030106" + "dd05" + p2p + "42", []dot11.P2PAttribute{attribute(12, 2, true, "A")}},
		"claims more":      {"dd07" + p2p + "0cff00", []dot11.P2PAttribute{attribute(12, 255, false, "")}},
		"empty attribute":  {"dd07" + p2p + "0c0000", []dot11.P2PAttribute{attribute(12, 0, true, "")}},
		"half a header":    {"dd06" + p2p + "0cff", nil},
		"empty":            {"dd04" + p2p, nil},
		"another vendor":   {"dd080050f2090c010044", nil},
	} {
		got := slices.Collect(decoded(t, beacon(c.elements)).Elements.P2P())
		if d := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
	}
}

func TestGroupOwnerNamesItsDevice(t *testing.T) {
	const p2p, device = "506f9a09", "020000000001"
	want := dot11.Addr{2, 5: 1}
	for name, c := range map[string]struct {
		elements string
		want     dot11.Addr // zero: none
	}{
		"beacon":            {"dd12" + p2p + "0202002501" + "030600" + device, want},
		"probe response":    {"dd1b" + p2p + "0202002501" + "0d0f00" + device + "aaaaaaaaaaaaaaaaaa", want},
		"device first":      {"dd12" + p2p + "030600" + device + "0202002501", want},
		"no group owner":    {"dd12" + p2p + "0202002500" + "030600" + device, dot11.Addr{}},
		"no capability":     {"dd0d" + p2p + "030600" + device, dot11.Addr{}},
		"no device":         {"dd09" + p2p + "0202002501", dot11.Addr{}},
		"half a device":     {"dd0f" + p2p + "0202002501" + "030300" + "020000", dot11.Addr{}},
		"a group of them":   {"dd12" + p2p + "0202002501" + "030600" + "030000000001", dot11.Addr{}},
		"no Wi-Fi Direct":   {"030106", dot11.Addr{}},
		"broken at the end": {"dd15" + p2p + "0202002501" + "030600" + device + "0cff00", want},
	} {
		got, ok := decoded(t, beacon(c.elements)).Elements.GroupOwner()
		if got != c.want || ok == c.want.IsZero() {
			t.Errorf("%s: got %s, %t, want %s", name, got, ok, c.want)
		}
	}
}
