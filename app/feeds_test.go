package app

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/config"
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
	for second.sources[0].Counts().Packets < first.sources[0].Counts().Packets {
		<-events.Events()
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if text := await(events, "failed after"); !strings.Contains(text, "the server ended the stream") || !strings.Contains(text, "opened again in") {
		t.Errorf("the first server stopped: %s", text)
	}
	if c := second.sources[0].Counts(); c != first.sources[0].Counts() {
		t.Errorf("the first read %+v and the second %+v", first.sources[0].Counts(), c)
	}
	if diff := cmp.Diff(found(first.ledger), found(second.ledger)); diff != "" || len(found(first.ledger)) < 3 {
		t.Errorf("alerts (-of the first +of the second):\n%s", diff)
	}
	r := second.states[0].record()
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
