package tzsp_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/capture/capturetest"
	"github.com/tocsin-wids/tocsin/capture/tzsp"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/pcap"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// deauth is a disconnection as a MikroTik of ours would stream it: signal -50 dBm, channel 11.
func deauth(sensor byte) []byte {
	return append([]byte{1, 0, 0, 18, 10, 1, 0xce, 18, 1, 11, 60, 6, 2, 0, 0, 0, 0, sensor, 1},
		0xc0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 0, 0x1d, 0x0f, 0x10, 0, 1, 0, 0x1d, 0x0f, 0x10, 0, 1, 0, 0, 7, 0)
}

// listener runs a source on a free port.
type listener struct {
	*tzsp.Source
	packets chan pcap.Packet
	ended   chan error
	stop    func()
	sender  net.Conn
}

func listen(t *testing.T, from []netip.Prefix) *listener {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	l := &listener{
		Source:  tzsp.New(tzsp.Options{Listen: "127.0.0.1:0", From: from, Name: "barn"}),
		packets: make(chan pcap.Packet, 1000), ended: make(chan error, 1), stop: stop,
	}
	opened := make(chan struct{})
	go func() {
		l.ended <- l.Run(ctx, func(batch []pcap.Packet) error {
			if batch == nil {
				close(opened)
			}
			for _, p := range batch {
				p.Data = bytes.Clone(p.Data)
				l.packets <- p
			}
			return nil
		})
	}()
	select {
	case <-opened:
	case err := <-l.ended:
		t.Fatal(err)
	}
	var err error
	if l.sender, err = net.Dial("udp", l.Address().String()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		l.sender.Close()
	})
	return l
}

func (l *listener) send(t *testing.T, b []byte) {
	t.Helper()
	if _, err := l.sender.Write(b); err != nil {
		t.Fatal(err)
	}
}

func TestFramesOfEachRadioAreItsOwn(t *testing.T) {
	l := listen(t, loopback)
	for _, radio := range []byte{1, 2, 1} {
		l.send(t, deauth(radio))
	}
	d := capture.NewDecoder()
	for i, want := range []uint16{0, 1, 0} {
		p := <-l.packets
		if p.Interface != want || p.Number != uint64(i)+1 || p.Length != uint32(len(p.Data)) || time.Since(time.Unix(0, int64(p.Time))).Abs() > time.Minute {
			t.Errorf("packet %d: %+v, want it of radio %d", i, p, want)
		}
		o := d.Decode(&p)
		if o == nil || o.Frame.Kind != dot11.Deauth || o.Radio.Signal != -50 || o.Radio.Frequency != 2462 {
			t.Errorf("packet %d is decoded to %+v", i, o)
		}
	}
	if want := []string{"barn 127.0.0.1 02:00:00:00:00:01", "barn 127.0.0.1 02:00:00:00:00:02"}; !slices.Equal(l.Sensors(), want) {
		t.Errorf("sensors %v, want %v", l.Sensors(), want)
	}
	l.stop()
	if err := <-l.ended; !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	if !l.Live() || !l.Reopens() || l.Name() != "barn" {
		t.Errorf("the source is %s, live %t, opens again %t", l.Name(), l.Live(), l.Reopens())
	}
}

func TestCutFramesKeepTheirLength(t *testing.T) {
	l := listen(t, loopback)
	head := []byte{1, 0, 0, 18, 41, 2, 1, 0, 1} // 256 octets on air
	l.send(t, append(head, make([]byte, 100)...))
	if p := <-l.packets; p.Length != uint32(len(head)+256) || len(p.Data) != len(head)+100 {
		t.Errorf("length %d of %d octets, want %d of %d", p.Length, len(p.Data), len(head)+256, len(head)+100)
	}
}

func TestWhatIsNotTakenIsCounted(t *testing.T) {
	for name, c := range map[string]struct {
		from []netip.Prefix
		sent [][]byte
		lost uint64
	}{
		"a stranger": {[]netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}, [][]byte{deauth(1)}, 1},
		"garbage":    {loopback, [][]byte{{}, {9, 9, 9, 9, 9, 9}, deauth(1)[:6]}, 3},
		"keepalives": {loopback, [][]byte{{1, 4, 0, 0, 1}, {7}}, 1},
	} {
		l := listen(t, c.from)
		for _, b := range c.sent {
			l.send(t, b)
		}
		for l.Counts().Lost < c.lost {
			time.Sleep(time.Millisecond)
		}
		if got := l.Counts(); got != (capture.Counts{Lost: c.lost}) || len(l.Sensors()) != 0 {
			t.Errorf("%s: %+v and sensors %v, want %d lost", name, got, l.Sensors(), c.lost)
		}
	}
}

func TestInventedRadiosAreBounded(t *testing.T) {
	l := listen(t, loopback)
	for i := range 300 {
		b := deauth(byte(i))
		b[16] = byte(i >> 8)
		l.send(t, b)
		if i < 256 {
			<-l.packets
		}
	}
	for l.Counts().Lost < 300-256 {
		time.Sleep(time.Millisecond)
	}
	if n := len(l.Sensors()); n != 256 {
		t.Errorf("%d sensors, want 256", n)
	}
	l.send(t, deauth(3))
	if p := <-l.packets; p.Interface != 3 {
		t.Errorf("a known radio is number %d, want 3", p.Interface)
	}
}

func TestPortThatIsTakenIsNamed(t *testing.T) {
	l := listen(t, loopback)
	err := tzsp.New(tzsp.Options{Listen: l.Address().String(), From: loopback}).Run(t.Context(), func([]pcap.Packet) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "listen for TZSP") || !strings.Contains(err.Error(), l.Address().String()) {
		t.Errorf("a port that is taken: %v", err)
	}
}

func TestPacketsWithoutRoomAreCounted(t *testing.T) {
	full, sent := make(chan struct{}), make(chan struct{})
	s := tzsp.New(tzsp.Options{Listen: "127.0.0.1:0", From: loopback})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	opened := make(chan struct{})
	go func() {
		first := true
		ended <- s.Run(ctx, func(batch []pcap.Packet) error {
			if batch == nil {
				close(opened)
				return nil
			}
			if first {
				first = false
				close(full)
				<-sent
			}
			return nil
		})
	}()
	<-opened
	c, err := net.Dial("udp", s.Address().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	write := func(n int) {
		for range n {
			if _, err := c.Write(append(deauth(1), make([]byte, 1000)...)); err != nil {
				t.Fatal(err)
			}
		}
	}
	write(1)
	<-full
	const more = 30_000
	write(more)
	close(sent)
	for s.Counts().Packets+s.Counts().Lost < more+1 {
		time.Sleep(time.Millisecond)
		write(1) // the kernel tells what was lost before a packet with the packet
		if s.Counts().Packets > 10*more {
			t.Fatal("nothing was lost")
		}
	}
	stop()
	<-ended
	if s.Counts().Lost == 0 {
		t.Errorf("counts %+v of more than %d packets that nobody read", s.Counts(), more)
	}
}

func TestSuite(t *testing.T) {
	capturetest.Run(t, func(t testing.TB) capturetest.Subject {
		s := tzsp.New(tzsp.Options{Listen: "127.0.0.1:0", From: loopback, Name: "barn"})
		sent := byte(0)
		return capturetest.Subject{Source: s, Hear: func(n int) {
			c, err := net.Dial("udp", s.Address().String())
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			for range n {
				sent++
				if _, err := c.Write(append(deauth(1), sent)); err != nil {
					t.Error(err)
				}
			}
		}}
	})
}
