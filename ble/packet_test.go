package ble_test

import (
	"bytes"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin/ble"
)

// octets reads hexadecimal; blanks and what follows a # are passed over.
func octets(t testing.TB, text string) []byte {
	t.Helper()
	var digits strings.Builder
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		for _, word := range strings.Fields(line) {
			digits.WriteString(word)
		}
	}
	b, err := hex.DecodeString(digits.String())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// access is the access address of advertising as it is on air.
const access = "d6be898e "

// packets are written by hand after Vol 6 Part B §2.3; the checksums are those of register, below.
var packets = map[string]string{
	"ADV_IND": access + `40 15   # random address
		332211ccbbaa             # advertiser
		020106 0303 8130 07 09 416c696365 00 # flags, services, name`,
	"ADV_DIRECT_IND": access + "c1 0c 332211ccbbaa 060504030201",
	"SCAN_REQ":       access + "83 0c 060504030201 332211ccbbaa",
	"CONNECT_IND": access + `25 22 060504030201 332211ccbbaa
		5beec590 500627 02 0700 2400 0000 f401 ffffffff1f 06`,
	"AUX_ADV_IND": access + `07 1b
		52 59                    # connectable, 18 octets of header: address, ADI, AuxPtr, transmit power
		332211ccbbaa 34f2 85 64 40 f4
		aabbccddee               # ACAD
		020106 04ffffff01`,
	"long SCAN_RSP": access + "04 26" + "332211ccbbaa" + "1fff" + strings.Repeat("41", 30),
}

func decode(t testing.TB, text string) (ble.Packet, []byte) {
	t.Helper()
	b := octets(t, text)
	sum := ble.Checksum(b[4:])
	b = append(b, sum[:]...)
	var p ble.Packet
	if err := p.Decode(b); err != nil {
		t.Fatal(err)
	}
	return p, b
}

func TestLegacyAdvertisingIsRead(t *testing.T) {
	p, b := decode(t, packets["ADV_IND"])
	want := ble.Packet{
		Raw: b[:len(b)-3], Access: ble.AdvertisingAccess, Kind: ble.AdvInd, CRC: ble.CRCGood, Length: 21, Payload: b[6 : len(b)-3],
		Sender: ble.Addr{0xaa, 0xbb, 0xcc, 0x11, 0x22, 0x33}, HasSender: true, TxRandom: true, Data: b[12 : len(b)-3],
	}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Errorf("packet (-want +got):\n%s", diff)
	}
	structures := slices.Collect(p.Data.All())
	if len(structures) != 3 || structures[0].Type != ble.TypeFlags || string(structures[2].Data) != "Alice\x00" {
		t.Errorf("structures are %+v", structures)
	}
	if services, ok := p.Data.Find(ble.TypeServices16Complete); !ok || !bytes.Equal(services, []byte{0x81, 0x30}) {
		t.Errorf("services are %x, %v", services, ok)
	}
	if _, ok := p.Data.Find(ble.TypeManufacturer); ok {
		t.Error("a structure was found that is not there")
	}
}

