package events

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/api"
)

// running serves a Hub of which the test sends the events itself.
func running(t *testing.T, tls bool, o Options) (*Hub, *httptest.Server) {
	t.Helper()
	l := alert.New(alert.Options{})
	subscribed := make(chan struct{})
	o.Subscribe = func(n int) Subscription { defer close(subscribed); return l.Subscribe(n) }
	h := New(o)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	<-subscribed
	s := httptest.NewUnstartedServer(h)
	if tls {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		s.Close()
	})
	return h, s
}

func connect(t *testing.T, s *httptest.Server) *websocket.Conn {
	t.Helper()
	c, _, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(s.URL, "http"), &websocket.DialOptions{HTTPClient: s.Client()})
	if err != nil {
		t.Fatal(err)
	}
	c.SetReadLimit(1 << 20)
	t.Cleanup(func() { c.CloseNow() })
	return c
}

// subscribed asks for a topic, and for one that is refused, whose answer shows that the first was obeyed.
func subscribed(t *testing.T, c *websocket.Conn, command string) {
	t.Helper()
	for _, s := range []string{command, `{"SUBSCRIBE":"x","format":"none"}`} {
		if err := c.Write(t.Context(), websocket.MessageText, []byte(s)); err != nil {
			t.Fatal(err)
		}
	}
	if got := next(t, c); !strings.Contains(got, "Not subscribed to x") {
		t.Fatalf("got %s", got)
	}
}

func next(t *testing.T, c *websocket.Conn) string {
	t.Helper()
	_, b, err := c.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestFramesOfEverySize holds the three ways in which RFC 6455 writes a length, over TCP and over TLS.
func TestFramesOfEverySize(t *testing.T) {
	for _, tls := range []bool{false, true} {
		h, s := running(t, tls, Options{})
		c := connect(t, s)
		subscribed(t, c, `{"SUBSCRIBE":"T"}`)
		around := len(`{"T": ""}`)
		sizes := []int{around, 125, 126, 127, 0xffff, 0x10000, 0x10001}
		for _, n := range sizes {
			h.distribute(0, NewEvent("T", time.Time{}, api.Text(strings.Repeat("x", n-around))))
		}
		for _, n := range sizes {
			if got := next(t, c); len(got) != n || got[:7] != `{"T": "` || got[n-2:] != `"}` {
				t.Errorf("tls %v: got %d bytes, want %d", tls, len(got), n)
			}
		}
	}
}

func TestTopicsOfEverySecond(t *testing.T) {
	h, s := running(t, false, Options{})
	c := connect(t, s)
	subscribed(t, c, `{"SUBSCRIBE":"*"}`)
	now := time.Unix(1700000000, 0)
	for _, e := range Tick(now, api.Mains, api.Statistics{Connections: 2, Memory: 30000, Devices: 5}) {
		h.distribute(0, e)
	}
	h.distribute(0, NewEvent(TopicLocation, now, api.Record(api.NewPlace(nil, "G"), api.PlaceFields)))
	h.distribute(0, NewEvent(TopicLocation, now, api.Record(api.NewPlace(&tocsin.Location{
		Longitude: 8.5, Latitude: -47.25, Altitude: 400, Speed: 3.6, Heading: 90, Fix: 3, Time: now, From: tocsin.OriginServer,
	}, "G"), api.PlaceFields)))
	var history api.History
	history.Add(now, 12)
	h.distribute(0, NewEvent(TopicPackets, now, api.Record(&api.Packets{Heard: history.At(now)}, api.PacketsFields)))
	h.distribute(0, NewEvent(TopicSourceClosed, now, api.Text("5FE308BD-0000-0000-0000-000000000001")))
	h.distribute(0, alert.Event{Topic: "UNKNOWN", Payload: 5})
	h.distribute(0, NewEvent(TopicBattery, now, api.Record(&api.Battery{Percentage: 40, State: "discharging", Remaining: 3600}, api.BatteryFields)))
	for _, want := range []string{
		`{"TIMESTAMP": {"kismet.system.timestamp.sec": 1700000000,"kismet.system.timestamp.usec": 0}}`,
		`{"BATTERY": {"kismet.system.battery.ac": 1,"kismet.system.battery.percentage": 0,"kismet.system.battery.charging": "charged","kismet.system.battery.remaining": 0}}`,
		`{"STATISTICS": {"kismet.system.num_http_connections": 2,"kismet.system.memory.rss": 30000,"kismet.system.devices.count": 5}}`,
		`{"GPS_LOCATION": {"kismet.common.location.geopoint": [0, 0]}}`,
		`{"GPS_LOCATION": {"kismet.common.location.geopoint": [8.500000, -47.250000],"kismet.common.location.alt": 400,"kismet.common.location.fix": 3,` +
			`"kismet.common.location.time_sec": 1700000000,"kismet.common.location.time_usec": 0,"kismet.common.location.speed": 3.600000,` +
			`"kismet.common.location.heading": 90,"kismet.common.location.magheading": 0,"kismet.common.location.gps_uuid": "G"}}`,
		`{"PACKETCHAIN_STATS": {"kismet.packetchain.peak_packets_rrd": {"kismet.common.rrd.last_time": 0,`,
		`{"DATASOURCE_CLOSED": "5FE308BD-0000-0000-0000-000000000001"}`,
		`{"BATTERY": {"kismet.system.battery.ac": 0,"kismet.system.battery.percentage": 40,"kismet.system.battery.charging": "discharging","kismet.system.battery.remaining": 3600}}`,
	} {
		if got := next(t, c); !strings.HasPrefix(got, want) {
			t.Errorf("got %s\nwant %s", got, want)
		}
	}
}

// raw is a client that answers nothing by itself.
func raw(t *testing.T, s *httptest.Server, after string) *bufio.Reader {
	t.Helper()
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	// The command arrives together with the request.
	io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"+masked(after))
	r := bufio.NewReader(conn)
	resp, err := http.ReadResponse(r, nil)
	if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("got %v, %v", resp, err)
	}
	return r
}

