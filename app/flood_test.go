package app

import (
	"encoding/binary"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/config"
	"github.com/tocsin-wids/tocsin/pcap"
)

// floodFrames is how many invented addresses the flood has; TOCSIN_FLOOD makes it more.
const floodFrames = 300_000

// TestAttackInAFloodOfAddressesIsNamed invents an address for each frame, of beacons, probes, authentications and data, and has somebody
// deauthenticate a client of a real network in the middle of it. What is remembered does not grow with the flood.
func TestAttackInAFloodOfAddressesIsNamed(t *testing.T) {
	frames := floodFrames
	if n, err := strconv.Atoi(os.Getenv("TOCSIN_FLOOD")); err == nil {
		frames = n
	}
	named := map[string]int{}
	s, err := newShard(config.Default(), func(d tocsin.Detected) { named[d.Definition.Header+" "+d.BSSID.String()]++ }, nil)
	if err != nil {
		t.Fatal(err)
	}
	f := flood{random: rand.New(rand.NewPCG(1, 2)), now: 1_700_000_000 * time.Second}
	for range 1000 {
		s.observe([]pcap.Packet{f.packet(f.real())})
	}
	before := heap()
	begun := time.Now()
	for i := range frames {
		s.observe([]pcap.Packet{f.packet(f.invented())})
		if i%50 == 0 {
			s.observe([]pcap.Packet{f.packet(f.real())})
		}
		if i > frames/2 && i < frames/2+2000 && i%20 == 0 {
			s.observe([]pcap.Packet{f.packet(f.deauthentication())})
		}
	}
	t.Logf("%d frames, %.0f a second; %d kB in memory, %d kB more than before", frames, float64(frames)/time.Since(begun).Seconds(), heap()/1024, (heap()-before)/1024)
	if named["DEAUTHFLOOD 02:00:00:00:00:0A"] == 0 {
		t.Errorf("the deauthentications were not named; found were %v", named)
	}
	const most = 8 << 20 // what detectors take with need, and the texts of findings
	if grown := heap() - before; grown > most {
		t.Errorf("the flood takes %d MB of memory, want at most %d", grown>>20, most>>20)
	}
	runtime.KeepAlive(s)
}

func heap() int64 {
	runtime.GC()
	runtime.GC() // what the first one finalises
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// flood makes frames, one a millisecond.
type flood struct {
	random   *rand.Rand
	now      time.Duration
	sequence uint16
}

var (
	floodAP     = []byte{2, 0, 0, 0, 0, 10}
	floodClient = []byte{2, 0, 0, 0, 0, 1}
	everybody   = []byte{255, 255, 255, 255, 255, 255}
)

// packet puts a frame behind a radiotap header that says nothing.
func (f *flood) packet(frame []byte) pcap.Packet {
	f.now += time.Millisecond
	b := append([]byte{0, 0, 8, 0, 0, 0, 0, 0}, frame...)
	return pcap.Packet{Time: f.now, Data: b, Length: uint32(len(b)), Link: pcap.LinkRadiotap}
}

func (f *flood) frame(control uint16, a1, a2, a3 []byte, body ...byte) []byte {
	f.sequence++
	b := binary.LittleEndian.AppendUint16(nil, control)
	b = append(append(append(append(b, 0, 0), a1...), a2...), a3...)
	return append(binary.LittleEndian.AppendUint16(b, f.sequence<<4), body...)
}

func (f *flood) beacon(bssid []byte, ssid string) []byte {
	body := binary.LittleEndian.AppendUint64(nil, uint64(f.now/time.Microsecond))
	body = append(body, 100, 0, 0x11, 0, 0, byte(len(ssid)))
	body = append(append(body, ssid...), 1, 4, 0x82, 0x84, 0x8b, 0x96, 3, 1, 6)
	return f.frame(0x80, everybody, bssid, bssid, body...)
}

func (f *flood) real() []byte { return f.beacon(floodAP, "CorpNet") }

func (f *flood) deauthentication() []byte {
	return f.frame(0xc0, floodClient, floodAP, floodAP, 7, 0)
}

// invented is a frame of one of four kinds from an address that nobody has.
func (f *flood) invented() []byte {
	a := make([]byte, 6)
	for i := range a {
		a[i] = byte(f.random.Uint32())
	}
	a[0] = a[0]&^1 | 2
	switch f.random.IntN(4) {
	case 0:
		return f.beacon(a, string(a))
	case 1:
		return f.frame(0x40, everybody, a, everybody, 0, 2, a[1], a[2], 1, 1, 0x82)
	case 2:
		return f.frame(0xb0, floodAP, a, floodAP, 0, 0, 1, 0, 0, 0)
	}
	return f.frame(0x4108, floodAP, a, everybody, 1, 0, 0, 0x20, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
}
