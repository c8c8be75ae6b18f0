package remote_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/capture/remote"
	"github.com/tocsin-wids/tocsin/capture/remote/remotetest"
	"github.com/tocsin-wids/tocsin/capture/remote/wire"
	"github.com/tocsin-wids/tocsin/pcap"
)

const sensor = "198.51.100.7:40000"

func TestASensorIsHeardFromItsAnnouncementOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, remote.Options{})
		defer b.stop()
		definition := `wlan0:Name=roof,channels="1,6",fcsfail=true`
		tool := b.tool(sensor, remotetest.Options{Definition: definition})
		pass(time.Second)
		at := now()
		tool.Packet(127, at, []byte("one"))
		tool.Packet(127, at+time.Millisecond, []byte("two"))
		pass(time.Second)
		s := b.source()
		if s.Name() != "roof" || !slices.Equal(s.Sensors(), []string{"roof"}) || !s.Live() {
			t.Errorf("the source is %q, its sensors %q", s.Name(), s.Sensors())
		}
		if got := tool.Seen().Definition; got != definition {
			t.Errorf("the tool was asked to open %s", got)
		}
		got := b.packets("roof")
		if len(got) != 2 || string(got[0].Data) != "one" || got[0].Link != 127 || got[1].Number != 2 || got[1].Time-got[0].Time != time.Millisecond {
			t.Errorf("heard %+v", got)
		}
		if c := s.Counts(); c != (capture.Counts{Packets: 2, Bytes: 6}) {
			t.Errorf("counts %+v", c)
		}
		want := remote.Status{UUID: uuidOf("AABBCCDDEEFF"), Kind: "linuxwifi", Definition: definition, Interface: "wlan0", Version: "2025.09.1-test", Address: sensor, Connected: true}
		if got := s.Status(); got != want {
			t.Errorf("status %+v, want %+v", got, want)
		}
	})
}

func TestAToolIsKeptAndNeverGetsTwoFramesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, remote.Options{})
		defer b.stop()
		tool := b.tool(sensor, remotetest.Options{Slow: 300 * time.Millisecond, Twice: true})
		pass(4900 * time.Millisecond)
		for range 20 { // orders at all times, also as a ping is due
			pass(37 * time.Millisecond)
			go b.source().Tune(t.Context(), capture.Order{Hop: []string{"1", "6", "11"}, Rate: 3})
		}
		pass(5 * time.Minute)
		seen := tool.Seen()
		if tool.Err() != nil || seen.Together != 0 {
			t.Errorf("the tool ended with %v, %d frames came together", tool.Err(), seen.Together)
		}
		if len(seen.Tunings) != 21 || seen.Pings < 50 || seen.Pings > 62 {
			t.Errorf("%d orders and %d pings, want 21 and one in 5 s", len(seen.Tunings), seen.Pings)
		}
		if trip := b.source().Status().RoundTrip; trip != 300*time.Millisecond {
			t.Errorf("the round trip is %s", trip)
		}
	})
}

func TestAToolThatSaysNothingAnyMoreIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, remote.Options{})
		defer b.stop()
		tool := b.tool(sensor, remotetest.Options{Mute: true, Deaf: time.Hour})
		pass(14 * time.Second)
		if tool.Err() != nil {
			t.Fatal(tool.Err())
		}
		pass(2 * time.Second)
		if got := b.failures(); len(got) != 1 || !strings.Contains(got[0].Error(), "silent for 15s") || !strings.Contains(got[0].Error(), sensor) {
			t.Errorf("failures %v", got)
		}
		if tool.Err() == nil || len(b.saying()) > 0 {
			t.Error("the tool is still connected, or more was told than the failure")
		}
	})
}

