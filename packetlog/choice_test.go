package packetlog

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/pcap"
)

// Frames between the access point 02:…:0a and the station 02:…:0b, behind a radiotap header of 8 octets.
const (
	header    = "\x00\x00\x08\x00\x00\x00\x00\x00"
	ap        = "\x02\x00\x00\x00\x00\x0a"
	station   = "\x02\x00\x00\x00\x00\x0b"
	addresses = ap + station + ap + "\x10\x00"
	deauth    = header + "\xc0\x00\x00\x00" + addresses + "\x07\x00"
	toAP      = header + "\x08\x01\x00\x00" + ap + station + ap + "\x10\x00"
	llc       = "\xaa\xaa\x03\x00\x00\x00"
	data      = toAP + llc + "\x08\x00secret"
	sealed    = header + "\x08\x41\x00\x00" + addresses + "sealed secret"
	key       = toAP + llc + "\x88\x8e\x02\x03\x00\x00"
	ack       = header + "\xd4\x00\x00\x00" + station
	broken    = header + "\xc0"
	connected = "\x01\x02\x03\x04\x01\x06secret\x00\x00\x00"
)

var advert = "\xd6\xbe\x89\x8e\x40\x09" + "\x0c\x00\x00\x00\x00\xc2" + "\x02\x01\x06" + "\x00\x00\x00"

func TestWhatIsChosenIsKept(t *testing.T) {
	who := func(s string) []tocsin.MACMask {
		m, err := tocsin.ParseMACMask(s)
		if err != nil {
			t.Fatal(err)
		}
		return []tocsin.MACMask{m}
	}
	frames := []struct{ name, data string }{
		{"deauth", deauth}, {"data", data}, {"sealed", sealed}, {"key", key}, {"ack", ack}, {"broken", broken}, {"advert", advert}, {"connected", connected},
	}
	for _, c := range []struct {
		name   string
		choice Choice
		want   string
	}{
		{"all", Choice{}, "deauth data sealed key ack broken advert connected"},
		{"all by name", Choice{Frames: All}, "deauth data sealed key ack broken advert connected"},
		{"headers", Choice{Frames: Headers}, "deauth data|32 sealed|32 key ack advert"},
		{"management", Choice{Frames: Management}, "deauth key advert"},
		{"only a station", Choice{Only: who("02:00:00:00:00:0b")}, "deauth data sealed key ack"},
		{"only an access point", Choice{Only: who("02:00:00:00:00:0a")}, "deauth data sealed key"},
		{"not what begins as it", Choice{Exclude: who("02:00:00:00:00:00/ff:ff:ff:ff:ff:00")}, "broken advert connected"},
		{"neither", Choice{Only: who("02:00:00:00:00:0b"), Exclude: who("02:00:00:00:00:0a")}, "ack"},
		{"only Bluetooth", Choice{Only: who("c2:00:00:00:00:0c")}, "advert"},
	} {
		k, got := newChooser(c.choice), []string{}
		for _, f := range frames {
			p := pcap.Packet{Link: pcap.LinkRadiotap, Data: []byte(f.data)}
			if f.data == advert || f.data == connected {
				p.Link = pcap.LinkBLE
			}
			switch {
			case !k.keep(&p):
			case len(p.Data) < len(f.data):
				if int(p.Length) != len(f.data) {
					t.Errorf("%s: %s of %d octets says %d", c.name, f.name, len(f.data), p.Length)
				}
				got = append(got, fmt.Sprintf("%s|%d", f.name, len(p.Data)))
			default:
				got = append(got, f.name)
			}
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%s: kept %s, want %s", c.name, text, c.want)
		}
	}
}

func TestChoosingAllocatesNothing(t *testing.T) {
	k := newChooser(Choice{Frames: Headers, Exclude: []tocsin.MACMask{{Addr: tocsin.MAC{9}, Mask: tocsin.MAC{0xff}}}})
	p := pcap.Packet{Link: pcap.LinkRadiotap, Data: []byte(data)}
	if n := testing.AllocsPerRun(100, func() { k.keep(&p) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}
