package ip_test

import (
	"encoding/hex"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"github.com/tocsin-wids/tocsin/ip"
)

// octets reads hexadecimal digits; blanks are for the eye.
func octets(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func zeros(n int) string { return strings.Repeat("00", n) }

// An address given by busybox's udhcpd, asked for by its udhcpc: frames 4783 and 4799 of the laboratory's a-baseline.
var (
	discover = "45000148 00000000 401179a6 00000000 ffffffff 0044 0043 0134 7660" +
		"01010600 6bff2b4c 0000 0000" + zeros(16) + "ac3743000103" + zeros(10+64+128) +
		"63825363 350101 39020240 3707 0103060c0f1c2a 3c0c 756468637020312e33352e30 3d0701ac3743000103 ff" + zeros(20)
	ack = "45c00148 3f6d0000 40111ea6 0a4d0301 0a4d0338 0043 0044 0134 d9a3" +
		"02010600 6bff2b4c 0001 0000 00000000 0a4d0338 0a4d0301 00000000 ac3743000103" + zeros(10+64+128) +
		"63825363 350105 36040a4d0301 330400000e10 3a0400000708 3b0400000c4e 0104ffffff00 1c040a4d03ff 03040a4d0301 ff" + zeros(14)
	// Frame 5304 of the same capture.
	arpReply = "0001 0800 06 04 0002 ac3743000103 0a4d0338 f4f26d200001 0a4d0301"
)

var client = [6]byte{0xac, 0x37, 0x43, 0, 1, 3}

func decodeUDP(t *testing.T, b []byte) (p ip.IPv4, u ip.UDP) {
	t.Helper()
	if err := p.Decode(b); err != nil {
		t.Fatal(err)
	}
	if err := u.Decode(&p); err != nil {
		t.Fatal(err)
	}
	return p, u
}

func TestDiscoverIsRead(t *testing.T) {
	p, u := decodeUDP(t, octets(t, discover))
	if p.Source != netip.IPv4Unspecified() || p.Dest.String() != "255.255.255.255" || !p.HeaderIntact || !p.IsWhole() || p.TTL != 64 {
		t.Errorf("got %+v", p)
	}
	if u.SourcePort != ip.DHCPClientPort || u.DestPort != ip.DHCPServerPort || u.Sum != ip.SumRight {
		t.Errorf("got ports %d to %d, sum %d", u.SourcePort, u.DestPort, u.Sum)
	}
	var d ip.DHCP
	if err := d.Decode(u.Payload); err != nil || d.IsReply || d.Type != ip.DHCPDiscover || d.ClientMAC != client || d.Transaction != 0x6bff2b4c {
		t.Errorf("got %+v, %v", d, err)
	}
	if v, ok := d.Option(ip.OptionVendorClass, nil); !ok || string(v) != "udhcp 1.35.0" {
		t.Errorf("vendor class: got %q, %t", v, ok)
	}
	if v, ok := d.Option(ip.OptionClientID, nil); !ok || string(v) != "\x01"+string(client[:]) {
		t.Errorf("client identifier: got % x, %t", v, ok)
	}
	if v, ok := d.Option(ip.OptionHostName, nil); ok {
		t.Errorf("host name: got %q, want none", v)
	}
}

func TestAckIsRead(t *testing.T) {
	p, u := decodeUDP(t, octets(t, ack))
	var d ip.DHCP
	if err := d.Decode(u.Payload); err != nil || !d.IsReply || d.Type != ip.DHCPAck || d.YourIP.String() != "10.77.3.56" ||
		d.ClientIP != netip.IPv4Unspecified() || d.RelayIP != netip.IPv4Unspecified() || p.Source.String() != "10.77.3.1" || u.Sum != ip.SumRight {
		t.Errorf("got %+v, %v in %+v", d, err, p)
	}
	if n, ok := d.Number(ip.OptionLeaseTime); !ok || n != 3600 {
		t.Errorf("lease: got %d, %t", n, ok)
	}
	if n, ok := d.Number(ip.OptionHostName); ok {
		t.Errorf("a number that is not there: got %d", n)
	}
}

func TestEveryDamagedOctetIsNoticed(t *testing.T) {
	whole := octets(t, ack)
	for i := range whole {
		b := append([]byte{}, whole...)
		b[i] ^= 0x40
		var p ip.IPv4
		var u ip.UDP
		// A datagram whose checksum became 0 would count as one without: the one here does not.
		if p.Decode(b) == nil && u.Decode(&p) == nil && p.HeaderIntact && u.Sum != ip.SumWrong {
			t.Errorf("octet %d: damage goes unnoticed: %+v %+v", i, p, u)
		}
	}
}

func TestARPIsRead(t *testing.T) {
	var a ip.ARP
	want := ip.ARP{
		Operation: ip.ARPReply, SenderMAC: client, SenderIP: netip.MustParseAddr("10.77.3.56"),
		TargetMAC: [6]byte{0xf4, 0xf2, 0x6d, 0x20, 0, 1}, TargetIP: netip.MustParseAddr("10.77.3.1"),
	}
	b := octets(t, arpReply+zeros(18))
	if err := a.Decode(b); err != nil || a != want {
		t.Errorf("got %+v, %v, want %+v", a, err, want)
	}
	if err := a.Decode(b[:27]); err != ip.ErrShort || a != (ip.ARP{Operation: ip.ARPReply}) {
		t.Errorf("cut: got %+v, %v", a, err)
	}
	b[3] = 6
	if err := a.Decode(b); err != ip.ErrFormat {
		t.Errorf("another protocol: got %v", err)
	}
}

func TestTagsAreTakenOff(t *testing.T) {
	for name, c := range map[string]struct {
		etherType uint16
		b         string
		want      uint16
		rest      string
	}{
		"none":              {0x0800, "45", 0x0800, "45"},
		"as Linux sends it": {0x8100, "0005 0806 ff", 0x0806, "ff"},
		"with LLC and SNAP": {0x8100, "0005 aaaa03000000 0800 45", 0x0800, "45"},
		"two":               {0x88a8, "0001 8100 0002 0800 45", 0x0800, "45"},
		"three":             {0x88a8, "0001 8100 0002 8100 0003 0800", 0x8100, "0003 0800"},
		"cut":               {0x8100, "0005 08", 0, ""},
		"nothing in it":     {0x8100, "0005 0800", 0x0800, ""},
	} {
		etherType, rest := ip.Untag(c.etherType, octets(t, c.b))
		if etherType != c.want || string(rest) != string(octets(t, c.rest)) {
			t.Errorf("%s: got %#x, % x", name, etherType, rest)
		}
	}
}

func TestPacketsThatLieAboutTheirLengths(t *testing.T) {
	const udp = "0044 0043 000a 0000 4142"
	for name, c := range map[string]struct {
		b        string
		packet   error
		datagram error
		payload  string
	}{
		"padded":                 {b: "4500001e 00000000 40110000 0a000001 0a000002" + udp + "0000", payload: "AB"},
		"options":                {b: "46000022 00000000 40110000 0a000001 0a000002 94040000" + udp, payload: "AB"},
		"cut":                    {b: "4500001f 00000000 40110000 0a000001 0a000002" + udp, packet: ip.ErrShort, payload: "AB"},
		"datagram cut":           {b: "4500001d 00000000 40110000 0a000001 0a000002" + udp, datagram: ip.ErrShort, payload: "A"},
		"longer header than all": {b: "4f00001e 00000000 40110000 0a000001 0a000002" + udp, packet: ip.ErrShort, datagram: ip.ErrFormat},
		"header of 16":           {b: "4400001e 00000000 40110000 0a000001 0a000002", packet: ip.ErrFormat, datagram: ip.ErrFormat},
		"shorter than header":    {b: "45000013 00000000 40110000 0a000001 0a000002", packet: ip.ErrFormat, datagram: ip.ErrFormat},
		"IPv6":                   {b: "60000000 0000 11 40" + zeros(32), packet: ip.ErrFormat, datagram: ip.ErrFormat},
		"second fragment":        {b: "4500001e 00000001 40110000 0a000001 0a000002" + udp, datagram: ip.ErrFormat},
		"datagram of 7":          {b: "4500001e 00000000 40110000 0a000001 0a000002 0044004300070000 4142", datagram: ip.ErrFormat},
		"nothing":                {b: "", packet: ip.ErrShort, datagram: ip.ErrFormat},
	} {
		var p ip.IPv4
		var u ip.UDP
		if err := p.Decode(octets(t, c.b)); err != c.packet {
			t.Errorf("%s: packet: got %v, want %v", name, err, c.packet)
		}
		if err := u.Decode(&p); err != c.datagram || string(u.Payload) != c.payload || u.Sum != ip.SumAbsent {
			t.Errorf("%s: datagram: got %+v, %v, want %q, %v", name, u, err, c.payload, c.datagram)
		}
	}
}

// message returns a DHCP message with these fields.
func message(t *testing.T, sname, file, options string) []byte {
	fill := func(s string, n int) string { return s + zeros(n-len(strings.ReplaceAll(s, " ", ""))/2) }
	return octets(t, "01010600 00000001 00000000"+zeros(16)+"ac3743000103"+zeros(10)+fill(sname, 64)+fill(file, 128)+"63825363"+options)
}

func TestOptionsAreFoundWhereverTheyAre(t *testing.T) {
	for name, c := range map[string]struct {
		sname, file, options string
		err                  error
		host                 string
	}{
		"behind pads":           {options: "00 00 350103 00 0c03 616263 ff", host: "abc"},
		"not behind the end":    {options: "350103 ff 0c03 616263"},
		"without end":           {options: "350103 0c03 616263", host: "abc"},
		"split":                 {options: "350103 0c02 6162 3c01 58 0c01 63 ff", host: "abc"},
		"cut":                   {options: "350103 0c03 616263 3c09 58", err: ip.ErrShort, host: "abc"},
		"cut in its length":     {options: "350103 0c03 616263 3c", err: ip.ErrShort, host: "abc"},
		"in file":               {file: "0c03 616263 ff", options: "350103 340101 ff", host: "abc"},
		"in sname":              {sname: "0c03 616263 ff", options: "350103 340102 ff", host: "abc"},
		"split over all fields": {sname: "0c01 63 ff", file: "0c01 62 ff", options: "350103 340103 0c01 61 ff", host: "abc"},
		"file is not for them":  {file: "0c03 616263 ff", options: "350103 ff"},
		"cut in file":           {file: "0c03 616263 0cff", options: "350103 340101 ff", err: ip.ErrShort, host: "abc"},
		"empty":                 {options: "350103 0c00 ff"},
	} {
		var d ip.DHCP
		if err := d.Decode(message(t, c.sname, c.file, c.options)); err != c.err || d.Type != ip.DHCPRequest {
			t.Errorf("%s: got type %d, %v, want %v", name, d.Type, err, c.err)
		}
		var room [8]byte
		if v, ok := d.Option(ip.OptionHostName, room[:]); string(v) != c.host || ok != (c.host != "" || name == "empty") {
			t.Errorf("%s: got %q, %t, want %q", name, v, ok, c.host)
		}
	}
}

func TestSplitOptionFillsItsRoomAndNoMore(t *testing.T) {
	var d ip.DHCP
	d.Decode(message(t, "", "", "0c04 61626364 0c04 65666768 0c02 696a ff"))
	var room [6]byte
	if v, ok := d.Option(ip.OptionHostName, room[:]); !ok || string(v) != "abcdef" {
		t.Errorf("got %q, %t", v, ok)
	}
}

func TestMessagesThatAreNotDHCP(t *testing.T) {
	whole := message(t, "", "", "350101 ff")
	var d ip.DHCP
	if err := d.Decode(whole[:235]); err != ip.ErrShort {
		t.Errorf("short: got %v", err)
	}
	if err := d.Decode(whole[:239]); err != ip.ErrShort || d.ClientMAC != client {
		t.Errorf("without cookie: got %v, %+v", err, d)
	}
	whole[236] = 0
	if err := d.Decode(whole); err != ip.ErrFormat || d.ClientMAC != client || d.Type != ip.DHCPNone {
		t.Errorf("BOOTP: got %v, %+v", err, d)
	}
	whole[2] = 8 // a hardware address of 8 octets
	if d.Decode(whole); d.ClientMAC != [6]byte{} {
		t.Errorf("another kind of hardware: got %+v", d)
	}
	whole[0] = 3
	if err := d.Decode(whole); err != ip.ErrFormat {
		t.Errorf("operation 3: got %v", err)
	}
}

func FuzzPacket(f *testing.F) {
	f.Add(uint16(0x0800), octets(f, discover))
	f.Add(uint16(0x0800), octets(f, ack))
	f.Add(uint16(0x0806), octets(f, arpReply))
	f.Add(uint16(0x8100), octets(f, "0005 aaaa03000000 0806"+arpReply))
	f.Fuzz(func(t *testing.T, etherType uint16, b []byte) {
		_, b = ip.Untag(etherType, b)
		var arp ip.ARP
		some := netip.MustParseAddr("192.0.2.1")
		usedARP := ip.ARP{Operation: 9, SenderMAC: client, TargetMAC: client, SenderIP: some, TargetIP: some}
		if arp.Decode(b) != usedARP.Decode(b) || arp != usedARP {
			t.Errorf("a used ARP gives %+v, a fresh one %+v", usedARP, arp)
		}
		var p ip.IPv4
		usedIP := ip.IPv4{Source: some, Dest: some, Protocol: 9, TTL: 9, ID: 9, FragmentOffset: 9, MoreFragments: true, Options: b, Payload: b, HeaderIntact: true}
		if p.Decode(b) != usedIP.Decode(b) || !reflect.DeepEqual(p, usedIP) {
			t.Errorf("a used packet gives %+v, a fresh one %+v", usedIP, p)
		}
		var u ip.UDP
		usedUDP := ip.UDP{SourcePort: 9, DestPort: 9, Sum: ip.SumWrong, Payload: b}
		if u.Decode(&p) != usedUDP.Decode(&p) || !reflect.DeepEqual(u, usedUDP) {
			t.Errorf("a used datagram gives %+v, a fresh one %+v", usedUDP, u)
		}
		// Most inputs are no DHCP in UDP in IPv4; the octets themselves are tried as well.
		for _, message := range [][]byte{u.Payload, b} {
			fuzzDHCP(t, message)
		}
	})
}

func fuzzDHCP(t *testing.T, b []byte) {
	var fresh, used ip.DHCP
	used.Decode(full)
	if fresh.Decode(b) != used.Decode(b) || !reflect.DeepEqual(fresh, used) {
		t.Errorf("a used message gives %+v, a fresh one %+v", used, fresh)
	}
	var room [16]byte
	for code := range 256 {
		fresh.Option(byte(code), room[:])
		fresh.Option(byte(code), nil)
		fresh.Number(byte(code))
	}
}

// full leaves something in every field of a DHCP.
var full = []byte(strings.Repeat("\x02\x01\x06\x09", 10) + strings.Repeat("\x0c\x02ab", 49) + "\x63\x82\x53\x63\x34\x01\x03\x35\x01\x05\xff")

func TestDecodingAllocatesNothing(t *testing.T) {
	b, arpPacket := octets(t, ack), octets(t, arpReply)
	split := message(t, "", "", "0c02 6162 0c01 63 ff")
	n := testing.AllocsPerRun(100, func() {
		var p ip.IPv4
		var u ip.UDP
		var d ip.DHCP
		var a ip.ARP
		var room [64]byte
		a.Decode(arpPacket)
		p.Decode(b)
		u.Decode(&p)
		d.Decode(u.Payload)
		d.Option(ip.OptionLeaseTime, room[:])
		d.Decode(split)
		d.Option(ip.OptionHostName, room[:])
	})
	if n != 0 {
		t.Errorf("got %v allocations", n)
	}
}
