package remote_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tocsin-wids/tocsin/capture/remote"
	"github.com/tocsin-wids/tocsin/capture/remote/remotetest"
	"github.com/tocsin-wids/tocsin/capture/remote/wire"
)

// announce returns the frame that announces a source.
func announce(definition, kind, uuid string) []byte {
	b := wire.AppendMap(nil, 3)
	b = wire.AppendText(wire.AppendUint(b, 1), definition)
	b = wire.AppendText(wire.AppendUint(b, 2), kind)
	if uuid != "" {
		b = wire.AppendText(wire.AppendUint(b, 3), uuid)
	} else {
		b = wire.AppendUint(wire.AppendUint(b, 3), 0)
	}
	return frame(wire.NewSource, 0, b)
}

func frame(command wire.Command, code uint16, payload []byte) []byte {
	return wire.Append(nil, wire.Header{Command: command, Code: code, Sequence: 7}, payload)
}

// intrude sends octets with a pause after each part, and takes what comes, until the server ends the connection.
func intrude(c net.Conn, parts [][]byte, pause time.Duration) (gone <-chan struct{}) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		io.Copy(io.Discard, c)
	}()
	go func() {
		for _, p := range parts {
			if _, err := c.Write(p); err != nil {
				return
			}
			time.Sleep(pause)
		}
	}()
	return done
}

func bytewise(b []byte) (parts [][]byte) {
	for i := range b {
		parts = append(parts, b[i:i+1])
	}
	return parts
}

func TestWhoeverIsNoSensorIsSentAwayWithAReasonAndNobodyElseNotices(t *testing.T) {
	good := announce("wlan1", "linuxwifi", uuidOf("000000000001"))
	open := frame(wire.OpenReport, 1, []byte{0x80})
	begun := bytes.Join([][]byte{good, open}, nil)
	long := bytes.Clone(good)
	copy(long[8:], "\x00\x00\x50\x00") // 20 kB
	huge := bytes.Clone(good)
	copy(huge[8:], "\xff\xff\xff\xff")
	v2 := append([]byte{0xde, 0xca, 0xfb, 0xad, 0xab, 0xcd, 0, 2, 0, 0, 0, 9}, make([]byte, 45)...)
	cut := wire.Append(nil, wire.Header{Command: wire.NewSource}, []byte{0x83, 1, 0xda, 0xff, 0xff, 'x'})
	for _, c := range []struct {
		name   string
		octets []byte
		want   string // in what people are told
	}{
		{"a browser", []byte("GET / HTTP/1.1\r\n\r\n"), "does not speak the protocol"},
		{"an old tool", v2, "older version"},
		{"a length of 4 GiB", huge, "longer than 65535"},
		{"a first frame of 20 kB", long, "longer than any that announces"},
		{"a map that is cut", cut, "no whole MessagePack map"},
		{"a packet first", frame(wire.PacketReport, 0, []byte{0x80}), "begins with command 16"},
		{"no UUID", announce("wlan1", "linuxwifi", ""), `the UUID "", which is none`},
		{"a UUID of zeros", announce("wlan1", "linuxwifi", "00000000-0000-0000-0000-000000000000"), "which is none"},
		{"a UUID of other letters", announce("wlan1", "linuxwifi", uuidOf("00000000000X")), "which is none"},
		{"no definition", announce("", "linuxwifi", uuidOf("000000000001")), "without a definition"},
		{"a type that is none", announce("wlan1", "a\x1b[2J", uuidOf("000000000001")), `"a\x1b[2J", which is no type`},
		{"the tool for logs", announce("/x.kismet", "kismetdb", uuidOf("000000000001")), "have Tocsin read the log itself"},
		{"a sensor of another type", announce("wlan0", "openbsdwifi", uuidOf("AABBCCDDEEFF")), "of one of type linuxwifi"},
		{"a sensor that is here", announce("wlan0", "linuxwifi", uuidOf("AABBCCDDEEFF")), `the sensor "roof", which is connected from ` + sensor},
		{"nothing", nil, "did not announce its source within 5s"},
		{"a slow one", good, "did not announce its source within 5s"},
		{"two announcements", append(bytes.Clone(good), good...), "a second source"},
		{"a server", append(bytes.Clone(good), frame(wire.OpenRequest, 1, []byte{0x80})...), "which is a server's"},
		{"one that says goodbye", append(bytes.Clone(good), frame(wire.Shutdown, 0, wire.TextPayload("bye"))...), `shuts down: "bye"`},
		{"octets between frames", append(bytes.Clone(begun), "\x00\x00\x00\x00"...), "does not speak the protocol"},
		{"a packet that is cut", append(bytes.Clone(begun), frame(wire.PacketReport, 0, []byte{0x81, 4, 0x81, 6, 0xc4, 99})...), "no whole MessagePack map"},
		{"reports that are none", append(bytes.Clone(good), frame(wire.OpenReport, 1, []byte{0xc1})...), "no whole MessagePack map"},
		{"one that never opens", good, "did not open its source within 30s"},
		{"one that ends in the middle", begun[:len(begun)-5], "silent for 15s"},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, remote.Options{})
			defer b.stop()
			other := b.tool(sensor, remotetest.Options{})
			pass(time.Second)
			conn := b.connect("203.0.113.9:1")
			parts, pause := [][]byte{c.octets}, time.Duration(0) // of nothing, too
			switch c.name {
			case "a slow one":
				parts, pause = bytewise(c.octets), 500*time.Millisecond
			case "one that never opens":
				pong := frame(wire.Pong, 0, nil)
				for range 100 {
					parts = append(parts, pong)
				}
				pause = time.Second
			}
			gone := intrude(conn, parts, pause)
			pass(50 * time.Second)
			select {
			case <-gone:
			default:
				t.Errorf("%s: it is still connected", c.name)
			}
			told := b.saying()
			for _, err := range b.failures() {
				told = append(told, err.Error())
			}
			if len(told) != 1 || !strings.Contains(told[0], c.want) || !strings.Contains(told[0], "203.0.113.9:1") || strings.Contains(told[0], "\n") {
				t.Errorf("%s: told %q, want one line on %q", c.name, told, c.want)
			}
			other.Packet(127, now(), []byte("x"))
			pass(time.Second)
			if len(b.packets("roof")) != 1 || other.Err() != nil {
				t.Errorf("%s: the other sensor noticed: %v", c.name, other.Err())
			}
			conn.Close()
		})
	}
}

func TestASlowTrickleIsNoSignOfLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, remote.Options{})
		defer b.stop()
		conn := b.connect(sensor)
		parts := [][]byte{append(announce("wlan1:name=x", "linuxwifi", uuidOf("000000000001")), frame(wire.OpenReport, 1, []byte{0x80})...)}
		parts = append(parts, bytewise(frame(wire.PacketReport, 0, make([]byte, 100)))...)
		gone := intrude(conn, parts, time.Second)
		pass(17 * time.Second)
		select {
		case <-gone:
		default:
			t.Error("it is still connected")
		}
	})
}

func TestASensorTakesItsPlaceAgainAndNobodyElsesWhoIsAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, remote.Options{})
		defer b.stop()
		first := b.tool(sensor, remotetest.Options{})
		pass(time.Second)
		// The machine was switched off and on: its old connection seems to be there.
		second := b.tool("198.51.100.7:41000", remotetest.Options{})
		pass(time.Second)
		if first.Err() == nil || second.Err() != nil || !second.Opened() || len(b.failures()) > 0 || len(b.saying()) > 0 {
			t.Errorf("the first ended with %v, the second with %v", first.Err(), second.Err())
		}
		thief := b.tool("203.0.113.9:1", remotetest.Options{})
		pass(time.Second)
		if thief.Err() == nil || second.Err() != nil {
			t.Error("another took the place of a sensor that is alive")
		}
		// Its network is gone, and it comes by another.
		mute := b.tool("198.51.100.7:42000", remotetest.Options{Mute: true})
		pass(11 * time.Second)
		moved := b.tool("203.0.113.9:2", remotetest.Options{})
		pass(time.Second)
		if mute.Err() == nil || moved.Err() != nil || !moved.Opened() {
			t.Error("a sensor that moved was not taken")
		}
		if got := b.saying(); len(got) != 1 || !strings.Contains(got[0], "connected from 198.51.100.7:41000") {
			t.Errorf("said %q", got)
		}
	})
}

