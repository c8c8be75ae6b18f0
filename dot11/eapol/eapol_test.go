package eapol_test

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin/dot11/eapol"
	"github.com/tocsin-wids/tocsin/dot11/wps"
)

// key returns the body of an EAPOL-Key frame with replay counter 5 and a MIC of mic octets.
func key(descriptor uint8, info uint16, nonce byte, mic int, data string) []byte {
	be := binary.BigEndian
	b := []byte{descriptor}
	b = be.AppendUint16(b, info)
	b = be.AppendUint16(b, 16)
	b = be.AppendUint64(b, 5)
	b = append(b, slices.Repeat([]byte{nonce}, 32)...)
	b = append(b, make([]byte, 16+8+8)...) // IV, RSC, reserved
	b = append(b, slices.Repeat([]byte{0xee}, mic)...)
	b = be.AppendUint16(b, uint16(len(data)))
	return append(b, data...)
}

const (
	rsn = "\x30\x14\x01\x00\x00\x0f\xac\x04\x01\x00\x00\x0f\xac\x04\x01\x00\x00\x0f\xac\x02\x00\x00"
	wpa = "\xdd\x16\x00\x50\xf2\x01\x01\x00\x00\x50\xf2\x02\x01\x00\x00\x50\xf2\x02\x01\x00\x00\x50\xf2\x02"
	mac = "\xdd\x0a\x00\x0f\xac\x03\x02\x00\x00\x00\x00\x0b" // KDE: MAC address
)

// Key Information as real stations set it.
func TestMessagesOfTheHandshakesAreTold(t *testing.T) {
	for name, c := range map[string]struct {
		b    []byte
		want eapol.Message
	}{
		"1":                       {key(2, 0x008a, 1, 16, ""), eapol.Message1},
		"2":                       {key(2, 0x010a, 2, 16, rsn), eapol.Message2},
		"3":                       {key(2, 0x13ca, 1, 16, "ciphertext"), eapol.Message3},
		"4":                       {key(2, 0x030a, 0, 16, ""), eapol.Message4},
		"1 when renewing":         {key(2, 0x028a, 1, 16, ""), eapol.Message1},
		"2 when renewing":         {key(2, 0x030a, 2, 16, rsn), eapol.Message2},
		"4 with a nonce":          {key(2, 0x030a, 2, 16, ""), eapol.Message4},
		"4 of several links":      {key(2, 0x030b, 0, 16, mac), eapol.Message4},
		"WPA 2":                   {key(254, 0x0109, 2, 16, wpa), eapol.Message2},
		"WPA 3":                   {key(254, 0x01c9, 1, 16, wpa), eapol.Message3},
		"WPA 4, not secure":       {key(254, 0x0109, 0, 16, ""), eapol.Message4},
		"1 of SuiteB-192":         {key(2, 0x0088, 1, 24, ""), eapol.Message1},
		"2 of SuiteB-192":         {key(2, 0x0108, 2, 24, rsn), eapol.Message2},
		"2 of FILS":               {key(2, 0x1008, 2, 0, "ciphertext and tag of AEAD"), eapol.Message2},
		"group 1":                 {key(2, 0x1382, 0, 16, "ciphertext"), eapol.GroupMessage1},
		"group 2":                 {key(2, 0x0302, 0, 16, ""), eapol.GroupMessage2},
		"report of a MIC failure": {key(2, 0x0f02, 0, 16, ""), eapol.NoMessage},
		"request":                 {key(2, 0x0b0a, 0, 16, ""), eapol.NoMessage},
		"nothing":                 {key(2, 0x000a, 0, 16, ""), eapol.NoMessage},
	} {
		var k eapol.Key
		if err := k.Decode(c.b); err != nil || k.Message() != c.want {
			t.Errorf("%s: got %v, %v, want %v", name, k.Message(), err, c.want)
		}
	}
}

func TestKeyIsReadWithTheLengthOfItsMIC(t *testing.T) {
	for _, mic := range []int{0, 16, 24, 32} {
		var k eapol.Key
		err := k.Decode(key(2, 0x010a, 2, mic, rsn))
		if err != nil || len(k.MIC) != mic || string(k.Data) != rsn || k.Replay != 5 || k.KeyLength != 16 || k.Nonce[31] != 2 {
			t.Errorf("MIC of %d: got one of %d, data % x, replay %d, %v", mic, len(k.MIC), k.Data, k.Replay, err)
		}
		if d, ok := k.RSN(); !ok || string(d) != rsn[2:] {
			t.Errorf("MIC of %d: got RSN % x, %t", mic, d, ok)
		}
	}
}

