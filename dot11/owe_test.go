package dot11_test

import (
	"bytes"
	"encoding/hex"
	"testing"

	"github.com/tocsin-wids/tocsin/dot11"
)

// owe returns a beacon whose only element is an OWE transition mode element with this content.
func owe(content []byte) []byte {
	head, _ := hex.DecodeString("80000000ffffffffffff02000000000a02000000000a00000000000000000000640001")
	head = append(head, 0, 221, byte(4+len(content)), 0x50, 0x6f, 0x9a, 28)
	return append(head, content...)
}

func TestOWEPartnerIsReadToItsEndOrNotAtAll(t *testing.T) {
	whole := append([]byte{2, 0, 0, 0, 0, 0xb, 3}, "owe"...)
	var f dot11.Frame
	for n := range len(whole) + 1 {
		if err := f.Decode(owe(whole[:n])); err != nil {
			t.Fatal(err)
		}
		p, ok := f.Elements.OWEPartner()
		if want := n == len(whole); ok != want {
			t.Errorf("with %d of %d octets got %v", n, len(whole), ok)
		}
		if ok && (p.BSSID != dot11.Addr{2, 0, 0, 0, 0, 0xb} || string(p.SSID) != "owe") {
			t.Errorf("got %s %q", p.BSSID, p.SSID)
		}
	}
}

func FuzzOWEPartner(f *testing.F) {
	f.Add(append([]byte{2, 0, 0, 0, 0, 0xb, 3}, "owe"...))
	f.Add([]byte{2, 0, 0, 0, 0, 0xb, 33})
	var reused dot11.Frame
	f.Fuzz(func(t *testing.T, b []byte) {
		b = b[:min(len(b), 251)]
		var fresh dot11.Frame
		if err := fresh.Decode(owe(b)); err != nil {
			t.Fatal(err)
		}
		if err := reused.Decode(owe(b)); err != nil {
			t.Fatal("a reused frame decodes otherwise")
		}
		p, ok := fresh.Elements.OWEPartner()
		q, again := reused.Elements.OWEPartner()
		if ok != again || p.BSSID != q.BSSID || !bytes.Equal(p.SSID, q.SSID) {
			t.Errorf("fresh %v %v, reused %v %v", p, ok, q, again)
		}
		if ok && len(p.SSID) > 32 {
			t.Errorf("an SSID of %d octets", len(p.SSID))
		}
	})
}
