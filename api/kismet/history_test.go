package kismet_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/api/auth"
	"github.com/tocsin-wids/tocsin/api/kismet"
	"github.com/tocsin-wids/tocsin/store"
	"github.com/tocsin-wids/tocsin/store/mem"
)

// breaking is a store that can be made to fail.
type breaking struct {
	*mem.Store
	broken atomic.Bool
}

func (b *breaking) Put(ctx context.Context, batch []*tocsin.Alert) error {
	if b.broken.Load() {
		return errors.New("disk full")
	}
	return b.Store.Put(ctx, batch)
}

// slow is a store that finds nothing in time.
type slow struct{ store.Store }

func (slow) Page(context.Context, store.Query) (store.Page, error) {
	return store.Page{}, context.DeadlineExceeded
}

// serveHistory is serve with a store and a backlog of three records, after n alerts were raised.
func serveHistory(t testing.TB, n int) (server, *breaking) {
	t.Helper()
	now := func() time.Time { return noon }
	kept := &breaking{Store: mem.New(1 << 20)}
	l := alert.New(alert.Options{Backlog: 3, Now: now, Entropy: func() uint64 { return 1 }, Store: kept})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	always := tocsin.Rate{Count: 1 << 20, Unit: tocsin.Day}
	err := l.Define(tocsin.Definition{Header: "PROBE", Class: tocsin.Other, Severity: tocsin.Low, Throttle: tocsin.Throttle{Limit: always, Burst: always}})
	if err != nil {
		t.Fatal(err)
	}
	k, err := auth.Open(auth.Options{User: "admin", Password: "se&c+ret", Now: now})
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		l.OneShot("A", tocsin.System, tocsin.Info, fmt.Sprint("number ", i))
	}
	if _, err := l.Raise(alert.Request{Header: "PROBE", Text: "the last"}); err != nil {
		t.Fatal(err)
	}
	return server{kismet.New(kismet.Options{Ledger: l, History: kept, Auth: k, Now: now}), l, k}, kept
}

// ask asks by GET and decodes the answer.
func (s server) read(t *testing.T, path string, to any) {
	t.Helper()
	w := s.do(ask{method: "GET", path: path, auth: "basic"})
	if err := json.Unmarshal(w.Body.Bytes(), to); err != nil || w.Code != 200 {
		t.Fatalf("%s: status %d, %v: %.200s", path, w.Code, err, w.Body)
	}
}

type shown struct {
	Text string  `json:"kismet.alert.text"`
	Time float64 `json:"kismet.alert.timestamp"`
	Hash uint32  `json:"kismet.alert.hash"`
}

// TestPollingWalksThroughHistory asks as clients do that feed the returned time back, and wants every alert once.
func TestPollingWalksThroughHistory(t *testing.T) {
	const raised = 2500
	s, _ := serveHistory(t, raised)
	ts, answers := "1600000000", 0
	var texts []string
	for {
		var got struct {
			List []shown         `json:"kismet.alert.list"`
			Next json.RawMessage `json:"kismet.alert.timestamp"`
		}
		s.read(t, "/alerts/wrapped/last-time/"+ts+"/alerts.json", &got)
		if len(got.List) == 0 {
			break
		}
		if len(got.List) > 1000 {
			t.Fatalf("%d records in one answer", len(got.List))
		}
		for _, a := range got.List {
			texts = append(texts, a.Text)
		}
		ts = string(got.Next)
		answers++
	}
	if len(texts) != raised+1 || answers != 3 || texts[0] != "number 0" || texts[2000] != "number 2000" || texts[raised] != "the last" {
		t.Errorf("%d alerts in %d answers, want %d in three", len(texts), answers, raised+1)
	}
	var list []shown
	s.read(t, "/alerts/last-time/1600000000/alerts.json", &list)
	if len(list) != 1000 || list[999].Text != "number 999" {
		t.Errorf("%d records in the plain list, want the oldest 1000", len(list))
	}
	s.read(t, "/alerts/last-time/0/alerts.json", &list)
	if len(list) != 3 || list[2].Text != "the last" {
		t.Errorf("since 0: %d records, want the backlog", len(list))
	}
	s.read(t, "/alerts/all_alerts.json", &list)
	if len(list) != 3 {
		t.Errorf("all alerts: %d records, want the backlog", len(list))
	}
}

