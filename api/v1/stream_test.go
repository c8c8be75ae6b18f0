package v1_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/api"
	v1 "github.com/tocsin-wids/tocsin/api/v1"
)

// reader is the client's end of a stream. While busy is not nil it accepts nothing.
type reader struct {
	mu          sync.Mutex
	text        bytes.Buffer
	header      http.Header
	status      int
	busy        chan struct{}
	read, write []time.Time // deadlines that were set
	done        chan struct{}
	leave       context.CancelFunc
}

func (c *reader) Header() http.Header    { return c.header }
func (c *reader) WriteHeader(status int) { c.status = status }
func (c *reader) Flush()                 {}

func (c *reader) SetReadDeadline(t time.Time) error  { c.read = append(c.read, t); return nil }
func (c *reader) SetWriteDeadline(t time.Time) error { c.write = append(c.write, t); return nil }

func (c *reader) Write(b []byte) (int, error) {
	if c.busy != nil {
		<-c.busy
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.Write(b)
}

// event is one event of a stream.
type event struct{ kind, id, data string }

// events reads what came so far.
func (c *reader) events() (list []event) {
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	for block := range strings.SplitSeq(c.text.String(), "\n\n") {
		var e event
		for line := range strings.SplitSeq(block, "\n") {
			name, value, _ := strings.Cut(line, ": ")
			switch name {
			case "event":
				e.kind = value
			case "id":
				e.id = value
			case "data":
				e.data = value
			}
		}
		if e.kind != "" {
			list = append(list, e)
		}
	}
	return list
}

// open opens a stream in a bubble. It ends with the test.
func (s *server) open(t *testing.T, q ask) *reader {
	t.Helper()
	q.path = "/api/v1/events" + q.path
	if q.as == "" {
		q.as = "reader"
	}
	ctx, leave := context.WithCancel(t.Context())
	c := &reader{header: http.Header{}, status: http.StatusOK, done: make(chan struct{}), leave: leave}
	go func() {
		defer close(c.done)
		s.ServeHTTP(c, s.request(q).WithContext(ctx))
	}()
	synctest.Wait()
	return c
}

// running runs s in a bubble until the test or stop ends it.
func (s *server) running(t *testing.T) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); s.Run(ctx) }()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	synctest.Wait()
	return stop
}

func kinds(list []event) (s string) {
	for _, e := range list {
		s += e.kind + " "
	}
	return strings.TrimSpace(s)
}

func TestStreamTellsWhatHappens(t *testing.T) {
	description := readDescription(t)
	synctest.Test(t, func(t *testing.T) {
		s := serve(t)
		s.running(t)
		s.found(&apspoof, 1, "before the stream")
		synctest.Wait()
		c := s.open(t, ask{})
		s.found(&deauthflood, 1, "<one>\n\ndata: x")
		s.found(&deauthflood, 1, "two")
		s.ledger.Publish(alert.Event{Topic: alert.TopicTimestamp, Time: s.now()})
		time.Sleep(time.Second) // of the bubble: incidents are told of once a second
		list := c.events()
		if got := kinds(list); got != "alert message alert message incident incident" {
			t.Fatalf("got %s", got)
		}
		for i, e := range list {
			var v any
			if err := json.Unmarshal([]byte(e.data), &v); err != nil {
				t.Fatalf("%q: %v", e.data, err)
			}
			name := strings.ToUpper(e.kind[:1]) + e.kind[1:]
			for _, wrong := range description.check(e.kind, description.at("components", "schemas", name), v) {
				t.Error(wrong)
			}
			if i > 0 && e.id == list[i-1].id {
				t.Errorf("two events have the id %s", e.id)
			}
		}
		var i v1.Incident
		if err := json.Unmarshal([]byte(list[5].data), &i); err != nil || i.Count != 2 || i.LastAlert.Text != "two" {
			t.Errorf("incident %+v, %v", i, err)
		}
		if h := c.header; h.Get("Content-Type") != "text/event-stream" || h.Get("Cache-Control") != "no-store" {
			t.Errorf("header %v", h)
		}
		if len(c.read) != 1 || !c.read[0].IsZero() || len(c.write) == 0 || time.Until(c.write[len(c.write)-1]) <= 0 {
			t.Errorf("deadlines %v and %v, want none for reading and some for writing", c.read, c.write)
		}
		c.leave()
		<-c.done
	})
}

func TestStreamOfSomeTypes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t)
		s.running(t)
		c := s.open(t, ask{path: "?types=incident,message"})
		s.found(&apspoof, 1, "x")
		time.Sleep(time.Second)
		if got := kinds(c.events()); got != "message incident" {
			t.Errorf("got %s", got)
		}
	})
}

func TestStreamResumes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t)
		s.running(t)
		c := s.open(t, ask{path: "?types=alert"})
		for i := range 4 {
			s.found(&apspoof, byte(i), fmt.Sprint("alert ", i))
		}
		seen := c.events()
		c.leave()
		<-c.done
		s.found(&apspoof, 9, "missed")
		resume := func(id string) []event {
			c := s.open(t, ask{path: "?types=alert", header: map[string]string{"Last-Event-ID": id}})
			defer c.leave()
			return c.events()
		}
		if got := resume(seen[1].id); kinds(got) != "alert alert alert" || got[0] != seen[2] || !strings.Contains(got[2].data, "missed") {
			t.Errorf("got %v", got)
		}
		newest := resume(seen[0].id)[3].id
		if got := resume(newest); len(got) != 0 {
			t.Errorf("nothing was missed, got %v", got)
		}
		run, _, _ := strings.Cut(newest, "-")
		for _, id := range []string{"x", run + "-", run + "-x", run + "--1", run + "-999", run + "-18446744073709551616", "other-1", strings.Repeat("9", 5000)} {
			got := resume(id)
			if kinds(got) != "lost alert alert alert alert alert" {
				t.Errorf("%q: got %s", id, kinds(got))
			}
			var lost v1.Lost
			if err := json.Unmarshal([]byte(got[0].data), &lost); err != nil || lost.Events != 0 || lost.Advice == "" || got[0].id != "" {
				t.Errorf("%q: got %+v, %v", id, got[0], err)
			}
		}
	})
}