func TestCutKeysKeepWhatWasRead(t *testing.T) {
	b := key(2, 0x010a, 2, 16, rsn)
	var k eapol.Key
	if err := k.Decode(b[:len(b)-1]); err != eapol.ErrShort || int(k.DataLength) != len(rsn) || len(k.Data) != len(rsn)-1 {
		t.Errorf("got %v, %d octets of %d", err, len(k.Data), k.DataLength)
	}
	if err := k.Decode(b[:40]); err != eapol.ErrShort || k.Info != 0x010a || k.Data != nil {
		t.Errorf("got %v, info %#x", err, k.Info)
	}
	if err := k.Decode([]byte{1, 0, 0}); err != eapol.ErrDescriptor {
		t.Errorf("descriptor 1: got %v", err)
	}
}

func TestClaimIsHeldAgainstTheRoom(t *testing.T) {
	whole, lie := key(2, 0x008a, 1, 16, "data"), key(2, 0x008a, 1, 16, "data")
	lie[fixedMIC+1] = 5
	none, other := key(2, 0x1008, 2, 0, rsn), key(2, 0x1008, 2, 24, rsn)
	for name, c := range map[string]struct {
		b             []byte
		claimed, room int
		ok            bool
	}{
		"true": {whole, 4, 4, true}, "false": {lie, 5, 4, true}, "padded": {append(whole, 0, 0), 4, 6, true},
		"no MIC": {none, len(rsn), len(rsn), true}, "MIC of 24": {other, len(rsn), len(rsn), true}, "short": {whole[:fixedMIC+1], 0, 0, false},
	} {
		if claimed, room, ok := eapol.Claim(c.b); claimed != c.claimed || room != c.room || ok != c.ok {
			t.Errorf("%s: got %d of %d, %t", name, claimed, room, ok)
		}
	}
	// Version 2 with a MIC that reads as a true length where a MIC of another length would end.
	evasive := key(2, 0x008a, 1, 16, "data")
	evasive[fixedMIC] = 0xff
	evasive[fixedMIC-16], evasive[fixedMIC-15] = 0, 16+2+4
	if claimed, room, _ := eapol.Claim(evasive); claimed <= room {
		t.Errorf("evasive: got %d of %d", claimed, room)
	}
}

// fixedMIC is where the length of the key data stands behind a MIC of 16 octets.
const fixedMIC = 93

func TestWrappedDataAreWholeBlocks(t *testing.T) {
	for name, c := range map[string]struct {
		info uint16
		n    int
		want bool
	}{"56": {0x13ca, 56, true}, "129": {0x13ca, 129, false}, "16": {0x13cb, 16, false}, "RC4": {0x13c9, 129, true}, "by the AKM": {0x13c8, 129, true}} {
		k := eapol.Key{Info: c.info, Data: make([]byte, c.n)}
		if k.CanBeWrapped() != c.want {
			t.Errorf("%s: got %t", name, !c.want)
		}
	}
}

func TestPMKIDIsFoundUnlessZeroOrEncrypted(t *testing.T) {
	kde := "\xdd\x14\x00\x0f\xac\x04" + "0123456789abcdef"
	zero := "\xdd\x14\x00\x0f\xac\x04" + string(make([]byte, 16))
	for name, c := range map[string]struct {
		info uint16
		data string
		want bool
	}{
		"first": {0x008a, kde, true}, "behind another": {0x008a, mac + kde, true}, "zero": {0x008a, zero, false},
		"encrypted": {0x13ca, kde, false}, "cut": {0x008a, kde[:20], false}, "none": {0x008a, "", false},
	} {
		var k eapol.Key
		k.Decode(key(2, c.info, 1, 16, c.data))
		if id, ok := k.PMKID(); ok != c.want || ok && string(id[:]) != "0123456789abcdef" {
			t.Errorf("%s: got %q, %t", name, id, ok)
		}
	}
}

func TestPacketEndsWhereItSays(t *testing.T) {
	var p eapol.Packet
	if err := p.Decode([]byte("\x01\x01\x00\x00padding")); err != nil || p.Type != eapol.TypeStart || len(p.Body) != 0 || p.Version != 1 {
		t.Errorf("start: got %+v, %v", p, err)
	}
	if err := p.Decode([]byte("\x02\x00\x00\x09abc")); err != eapol.ErrShort || string(p.Body) != "abc" {
		t.Errorf("cut: got %+v, %v", p, err)
	}
}