func masked(text string) string {
	return string([]byte{textFrame, 0x80 | byte(len(text)), 0, 0, 0, 0}) + text
}

func rawFrame(t *testing.T, r io.Reader) (opcode byte, payload []byte) {
	t.Helper()
	var head [2]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		t.Fatal(err)
	}
	n := int(head[1])
	if n == 126 {
		var long [2]byte
		io.ReadFull(r, long[:])
		n = int(binary.BigEndian.Uint16(long[:]))
	}
	payload = make([]byte, n)
	if _, err := io.ReadFull(r, payload); err != nil {
		t.Fatal(err)
	}
	return head[0], payload
}

func TestSilentClientIsAskedAndThenClosed(t *testing.T) {
	start := time.Unix(1700000000, 0)
	h, s := running(t, false, Options{Now: func() time.Time { return start }})
	r := raw(t, s, `{"SUBSCRIBE":"x","format":"none"}`)
	if op, b := rawFrame(t, r); op != textFrame || !bytes.Contains(b, []byte("Not subscribed")) {
		t.Fatalf("got %x %s, want the answer to what came with the request", op, b)
	}
	h.sweep(start.Add(pingAfter - time.Second))
	h.sweep(start.Add(pingAfter))
	if op, _ := rawFrame(t, r); op != ping {
		t.Errorf("got opcode %x, want a ping", op)
	}
	h.sweep(start.Add(silentFor))
	if op, b := rawFrame(t, r); op != closing || binary.BigEndian.Uint16(b) != uint16(websocket.StatusPolicyViolation) {
		t.Errorf("got opcode %x %q, want the connection closed", op, b)
	}
}

