package app

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/config"
	"github.com/tocsin-wids/tocsin/notify"
)

// hook is a webhook that keeps what it was told.
type hook struct {
	*httptest.Server
	got chan letter
}

type letter struct {
	ID                string
	Kind, Title, Text string
	Incidents         []struct{ ID, Alert, Text, Advice, Link, Severity string }
	More              int
}

func newHook(t *testing.T) *hook {
	h := &hook{got: make(chan letter, 100)}
	h.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var m letter
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
			t.Error(err)
		}
		h.got <- m
	}))
	t.Cleanup(h.Close)
	return h
}

// telling is a configuration that tells a webhook of everything at once.
func tellingTo(t *testing.T, url string) config.Config {
	c := config.Default()
	c.Server.Data = t.TempDir()
	c.Notify = config.Notify{
		Link:      "https://wids.example/",
		Receivers: map[string]config.Receiver{"hook": {Kind: "webhook", URL: config.Secret(url)}},
		Routes:    []notify.Route{{Receivers: []string{"hook"}, Match: notify.Match{Severity: tocsin.High}, Wait: time.Second, Interval: time.Second, Relief: true}},
	}
	return c
}

func TestPeopleAreToldOfAnAttackOnceThroughARestart(t *testing.T) {
	h := newHook(t)
	conf := tellingTo(t, h.URL)
	open := make(chan struct{})
	close(open)
	var told []string
	var last string
	t.Run("attack", func(t *testing.T) {
		s := start(t, Options{Config: conf, User: "admin", Password: "secret word", Sources: []capture.Source{demoSource(t, open)}})
		var high []string
		for len(high) == 0 || !slices.Equal(high, told) {
			m := <-h.got
			last = m.ID
			for _, i := range m.Incidents {
				told = append(told, i.ID)
				if i.Severity != "HIGH" && i.Severity != "CRITICAL" || i.Text == "" || i.Advice == "" || i.Link != "https://wids.example/api/v1/incidents/"+i.ID {
					t.Errorf("told of %+v", i)
				}
			}
			slices.Sort(told)
			high = nil
			for _, i := range s.ledger.Incidents() {
				if i.MaxSeverity >= tocsin.High && i.Inhibitor == (tocsin.ID{}) {
					high = append(high, i.ID.String())
				}
			}
			slices.Sort(high)
		}
	})
	t.Run("restart", func(t *testing.T) {
		s := start(t, Options{Config: conf, User: "admin", Password: "secret word"})
		s.ledger.Tell(&tocsin.LogDisabled, "disk", "The disk is full")
		m := <-h.got
		if m.ID == last { // it was taken when the server stopped, which did not hear of that
			m = <-h.got
		}
		if len(m.Incidents) != 1 || slices.Contains(told, m.Incidents[0].ID) || m.Incidents[0].Alert != "LOGDISABLED" {
			t.Errorf("after the restart people are told of %+v", m)
		}
	})
}

func TestReceiversThatCannotBeMadeAreTold(t *testing.T) {
	c := config.Default()
	for want, r := range map[string]config.Receiver{
		`notify.receivers."x": read the secret`:   {Kind: "ntfy", To: []string{"a"}, Token: "file:/nowhere/token"},
		`notify.receivers."x": url is missing`:    {Kind: "webhook"},
		`notify.receivers."x": server is missing`: {Kind: "mail"},
	} {
		c.Notify.Receivers = map[string]config.Receiver{"x": r}
		if _, err := Receivers(c.Notify); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestReceiverThatFailsIsAnAlert(t *testing.T) {
	h := newHook(t)
	url := h.URL
	h.Close()
	s := start(t, Options{Config: tellingTo(t, url), User: "admin", Password: "secret word"})
	sub := s.ledger.Subscribe(100)
	defer sub.Close()
	s.ledger.Tell(&tocsin.LogDisabled, "disk", "The disk is full")
	for e := range sub.Events() {
		if e.Alert != nil && e.Alert.Header == "NOTIFYFAILED" {
			if !strings.Contains(e.Alert.Text, `The receiver "hook" does not take notifications: dial tcp`) {
				t.Errorf("text %q", e.Alert.Text)
			}
			return
		}
	}
}
