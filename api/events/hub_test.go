package events_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/goleak"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/api/events"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type site struct {
	ledger *alert.Ledger
	url    string
}

// serve runs a Hub on a ledger in which PROBE may be raised without end.
func serve(t *testing.T, o events.Options) site {
	t.Helper()
	l := alert.New(alert.Options{Backlog: 50})
	err := l.Define(tocsin.Definition{Header: "PROBE", Class: tocsin.Other, Severity: tocsin.Low,
		Throttle: tocsin.Throttle{Limit: tocsin.Rate{Count: 1e6, Unit: tocsin.Second}, Burst: tocsin.Rate{Count: 1e6, Unit: tocsin.Second}}})
	if err != nil {
		t.Fatal(err)
	}
	subscribed := make(chan struct{})
	o.Subscribe = func(n int) events.Subscription { defer close(subscribed); return l.Subscribe(n) }
	o.Say = l.Say
	h := events.New(o)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	<-subscribed
	s := httptest.NewServer(h)
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		s.Close()
	})
	return site{l, "ws" + strings.TrimPrefix(s.URL, "http")}
}

func (s site) dial(t *testing.T) *websocket.Conn {
	t.Helper()
	c, _, err := websocket.Dial(t.Context(), s.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.SetReadLimit(1 << 20)
	t.Cleanup(func() { c.CloseNow() })
	return c
}

func send(t *testing.T, c *websocket.Conn, texts ...string) {
	t.Helper()
	for _, s := range texts {
		if err := c.Write(t.Context(), websocket.MessageText, []byte(s)); err != nil {
			t.Fatal(err)
		}
	}
}

func read(t *testing.T, c *websocket.Conn) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, b, err := c.Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// settle returns when the server has obeyed all that was sent before: commands are obeyed in order, and a format that
// does not exist is answered.
func settle(t *testing.T, c *websocket.Conn) {
	t.Helper()
	send(t, c, `{"SUBSCRIBE":"settle","format":"none"}`)
	if got := read(t, c); !strings.Contains(got, "Not subscribed to settle") {
		t.Fatalf("got %s, want the answer to an unknown format", got)
	}
}

func (s site) raise(t *testing.T, text string) {
	t.Helper()
	if _, err := s.ledger.Raise(alert.Request{Header: "PROBE", Text: text}); err != nil {
		t.Fatal(err)
	}
}

func TestSubscriptionChoosesTopicFieldsAndFormat(t *testing.T) {
	for _, c := range []struct{ name, command, want string }{
		{"fields", `{"SUBSCRIBE":"ALERT","fields":["kismet.alert.header",["kismet.alert.text","t"]]}`, `{"ALERT": {"kismet.alert.header": "PROBE","t": "one"}}`},
		{"a missing field", `{"SUBSCRIBE":"ALERT","fields":["kismet.alert.nope"]}`, `{"ALERT": {"kismet.alert.nope": 0}}`},
		{"lines", `{"SUBSCRIBE":"ALERT","format":"ekjson","fields":["kismet.alert.header"]}`, `{"ALERT": {"kismet_alert_header": "PROBE"}}` + "\n"},
		{"all topics", `{"SUBSCRIBE":"*","fields":["kismet.alert.header"]}`, `{"ALERT": {"kismet.alert.header": "PROBE"}}`},
		{"text after the value", `{"SUBSCRIBE":"ALERT","fields":["kismet.alert.header"]} and more`, `{"ALERT": {"kismet.alert.header": "PROBE"}}`},
		{"a message", `{"SUBSCRIBE":"MESSAGE","fields":["kismet.messagebus.message_string"]}`, `{"MESSAGE": {"kismet.messagebus.message_string": "PROBE one"}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, events.Options{})
			conn := s.dial(t)
			send(t, conn, c.command)
			settle(t, conn)
			s.raise(t, "one")
			if got := read(t, conn); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestSubscribingAgainReplacesAndUnsubscribingEnds(t *testing.T) {
	s := serve(t, events.Options{})
	conn := s.dial(t)
	send(t, conn, `{"SUBSCRIBE":"ALERT"}`, `{"SUBSCRIBE":"ALERT","fields":[["kismet.alert.text","t"]]}`, `{"UNSUBSCRIBE":"NOSUCH"}`)
	settle(t, conn)
	s.raise(t, "one")
	if got, want := read(t, conn), `{"ALERT": {"t": "one"}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	send(t, conn, `{"UNSUBSCRIBE":"ALERT","SUBSCRIBE":"TIMESTAMP"}`)
	settle(t, conn)
	s.raise(t, "two")
	s.ledger.Publish(alert.Event{Topic: "TIMESTAMP", Time: time.Unix(1700000000, 250e6)})
	want := `{"TIMESTAMP": {"kismet.system.timestamp.sec": 1700000000,"kismet.system.timestamp.usec": 250000}}`
	if got := read(t, conn); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestTwoMatchingSubscriptionsDeliverTwice(t *testing.T) {
	s := serve(t, events.Options{})
	conn := s.dial(t)
	send(t, conn, `{"SUBSCRIBE":"TIMESTAMP"}`, `{"SUBSCRIBE":"*"}`)
	settle(t, conn)
	s.ledger.Publish(alert.Event{Topic: "TIMESTAMP", Time: time.Unix(1, 0)})
	if a, b := read(t, conn), read(t, conn); a != b || !strings.Contains(a, "TIMESTAMP") {
		t.Errorf("got %s and %s, want the event twice", a, b)
	}
}

func TestBadInput(t *testing.T) {
	for _, c := range []struct {
		name, text string
		code       websocket.StatusCode // -1: the connection stays
	}{
		{"not JSON", "{nope", -1},
		{"null", "null", -1},
		{"nothing known", `{"x":1}`, -1},
		{"null members", `{"SUBSCRIBE":null,"UNSUBSCRIBE":null,"format":null}`, -1},
		{"bad fields", `{"SUBSCRIBE":"ALERT","fields":[["a","b","c"]]}`, -1},
		{"a list", "[]", websocket.StatusPolicyViolation},
		{"a number", "5", websocket.StatusPolicyViolation},
		{"a topic that is a number", `{"SUBSCRIBE":5}`, websocket.StatusPolicyViolation},
		{"a format that is a list", `{"SUBSCRIBE":"ALERT","format":[]}`, websocket.StatusPolicyViolation},
		{"a large message", `"` + strings.Repeat("x", 65<<10) + `"`, websocket.StatusMessageTooBig},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, events.Options{})
			conn := s.dial(t)
			send(t, conn, c.text)
			if c.name == "bad fields" {
				if got := read(t, conn); !strings.Contains(got, "Not subscribed to ALERT") {
					t.Errorf("got %s, want to be told", got)
				}
			}
			if c.code == -1 {
				settle(t, conn)
				return
			}
			_, _, err := conn.Read(t.Context())
			if got := websocket.CloseStatus(err); got != c.code {
				t.Errorf("got %v, want the connection closed with %v", err, c.code)
			}
		})
	}
}

func TestBinaryIsRefused(t *testing.T) {
	conn := serve(t, events.Options{}).dial(t)
	if err := conn.Write(t.Context(), websocket.MessageBinary, []byte("{}")); err != nil {
		t.Fatal(err)
	}
	_, _, err := conn.Read(t.Context())
	if got := websocket.CloseStatus(err); got != websocket.StatusUnsupportedData {
		t.Errorf("got %v, want %v", err, websocket.StatusUnsupportedData)
	}
}

func TestWhatIsNotJSONIsPublishedAsAnError(t *testing.T) {
	s := serve(t, events.Options{})
	conn := s.dial(t)
	send(t, conn, `{"SUBSCRIBE":"MESSAGE","fields":["kismet.messagebus.message_flags"]}`, "nope")
	if got, want := read(t, conn), `{"MESSAGE": {"kismet.messagebus.message_flags": 4}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestSlowClientIsToldWhatItLostOrClosed(t *testing.T) {
	s := serve(t, events.Options{Queue: 2})
	conn := s.dial(t)
	send(t, conn, `{"SUBSCRIBE":"ALERT"}`)
	settle(t, conn)
	// More than the buffers of a loopback connection hold.
	text := strings.Repeat("x", 4000)
	for range 8000 {
		s.raise(t, text)
	}
	for {
		_, b, err := conn.Read(t.Context())
		var closed websocket.CloseError
		if errors.As(err, &closed) {
			if closed.Code != websocket.StatusTryAgainLater || !strings.Contains(closed.Reason, "events lost") {
				t.Errorf("got %v, want to be told what was lost", err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(string(b), `{"MESSAGE"`) && strings.Contains(string(b), "events were lost") {
			return
		}
	}
}

func TestStoppingSaysGoodbye(t *testing.T) {
	l := alert.New(alert.Options{})
	h := events.New(events.Options{Subscribe: func(n int) events.Subscription { return l.Subscribe(n) }})
	s := httptest.NewServer(h)
	defer s.Close()
	conn := site{l, "ws" + strings.TrimPrefix(s.URL, "http")}.dial(t)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	_, _, err := conn.Read(t.Context())
	if got := websocket.CloseStatus(err); got != websocket.StatusGoingAway {
		t.Errorf("got %v, want %v", err, websocket.StatusGoingAway)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}
