package remote_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"github.com/tocsin-wids/tocsin/capture/remote"
	"github.com/tocsin-wids/tocsin/capture/remote/remotetest"
	"github.com/tocsin-wids/tocsin/capture/remote/wire"
)

// web serves sensors of a bench by websockets, each with the credential that its path names.
func (b *bench) web() (dial func(o remotetest.Options, credential string, offers ...string) (*remotetest.Tool, *websocket.Conn), revoke func()) {
	conns := make(chan net.Conn)
	var ends []func()
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.server.ServeSensor(w, r, r.URL.Path, func(end func()) func() {
			ends = append(ends, end)
			return func() {}
		})
	})}
	served := make(chan struct{})
	go func() {
		defer close(served)
		server.Serve(webListener{conns, b.ctx})
	}()
	stop := b.stop
	b.stop = func() {
		stop()
		server.Close()
		<-served
		synctest.Wait()
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		conns <- addressed{there, sensor}
		return here, nil
	}}}
	return func(o remotetest.Options, credential string, offers ...string) (*remotetest.Tool, *websocket.Conn) {
		conn, _, err := websocket.Dial(b.ctx, "ws://sensors.test/"+credential, &websocket.DialOptions{
			HTTPClient: client, Subprotocols: offers, HTTPHeader: http.Header{"Origin": {"http://192.0.2.10"}},
		})
		if err != nil {
			b.t.Fatal(err)
		}
		if o.UUID == "" {
			o.UUID = uuidOf("AABBCCDDEEFF")
		}
		if o.Definition == "" {
			o.Definition = "wlan0:name=roof"
		}
		return remotetest.Messages(conn, o), conn
	}, func() { ends[len(ends)-1]() }
}

type webListener struct {
	conns chan net.Conn
	ctx   context.Context
}

func (l webListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.ctx.Done():
		return nil, errors.New("closed")
	}
}

func (l webListener) Close() error   { return nil }
func (l webListener) Addr() net.Addr { return address("192.0.2.1:2501") }

func TestAToolOnAWebsocketIsSpokenToEachSecond(t *testing.T) {
	for _, offers := range [][]string{{"kismet-remote"}, nil} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, remote.Options{})
			dial, _ := b.web()
			defer func() { b.stop() }()
			tool, _ := dial(remotetest.Options{}, "key", offers...)
			pass(1500 * time.Millisecond)
			for i := range 20 {
				tool.Packet(127, now(), []byte("x"))
				pass(time.Second)
				if got := len(b.packets("roof")); got != i+1 {
					t.Fatalf("%d of %d packets came within a second", got, i+1)
				}
			}
			if seen := tool.Seen(); tool.Err() != nil || seen.Pings < 20 || len(seen.Tunings) != 1 {
				t.Errorf("the tool ended with %v, and saw %+v", tool.Err(), seen)
			}
			for range 1000 {
				tool.Packet(127, now(), make([]byte, 8000))
			}
			pass(2 * time.Second)
			if got := len(b.packets("roof")); got != 1020 {
				t.Errorf("%d packets came", got)
			}
		})
	}
}

func TestADefinitionThatCannotBeSentBackIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, remote.Options{})
		dial, _ := b.web()
		defer func() { b.stop() }()
		tool, _ := dial(remotetest.Options{Definition: "wlan0:name=" + strings.Repeat("x", 4000)}, "key")
		pass(time.Second)
		if got := b.saying(); len(got) != 1 || !strings.Contains(got[0], "--tcp") || websocket.CloseStatus(tool.Err()) != websocket.StatusPolicyViolation {
			t.Errorf("said %q, the tool ended with %v", got, tool.Err())
		}
		tool, _ = dial(remotetest.Options{Definition: "wlan0:name=" + strings.Repeat("x", 3900)}, "key")
		if pass(time.Second); !tool.Opened() {
			t.Errorf("the tool ended with %v", tool.Err())
		}
	})
}

func TestASensorKeepsItsPlaceByItsCredential(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, remote.Options{})
		dial, revoke := b.web()
		defer func() { b.stop() }()
		first, _ := dial(remotetest.Options{}, "one")
		pass(time.Second)
		thief, _ := dial(remotetest.Options{}, "two")
		plain := b.tool(sensor, remotetest.Options{})
		pass(time.Second)
		if first.Err() != nil || thief.Err() == nil || plain.Err() == nil {
			t.Error("another took the place of a sensor by its address alone")
		}
		second, _ := dial(remotetest.Options{}, "one")
		pass(time.Second)
		if first.Err() == nil || !second.Opened() || len(b.failures()) > 0 {
			t.Error("a sensor was not let in again")
		}
		revoke()
		pass(time.Second)
		if got := b.failures(); second.Err() == nil || len(got) != 1 || !strings.Contains(got[0].Error(), "credential has ended") {
			t.Errorf("failures %v", got)
		}
	})
}

func TestWebsocketsOfOthersThanSensors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, remote.Options{})
		dial, _ := b.web()
		defer func() { b.stop() }()
		for i, c := range []struct {
			kind websocket.MessageType
			b    []byte
		}{
			{websocket.MessageText, []byte(`{"SUBSCRIBE":"ALERT"}`)},
			{websocket.MessageBinary, []byte("short")},
			{websocket.MessageBinary, frame(wire.PacketReport, 0, make([]byte, 1<<20))},
			{websocket.MessageBinary, nil},
		} {
			tool, conn := dial(remotetest.Options{}, "key")
			pass(time.Second)
			if err := conn.Write(b.ctx, c.kind, c.b); err != nil && len(c.b) < 1<<20 {
				t.Error(err)
			}
			pass(20 * time.Second)
			if got := b.failures(); tool.Err() == nil != (len(got) == 0) || tool.Err() == nil != (i == 3) {
				t.Errorf("message %d: failures %v, the tool ended with %v", i, got, tool.Err())
			}
			tool.Close()
			pass(time.Second)
			b.failures()
		}
	})
}