func TestEAPIsRead(t *testing.T) {
	const expanded = "\x00\x37\x2a\x00\x00\x00\x01"
	for name, c := range map[string]struct {
		b    string
		want eapol.EAP
		err  error
	}{
		"identity": {"\x02\x07\x00\x08\x01bobXX", eapol.EAP{Code: 2, ID: 7, Type: 1, Data: []byte("bob")}, nil},
		"success":  {"\x03\x07\x00\x04", eapol.EAP{Code: 3, ID: 7}, nil},
		"expanded": {"\x01\x07\x00\x0e\xfe" + expanded + "\x04\x00", eapol.EAP{Code: 1, ID: 7, Type: 254, Vendor: 0x372a, VendorType: 1, Data: []byte{4, 0}}, nil},
		"cut":      {"\x02\x07\x00\x18\x01bob", eapol.EAP{Code: 2, ID: 7, Type: 1, Data: []byte("bob")}, eapol.ErrShort},
		"no type":  {"\x02\x07\x00\x04", eapol.EAP{Code: 2, ID: 7}, eapol.ErrShort},
	} {
		var e eapol.EAP
		if err := e.Decode([]byte(c.b)); err != c.err || !cmp.Equal(e, c.want) {
			t.Errorf("%s: got %+v, %v, want %+v, %v", name, e, err, c.want, c.err)
		}
	}
}

func TestWSCMessagesAreRead(t *testing.T) {
	wsc := func(data string) eapol.EAP {
		return eapol.EAP{Code: 1, Type: eapol.EAPExpanded, Vendor: eapol.VendorWFA, VendorType: 1, Data: []byte(data)}
	}
	const nack = "\x10\x22\x00\x01\x0e"
	whole, first, other := wsc("\x03\x00"+nack), wsc("\x04\x03\x01\x00"+nack), wsc("\x04\x00")
	other.Vendor = 1
	if w, ok := whole.WSC(); !ok || w.Op != eapol.WSCNack || w.Attributes.Message() != wps.NACK || w.MoreFragments {
		t.Errorf("got %+v, %t", w, ok)
	}
	if w, ok := first.WSC(); !ok || !w.MoreFragments || w.TotalLength != 256 || w.Attributes.Message() != wps.NACK {
		t.Errorf("first fragment: got %+v, %t", w, ok)
	}
	if _, ok := other.WSC(); ok {
		t.Error("another vendor's type is read")
	}
}

func FuzzPacket(f *testing.F) {
	f.Add(append([]byte{2, 3, 0, 117}, key(2, 0x010a, 2, 16, rsn)...))
	f.Add([]byte("\x01\x00\x00\x13\x01\x07\x00\x13\xfe\x00\x37\x2a\x00\x00\x00\x01\x03\x00\x10\x22\x00\x01\x0e"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var fresh eapol.Packet
		used := eapol.Packet{Version: 9, Type: 9, Body: []byte{9}}
		freshErr, usedErr := fresh.Decode(b), used.Decode(b)
		if freshErr != usedErr || !cmp.Equal(fresh, used) {
			t.Errorf("a used packet gives %+v, a fresh one %+v", used, fresh)
		}
		var k eapol.Key
		usedKey := eapol.Key{Descriptor: 9, Info: 9, Nonce: [32]byte{9}, IV: [16]byte{9}, RSC: 9, MIC: b, DataLength: 9, Data: b}
		if k.Decode(fresh.Body) != usedKey.Decode(fresh.Body) || !cmp.Equal(k, usedKey) || k.Message() != usedKey.Message() {
			t.Errorf("a used key gives %+v, a fresh one %+v", usedKey, k)
		}
		k.PMKID()
		k.RSN()
		k.CanBeWrapped()
		if claimed, room, ok := eapol.Claim(fresh.Body); ok && room < 0 {
			t.Errorf("got room for %d of %d octets", room, claimed)
		}
		var e eapol.EAP
		usedEAP := eapol.EAP{Code: 9, ID: 9, Type: 9, Vendor: 9, VendorType: 9, Data: b}
		if e.Decode(fresh.Body) != usedEAP.Decode(fresh.Body) || !cmp.Equal(e, usedEAP) {
			t.Errorf("a used EAP packet gives %+v, a fresh one %+v", usedEAP, e)
		}
		e.Identity()
		if w, ok := e.WSC(); ok {
			w.Attributes.Message()
		}
	})
}

func TestDecodingAllocatesNothing(t *testing.T) {
	b := key(2, 0x008a, 1, 16, "\xdd\x14\x00\x0f\xac\x04"+"0123456789abcdef")
	var k eapol.Key
	if n := testing.AllocsPerRun(100, func() { k.Decode(b); k.PMKID(); k.Message() }); n != 0 {
		t.Errorf("got %v allocations", n)
	}
}