// TestSlowClientDelaysNobody has one client that reads nothing beside one that does.
func TestSlowClientDelaysNobody(t *testing.T) {
	h, s := running(t, false, Options{Queue: 4})
	slow := raw(t, s, `{"SUBSCRIBE":"T"}`)
	quick := connect(t, s)
	subscribed(t, quick, `{"SUBSCRIBE":"T"}`)
	for waiting := true; waiting; {
		// The slow one's command came with its request, and is obeyed sooner or later.
		h.mu.Lock()
		for _, shape := range h.shapes {
			waiting = len(shape.wanted["T"]) < 2
		}
		h.mu.Unlock()
		runtime.Gosched()
	}
	const sent = 400 // of 64 kB: more than the buffers of a connection hold
	filler := strings.Repeat("x", 64000)
	for i := range sent {
		want := fmt.Sprintf(`{"T": "%d %s"}`, i, filler)
		h.distribute(0, NewEvent("T", time.Time{}, api.Text(fmt.Sprintf("%d %s", i, filler))))
		if got := next(t, quick); got != want {
			t.Fatalf("got %.40s, want event %d", got, i)
		}
	}
	// It gets the oldest, and in between is told how many it lost: then come newer ones.
	got, lost, last := 0, 0, -1
	told := regexp.MustCompile(`: (\d+) events were lost`)
	for {
		op, b := rawFrame(t, slow)
		if op == closing {
			want := fmt.Sprintf("too slow: %d events lost", last)
			if code := binary.BigEndian.Uint16(b); code != uint16(websocket.StatusTryAgainLater) || string(b[2:]) != want {
				t.Errorf("got close %d %q, want 1013 %q", code, b[2:], want)
			}
			break
		}
		if m := told.FindSubmatch(b); m != nil {
			last, _ = strconv.Atoi(string(m[1]))
			lost += last
			continue
		}
		if want := fmt.Appendf(nil, `{"T": "%d `, got+lost); !bytes.HasPrefix(b, want) {
			t.Fatalf("got opcode %x, %.40q, want %s", op, b, want)
		}
		got++
	}
	if got == 0 || last <= hopeless*4 || got+lost > sent {
		t.Errorf("got %d events and %d lost of %d, %d in the end", got, lost, sent, last)
	}
}

func TestStoppingDoesNotWaitForThoseWhoDoNotAnswer(t *testing.T) {
	l := alert.New(alert.Options{})
	h := New(Options{Subscribe: func(n int) Subscription { return l.Subscribe(n) }})
	s := httptest.NewServer(h)
	defer s.Close()
	raw(t, s, `{}`)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	begin := time.Now()
	if err := h.Run(ctx); err != nil {
		t.Fatal(err)
	}
	if d := time.Since(begin); d > 2*stopWithin {
		t.Errorf("stopping took %v, want at most about %v", d, stopWithin)
	}
}

func TestWhatWaitsIsSentBeforeTheGoodbye(t *testing.T) {
	l := alert.New(alert.Options{})
	h := New(Options{Subscribe: func(n int) Subscription { return l.Subscribe(n) }})
	s := httptest.NewServer(h)
	defer s.Close()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	c := connect(t, s)
	subscribed(t, c, `{"SUBSCRIBE":"T"}`)
	const sent = 200
	for i := range sent {
		h.distribute(0, NewEvent("T", time.Time{}, api.Text(strconv.Itoa(i))))
	}
	stop()
	for i := range sent {
		if got, want := next(t, c), fmt.Sprintf(`{"T": "%d"}`, i); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if _, _, err := c.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("got %v, want %v", err, websocket.StatusGoingAway)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestNothingFollowsACloseFrame(t *testing.T) {
	here, there := net.Pipe()
	defer there.Close()
	go io.Copy(io.Discard, there)
	w := wire{Conn: here, now: time.Now}
	defer w.Close()
	if err := w.send([][]byte{pingFrame}, time.Second); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte{closing, 0}); err != nil {
		t.Fatal(err)
	}
	if err := w.send([][]byte{pingFrame}, time.Second); err != errClosed {
		t.Errorf("got %v, want %v", err, errClosed)
	}
}

func TestClientsAreBounded(t *testing.T) {
	_, s := running(t, false, Options{Clients: 1})
	connect(t, s)
	_, resp, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(s.URL, "http"), nil)
	if err == nil || resp == nil || resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("got %v, want the second client refused", err)
	}
}

func BenchmarkDistribute(b *testing.B) {
	for _, name := range []string{"1", "1000"} {
		b.Run(name+" clients", func(b *testing.B) {
			h := New(Options{Queue: 4})
			for range map[string]int{"1": 1, "1000": 1000}[name] {
				// A client that waits for its turn is not given another, so only the Hub's own work is measured.
				c := &client{hub: h, topics: map[string]*shape{}, waiting: true}
				h.subscribe(c, "T", shapeKey{}, api.JSON, nil)
			}
			e := NewEvent("T", time.Time{}, api.Text("x"))
			b.ReportAllocs()
			for b.Loop() {
				h.distribute(0, e)
				for c := range h.shapes[shapeKey{}].wanted["T"] {
					c.queue, c.lost = c.queue[:0], 0
				}
			}
		})
	}
}
