package dot11_test

import (
	"encoding/binary"
	"hash/maphash"
	"os"
	"testing"

	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/radiotap"
)

// labFile holds frames of every attack of the lab's recordings, on simulated radios with real programs.
const labFile = "testdata/lab.pcap"

// labPackets returns the packets of labFile: radiotap header and frame.
func labPackets(t testing.TB) [][]byte {
	t.Helper()
	b, err := os.ReadFile(labFile)
	if err != nil {
		t.Fatal(err)
	}
	var packets [][]byte
	for b = b[24:]; len(b) >= 16; {
		n := 16 + int(binary.LittleEndian.Uint32(b[8:]))
		packets = append(packets, b[16:n:n])
		b = b[n:]
	}
	return packets
}

// labFrames returns the frames of labFile without radiotap header and FCS.
func labFrames(t testing.TB) [][]byte {
	t.Helper()
	var frames [][]byte
	for i, p := range labPackets(t) {
		var r dot11.Radio
		n, err := radiotap.Decode(p, &r)
		if err != nil {
			t.Fatalf("packet %d: %v", i+1, err)
		}
		frames = append(frames, p[n:len(p)-int(r.FCSLen)])
	}
	return frames
}

func TestDecodingAllocatesNothing(t *testing.T) {
	packets := labPackets(t)
	var f dot11.Frame
	var r dot11.Radio
	var sum int
	got := testing.AllocsPerRun(10, func() {
		for _, p := range packets {
			n, _ := radiotap.Decode(p, &r)
			f.Decode(p[n:])
			sum += read(&f)
		}
	})
	if got != 0 {
		t.Errorf("got %v allocations for %d frames, want 0", got, len(packets))
	}
	if sum == 0 {
		t.Error("nothing was read")
	}
}

// read reads everything that a frame offers, and returns a number that depends on some of it.
func read(f *dot11.Frame) int {
	n := 0
	for e := range f.Elements.All() {
		n += len(e.Data) + int(e.Defects())
	}
	s := f.Security()
	n += int(s.Strength()) + int(f.Channel())
	ssid, _, _ := f.Elements.SSID()
	n += len(ssid)
	if c, ok := f.Elements.Country(); ok {
		for t := range c.Triplets() {
			n += int(t.First)
		}
	}
	for rate := range f.Elements.Rates() {
		n += int(rate)
	}
	for x := range f.Elements.Neighbors() {
		n += int(x.Channel)
	}
	for a := range f.Elements.P2P() {
		n += a.Length + len(a.Data)
	}
	for x := range f.Subframes() {
		n += len(x.Payload)
	}
	cs, _ := f.ChannelSwitch()
	tim, _ := f.Elements.TIM()
	mme, _ := f.Elements.MME()
	owe, _ := f.Elements.OWETransition()
	x, _ := f.Elements.RSNX()
	md, _ := f.Elements.MobilityDomain()
	ht, _ := f.Elements.HTOperation()
	vht, _ := f.Elements.VHTOperation()
	eht, _ := f.Elements.EHTOperation()
	btm, _ := f.BTMRequest()
	sae, _ := f.SAE()
	ml, _ := f.Elements.MultiLink()
	owner, _ := f.Elements.GroupOwner()
	if tim.Has(1) || f.Elements.BeaconProtection() {
		n++
	}
	n += int(cs.Channel) + len(tim.Bitmap) + len(mme.MIC) + len(owe.SSID) + int(x) + int(md) + int(ht.Primary)
	return n + int(vht.Width) + int(eht.Width) + int(btm.Mode) + len(sae.Scalar) + len(f.Payload) + int(ml.Link) + int(owner[5])
}

func BenchmarkDecode(b *testing.B) {
	packets := labPackets(b)
	var f dot11.Frame
	var r dot11.Radio
	b.ReportAllocs()
	for b.Loop() {
		for _, p := range packets {
			n, err := radiotap.Decode(p, &r)
			if err == nil {
				f.Decode(p[n:])
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(packets)), "ns/frame")
}

func BenchmarkRadiotap(b *testing.B) {
	packets := labPackets(b)
	var r dot11.Radio
	for b.Loop() {
		for _, p := range packets {
			radiotap.Decode(p, &r)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(packets)), "ns/frame")
}

// BenchmarkUnchanged is what a beacon costs beyond its decoding if nothing in it has changed.
func BenchmarkUnchanged(b *testing.B) {
	var beacons []dot11.Frame
	for _, p := range labFrames(b) {
		var f dot11.Frame
		if f.Decode(p); f.Kind == dot11.Beacon {
			beacons = append(beacons, f)
		}
	}
	seed := maphash.MakeSeed()
	for b.Loop() {
		for i := range beacons {
			beacons[i].Elements.Hash(seed)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(beacons)), "ns/beacon")
}

// BenchmarkSecurity is what reading the security of a beacon costs.
func BenchmarkSecurity(b *testing.B) {
	var f dot11.Frame
	for _, p := range labFrames(b) {
		if f.Decode(p); f.Kind == dot11.Beacon && f.Security().RSN.Present {
			break
		}
	}
	for b.Loop() {
		f.Security()
	}
}
