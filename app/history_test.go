package app

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/config"
	"github.com/tocsin-wids/tocsin/store"
	"github.com/tocsin-wids/tocsin/store/sqlite"
	"github.com/tocsin-wids/tocsin/store/storetest"
)

// run runs a server until the function it returns is called.
func run(t *testing.T, o Options) (s *Server, stop func()) {
	t.Helper()
	o.Config.Server.Listen = "127.0.0.1:0"
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	return s, func() {
		http.DefaultClient.CloseIdleConnections()
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the server stopped with %v", err)
		}
	}
}

func TestClientsSeeHistoryAfterARestart(t *testing.T) {
	conf := config.Default()
	conf.Server.Data, conf.Alerts.Backlog = t.TempDir(), 3
	o := Options{Config: conf, User: "admin", Password: "secret word"}
	s, stop := run(t, o)
	for i := range 5 {
		s.ledger.OneShot(fmt.Sprint("A", i), tocsin.System, tocsin.Info, "x")
	}
	if _, err := New(o); !errors.Is(err, store.ErrInUse) {
		t.Errorf("a second server: %v, want it refused", err)
	}
	stop()
	s, stop = run(t, o)
	defer stop()
	for path, want := range map[string]string{"/alerts/all_alerts.json": "A2 A3 A4", "/alerts/last-time/1/alerts.json": "A0 A1 A2 A3 A4"} {
		_, body := get(t, s, path, "admin", "secret word")
		var list []struct {
			Header string `json:"kismet.alert.header"`
		}
		if err := json.Unmarshal([]byte(body), &list); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		var got []string
		for _, a := range list {
			got = append(got, a.Header)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", path, got, want)
		}
	}
}

func TestDamagedStoreIsSetAsideWhenAsked(t *testing.T) {
	conf := config.Default()
	conf.Server.Data, conf.Server.Listen = t.TempDir(), "127.0.0.1:0"
	path := filepath.Join(conf.Server.Data, "alerts.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("no database", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	o := Options{Config: conf, User: "admin", Password: "secret word"}
	if _, err := New(o); !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), "--set-store-aside") {
		t.Errorf("%v, want it to say what can be done", err)
	}
	o.SetStoreAside = true
	_, stop := run(t, o)
	stop()
	if aside, err := filepath.Glob(path + ".damaged-*"); err != nil || len(aside) != 1 {
		t.Errorf("set aside: %v, %v", aside, err)
	}
}

// BenchmarkAllAlertsOverTCP asks a real server over loopback for 50 records, with as many keep-alive connections as
// a few dashboards have. The load shares the processors with the server.
func BenchmarkAllAlertsOverTCP(b *testing.B) {
	s := start(b, Options{Config: config.Default(), User: "admin", Password: "secret word", Memory: true})
	for i := range 50 {
		s.ledger.OneShot("DEAUTHFLOOD", tocsin.Denial, tocsin.Medium, fmt.Sprint("Deauthentication flood of a network, number ", i))
	}
	token, err := s.keeper.Generate("load", "readonly", 0)
	if err != nil {
		b.Fatal(err)
	}
	request := []byte("GET /alerts/all_alerts.json HTTP/1.1\r\nHost: localhost\r\nCookie: KISMET=" + token + "\r\n\r\n")
	const connections = 8
	var clients sync.WaitGroup
	b.ResetTimer()
	for i := range connections {
		n := b.N / connections
		if i < b.N%connections {
			n++
		}
		clients.Go(func() {
			if err := load(s.listener.Addr().String(), request, n); err != nil {
				b.Error(err)
			}
		})
	}
	clients.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}

// load sends the request n times over one connection and reads the answers whole.
func load(address string, request []byte, n int) error {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer c.Close()
	r := bufio.NewReaderSize(c, 64<<10)
	for range n {
		if _, err := c.Write(request); err != nil {
			return err
		}
		length := 0
		for {
			line, err := r.ReadSlice('\n')
			if err != nil {
				return err
			}
			if len(line) <= 2 {
				break
			}
			if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
				length, _ = strconv.Atoi(string(bytes.TrimSpace(value)))
			}
		}
		if length < 10_000 {
			return fmt.Errorf("an answer of %d octets", length)
		}
		if _, err := r.Discard(length); err != nil {
			return err
		}
	}
	return nil
}

func TestOldAlertsAreForgotten(t *testing.T) {
	conf := config.Default()
	conf.Server.Data = t.TempDir()
	conf.Store.Path = filepath.Join(t.TempDir(), "elsewhere.db")
	before, _, err := sqlite.Open(t.Context(), sqlite.Options{Path: conf.Store.Path})
	if err != nil {
		t.Fatal(err)
	}
	young := storetest.Alert(3)
	young.Time = time.Now().Add(-time.Minute).Truncate(time.Microsecond)
	if err := errors.Join(before.Put(t.Context(), append(storetest.Alerts(3), young)), before.Close()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		retention time.Duration
		want      int
	}{{0, 4}, {time.Hour, 1}} {
		conf.Store.Retention = c.retention
		s, stop := run(t, Options{Config: conf, User: "admin", Password: "secret word"})
		page, err := s.store.Page(t.Context(), store.Query{Most: 10})
		if err != nil || page.Total != c.want {
			t.Errorf("kept for %s: %d alerts and %v, want %d", c.retention, page.Total, err, c.want)
		}
		stop()
	}
}