// TestSlowReaderLosesAndIsTold shows that the writer goes on while a reader takes nothing, and that lost and read events add up.
func TestSlowReaderLosesAndIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, func(o *v1.Options) { o.Kept = 16 })
		s.running(t)
		slow := s.open(t, ask{})
		slow.busy = make(chan struct{})
		fast := s.open(t, ask{})
		for i := range 200 {
			s.found(&apspoof, byte(i), "x") // would never return if it waited
			synctest.Wait()
		}
		if got := len(fast.events()); got != 400 {
			t.Errorf("the fast reader has %d events, want 400", got)
		}
		if got := len(slow.events()); got != 0 {
			t.Errorf("the slow reader has %d events", got)
		}
		close(slow.busy)
		var read, lost uint64
		for _, e := range slow.events() {
			read++
			if e.kind == "lost" {
				var l v1.Lost
				if err := json.Unmarshal([]byte(e.data), &l); err != nil {
					t.Fatal(err)
				}
				lost, read = lost+l.Events, read-1
			}
		}
		if lost == 0 || read < 16 || read+lost != 400 {
			t.Errorf("read %d and lost %d events, want 400 together", read, lost)
		}
	})
}

func TestStreamStaysAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t)
		s.running(t)
		c := s.open(t, ask{path: "?types=incident"})
		s.found(&apspoof, 1, "x")
		time.Sleep(46 * time.Second)
		c.events()
		text := c.text.String()
		if n := strings.Count(text, ": still here\n"); n != 3 {
			t.Errorf("%d comments in 46 s, want 3: %q", n, text)
		}
		// What was not asked for is not counted as lost when the reader comes again: its place is in the comments.
		if id := text[strings.LastIndex(text, "id: ")+4:]; !strings.HasSuffix(id, "-3\n\n") {
			t.Errorf("the last id is %q, want that of the third event", id)
		}
	})
}

func TestStreamEndsWithTheTokenAndTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t)
		stop := s.running(t)
		revoked, other := s.open(t, ask{as: s.token(t, "admin")}), s.open(t, ask{})
		if err := s.keeper.Revoke("admin"); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		<-revoked.done
		synctest.Wait()
		if d := time.Since(start); d > 15*time.Second {
			t.Errorf("a revoked token was served for %s", d)
		}
		select {
		case <-other.done:
			t.Error("the other stream ended as well")
		default:
		}
		s.found(&apspoof, 1, "last")
		synctest.Wait()
		stop()
		<-other.done
		if got := kinds(other.events()); got != "alert message" {
			t.Errorf("got %s", got)
		}
		if w := s.do(ask{path: "/api/v1/events", as: "reader"}); w.Code != 503 {
			t.Errorf("status %d of a server that stops", w.Code)
		}
	})
}

// guessed knows a caller once, and then does not look at passwords: others guess at the same address.
type guessed struct{ asked atomic.Int32 }

func (g *guessed) Identify(*http.Request, url.Values) api.Caller {
	if g.asked.Add(1) == 1 {
		return api.Caller{Role: api.Admin}
	}
	return api.Caller{Refused: true}
}

func TestGuessesOfOthersDoNotEndAStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := new(guessed)
		s := serve(t, func(o *v1.Options) { o.Auth = g })
		s.running(t)
		c := s.open(t, ask{})
		time.Sleep(31 * time.Second)
		s.found(&apspoof, 1, "x")
		if got := kinds(c.events()); got != "alert message" || g.asked.Load() != 3 {
			t.Errorf("got %q after %d looks at the login", got, g.asked.Load())
		}
	})
}

func TestStreamsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, func(o *v1.Options) { o.Streams = 2 })
		s.running(t)
		first := s.open(t, ask{})
		s.open(t, ask{})
		w := s.do(ask{path: "/api/v1/events", as: "reader"})
		if problemOf(t, w); w.Code != 503 || w.Header().Get("Retry-After") != "10" {
			t.Errorf("status %d, header %v", w.Code, w.Header())
		}
		first.leave()
		<-first.done
		if c := s.open(t, ask{}); c.status != 200 {
			t.Errorf("status %d after one left", c.status)
		}
	})
}

// leaky is a subscription that lost something.
type leaky struct {
	events chan alert.Event
	lost   uint64
}

func (l *leaky) Events() <-chan alert.Event { return l.events }
func (l *leaky) Lost() uint64               { return l.lost }
func (l *leaky) Close()                     {}

func TestWhatIsLostBeforeTheStreamsIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &leaky{events: make(chan alert.Event)}
		s := serve(t, func(o *v1.Options) { o.Subscribe = func(int) v1.Subscription { return l } })
		s.running(t)
		c := s.open(t, ask{})
		send := func() {
			l.events <- alert.Event{Topic: alert.TopicMessage, Message: &tocsin.Message{Text: "x", Flags: tocsin.MessageInfo}}
			synctest.Wait()
		}
		send()
		l.lost = 7
		send()
		send()
		var got []string
		for _, e := range c.events() {
			got = append(got, e.kind)
		}
		if diff := cmp.Diff([]string{"message", "lost", "message", "message"}, got); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		if text := c.text.String(); !strings.Contains(text, `"events":7,`) {
			t.Errorf("%s", text)
		}
	})
}
