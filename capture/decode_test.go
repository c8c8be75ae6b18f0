package capture_test

import (
	"encoding/binary"
	"hash/crc32"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/pcap"
)

// deauth disconnects everybody with reason 7.
var deauth = []byte{
	0xc0, 0, 0x3a, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 0xa, 2, 0, 0, 0, 0, 0xa, 0x10, 0, 7, 0,
}

// radiotap is a header with flags, channel 6 and -40 dBm.
func radiotap(flags byte) []byte {
	return []byte{0, 0, 15, 0, 0x2a, 0, 0, 0, flags, 0, 0x85, 0x09, 0xa0, 0, 0xd8}
}

func avs() []byte {
	b := binary.BigEndian.AppendUint32(nil, 0x80211001)
	b = binary.BigEndian.AppendUint32(b, 64)
	return append(b, make([]byte, 56)...)
}

func prism() []byte {
	b := binary.LittleEndian.AppendUint32(nil, 0x44)
	b = binary.LittleEndian.AppendUint32(b, 24)
	return append(b, make([]byte, 16)...)
}

func fcs(frame []byte) []byte {
	return binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(frame))
}

func packet(link pcap.LinkType, parts ...[]byte) *pcap.Packet {
	data := slices.Concat(parts...)
	return &pcap.Packet{Time: time.Second, Link: link, Interface: 3, Length: uint32(len(data)), Number: 7, Data: data}
}

func TestFramesAreFoundBehindEveryHeader(t *testing.T) {
	ppi := []byte{0, 0, 8, 0, 105, 0, 0, 0}
	for name, c := range map[string]struct {
		packet *pcap.Packet
		fcs    dot11.FCS
		mhz    uint16
	}{
		"bare":                 {packet(pcap.LinkIEEE80211, deauth), dot11.FCSAbsent, 0},
		"radiotap":             {packet(pcap.LinkRadiotap, radiotap(0), deauth), dot11.FCSAbsent, 2437},
		"radiotap with FCS":    {packet(pcap.LinkRadiotap, radiotap(0x10), deauth, fcs(deauth)), dot11.FCSGood, 2437},
		"radiotap, FCS wrong":  {packet(pcap.LinkRadiotap, radiotap(0x10), deauth, []byte{1, 2, 3, 4}), dot11.FCSBad, 2437},
		"radiotap, called bad": {packet(pcap.LinkRadiotap, radiotap(0x50), deauth, fcs(deauth)), dot11.FCSBad, 2437},
		"PPI":                  {packet(pcap.LinkPPI, ppi, deauth), dot11.FCSAbsent, 0},
		"AVS":                  {packet(pcap.LinkAVS, avs(), deauth), dot11.FCSAbsent, 0},
		"Prism":                {packet(pcap.LinkPrism, prism(), deauth), dot11.FCSAbsent, 0},
		"TZSP":                 {packet(pcap.LinkTZSP, []byte{1, 0, 0, 18, 18, 1, 6, 1}, deauth), dot11.FCSAbsent, 2437},
		"TZSP with FCS":        {packet(pcap.LinkTZSP, []byte{1, 0, 0, 18, 1}, deauth, fcs(deauth)), dot11.FCSGood, 0},
		"radiotap in TZSP":     {packet(pcap.LinkTZSP, []byte{1, 0, 0, 126, 1}, radiotap(0x10), deauth, fcs(deauth)), dot11.FCSGood, 2437},
		"Prism in TZSP":        {packet(pcap.LinkTZSP, []byte{1, 0, 0, 119, 1}, prism(), deauth), dot11.FCSAbsent, 0},
		"AVS in TZSP":          {packet(pcap.LinkTZSP, []byte{1, 0, 0, 127, 1}, avs(), deauth), dot11.FCSAbsent, 0},
	} {
		d := capture.NewDecoder()
		o := d.Decode(c.packet)
		if o == nil {
			t.Errorf("%s: not read: %+v", name, d.Counts())
			continue
		}
		if o.Frame.Kind != dot11.Deauth || o.Frame.Fixed.Reason != 7 || o.Frame.Defects != 0 {
			t.Errorf("%s: frame %+v", name, o.Frame)
		}
		if o.Time != time.Second || o.Number != 7 || o.Sensor != 3 || o.Cut || o.Radio.FCS != c.fcs || o.Radio.Frequency != c.mhz {
			t.Errorf("%s: observation %+v", name, o)
		}
	}
}

