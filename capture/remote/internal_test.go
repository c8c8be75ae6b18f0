package remote

import (
	"bytes"
	"context"
	"io"
	"net"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tocsin-wids/tocsin/ble"
	"github.com/tocsin-wids/tocsin/capture/remote/wire"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/radiotap"
	"github.com/tocsin-wids/tocsin/pcap"
)

// replayed is a connection on which octets come again and again.
type replayed struct {
	net.Conn
	octets []byte
	at     int
}

func (r *replayed) Read(b []byte) (int, error) {
	n := copy(b, r.octets[r.at:])
	r.at = (r.at + n) % len(r.octets)
	return n, nil
}

func (r *replayed) SetReadDeadline(time.Time) error { return nil }
func (r *replayed) RemoteAddr() net.Addr            { return &net.TCPAddr{} }

// packets returns frames of n packets of 300 octets with a position.
func packets(n int) []byte {
	b := wire.AppendMap(nil, 2)
	b = wire.AppendMap(wire.AppendUint(b, 1), 3)
	b = wire.AppendDouble(wire.AppendUint(b, 1), 52.5)
	b = wire.AppendDouble(wire.AppendUint(b, 2), 13.25)
	b = wire.AppendUint(wire.AppendUint(b, 4), 3)
	b = wire.AppendMap(wire.AppendUint(b, 4), 4)
	b = wire.AppendUint(wire.AppendUint(b, 1), 127)
	b = wire.AppendUint(wire.AppendUint(b, 2), 1700000000)
	b = wire.AppendUint(wire.AppendUint(b, 3), 999)
	b = wire.AppendOctets(wire.AppendUint(b, 6), make([]byte, 300))
	return bytes.Repeat(wire.Append(nil, wire.Header{Command: wire.PacketReport, Sequence: 9}, b), n)
}

// hearing returns a session that is open and hears r.
func hearing(r *replayed) (c *session, heard *int) {
	s := New(Options{})
	c = newSession(s, r, "192.0.2.1:1")
	c.in.limit = wire.MaxFrame
	c.source = newSource("5FE308BD-0000-0000-0000-AABBCCDDEEFF", wire.Announcement{Definition: "wlan0", Type: "linuxwifi"})
	c.opened.Store(true)
	heard = new(int)
	c.deliver = func(batch []pcap.Packet) error {
		*heard += len(batch)
		return nil
	}
	return c, heard
}

func TestPacketsAreHeardWithoutMemory(t *testing.T) {
	c, heard := hearing(&replayed{octets: packets(997)})
	round := func() {
		if err := c.in.fill(); err != nil {
			t.Fatal(err)
		}
		if _, err := c.take(); err != nil {
			t.Fatal(err)
		}
	}
	for range 100 {
		round()
	}
	if n := testing.AllocsPerRun(1000, round); n != 0 || *heard < 10000 {
		t.Errorf("%v allocations for each read, %d packets heard", n, *heard)
	}
}