func TestCrowdsOfConnectionsLeaveRoomForSensors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, remote.Options{})
		defer b.stop()
		for i := range 1000 {
			intrude(b.connect(fmt.Sprintf("203.0.113.9:%d", i+1)), nil, 0)
		}
		tool := b.tool(sensor, remotetest.Options{})
		pass(time.Second)
		if !tool.Opened() {
			t.Error("there was no room for a sensor")
		}
		pass(10 * time.Second)
		if got := b.saying(); len(got) == 0 || len(got) > 20 {
			t.Errorf("%d lines were said of a crowd", len(got))
		}
	})
}

func TestSessionsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, remote.Options{Sessions: 3})
		defer b.stop()
		var tools []*remotetest.Tool
		for i := range 5 {
			tools = append(tools, b.tool(sensor, remotetest.Options{UUID: uuidOf(fmt.Sprintf("%012d", i+1))}))
			pass(time.Second)
		}
		for i, tool := range tools {
			if tool.Opened() != (i < 3) {
				t.Errorf("sensor %d: %v", i, tool.Err())
			}
		}
		tools[0].Close()
		pass(time.Second)
		if tool := b.tool(sensor, remotetest.Options{UUID: uuidOf("000000000004")}); true {
			if pass(time.Second); !tool.Opened() {
				t.Error("there is room again, and it is not given")
			}
		}
	})
}

func TestASourceThatNobodyListensToSendsItsSensorAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, remote.Options{})
		defer b.stop()
		b.closed = true
		tool := b.tool(sensor, remotetest.Options{})
		pass(11 * time.Second)
		if got := b.saying(); tool.Err() == nil || len(got) != 1 || !strings.Contains(got[0], "not listened to") {
			t.Errorf("said %q", got)
		}
	})
}

func TestARefusalIsToldOnceInAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, remote.Options{})
		defer b.stop()
		ctx, cancel := context.WithCancel(t.Context())
		tries := 0
		go remotetest.Keep(ctx, func(context.Context) (*remotetest.Tool, error) {
			return b.tool(sensor, remotetest.Options{Kind: "kismetdb"}), nil
		}, func(*remotetest.Tool) { tries++ })
		pass(15 * time.Minute)
		cancel()
		pass(6 * time.Second)
		if got := b.saying(); len(got) != 2 || tries < 100 {
			t.Errorf("after %d tries said %q", tries, got)
		}
	})
}

func TestAFloodOfMessagesIsCutShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, remote.Options{})
		defer b.stop()
		tool := b.tool(sensor, remotetest.Options{})
		pass(time.Second)
		for range 10000 {
			tool.Say(16, "help")
		}
		pass(2 * time.Second)
		tool.Say(2, "still here")
		pass(time.Second)
		got := b.saying()
		if len(got) < 10 || len(got) > 60 || !strings.Contains(got[len(got)-1], "messages before are left out") {
			t.Errorf("%d lines were said, the last %q", len(got), got[len(got)-1])
		}
	})
}

func TestWhatIsNoPacketIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, remote.Options{})
		defer b.stop()
		tool := b.tool(sensor, remotetest.Options{Kind: "rtl433"})
		pass(time.Second)
		for range 5 {
			tool.Frame(wire.PacketReport, 0, []byte{0x81, 5, 0x80})
		}
		tool.Packet(1<<16, now(), []byte("x"))
		tool.Packet(127, now(), nil)
		pass(time.Second)
		if c := b.source().Counts(); c.Lost != 7 || c.Packets != 0 || len(b.saying()) != 1 {
			t.Errorf("counts %+v", c)
		}
	})
}
