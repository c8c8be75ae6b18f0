package app

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin"
	v1 "github.com/tocsin-wids/tocsin/api/v1"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/config"
	"github.com/tocsin-wids/tocsin/detectors"
)

// fetch reads path below /api/v1 into a T.
func fetch[T any](t testing.TB, s *Server, path string) (v T) {
	t.Helper()
	status, body := get(t, s, "/api/v1"+path, "admin", "secret word")
	if err := json.Unmarshal([]byte(body), &v); err != nil || status != http.StatusOK {
		t.Fatalf("%s: status %d, %v: %s", path, status, err, body)
	}
	return v
}

// follow opens the stream of events; next returns the type and the data of the next event, "" when the stream ends.
func follow(ctx context.Context, t testing.TB, s *Server) (next func() (kind, data string)) {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL()+"api/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth("admin", "secret word")
	resp, err := http.DefaultClient.Do(r)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%+v, %v", resp, err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	return func() (kind, data string) {
		for lines.Scan() {
			switch name, value, _ := strings.Cut(lines.Text(), ": "); name {
			case "event":
				kind = value
			case "data":
				return kind, value
			}
		}
		return "", ""
	}
}

func TestOwnInterfaceTellsOfTheDemo(t *testing.T) {
	open := make(chan struct{})
	s := start(t, Options{Config: config.Default(), User: "admin", Password: "secret word", Memory: true, Sources: []capture.Source{demoSource(t, open)}})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	next := follow(ctx, t, s)
	close(open)
	var first v1.Alert
	for incident, ended := false, false; first.ID == "" || !incident || !ended; {
		switch kind, data := next(); kind {
		case "":
			t.Fatalf("the stream ended: an alert %q, an incident %v, the end of the source %v", first.ID, incident, ended)
		case "alert":
			if err := json.Unmarshal([]byte(data), &first); err != nil {
				t.Fatalf("%q: %v", data, err)
			}
		case "incident":
			incident = strings.Contains(data, `"last_alert":{`)
		case "message":
			ended = ended || strings.Contains(data, "ended after")
		}
	}
	if got := fetch[v1.Alert](t, s, "/alerts/"+first.ID); got.Fingerprint != first.Fingerprint || got.Reason == nil || len(got.Frames) == 0 {
		t.Errorf("the event was %+v, the alert is %+v", first, got)
	}
	source := fetch[v1.Server](t, s, "/server").Sources[0]
	if source.Name != "demo" || source.State != v1.Ended || source.Error != "" || source.Packets == 0 || source.Ended.Before(source.Started) {
		t.Errorf("source %+v", source)
	}
	sensor := fetch[v1.Sensors](t, s, "/sensors").Items[0]
	if sensor.Frames+sensor.Unreadable != source.Packets || sensor.Source != "demo" || sensor.Lost == nil || sensor.LastHeard.IsZero() {
		t.Errorf("sensor %+v of a source with %d packets", sensor, source.Packets)
	}
	if list := fetch[v1.Page[v1.Incident]](t, s, "/incidents").Items; len(list) != len(s.ledger.Incidents()) {
		t.Errorf("%d incidents, want %d", len(list), len(s.ledger.Incidents()))
	}
}

func TestOwnInterfaceTellsOfDetectors(t *testing.T) {
	conf := config.Default()
	conf.Detectors = map[string]config.Detector{
		"DEAUTHFLOOD": {Limits: map[string]any{"frames": 20, "window": "3s"}}, "NOCLIENTMFP": {Off: true},
	}
	s := start(t, Options{Config: conf, User: "admin", Password: "secret word", Memory: true})
	known := map[string]v1.Definition{}
	for _, d := range fetch[v1.Definitions](t, s, "/definitions?limit=500").Items {
		known[d.Header] = d
	}
	for _, header := range detectors.Headers() {
		d := fetch[v1.Definition](t, s, "/definitions/"+header)
		if d.Confidence == 0 || d.Detector == nil || d.Detector.Enabled != (header != "NOCLIENTMFP") || len(d.Detector.Sections) < 5 {
			t.Errorf("%+v", d)
		}
		if known[header].Description != d.Description {
			t.Errorf("%s is in the list as %+v", header, known[header])
		}
	}
	values := map[string]string{}
	for _, l := range known["DEAUTHFLOOD"].Detector.Limits {
		values[l.Name] = l.Value
		if l.Help == "" || l.Default == "" || l.Minimum == "" {
			t.Errorf("%+v", l)
		}
	}
	if values["frames"] != "20" || values["window"] != "3s" || values["networks"] == "" {
		t.Errorf("limits %v", values)
	}
	for _, system := range tocsin.SystemAlerts {
		d := fetch[v1.Definition](t, s, "/definitions/"+system.Header)
		if d.Detector != nil || d.Severity != system.Severity.String() || len(d.Sections) != 5 || known[system.Header].Title != system.Title {
			t.Errorf("%+v", d)
		}
	}
}

// TestServerThatStopsEndsItsStreams would wait for the server's patience if a stream outlived it.
func TestServerThatStopsEndsItsStreams(t *testing.T) {
	conf := config.Default()
	conf.Server.Listen = "127.0.0.1:0"
	s, err := New(Options{Config: conf, User: "admin", Password: "secret word", Memory: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	next := follow(t.Context(), t, s)
	stop()
	if kind, data := next(); kind != "" {
		t.Errorf("%s %s came before the end", kind, data)
	}
	if err := <-done; err != nil {
		t.Errorf("the server stopped with %v", err)
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestOwnInterfaceNeedsALogin(t *testing.T) {
	s := start(t, Options{Config: config.Default(), User: "admin", Password: "secret word", Memory: true})
	for path, want := range map[string]int{"/api/v1": 404, "/api/v1/": 404, "/api/v1/alerts": 401, "/api/v1/events": 401, "/api/v1/openapi.json": 401} {
		if status, body := get(t, s, path, "admin", "wrong"); status != want || !strings.HasPrefix(body, `{"type":"about:blank"`) {
			t.Errorf("%s: status %d %s, want %d", path, status, body, want)
		}
	}
}