func BenchmarkSession(b *testing.B) {
	c, heard := hearing(&replayed{octets: packets(997)})
	for b.Loop() {
		before := *heard
		for *heard-before < 1000 {
			if err := c.in.fill(); err != nil {
				b.Fatal(err)
			}
			if _, err := c.take(); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(*heard)/b.Elapsed().Seconds(), "packets/s")
}

func TestNamesOfSensorsCanBeShown(t *testing.T) {
	const uuid = "5FE308BD-0000-0000-0000-AABBCCDDEEFF"
	for definition, want := range map[string]string{
		"wlan0":                            "wlan0 AABBCCDDEEFF",
		`wlan0:type=linuxwifi,NAME="a,b"`:  "a,b",
		"wlan0:name=\x1b[31mred\u202e\xff": "[31mred",
		"wlan0:name=  ":                    "wlan0 AABBCCDDEEFF",
		":::":                              " AABBCCDDEEFF",
	} {
		if got := readDefinition(definition).name(uuid); got != want {
			t.Errorf("%q: got %q, want %q", definition, got, want)
		}
	}
	if got := readDefinition("wlan0:name=" + string(bytes.Repeat([]byte("ü"), 1000))).name(uuid); len([]rune(got)) != maxName {
		t.Errorf("a long name is %q", got)
	}
}

// FuzzSession sends anything, in pieces, to a server that listens to a source.
func FuzzSession(f *testing.F) {
	announcement := func(definition string) []byte {
		b := wire.AppendMap(nil, 3)
		b = wire.AppendText(wire.AppendUint(b, 1), definition)
		b = wire.AppendText(wire.AppendUint(b, 2), "linuxwifi")
		b = wire.AppendText(wire.AppendUint(b, 3), "5FE308BD-0000-0000-0000-AABBCCDDEEFF")
		return wire.Append(nil, wire.Header{Command: wire.NewSource, Sequence: 2}, b)
	}
	opened := wire.Append(nil, wire.Header{Command: wire.OpenReport, Code: 1, Sequence: 1}, append([]byte{0x81, 4, 0x92, 0xa1, '1'}, 0xa1, '6'))
	tuned := wire.Append(nil, wire.Header{Command: wire.ConfigReport, Code: 1}, []byte{0x81, 3, 0x81, 5, 0x91, 0xa1, '6'})
	f.Add(slices.Concat(announcement(`wlan0:channels="1,6",block_channels=x`), opened, packets(2), tuned), 7)
	f.Add(slices.Concat(announcement("wlan0:channel=6"), packets(1), opened, opened), 1000)
	f.Fuzz(func(t *testing.T, octets []byte, piece int) {
		piece = max(1, len(octets)/20, piece)
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan struct{})
			s := New(Options{Arrived: func(_ context.Context, source *Source, _ bool) error {
				go func() {
					defer close(ended)
					source.Run(ctx, func([]pcap.Packet) error { return nil })
					source.Tuning()
				}()
				return nil
			}})
			here, there := net.Pipe()
			go io.Copy(io.Discard, here)
			done := make(chan struct{})
			go func() {
				defer close(done)
				s.host(newSession(s, there, "192.0.2.1:1"))
			}()
			for part := range slices.Chunk(octets, piece) {
				if _, err := here.Write(part); err != nil {
					break
				}
			}
			here.Close()
			<-done
			cancel()
			s.Close()
			if len(s.sources) > 0 {
				<-ended
			}
		})
	})
}

func TestTheSignalOfASensorStandsBeforeThePacket(t *testing.T) {
	whole := wire.Signal{DBm: -50, Noise: -95, KHz: 2437000}
	for _, c := range []struct {
		link   pcap.LinkType
		signal wire.Signal
		want   dot11.Radio
	}{
		{pcap.LinkIEEE80211, whole, dot11.Radio{Signal: -50, Noise: -95, Frequency: 2437}},
		{pcap.LinkIEEE80211, wire.Signal{Noise: -95}, dot11.Radio{Noise: -95}},
		{pcap.LinkIEEE80211, wire.Signal{KHz: 5180000}, dot11.Radio{Frequency: 5180}},
	} {
		b := append(bytes.Repeat([]byte{0xaa}, 30), "frame"...)
		link, data := headed(c.link, b, 30, c.signal)
		var r dot11.Radio
		n, err := radiotap.Decode(data, &r)
		if got := (dot11.Radio{Signal: r.Signal, Noise: r.Noise, Frequency: r.Frequency}); err != nil || link != pcap.LinkRadiotap || got != c.want || string(data[n:]) != "frame" {
			t.Errorf("%+v: link type %d, %+v, %v", c.signal, link, r, err)
		}
	}
	b := append(make([]byte, 30), "packet"...)
	link, data := headed(pcap.LinkBLE, b, 30, wire.Signal{DBm: -70, KHz: 2480000})
	var r ble.Reception
	n, err := ble.DecodeRadio(data, &r)
	if want := (ble.Reception{RF: 39, HasRF: true, Signal: -70}); err != nil || link != pcap.LinkBLERadio || r != want || string(data[n:]) != "packet" {
		t.Errorf("link type %d, %+v, %v", link, r, err)
	}
	for _, link := range []pcap.LinkType{pcap.LinkRadiotap, pcap.LinkIEEE80211} {
		signal := whole
		if link == pcap.LinkIEEE80211 {
			signal = wire.Signal{}
		}
		if got, data := headed(link, b, 30, signal); got != link || string(data) != "packet" {
			t.Errorf("link type %d became %d", link, got)
		}
	}
}