func TestAFileIsReadToItsEndAndTheToolIsNotSentAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, remote.Options{})
		defer b.stop()
		tool := b.tool(sensor, remotetest.Options{Kind: "pcapfile", Definition: "/srv/cap/demo.pcap", UUID: "4E1D07C3-0000-0000-0000-00003D080693,name=x"})
		pass(time.Second)
		old := 1_600_000_000 * time.Second
		for i := range 1000 {
			tool.Packet(127, old+time.Duration(i)*time.Second, make([]byte, 60000))
		}
		tool.Over()
		pass(time.Second)
		const name = "/srv/cap/demo.pcap 00003D080693"
		got := b.packets(name)
		if len(got) != 1000 || got[0].Time != old || got[999].Time != old+999*time.Second {
			t.Errorf("heard %d packets", len(got))
		}
		if ended := b.failures(); len(ended) != 1 || ended[0] != nil || b.source().Live() {
			t.Errorf("runs ended with %v", ended)
		}
		pass(5 * time.Minute)
		if seen := tool.Seen(); tool.Err() != nil || len(seen.Tunings) > 0 || seen.Pings < 59 {
			t.Errorf("the tool ended with %v, and saw %+v", tool.Err(), seen)
		}
		// Whoever opens the source again has the tool come back and send it once more.
		go b.run(b.source())
		pass(time.Second)
		if tool.Err() == nil {
			t.Error("the tool stays connected")
		}
		tool = b.tool(sensor, remotetest.Options{Kind: "pcapfile", Definition: "/srv/cap/demo.pcap", UUID: "4E1D07C3-0000-0000-0000-00003D080693"})
		pass(time.Second)
		tool.Packet(127, old, []byte("again"))
		pass(time.Second)
		if got := b.packets(name); len(got) != 1001 {
			t.Errorf("heard %d packets", len(got))
		}
	})
}

func TestWhatASensorReportsBeforeItGoesIsTheOneFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, remote.Options{})
		defer b.stop()
		tool := b.tool(sensor, remotetest.Options{})
		pass(time.Second)
		tool.Say(2, "mind the\x1b[2J gap")
		tool.Fail("interface 'wlan0mon' closed")
		pass(time.Second)
		if got := b.failures(); len(got) != 1 || !strings.Contains(got[0].Error(), `it reported "interface 'wlan0mon' closed"`) {
			t.Errorf("failures %v", got)
		}
		if got := b.saying(); len(got) != 1 || got[0] != `The sensor "roof" says "mind the\x1b[2J gap"` {
			t.Errorf("said %q", got)
		}
	})
}

func TestASourceThatCannotBeOpenedIsAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, remote.Options{})
		defer b.stop()
		tool := b.tool(sensor, remotetest.Options{Refuse: "no such device"})
		pass(time.Second)
		if got := b.failures(); len(got) != 1 || !strings.Contains(got[0].Error(), `cannot open its source: "no such device"`) || b.opened > 0 {
			t.Errorf("failures %v", got)
		}
		if !errors.Is(tool.Err(), remotetest.ErrExit) {
			t.Error(tool.Err())
		}
	})
}

func TestASensorThatComesBackIsTheSameSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, remote.Options{})
		defer b.stop()
		for i := range 3 {
			// A UUID in other letters is the same.
			tool := b.tool(sensor, remotetest.Options{UUID: strings.ToLower(uuidOf("AABBCCDDEEFF"))})
			pass(time.Second)
			tool.Packet(127, now(), []byte("x"))
			pass(time.Second)
			tool.Close()
			pass(5 * time.Second)
			if got := b.failures(); len(got) != 1 || !strings.Contains(got[0].Error(), "closed the connection") {
				t.Errorf("failures %v", got)
			}
			if got := b.packets("roof"); len(got) != i+1 || got[i].Number != uint64(i+1) {
				t.Errorf("heard %+v", got)
			}
		}
		if len(b.sources) != 1 || b.opened != 3 {
			t.Errorf("%d sources, opened %d times", len(b.sources), b.opened)
		}
	})
}

func TestTheAbsenceOfASensorIsToldAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, remote.Options{})
		defer b.stop()
		tool := b.tool(sensor, remotetest.Options{})
		pass(time.Second)
		tool.Close()
		pass(time.Second)
		b.failures()
		pass(21 * time.Minute)
		if got := b.failures(); len(got) != 2 || !strings.Contains(got[1].Error(), "was away for 10m") {
			t.Errorf("failures %v", got)
		}
	})
}

func TestToolsComeBackAfterTheServerDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, remote.Options{})
		var server atomic.Pointer[bench]
		server.Store(b)
		ctx, cancel := context.WithCancel(t.Context())
		sessions := make(chan *remotetest.Tool, 100)
		for i := range 20 {
			go remotetest.Keep(ctx, func(context.Context) (*remotetest.Tool, error) {
				b := server.Load()
				if b.ctx.Err() != nil {
					return nil, errors.New("connection refused")
				}
				return b.tool(fmt.Sprintf("198.51.100.7:%d", 40000+i), remotetest.Options{UUID: uuidOf(fmt.Sprintf("%012d", i))}), nil
			}, func(tool *remotetest.Tool) {
				sessions <- tool
			})
		}
		pass(time.Second)
		if b.opened != 20 {
			t.Errorf("%d sensors are open", b.opened)
		}
		b.stop()
		pass(7 * time.Second)
		b = newBench(t, remote.Options{})
		server.Store(b)
		pass(6 * time.Second)
		if b.opened != 20 || len(sessions) != 40 {
			t.Errorf("%d sensors are open again, in %d sessions", b.opened, len(sessions))
		}
		cancel()
		b.stop()
		pass(6 * time.Second)
	})
}

func TestPacketsOfASensorSayWhereItWas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, remote.Options{})
		defer b.stop()
		at := wire.Position{Latitude: 52.5, Longitude: 13.25, Altitude: 34, Fix: 3, Time: 1700000000 * time.Second}
		tool := b.tool(sensor, remotetest.Options{At: &at})
		for range 2 {
			tool.Packet(127, now(), []byte("x"))
			pass(time.Second)
		}
		got := b.packets("roof")
		want := &pcap.Position{Latitude: 52.5, Longitude: 13.25, Altitude: 34, Fix: 3}
		if len(got) != 2 || got[0].Position != got[1].Position {
			t.Fatalf("packets %+v, want two that share a position", got)
		}
		if diff := cmp.Diff(want, got[0].Position); diff != "" {
			t.Errorf("position (-want +got)\n%s", diff)
		}
	})
}

func TestPacketsAreOfThisMachinesTimeUnlessWantedOtherwise(t *testing.T) {
	for _, c := range []struct {
		definition string
		keep       bool
		wrong, off time.Duration // of the sensor's clock, and of what is told
	}{
		{"wlan0:name=x", false, 7 * time.Hour, 0},
		{"wlan0:name=x", false, -7 * time.Hour, 0},
		{"wlan0:name=x", false, 10 * time.Second, 0},
		{"wlan0:name=x,timestamp=false", false, 10 * time.Second, 10 * time.Second},
		{"wlan0:name=x,timestamp=false", false, 7 * time.Hour, 0}, // not sane
		{"wlan0:name=x", true, -10 * time.Second, -10 * time.Second},
		{"wlan0:name=x,timestamp=true", true, -10 * time.Second, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, remote.Options{KeepTime: c.keep})
			defer b.stop()
			tool := b.tool(sensor, remotetest.Options{Definition: c.definition})
			pass(time.Second)
			at := now()
			tool.Packet(127, at+c.wrong, []byte("x"))
			pass(time.Second)
			got := b.packets("x")[0].Time - at - c.off
			if got < 0 || got > 500*time.Millisecond {
				t.Errorf("%+v: the time is off by %s", c, got)
			}
		})
	}
}

func TestASensorIsNotSilentWhileItIsNotListenedTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, remote.Options{})
		defer b.stop()
		b.slow = 20 * time.Second
		tool := b.tool(sensor, remotetest.Options{Kind: "pcapfile", Definition: "x:name=roof"})
		pass(time.Second)
		for range 5 {
			tool.Packet(127, now(), make([]byte, 40000))
		}
		pass(2 * time.Minute)
		if got := b.packets("roof"); len(got) != 5 || tool.Err() != nil {
			t.Errorf("heard %d packets, the tool ended with %v", len(got), tool.Err())
		}
	})
}
