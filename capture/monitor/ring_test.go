package monitor

import (
	"encoding/binary"
	"testing"
)

// fill returns a block of n packets with so many octets each, as the kernel leaves it.
func fill(n, octets int) []byte {
	const first, head = 48, 68
	step := (head + octets + 7) &^ 7
	block := make([]byte, first+n*step)
	binary.NativeEndian.PutUint32(block[blockCount:], uint32(n))
	binary.NativeEndian.PutUint32(block[blockFirst:], first)
	for i := range n {
		p := block[first+i*step:]
		if i < n-1 {
			binary.NativeEndian.PutUint32(p[packetNext:], uint32(step))
		}
		binary.NativeEndian.PutUint32(p[packetSnap:], uint32(octets))
		binary.NativeEndian.PutUint32(p[packetLen:], uint32(octets))
		binary.NativeEndian.PutUint16(p[packetMAC:], head)
	}
	return block
}

// BenchmarkBlock is what the program does for a frame before it is decoded; the kernel's part is not in it.
func BenchmarkBlock(b *testing.B) {
	const frames = 2000
	r, block := &ring{}, fill(frames, 300)
	r.batch = r.read(nil, block)
	b.ReportAllocs()
	for b.Loop() {
		r.batch = r.read(r.batch[:0], block)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/frames, "ns/frame")
}

// FuzzBlock reads blocks in which any length may be wrong.
func FuzzBlock(f *testing.F) {
	block := fill(2, 10)
	f.Add(block)
	if n := len((&ring{}).read(nil, block)); n != 2 {
		f.Fatalf("%d packets in the block, want 2", n)
	}
	f.Fuzz(func(t *testing.T, block []byte) {
		if len(block) < 48 {
			return
		}
		for _, p := range (&ring{}).read(nil, block) {
			if len(p.Data) > len(block) {
				t.Fatalf("a packet of %d octets in a block of %d", len(p.Data), len(block))
			}
		}
	})
}
