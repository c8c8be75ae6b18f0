package remotetest_test

import (
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tocsin-wids/tocsin/capture/remote/remotetest"
	"github.com/tocsin-wids/tocsin/capture/remote/wire"
)

// naive is a server that knows no trap.
type naive struct {
	net.Conn
	sequence uint32
	reports  map[wire.Command]int // that came, by what they are
}

// send sends frames in one write.
func (n *naive) send(t *testing.T, frames ...[]byte) {
	t.Helper()
	var all []byte
	for _, f := range frames {
		all = append(all, f...)
	}
	if _, err := n.Write(all); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
}

func (n *naive) frame(command wire.Command, payload []byte) []byte {
	n.sequence++
	return wire.Append(nil, wire.Header{Command: command, Code: 1, Sequence: n.sequence}, payload)
}

// begin connects a tool to a naive server, which opens its source.
func begin(t *testing.T, o remotetest.Options) (*remotetest.Tool, *naive) {
	here, there := net.Pipe()
	n := &naive{Conn: here, reports: map[wire.Command]int{}}
	o.Definition, o.UUID = "wlan0", "5FE308BD-0000-0000-0000-AABBCCDDEEFF"
	tool := remotetest.Stream(there, o)
	go func() {
		buf := make([]byte, 1<<20)
		kept := 0
		for {
			m, err := here.Read(buf[kept:])
			if err != nil {
				return
			}
			kept += m
			for {
				h, ok, _ := wire.DecodeHeader(buf[:kept])
				size := wire.HeaderLen + int(h.Length)
				if !ok || kept < size {
					break
				}
				n.reports[h.Command]++
				kept = copy(buf, buf[size:kept])
			}
		}
	}()
	synctest.Wait()
	n.send(t, n.frame(wire.OpenRequest, wire.TextPayload("wlan0")))
	return tool, n
}

func hop(channels ...string) []byte {
	return wire.Tuning{Hop: &wire.Hop{Rate: 5, Channels: channels}}.Payload()
}

func TestToolsFallIntoTheirTraps(t *testing.T) {
	ping := func(n *naive) []byte { return n.frame(wire.Ping, nil) }
	for _, c := range []struct {
		name string
		o    remotetest.Options
		do   func(*testing.T, *naive)
		want error
	}{
		{"no ping", remotetest.Options{}, func(*testing.T, *naive) { time.Sleep(16 * time.Second) }, remotetest.ErrWatchdog},
		{"an order to a file", remotetest.Options{Kind: "pcapfile"}, func(t *testing.T, n *naive) { n.send(t, n.frame(wire.ConfigRequest, hop("1"))) }, remotetest.ErrCrash},
		{"a channel that is none", remotetest.Options{}, func(t *testing.T, n *naive) {
			n.send(t, n.frame(wire.ConfigRequest, wire.Tuning{Channel: "bogus"}.Payload()))
		}, remotetest.ErrCrash},
		{"no channel", remotetest.Options{}, func(t *testing.T, n *naive) { n.send(t, n.frame(wire.ConfigRequest, hop())) }, remotetest.ErrExit},
		{"a list of nothing good", remotetest.Options{}, func(t *testing.T, n *naive) { n.send(t, n.frame(wire.ConfigRequest, hop("x", "y"))) }, remotetest.ErrExit},
		{"a probe", remotetest.Options{}, func(t *testing.T, n *naive) { n.send(t, n.frame(wire.ProbeRequest, wire.TextPayload("wlan0"))) }, remotetest.ErrExit},
		{"a list", remotetest.Options{}, func(t *testing.T, n *naive) { n.send(t, n.frame(wire.ListRequest, nil)) }, remotetest.ErrExit},
		{"opened twice", remotetest.Options{}, func(t *testing.T, n *naive) { n.send(t, n.frame(wire.OpenRequest, wire.TextPayload("wlan0"))) }, remotetest.ErrCrash},
		{"no frame", remotetest.Options{}, func(t *testing.T, n *naive) { n.send(t, []byte("HTTP/1.1 400")) }, remotetest.ErrExit},
		{"a channel that is none, after one that is", remotetest.Options{}, func(t *testing.T, n *naive) {
			n.send(t, n.frame(wire.ConfigRequest, hop("1", "6")))
			n.send(t, n.frame(wire.ConfigRequest, wire.Tuning{Channel: "bogus"}.Payload()))
		}, nil},
		{"what it does not know", remotetest.Options{}, func(t *testing.T, n *naive) {
			if n.send(t, n.frame(wire.Shutdown, wire.TextPayload("bye"))); n.reports[wire.ProbeReport] != 1 {
				t.Error("it does not say that it does not know it")
			}
		}, nil},
		{"pings in time", remotetest.Options{}, func(t *testing.T, n *naive) {
			for range 10 {
				time.Sleep(14 * time.Second)
				n.send(t, ping(n))
			}
		}, nil},
	} {
		synctest.Test(t, func(t *testing.T) {
			tool, n := begin(t, c.o)
			c.do(t, n)
			if synctest.Wait(); !errors.Is(tool.Err(), c.want) {
				t.Errorf("%s: the tool ended with %v, want %v", c.name, tool.Err(), c.want)
			}
			if strings.Contains(c.name, "nothing good") && n.reports[wire.Error] != 1 {
				t.Errorf("%s: it reports no error", c.name)
			}
			tool.Close()
			n.Close()
		})
	}
}

func TestAToolLooksAtOneFrameOfThoseThatComeTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tool, n := begin(t, remotetest.Options{})
		n.send(t, n.frame(wire.Ping, nil), n.frame(wire.Ping, nil), n.frame(wire.Ping, nil))
		time.Sleep(5 * time.Second)
		if seen := tool.Seen(); seen.Pings != 1 || seen.Together != 1 {
			t.Errorf("it saw %+v", seen)
		}
		// The backlog never goes away.
		n.send(t, n.frame(wire.Ping, nil))
		if seen := tool.Seen(); seen.Pings != 2 || seen.Together != 2 {
			t.Errorf("it saw %+v", seen)
		}
		tool.Close()
		n.Close()
	})
}
