package detect_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
)

// discover is a data frame with a DHCP Discover without a checksum of UDP: its parts by name, in their order.
var discover = []struct{ name, octets string }{
	{"control", "0801 0000"}, {"receiver", "02000000000a"}, {"source", "020000000001"}, {"dest", "ffffffffffff"},
	{"sequence", "1000"}, {"llc", "aaaa03000000 0800"},
	{"ip", "45000110 00000000"}, {"ttl", "40"}, {"protocol", "11"}, {"header sum", "79de"}, {"addresses", "00000000 ffffffff"},
	{"source port", "0044"}, {"port", "0043"}, {"udp", "00fc 0000"},
	{"operation", "01"}, {"hardware", "0106"}, {"bootp", "00 00000001" + strings.Repeat("00", 16)}, {"relay", "00000000"},
	{"chaddr", "020000000001"}, {"names", strings.Repeat("00", 202)}, {"cookie", "63825363"}, {"type", "350101"}, {"end", "ff"},
}

// messages returns how many messages there are in discover, with one part of it changed.
func messages(t *testing.T, name, octets string) int {
	t.Helper()
	var text strings.Builder
	known := name == ""
	for _, p := range discover {
		if p.name == name {
			p.octets, known = octets, true
		}
		text.WriteString(strings.ReplaceAll(p.octets, " ", ""))
	}
	b, err := hex.DecodeString(text.String())
	if err != nil || !known {
		t.Fatalf("part %q: known %t, %v", name, known, err)
	}
	var f dot11.Frame
	if err := f.Decode(b); err != nil {
		t.Fatal(err)
	}
	var r detect.DHCPReader
	n := 0
	for range r.Messages(&tocsin.Observation{Frame: &f, Radio: dot11.Radio{FCS: dot11.FCSGood}}) {
		n++
	}
	return n
}

func TestMessagesThatNoReceiverTakes(t *testing.T) {
	if messages(t, "", "") != 1 {
		t.Fatal("the message is not read as it is")
	}
	for name, octets := range map[string]string{
		"control": "0841 0000", "receiver": "000000000000", "source": "010000000001", "llc": "aaaa03000000 0806", "protocol": "06",
		"header sum": "79df", "port": "0044", "udp": "00fc 0001", "operation": "02", "hardware": "0608", "relay": "0a000001",
		"chaddr": "ffffffffffff", "cookie": "63825364", "type": "000000", "end": "0cff",
	} {
		if messages(t, name, octets) != 0 {
			t.Errorf("%s changed to %s: it is still read", name, octets)
		}
	}
}