func TestCutFramesAreCalledCut(t *testing.T) {
	p := packet(pcap.LinkRadiotap, radiotap(0x10), deauth)
	p.Length += 4
	d := capture.NewDecoder()
	o := d.Decode(p)
	if o == nil || !o.Cut || o.Radio.FCS != dot11.FCSAbsent || o.Frame.Fixed.Reason != 7 || o.Intact() {
		t.Errorf("a frame whose end is missing gives %+v", o)
	}
	if d.Counts().Cut != 1 {
		t.Errorf("%+v, want one that is cut", d.Counts())
	}
}

func TestPaddingBehindTheHeaderIsTakenOut(t *testing.T) {
	data := []byte{
		0x88, 1, 0, 0, 2, 0, 0, 0, 0, 0xa, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0xa, 0, 0, 0, 0, // QoS data, header of 26 octets
		0, 0, // padding
		0xaa, 0xaa, 3, 0, 0, 0, 8, 6,
	}
	o := capture.NewDecoder().Decode(packet(pcap.LinkRadiotap, radiotap(0x20), data))
	if o == nil || len(o.Frame.Body) != 8 || o.Frame.Body[0] != 0xaa {
		t.Errorf("the body is %+v, want what follows the padding", o)
	}
}

func TestWhatIsNotReadIsCounted(t *testing.T) {
	d := capture.NewDecoder()
	for _, p := range []*pcap.Packet{
		packet(pcap.LinkRadiotap, radiotap(0)[:9]),
		packet(pcap.LinkRadiotap, []byte{0, 0, 200, 0, 0, 0, 0, 0}, deauth),
		packet(pcap.LinkPPI, []byte{0}),
		packet(pcap.LinkIEEE80211, deauth[:5]),
		packet(pcap.LinkIEEE80211),
		packet(pcap.LinkBLE, deauth[:5]),
		packet(pcap.LinkBLERadio, deauth[:9]),
		packet(pcap.LinkNordicBLE, deauth),
		packet(pcap.LinkPPI, []byte{0, 0, 8, 0, 251, 0, 0, 0}),
		packet(1, deauth),
		packet(1, deauth),
		packet(pcap.LinkPPI, []byte{0, 0, 8, 0, 195, 0, 0, 0}, deauth),
	} {
		if o := d.Decode(p); o != nil {
			t.Errorf("link type %d, %x: read as %+v", p.Link, p.Data, o.Frame)
		}
	}
	want := capture.Decoded{BadHeader: 5, BadFrame: 4, Unknown: map[pcap.LinkType]uint64{1: 2, 195: 1}}
	if diff := cmp.Diff(want, d.Counts()); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	for link := range pcap.LinkType(2000) {
		d.Decode(packet(10_000+link, deauth))
	}
	if n := len(d.Counts().Unknown); n > 64 {
		t.Errorf("%d link types are remembered: a stream can fill the memory", n)
	}
}

func TestDecodeAllocatesNothing(t *testing.T) {
	d, p := capture.NewDecoder(), packet(pcap.LinkRadiotap, radiotap(0x10), deauth, fcs(deauth))
	if n := testing.AllocsPerRun(1000, func() { d.Decode(p) }); n != 0 {
		t.Errorf("%v allocations a packet, want 0", n)
	}
}

