package track_test

import (
	"compress/gzip"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/radiotap"
	"github.com/tocsin-wids/tocsin/track"
)

var (
	ap      = dot11.Addr{0x00, 0x1d, 0x0f, 0x10, 0, 1}
	client  = dot11.Addr{0x3c, 0x22, 0xfb, 0, 1, 2}
	rsnPSK  = []byte{48, 20, 1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 2, 0, 0}
	country = []byte{7, 6, 'U', 'S', ' ', 1, 11, 20}
)

// frame builds a frame with control, addresses and body.
func frame(control uint16, a1, a2, a3 dot11.Addr, body ...byte) []byte {
	b := binary.LittleEndian.AppendUint16(nil, control)
	b = append(b, 0, 0)
	b = append(append(append(b, a1[:]...), a2[:]...), a3[:]...)
	return append(append(b, 0, 0), body...)
}

// beacon builds a beacon of 100 TU with the Privacy bit.
func beacon(bssid dot11.Addr, ssid string, elements ...[]byte) []byte {
	b := frame(0x80, dot11.Broadcast, bssid, bssid, 0, 0, 0, 0, 0, 0, 0, 0, 100, 0, 0x11, 0)
	b = append(append(b, 0, byte(len(ssid))), ssid...)
	for _, e := range elements {
		b = append(b, e...)
	}
	return b
}

// air shows frames to a tracker, one a millisecond.
type air struct {
	t testing.TB
	*track.Tracker
	o tocsin.Observation
}

func newAir(t testing.TB, o track.Options) *air {
	return &air{t: t, Tracker: track.New(o), o: tocsin.Observation{
		Frame: new(dot11.Frame), Time: 1000 * time.Hour, Radio: dot11.Radio{FCS: dot11.FCSGood},
	}}
}

func (a *air) hear(b []byte) *track.Sight {
	a.t.Helper()
	if err := a.o.Frame.Decode(b); err != nil {
		a.t.Fatal(err)
	}
	a.o.Time += time.Millisecond
	return a.Observe(&a.o)
}

// replay shows the frames of a lab capture.
func (a *air) replay(name string, show func(*tocsin.Observation, *track.Sight)) {
	a.t.Helper()
	dir := os.Getenv("TOCSIN_CAPTURES")
	if dir == "" {
		a.t.Skip("TOCSIN_CAPTURES is not set")
	}
	path := filepath.Join(dir, "lab", name+".pcap.gz")
	if _, err := os.Stat(path); err != nil {
		a.t.Skip(err)
	}
	a.replayFile(path, show)
}

// replayFile shows the frames of a gzipped capture.
func (a *air) replayFile(path string, show func(*tocsin.Observation, *track.Sight)) {
	a.t.Helper()
	file, err := os.Open(path)
	if err != nil {
		a.t.Fatal(err)
	}
	defer file.Close()
	z, err := gzip.NewReader(file)
	if err != nil {
		a.t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		a.t.Fatal(err)
	}
	for b = b[24:]; len(b) >= 16; {
		n := 16 + int(binary.LittleEndian.Uint32(b[8:]))
		a.o.Time = time.Duration(binary.LittleEndian.Uint32(b))*time.Second + time.Duration(binary.LittleEndian.Uint32(b[4:]))*time.Microsecond
		a.o.Radio = dot11.Radio{}
		head, err := radiotap.Decode(b[16:n], &a.o.Radio)
		if err != nil {
			a.t.Fatal(err)
		}
		if a.o.Frame.Decode(b[16+head:n-int(a.o.Radio.FCSLen)]) == nil {
			show(&a.o, a.Observe(&a.o))
		}
		b = b[n:]
	}
}