func TestBothPartiesAreRead(t *testing.T) {
	a, b := ble.Addr{0xaa, 0xbb, 0xcc, 0x11, 0x22, 0x33}, ble.Addr{1, 2, 3, 4, 5, 6}
	for name, want := range map[string]struct {
		kind               ble.Kind
		sender, target     ble.Addr
		txRandom, rxRandom bool
	}{
		"ADV_DIRECT_IND": {ble.AdvDirectInd, a, b, true, true},
		"SCAN_REQ":       {ble.ScanReq, b, a, false, true},
		"CONNECT_IND":    {ble.ConnectInd, b, a, false, false},
	} {
		p, _ := decode(t, packets[name])
		if p.Kind != want.kind || p.Sender != want.sender || p.Target != want.target || !p.HasSender || !p.HasTarget ||
			p.TxRandom != want.txRandom || p.RxRandom != want.rxRandom || p.Defects != 0 {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

func TestExtendedAdvertisingIsRead(t *testing.T) {
	p, _ := decode(t, packets["AUX_ADV_IND"])
	want := ble.Extended{
		Mode: ble.Connectable, ACAD: []byte{0xaa, 0xbb, 0xcc, 0xdd, 0xee}, DataID: 0x234, SetID: 15, HasADI: true,
		HasAux: true, Aux: ble.AuxPtr{Channel: 5, PHY: ble.PHYCoded, Offset: 100 * 300},
		TxPower: -12, HasTxPower: true,
	}
	if diff := cmp.Diff(want, p.Extended); diff != "" {
		t.Errorf("extended header (-want +got):\n%s", diff)
	}
	if p.Sender != (ble.Addr{0xaa, 0xbb, 0xcc, 0x11, 0x22, 0x33}) || !p.HasSender || len(p.Data) != 8 || p.Defects != 0 {
		t.Errorf("%+v", p)
	}
}

func TestDefectsSayWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want ble.Defects
	}{
		"31 octets":           {access + "00 25 332211ccbbaa 1eff" + strings.Repeat("41", 29), 0},
		"32 octets":           {access + "04 26 332211ccbbaa 1fff" + strings.Repeat("41", 30), ble.DefectLongLegacy},
		"no address":          {access + "00 05 332211ccbb", ble.DefectLength},
		"scan request":        {access + "03 0d 060504030201 332211ccbbaa 00", ble.DefectLength},
		"connection":          {access + "05 0c 060504030201 332211ccbbaa", ble.DefectLength},
		"reserved type":       {access + "0b 02 0102", ble.DefectReservedKind},
		"overrun":             {access + "00 09 332211ccbbaa 0901ff", ble.DefectOverrun},
		"zeros at the end":    {access + "00 0b 332211ccbbaa 020106 0000", 0},
		"octets at the end":   {access + "00 0b 332211ccbbaa 020106 0001", ble.DefectPadding},
		"extended, empty":     {access + "07 00", ble.DefectLength},
		"extended, no header": {access + "07 01 00", 0},
		"extended, too long":  {access + "07 03 0400ff", ble.DefectExtended},
		"extended, no room":   {access + "07 04 030111 22", ble.DefectExtended},
		"reserved mode":       {access + "07 01 c0", ble.DefectMode},
		"scannable with data": {access + "07 0b 8701332211ccbbaa 020106", ble.DefectScannableData},
		"scannable, overrun":  {access + "07 0b 8701332211ccbbaa 090106", ble.DefectScannableData | ble.DefectOverrun},
		"goes on elsewhere":   {access + "07 0e 0a11332211ccbbaa 000000 ff0106", 0},
		"continuation":        {access + "07 04 00 ff0106", 0},
	} {
		if p, _ := decode(t, c.text); p.Defects != c.want {
			t.Errorf("%s: %s, want %s", name, p.Defects, c.want)
		}
	}
}

func TestWhatIsCutOffIsSaid(t *testing.T) {
	_, b := decode(t, packets["ADV_IND"])
	var p ble.Packet
	for n := range len(b) {
		err := p.Decode(b[:n])
		if (err != nil) != (n < 6) {
			t.Fatalf("%d octets: error %v", n, err)
		}
		if err == nil && (p.CRC != ble.CRCAbsent || (p.Defects&ble.DefectShort != 0) != (n < len(b)-3)) {
			t.Errorf("%d octets: CRC %d, defects %s", n, p.CRC, p.Defects)
		}
	}
	if err := p.Decode(append(b, 0)); err != nil || p.Defects != ble.DefectTrailing || p.CRC != ble.CRCGood {
		t.Errorf("an octet more: %v, defects %s, CRC %d", err, p.Defects, p.CRC)
	}
	b[9] ^= 4
	if err := p.Decode(b); err != nil || p.CRC != ble.CRCBad {
		t.Errorf("a changed octet: %v, CRC %d", err, p.CRC)
	}
}

func TestConnectionsAreNotReadAsAdvertising(t *testing.T) {
	b := octets(t, "5beec590 0015 332211ccbbaa 020106 03038130 0709416c69636500 010203")
	var p ble.Packet
	if err := p.Decode(b); err != nil {
		t.Fatal(err)
	}
	want := ble.Packet{Raw: b[:len(b)-3], Access: 0x90c5ee5b, Kind: ble.Data}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Errorf("packet (-want +got):\n%s", diff)
	}
}

