package app

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin/api"
	"github.com/tocsin-wids/tocsin/api/kismet"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/capture/replay"
	"github.com/tocsin-wids/tocsin/config"
	"github.com/tocsin-wids/tocsin/kismetdb"
)

// column reads one column of a log.
func column(t testing.TB, path, query string) (list []string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var v any
		if err := rows.Scan(&v); err != nil {
			t.Fatal(err)
		}
		if b, ok := v.([]byte); ok {
			v = string(b)
		}
		list = append(list, fmt.Sprint(v))
	}
	return list
}

// TestLogHoldsWhatWasServed replays the demo into a server with a log, and compares the file with what clients were told.
func TestLogHoldsWhatWasServed(t *testing.T) {
	open := make(chan struct{})
	conf := config.Default()
	conf.Server.Listen = "127.0.0.1:0"
	conf.Alerts.Backlog = 1000
	conf.Alerts.AtStart = []config.StartAlert{{Header: "WARDRIVING", Text: "in the car"}}
	s, err := New(Options{Config: conf, User: "admin", Password: "secret word", Memory: true, Sources: []capture.Source{demoSource(t, open)},
		KismetDB: &kismetdb.Options{Prefix: t.TempDir(), Alerts: true, Messages: true, System: true, Packets: true}})
	if err != nil {
		t.Fatal(err)
	}
	ended := s.ledger.Subscribe(4096)
	defer ended.Close()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	close(open)
	for e := range ended.Events() {
		if e.Message != nil && strings.Contains(e.Message.Text, "ended after") {
			break
		}
	}
	if err := s.log.DropBefore(ctx, time.Unix(0, 0)); err != nil { // nothing, and commits the rest
		t.Fatal(err)
	}
	exported := packetsOf(t, download(t, s, "/logging/kismetdb/pcap/attack.pcapng?tag=%25ALERT%25"))
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	http.DefaultClient.CloseIdleConnections()
	path := s.log.Path()
	var alerts []string
	for _, a := range s.ledger.Alerts() {
		alerts = append(alerts, string(api.AppendRecord(nil, a, api.AlertFields, api.JSON, 0)))
	}
	if diff := cmp.Diff(alerts, column(t, path, "SELECT json FROM alerts")); diff != "" || len(alerts) < 3 {
		t.Errorf("alerts (-served +logged):\n%s", diff)
	}
	if got := column(t, path, "SELECT header FROM alerts LIMIT 1"); got[0] != "WARDRIVING" {
		t.Errorf("the first alert is %s, want that of the configuration", got)
	}
	marked := map[uint64]bool{}
	for _, a := range s.ledger.Alerts()[1:] {
		number := a.Frames[len(a.Frames)-1]
		marked[number] = true
		got := column(t, path, fmt.Sprintf("SELECT tags FROM packets WHERE packetid = %d", number))
		if len(got) != 1 || !strings.Contains(got[0]+" ", " ALERT_"+a.Header+" ") {
			t.Errorf("packet %d, which raised %s, has the tags %q", number, a.Header, got)
		}
	}
	if got := column(t, path, "SELECT count(*) FROM packets WHERE tags <> ''"); got[0] != fmt.Sprint(len(marked)) || len(exported) != len(marked) {
		t.Errorf("%s packets are marked, %d were exported, %d raised an alert", got, len(exported), len(marked))
	}
	c := s.log.Counts()
	packets := s.roster.all()[0].source.Counts().Packets
	if got := column(t, path, "SELECT count(*) FROM packets"); got[0] != fmt.Sprint(packets) || c.Lost+c.Events+c.Packets != 0 {
		t.Errorf("%s packets in the log, %d read, counts %+v", got, packets, c)
	}
	if got := column(t, path, "SELECT DISTINCT datasource FROM packets"); len(got) != 1 || got[0] != s.roster.all()[0].uuid {
		t.Errorf("packets of sources %q, want %s", got, s.roster.all()[0].uuid)
	}
	var status, source map[string]any
	for query, to := range map[string]*map[string]any{"SELECT json FROM snapshots": &status, "SELECT json FROM datasources": &source} {
		if err := json.Unmarshal([]byte(column(t, path, query)[0]), to); err != nil {
			t.Errorf("%s: %v", query, err)
		}
	}
	if status["kismet.system.version"] != Version() || source["kismet.datasource.name"] != "demo" {
		t.Errorf("status %v, source %v", status, source)
	}
}

// download gets a file from a server and returns where it is.
func download(t testing.TB, s *Server, path string) string {
	t.Helper()
	status, body := get(t, s, path, "admin", "secret word")
	if status != http.StatusOK {
		t.Fatalf("%s: status %d, %s", path, status, body)
	}
	file := filepath.Join(t.TempDir(), "download")
	if err := os.WriteFile(file, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestServerWithALogThatCannotBeMadeDoesNotStart(t *testing.T) {
	conf := config.Default()
	conf.Server.Listen = "127.0.0.1:0"
	_, err := New(Options{Config: conf, Memory: true, User: "a", Password: "secret word", KismetDB: &kismetdb.Options{Prefix: filepath.Join(t.TempDir(), "none")}})
	if err == nil || !strings.Contains(err.Error(), "make log") {
		t.Errorf("got %v", err)
	}
}

func TestSourcesTellWhatBecameOfThem(t *testing.T) {
	bad := replay.New(replay.Options{Path: "bad", Open: func() (io.ReadCloser, error) { return nil, errors.New("cable pulled") }})
	conf := config.Default()
	conf.Server.Sources = []string{demoFile + ":name=attic"}
	open := make(chan struct{})
	s := start(t, Options{Config: conf, User: "admin", Password: "secret word", Memory: true, Sources: []capture.Source{bad, demoSource(t, open)}})
	events := s.ledger.Subscribe(4096)
	defer events.Close()
	waitFor := func(what string) {
		t.Helper()
		for e := range events.Events() {
			if e.Message != nil && strings.Contains(e.Message.Text, what) {
				return
			}
		}
	}
	// They may have begun and ended before the subscription: their state is what counts. An event comes every second.
	settled := func(first, second, third kismet.Source) bool {
		return !first.Running && first.Packets > 0 && second.Error != "" && third.Running
	}
	for !settled(s.roster.all()[0].record(), s.roster.all()[1].record(), s.roster.all()[2].record()) {
		if body, ok := <-events.Events(); !ok {
			t.Fatal(body)
		}
	}
	list := sourceControl{s}.Sources()
	if r := list[0]; r.Name != "attic" || r.Interface != demoFile || r.Definition != demoFile+":name=attic" || r.Link == 0 || r.Error != "" {
		t.Errorf("the capture: %+v", r)
	}
	if r := list[1]; r.Running || !strings.Contains(r.Error, "cable pulled") || r.Packets != 0 {
		t.Errorf("the source that failed: %+v", r)
	}
	if r := list[2]; !r.Running || r.Packets != 0 || r.Number != 3 {
		t.Errorf("the source that waits: %+v", r)
	}
	close(open)
	waitFor(`The source "demo" ended`)
	if _, body := get(t, s, "/datasource/all_sources.json", "admin", "secret word"); strings.Count(body, `"kismet.datasource.running": 0`) != 3 {
		t.Errorf("at the end: %s", body)
	}
}
