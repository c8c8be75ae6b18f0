package ip_test

import (
	"net/netip"
	"reflect"
	"testing"

	"github.com/tocsin-wids/tocsin/ip"
)

// Made after RFC 4861 and RFC 8106 with their checksums: one with a prefix and a resolver, one behind destination options
// and a fragment header, as tools send it past filters (RFC 7113).
const (
	routerAdvertisement = "6000000000483afffe800000000000000000000000000066ff0200000000000000000000000000018600f04f40c007080000000000000000030440c000015180000038400000000020010db8000000000000000000000000190300000000012c20010db8000000000000000000000053"
	hiddenAdvertisement = "6000000000203cfffe800000000000000000000000000066ff0200000000000000000000000000012c000104000000003a0000000000000186003b4a408000000000000000000000"
)

func decodeAdvertisement(b []byte) (p ip.IPv6, r ip.RouterAdvertisement, err error) {
	if err = p.Decode(b); err == nil {
		err = r.Decode(&p)
	}
	return p, r, err
}

func TestRouterAdvertisementIsRead(t *testing.T) {
	p, r, err := decodeAdvertisement(octets(t, routerAdvertisement+"0000"))
	want := ip.RouterAdvertisement{
		Managed: true, OtherConfig: true, Lifetime: 1800,
		Prefix: netip.MustParsePrefix("2001:db8::/64"), Resolver: netip.MustParseAddr("2001:db8::53"),
	}
	if err != nil || r != want || p.Source.String() != "fe80::66" || p.Dest.String() != "ff02::1" || p.HopLimit != 255 {
		t.Errorf("got %+v, %v in %+v, want %+v", r, err, p, want)
	}
	if _, r, err := decodeAdvertisement(octets(t, hiddenAdvertisement)); err != nil || r != (ip.RouterAdvertisement{Managed: true}) {
		t.Errorf("behind extension headers: got %+v, %v", r, err)
	}
}

func TestEveryDamagedOctetOfAnAdvertisementIsNoticed(t *testing.T) {
	whole := octets(t, routerAdvertisement)
	for i := range whole {
		if 0 < i && i < 4 { // traffic class and flow label say nothing
			continue
		}
		b := append([]byte{}, whole...)
		b[i] ^= 0x10
		if _, r, err := decodeAdvertisement(b); err == nil {
			t.Errorf("octet %d: damage goes unnoticed: %+v", i, r)
		}
	}
}

func TestIPv6ThatLies(t *testing.T) {
	const addresses = "fe800000000000000000000000000066" + "ff020000000000000000000000000001"
	for name, c := range map[string]struct {
		b    string
		want error
	}{
		"nothing":          {"", ip.ErrShort},
		"IPv4":             {"45", ip.ErrFormat},
		"header cut":       {"60000000 0000 3a ff fe80", ip.ErrShort},
		"cut":              {"60000000 0001 3a ff" + addresses, ip.ErrShort},
		"extension cut":    {"60000000 0008 3c ff" + addresses + "3a01000000000000", ip.ErrShort},
		"fragment":         {"60000000 0008 2c ff" + addresses + "3a00000100000000", ip.ErrFormat},
		"another protocol": {"60000000 0000 11 ff" + addresses, ip.ErrFormat},
		"message cut":      {"60000000 0001 3a ff" + addresses + "86", ip.ErrShort},
	} {
		if _, _, err := decodeAdvertisement(octets(t, c.b)); err != c.want {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

func TestRouterAdvertisementsAllocateNothing(t *testing.T) {
	b := octets(t, routerAdvertisement)
	if n := testing.AllocsPerRun(100, func() { decodeAdvertisement(b) }); n != 0 {
		t.Errorf("got %v allocations", n)
	}
}

func FuzzIPv6(f *testing.F) {
	f.Add(octets(f, routerAdvertisement))
	f.Add(octets(f, hiddenAdvertisement))
	full := octets(f, routerAdvertisement)
	f.Fuzz(func(t *testing.T, b []byte) {
		usedPacket, used, _ := decodeAdvertisement(full)
		var p ip.IPv6
		if p.Decode(b) != usedPacket.Decode(b) || !reflect.DeepEqual(p, usedPacket) {
			t.Errorf("a used packet gives %+v, a fresh one %+v", usedPacket, p)
		}
		var r ip.RouterAdvertisement
		if r.Decode(&p) != used.Decode(&p) || r != used {
			t.Errorf("a used message gives %+v, a fresh one %+v", used, r)
		}
	})
}