func TestCodingIndicatorIsPassedOver(t *testing.T) {
	plain, b := decode(t, packets["ADV_IND"])
	coded := slices.Insert(slices.Clone(b), 4, 1)
	var p ble.Packet
	if err := p.DecodeCoded(coded); err != nil || p.Sender != plain.Sender || p.CRC != ble.CRCGood || !bytes.Equal(p.Data, plain.Data) {
		t.Errorf("%v, %+v", err, p)
	}
}

// register is the CRC as Vol 6 Part B figure 3.3 draws it, bit by bit.
func register(pdu []byte) (sum [3]byte) {
	var at [24]byte
	for i := range at {
		at[i] = byte(1 - i%2) // 0x555555
	}
	for _, c := range pdu {
		for bit := range 8 {
			feed := at[23] ^ c>>bit&1
			copy(at[1:], at[:23])
			at[0] = feed
			for _, tap := range []int{1, 3, 4, 6, 9, 10} {
				at[tap] ^= feed
			}
		}
	}
	for i := range 24 { // position 23 is sent first
		sum[i/8] |= at[23-i] << (i % 8)
	}
	return sum
}

func TestChecksumIsThatOfTheRegister(t *testing.T) {
	for name, text := range packets {
		pdu := octets(t, text)[4:]
		if got, want := ble.Checksum(pdu), register(pdu); got != want {
			t.Errorf("%s: %x, want %x", name, got, want)
		}
	}
}

func TestDecodeAllocatesNothing(t *testing.T) {
	_, b := decode(t, packets["ADV_IND"])
	var p ble.Packet
	names := 0
	n := testing.AllocsPerRun(1000, func() {
		_ = p.Decode(b)
		for s := range p.Data.All() {
			if s.Type == ble.TypeName {
				names++
			}
		}
	})
	if n != 0 || names == 0 {
		t.Errorf("%v allocations a packet, want 0; %d names", n, names)
	}
}

func FuzzDecode(f *testing.F) {
	for _, text := range packets {
		_, b := decode(f, text)
		f.Add(b, false)
		f.Add(b, true)
	}
	_, other := decode(f, packets["ADV_IND"])
	f.Fuzz(func(t *testing.T, b []byte, coded bool) {
		given := bytes.Clone(b)
		var fresh, used ble.Packet
		if err := used.Decode(other); err != nil {
			t.Fatal(err)
		}
		decode := (*ble.Packet).Decode
		if coded {
			decode = (*ble.Packet).DecodeCoded
		}
		if freshErr, usedErr := decode(&fresh, b), decode(&used, b); freshErr != usedErr {
			t.Errorf("a used packet gives %v, a fresh one %v", usedErr, freshErr)
		}
		if d := cmp.Diff(fresh, used); d != "" {
			t.Errorf("a used packet differs from a fresh one:\n%s", d)
		}
		size := 0
		for s := range fresh.Data.All() {
			size += 2 + len(s.Data)
		}
		if size > len(fresh.Data) {
			t.Errorf("structures of %d octets in %d", size, len(fresh.Data))
		}
		if !bytes.Equal(b, given) {
			t.Error("the input was written to")
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	_, packet := decode(b, packets["ADV_IND"])
	var p ble.Packet
	for b.Loop() {
		if p.Decode(packet) != nil {
			b.Fatal("the packet is not read")
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "packets/s")
}
