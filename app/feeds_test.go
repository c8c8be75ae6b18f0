package app

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/config"
	"github.com/tocsin-wids/tocsin/kismetdb"
	"github.com/tocsin-wids/tocsin/report"
)

// found lists what alerts are of.
func found(ledger *alert.Ledger) (list []string) {
	for _, a := range ledger.Alerts() {
		if a.Class != "SYSTEM" {
			list = append(list, a.FrameTime.String()+" "+a.Fingerprint+" "+strings.Join(a.Sensors, ","))
		}
	}
	return list
}

// TestServerListensAlongWithAnother has one server hear the demo, and the other the first.
func TestServerListensAlongWithAnother(t *testing.T) {
	open := make(chan struct{})
	conf := config.Default()
	conf.Server.Listen = "127.0.0.1:0"
	conf.Alerts.Backlog = 1000
	first, err := New(Options{Config: conf, User: "admin", Password: "secret word", Memory: true, Sources: []capture.Source{demoSource(t, open)}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- first.Run(ctx) }()
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte("secret word\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	conf.Server.Queue.Limit = 1 << 20
	conf.Server.Sources = []string{"kismet:url=" + strings.TrimSuffix(first.URL(), "/") + ",user=admin,name=attic,password-file=" + password}
	second, err := New(Options{Config: conf, User: "admin", Password: "other word", Memory: true})
	if err != nil {
		t.Fatal(err)
	}
	events := second.ledger.Subscribe(4096)
	defer events.Close()
	heard := first.ledger.Subscribe(4096)
	defer heard.Close()
	serve(t, second)
	await := func(sub *alert.Subscription, text string) string {
		for e := range sub.Events() {
			if e.Message != nil && strings.Contains(e.Message.Text, text) {
				return e.Message.Text
			}
		}
		return ""
	}
	for first.export.Streams() == 0 {
		<-heard.Events() // there is one every second
	}
	close(open)
	await(heard, `"demo" ended after`)
	for second.roster.all()[0].source.Counts().Packets < first.roster.all()[0].source.Counts().Packets {
		<-events.Events()
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if text := await(events, "failed after"); !strings.Contains(text, "the server ended the stream") || !strings.Contains(text, "opened again in") {
		t.Errorf("the first server stopped: %s", text)
	}
	if c := second.roster.all()[0].source.Counts(); c != first.roster.all()[0].source.Counts() {
		t.Errorf("the first read %+v and the second %+v", first.roster.all()[0].source.Counts(), c)
	}
	if diff := cmp.Diff(found(first.ledger), found(second.ledger)); diff != "" || len(found(first.ledger)) < 3 {
		t.Errorf("alerts and evidence (-of the first +of the second):\n%s", diff)
	}
	r := second.roster.all()[0].record()
	if r.Name != "attic" || r.Driver.Type != "kismet" || strings.Contains(r.Definition+r.Error, "secret") {
		t.Errorf("the source is %+v", r)
	}
}

func TestMistakesInDefinitionsOfFeedsAreTold(t *testing.T) {
	for definition, want := range map[string]string{
		"kismet":                "url=… is missing",
		"kismet:url=attic:2501": "begins with http://",
		"kismet:url=http://admin:secret@attic:2501":                    "source kismet:url=http://…attic:2501: url: a login does not belong into the address",
		"kismet:url=http://attic:2501/?KISMET=secret":                  "source kismet:url=http://attic:2501/?…: url: a login does not belong into the address",
		"kismet:url=http://admin:se/secret@attic:2501":                 "source kismet:url=http://…attic:2501: url: the address cannot be read",
		"kismet:url=http://attic:2501,password=secret":                 "password=… would be seen by everybody",
		"kismet:url=http://attic:2501,APIKey=secret":                   "name that with apikey-file=",
		"kismet:url=http://attic:2501,user=admin":                      "belong together",
		"kismet:url=http://attic,user=a,password-file=b,apikey-file=c": "one is enough",
		"kismet:url=http://attic:2501,channel=6":                       `option "channel" is not known of a Kismet`,
	} {
		s, err := openSource(definition, radios{})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, %v, want a word on %q and no secret", definition, s, err, want)
		}
	}
}

// logOfDemo has a server write a log of the demo and returns where it is.
func logOfDemo(t *testing.T) string {
	t.Helper()
	conf := config.Default()
	conf.Server.Listen = "127.0.0.1:0"
	conf.Server.Sources = []string{demoFile + ":name=attic"}
	s, err := New(Options{Config: conf, User: "admin", Password: "secret word", Memory: true,
		KismetDB: &kismetdb.Options{Prefix: t.TempDir(), Template: "%p/log.txt", Alerts: true, Packets: true}})
	if err != nil {
		t.Fatal(err)
	}
	events := s.ledger.Subscribe(4096)
	defer events.Close()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	for e := range events.Events() {
		if e.Message != nil && strings.Contains(e.Message.Text, "ended after") {
			break
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	http.DefaultClient.CloseIdleConnections()
	return s.log.Path()
}

// TestLogAnalysesToWhatItsCaptureDoes also has the log found in a folder, among what is no capture.
func TestLogAnalysesToWhatItsCaptureDoes(t *testing.T) {
	read := func(path string) (list []string, f report.File) {
		evidence := t.TempDir()
		files, err := Analyze(t.Context(), AnalyzeOptions{
			Config: config.Default(), Paths: []string{path}, Evidence: evidence,
			Alert: func(a *tocsin.Alert) error {
				list = append(list, fmt.Sprint(a.FrameTime.Truncate(time.Microsecond), a.Frames, a.Fingerprint, a.Text, a.Reason, a.Severity, a.Confidence))
				return nil
			},
		})
		if err != nil || len(files) != 1 || files[0].Error != nil {
			t.Fatalf("%v, %+v", err, files)
		}
		kept, err := os.ReadDir(evidence)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range kept {
			list = append(list, fmt.Sprint(e.Name(), len(packetsOf(t, filepath.Join(evidence, e.Name())))))
		}
		return list, files[0]
	}
	path := logOfDemo(t)
	folder := filepath.Dir(path)
	db, err := sql.Open("sqlite", filepath.Join(folder, "other.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("CREATE TABLE alerts (x)"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	want, capture := read(demoFile)
	got, log := read(folder)
	if diff := cmp.Diff(want, got); diff != "" || len(want) < 3 {
		t.Errorf("alerts and evidence (-of the capture +of the log):\n%s", diff)
	}
	if log.Name != path || log.Packets != capture.Packets || len(log.Incidents) != len(capture.Incidents) {
		t.Errorf("%d packets and %d incidents of %s, want %d and %d", log.Packets, len(log.Incidents), log.Name, capture.Packets, len(capture.Incidents))
	}
	if sensors := log.Incidents[0].Last.Sensors; !slices.Equal(sensors, []string{"attic"}) {
		t.Errorf("the sensors are %q, want the source that the log names", sensors)
	}
	s, err := openSource(path+":name=old", radios{})
	if err != nil || s.Name() != "old" || driver(s).Type != "kismetdb" {
		t.Errorf("as a source: %v, %v", s, err)
	}
}

func TestTwoFeedsAreTwoSources(t *testing.T) {
	one, two := identify("kismet:url=http://a:2501", nil), identify("kismet:url=http://b:2501", nil)
	if one.uuid == two.uuid || one.path != "kismet" || identify("tzsp:from=10.0.0.1", nil).uuid == identify("tzsp:from=10.0.0.2", nil).uuid {
		t.Errorf("identities %+v and %+v", one, two)
	}
}
