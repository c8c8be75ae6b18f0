package app

import (
	"bytes"
	"context"
	"encoding/binary"
	"path/filepath"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/capture/replay"
	"github.com/tocsin-wids/tocsin/config"
	"github.com/tocsin-wids/tocsin/pcap"
)

// benignFile is ordinary traffic of seven networks in which stations join, talk and leave.
var benignFile = filepath.Join("testdata", "benign.pcap.gz")

// packetsOf holds a capture in memory.
func packetsOf(t testing.TB, path string) (list []pcap.Packet) {
	t.Helper()
	err := replay.New(replay.Options{Path: path}).Run(context.Background(), func(batch []pcap.Packet) error {
		for _, p := range batch {
			p.Data = bytes.Clone(p.Data)
			list = append(list, p)
		}
		return nil
	})
	if err != nil || len(list) == 0 {
		t.Fatalf("%s: %d packets and %v", path, len(list), err)
	}
	return list
}

// later moves a capture to when it would begin if it followed on itself; the clocks of its networks go on.
func later(list []pcap.Packet) {
	length := list[len(list)-1].Time - list[0].Time + time.Second
	for i := range list {
		p := &list[i]
		p.Time += length
		if tsf := timestamp(p); tsf != nil {
			binary.LittleEndian.PutUint64(tsf, binary.LittleEndian.Uint64(tsf)+uint64(length/time.Microsecond))
		}
	}
}

// timestamp returns where a beacon or probe response without FCS has its TSF; nil if p is none.
func timestamp(p *pcap.Packet) []byte {
	const header, beacon, probeResp = 24, 0x80, 0x50
	frame := p.Data[binary.LittleEndian.Uint16(p.Data[2:]):] // behind radiotap
	if frame[0] != beacon && frame[0] != probeResp {
		return nil
	}
	return frame[header : header+8]
}

func newTestShard(t testing.TB) *shard {
	t.Helper()
	s, err := newShard(config.Default(), func(d tocsin.Detected) { t.Errorf("%s in ordinary traffic: %s", d.Definition.Header, d.Text) }, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestFramePathAllocatesNothing takes ordinary traffic through decoder, tracker and the whole catalogue.
func TestFramePathAllocatesNothing(t *testing.T) {
	for sensors := uint16(1); sensors <= 3; sensors++ {
		s, list := newTestShard(t), packetsOf(t, benignFile)
		got := testing.AllocsPerRun(20, func() {
			for i := range list {
				for sensor := range sensors {
					list[i].Interface = sensor
					s.observeNow(list[i:i+1], list[i].Time+time.Millisecond)
				}
			}
			later(list)
		})
		if got != 0 {
			t.Errorf("%d sensors: %v allocations for %d frames, want 0", sensors, got, len(list))
		}
	}
}

// BenchmarkFramePath is one goroutine on ordinary traffic in memory: decoding alone, and everything up to the
// findings of the whole catalogue.
func BenchmarkFramePath(b *testing.B) {
	list := packetsOf(b, benignFile)
	perSecond := func(b *testing.B) {
		b.ReportMetric(float64(b.N)*float64(len(list))/b.Elapsed().Seconds(), "frames/s")
	}
	b.Run("decode", func(b *testing.B) {
		d := capture.NewDecoder()
		b.ReportAllocs()
		for b.Loop() {
			for i := range list {
				d.Decode(&list[i])
			}
		}
		perSecond(b)
	})
	b.Run("analysis", func(b *testing.B) {
		s := newTestShard(b)
		b.ReportAllocs()
		for b.Loop() {
			s.observe(list)
			later(list)
		}
		perSecond(b)
	})
	b.Run("copies", func(b *testing.B) { // everything is heard by two
		s := newTestShard(b)
		b.ReportAllocs()
		for b.Loop() {
			for i := range list {
				for sensor := range uint16(2) {
					list[i].Interface = sensor
					s.observe(list[i : i+1])
				}
			}
			later(list)
		}
		perSecond(b)
	})
}