func TestAlertsThatLeftTheBacklogAreFound(t *testing.T) {
	s, _ := serveHistory(t, 40)
	var list []shown
	s.read(t, "/alerts/last-time/1600000000/alerts.json", &list)
	var one shown
	s.read(t, fmt.Sprintf("/alerts/by-id/%d/alert.json", list[0].Hash), &one)
	if one.Text != "number 0" {
		t.Errorf("by its id: %q", one.Text)
	}
	var page struct {
		Data  []shown `json:"data"`
		Pages int     `json:"last_page"`
		Found int     `json:"last_row"`
		Total int     `json:"total_row"`
	}
	for _, c := range []struct {
		query, first   string
		rows, of, last int
	}{
		{"page=0&length=10", "number 0", 10, 41, 5},
		{"page=4&length=10&sort=kismet.alert.timestamp&sort_dir=desc", "number 0", 1, 41, 5},
		{"page=0&length=10&sort=kismet.alert.timestamp&sort_dir=desc", "the last", 10, 41, 5},
		{"page=7&length=10&sort=kismet.alert.text&sort_dir=desc", "the last", 10, 41, 5},
		{"page=0", "number 0", 41, 41, 0},
		{"page=2147483647&length=2147483647", "number 0", 41, 41, 1},
	} {
		s.read(t, "/alerts/alerts_view.json?"+c.query, &page)
		if len(page.Data) != c.rows || page.Data[0].Text != c.first || page.Found != c.of || page.Total != 41 || page.Pages != c.last {
			t.Errorf("%s: %d rows from %q, %d pages, %d of %d", c.query, len(page.Data), page.Data[0].Text, page.Pages, page.Found, page.Total)
		}
	}
}

func TestScriptsOfOurPagesSortAsPeersDo(t *testing.T) {
	s, _ := serveHistory(t, 5)
	for name, c := range map[string]struct {
		header map[string]string
		first  string
	}{
		"a script of this server":       {map[string]string{"X-Requested-With": "XMLHttpRequest", "Referer": "http://example.com/"}, "the last"},
		"a script of another":           {map[string]string{"X-Requested-With": "XMLHttpRequest", "Referer": "http://other.example/"}, "number 0"},
		"a script without a page":       {map[string]string{"X-Requested-With": "XMLHttpRequest"}, "number 0"},
		"a page without its script":     {map[string]string{"Referer": "http://example.com/"}, "number 0"},
		"a page whose address is wrong": {map[string]string{"X-Requested-With": "XMLHttpRequest", "Referer": "%zz\x00"}, "number 0"},
	} {
		w := s.do(ask{method: "GET", path: "http://example.com/alerts/alerts_view.json?page=0&length=1&sort=kismet.alert.timestamp&sort_dir=asc", auth: "basic", header: c.header})
		if !strings.Contains(w.Body.String(), `"`+c.first+`"`) {
			t.Errorf("%s: got %.300s, want %s first", name, w.Body, c.first)
		}
	}
}

func TestWhatIsNotKeptIsNotAcknowledged(t *testing.T) {
	s, kept := serveHistory(t, 1)
	kept.broken.Store(true)
	w := s.do(ask{method: "POST", path: "/alerts/raise_alerts.cmd", auth: "basic", media: jsonType, body: `{"name":"PROBE","text":"x"}`})
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "could not be kept") {
		t.Errorf("status %d, %s", w.Code, w.Body)
	}
}

func TestSlowSearchesEnd(t *testing.T) {
	s, kept := serveHistory(t, 1)
	h := kismet.New(kismet.Options{Ledger: s.ledger, History: slow{kept}, Auth: s.keeper})
	w := server{h, s.ledger, s.keeper}.do(ask{method: "GET", path: "/alerts/alerts_view.json?page=0", auth: "basic"})
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "took too long") {
		t.Errorf("status %d, %s", w.Code, w.Body)
	}
}

// TestAllAlertsAreNeverStale asks in every format before and after an alert.
func TestAllAlertsAreNeverStale(t *testing.T) {
	s := serve(t)
	for i := range 3 {
		text := fmt.Sprint("unheard of ", i)
		for _, suffix := range []string{"json", "ekjson", "itjson", "tjson", "prettyjson"} {
			q := ask{method: "GET", path: "/alerts/all_alerts." + suffix, auth: "basic"}
			before := s.do(q).Body.String()
			if again := s.do(q).Body.String(); again != before {
				t.Errorf("%s differs without an alert", suffix)
			}
			if _, err := s.ledger.Raise(alert.Request{Header: "PROBE", Text: text + suffix}); err != nil {
				t.Fatal(err)
			}
			if after := s.do(q).Body.String(); !strings.Contains(after, text+suffix) || strings.Contains(before, text+suffix) {
				t.Errorf("%s is not the newest", suffix)
			}
			chosen := s.do(ask{method: "POST", path: q.path, auth: "basic", media: jsonType, body: `{"fields":[["kismet.alert.severity","s"]]}`}).Body.String()
			if strings.Contains(chosen, text) {
				t.Errorf("%s with chosen members is the whole list", suffix)
			}
		}
	}
}