// FuzzDecode holds that a used decoder says of a packet what a fresh one says.
func FuzzDecode(f *testing.F) {
	for _, p := range []*pcap.Packet{
		packet(pcap.LinkIEEE80211, deauth), packet(pcap.LinkRadiotap, radiotap(0x30), deauth, fcs(deauth)),
		packet(pcap.LinkPPI, []byte{0, 0, 8, 0, 105, 0, 0, 0}, deauth), packet(pcap.LinkAVS, avs(), deauth), packet(pcap.LinkPrism, prism(), deauth),
		packet(pcap.LinkBLE, advert()), packet(pcap.LinkBLERadio, bleRadio(0, 0), whitened(advert(), 0)), packet(pcap.LinkNordicBLE, nordic(1), advert()),
		packet(pcap.LinkPPI, ppiPlace(0), deauth),
		packet(pcap.LinkTZSP, []byte{1, 0, 0, 126, 1}, radiotap(0x10), deauth, fcs(deauth)),
	} {
		f.Add(uint16(p.Link), p.Length, p.Data)
	}
	used := capture.NewDecoder()
	f.Fuzz(func(t *testing.T, link uint16, length uint32, data []byte) {
		p := &pcap.Packet{Link: pcap.LinkType(link), Length: max(length, uint32(len(data))), Data: data}
		got, want := used.Decode(p), capture.NewDecoder().Decode(p)
		if (got == nil) != (want == nil) {
			t.Fatalf("a used decoder gives %+v, a fresh one %+v", got, want)
		}
		if got == nil {
			return
		}
		if !cmp.Equal(got.Location, want.Location) {
			t.Fatalf("a used decoder gives the place %+v, a fresh one %+v", got.Location, want.Location)
		}
		a, b := *got, *want
		a.Location, b.Location = nil, nil
		a.Frame, b.Frame, a.BLE, b.BLE = nil, nil, nil, nil
		if got.BLE != nil || want.BLE != nil {
			if a != b || !cmp.Equal(got.BLE, want.BLE) {
				t.Fatalf("a used decoder gives %+v %+v,\na fresh one %+v %+v", a, got.BLE, b, want.BLE)
			}
			return
		}
		if a != b || got.Frame.Kind != want.Frame.Kind || got.Frame.Defects != want.Frame.Defects || len(got.Frame.Body) != len(want.Frame.Body) {
			t.Fatalf("a used decoder gives %+v %+v,\na fresh one %+v %+v", a, got.Frame, b, want.Frame)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	d, p := capture.NewDecoder(), packet(pcap.LinkRadiotap, radiotap(0x10), deauth, fcs(deauth))
	var o *tocsin.Observation
	for b.Loop() {
		o = d.Decode(p)
	}
	if o == nil {
		b.Fatal("the frame is not read")
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "frames/s")
}

func TestFaultsAndHeadsAreOfTheNewestPacket(t *testing.T) {
	d := capture.NewDecoder()
	radio := []byte{0, 0, 8, 0, 0, 0, 0, 0}
	for _, c := range []struct {
		name  string
		p     *pcap.Packet
		fault capture.Fault
		head  int
	}{
		{"whole", packet(pcap.LinkRadiotap, radio, deauth), capture.NoFault, 8 + 24},
		{"no radio header", packet(pcap.LinkRadiotap, []byte{0, 0, 99, 0}), capture.BadHeader, 0},
		{"no frame", packet(pcap.LinkRadiotap, radio, deauth[:1]), capture.BadFrame, 9},
		{"of a wire", packet(1, deauth), capture.BadLink, 0},
		{"Bluetooth", packet(pcap.LinkBLERadio, []byte{1}), capture.BadHeader, 0},
		{"whole again", packet(pcap.LinkIEEE80211, deauth), capture.NoFault, 24},
	} {
		o := d.Decode(c.p)
		if d.Fault() != c.fault || (o == nil) != (c.fault != capture.NoFault) || d.Head() != c.head {
			t.Errorf("%s: fault %d, head of %d octets, want %d and %d", c.name, d.Fault(), d.Head(), c.fault, c.head)
		}
	}
}
