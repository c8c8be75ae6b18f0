package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/goleak"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/api"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/capture/replay"
	"github.com/tocsin-wids/tocsin/config"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// gate is a reader that waits until it is opened, so that clients can be there before the first frame.
type gate struct {
	open <-chan struct{}
	io.Reader
}

func (g gate) Read(b []byte) (int, error) { <-g.open; return g.Reader.Read(b) }

// demoSource is the demo's capture at full speed, once open is closed.
func demoSource(t testing.TB, open <-chan struct{}) capture.Source {
	t.Helper()
	b, err := os.ReadFile(demoFile)
	if err != nil {
		t.Fatal(err)
	}
	return replay.New(replay.Options{Path: "demo", Open: func() (io.ReadCloser, error) {
		return replay.Interruptible(gate{open, bytes.NewReader(b)}), nil
	}})
}

// start runs a server until the test ends.
func start(t testing.TB, o Options) *Server {
	t.Helper()
	o.Config.Server.Listen = "127.0.0.1:0"
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	serve(t, s)
	return s
}

// serve runs s until the test ends.
func serve(t testing.TB, s *Server) {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("the server stopped with %v", err)
		}
		http.DefaultClient.CloseIdleConnections()
	})
}

func get(t testing.TB, s *Server, path, user, password string) (int, string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, strings.TrimSuffix(s.URL(), "/")+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if user != "" {
		req.SetBasicAuth(user, password)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func TestFramesBecomeAlertsForClients(t *testing.T) {
	open := make(chan struct{})
	s := start(t, Options{Config: config.Default(), User: "admin", Password: "secret word", Memory: true, Sources: []capture.Source{demoSource(t, open)}})
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	address := strings.Replace(s.URL(), "http", "ws", 1) + "eventbus/events.ws?user=admin&password=" + url.PathEscape("secret word")
	c, _, err := websocket.Dial(ctx, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	for _, topic := range []string{"ALERT", "TIMESTAMP"} {
		if err := c.Write(ctx, websocket.MessageText, []byte(`{"SUBSCRIBE":"`+topic+`"}`)); err != nil {
			t.Fatal(err)
		}
	}
	awaitTimestamp(ctx, t, c) // the subscriptions are in force
	close(open)
	header := awaitAlert(ctx, t, c)
	if header == "" {
		t.Error("the alert has no header")
	}
	status, body := get(t, s, "/alerts/all_alerts.json", "admin", "secret word")
	var list []map[string]any
	if err := json.Unmarshal([]byte(body), &list); err != nil || status != http.StatusOK || len(list) == 0 {
		t.Fatalf("status %d, %v: %s", status, err, body)
	}
	if got := list[0]["kismet.alert.header"]; got != header {
		t.Errorf("the first record is %v, the first event was %s", got, header)
	}
	if status, body := get(t, s, "/", "admin", "secret word"); status != http.StatusOK || !strings.Contains(body, header) || !strings.Contains(body, "<h2>Since the start</h2>") {
		t.Errorf("the page has status %d and does not show %s", status, header)
	}
}

// TestPageShowsWhatIsNotResolved resolves one of two incidents.
func TestPageShowsWhatIsNotResolved(t *testing.T) {
	s := start(t, Options{Config: config.Default(), User: "admin", Password: "secret word", Memory: true})
	for _, header := range []string{"FIRST", "SECOND"} {
		s.ledger.OneShot(header, tocsin.System, tocsin.Info, "x")
	}
	for _, i := range s.ledger.Incidents() {
		to := tocsin.Acknowledged
		if i.Last.Header == "FIRST" {
			to = tocsin.Resolved
		}
		if _, err := s.ledger.Change(t.Context(), tocsin.Change{Incident: i.ID, To: to, By: "ann"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, body := get(t, s, "/", "admin", "secret word"); strings.Contains(body, "FIRST") || !strings.Contains(body, "SECOND") || !strings.Contains(body, "acknowledged by ann") {
		t.Errorf("the page shows\n%s", body)
	}
}

// TestSourcesAreAnnounced follows a source from its beginning to its end.
func TestSourcesAreAnnounced(t *testing.T) {
	open := make(chan struct{})
	bad := replay.New(replay.Options{Path: "bad", Open: func() (io.ReadCloser, error) {
		<-open
		return nil, errors.New("cable pulled")
	}})
	conf := config.Default()
	conf.Server.Listen = "127.0.0.1:0"
	s, err := New(Options{Config: conf, User: "admin", Password: "secret word", Memory: true, Sources: []capture.Source{demoSource(t, open), bad}})
	if err != nil {
		t.Fatal(err)
	}
	sub := s.ledger.Subscribe(1024)
	defer sub.Close()
	serve(t, s)
	close(open)
	uuids := map[string]string{}
	for uuids["DATASOURCE_CLOSED"] == "" || uuids["DATASOURCE_ERROR"] == "" {
		e := <-sub.Events()
		if p, ok := e.Payload.(api.Payload); ok && strings.Contains(e.Topic, "DATASOURCE") {
			uuids[e.Topic] += string(p.Append(nil, []api.Choice{{Path: "kismet.datasource.uuid"}}, api.JSON, 0))
		}
	}
	for _, topic := range []string{"DATASOURCE_CLOSED", "DATASOURCE_ERROR"} {
		if !strings.Contains(uuids["NEW_DATASOURCE"], uuids[topic]) || len(uuids[topic]) != len(`"00000000-0000-0000-0000-000000000000"`) {
			t.Errorf("%s of %s, new were %s", topic, uuids[topic], uuids["NEW_DATASOURCE"])
		}
	}
}

func awaitTimestamp(ctx context.Context, t *testing.T, c *websocket.Conn) {
	t.Helper()
	await(ctx, t, c, "TIMESTAMP")
}

func awaitAlert(ctx context.Context, t *testing.T, c *websocket.Conn) (header string) {
	t.Helper()
	header, _ = await(ctx, t, c, "ALERT")["kismet.alert.header"].(string)
	return header
}

// await reads events until one of the topic comes.
func await(ctx context.Context, t *testing.T, c *websocket.Conn, topic string) map[string]any {
	t.Helper()
	for {
		_, b, err := c.Read(ctx)
		if err != nil {
			t.Fatalf("waiting for %s: %v", topic, err)
		}
		var event map[string]map[string]any
		if err := json.Unmarshal(b, &event); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		if event[topic] != nil {
			return event[topic]
		}
	}
}

func TestNothingIsOpenWithoutLogin(t *testing.T) {
	s := start(t, Options{Config: config.Default(), User: "admin", Password: "secret word", Memory: true})
	for _, path := range []string{"/", "/alerts/all_alerts.json", "/alerts/definitions.json", "/messagebus/all_messages.json", "/system/status.json", "/session/check_session"} {
		for _, password := range []string{"", "wrong"} {
			if status, body := get(t, s, path, "admin", password); status != http.StatusUnauthorized {
				t.Errorf("%s with password %q: status %d, %s", path, password, status, body)
			}
		}
	}
}

func TestFirstLoginIsSetOnceByTheLink(t *testing.T) {
	conf := config.Default()
	conf.Server.Data = t.TempDir()
	s := start(t, Options{Config: conf})
	if status, _ := get(t, s, "/alerts/all_alerts.json", "", ""); status != http.StatusUnauthorized {
		t.Errorf("before set-up: status %d", status)
	}
	link := s.SetupURL()
	if link == "" {
		t.Fatal("no set-up link")
	}
	forged, err := http.PostForm(s.URL()+"setup?setup=WRONG", url.Values{"username": {"eve"}, "password": {"evil word"}})
	if err != nil || forged.StatusCode != http.StatusForbidden {
		t.Fatalf("a guessed link: %v, %v", forged, err)
	}
	forged.Body.Close()
	jar, _ := cookiejar.New(nil)
	client := http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.PostForm(link, url.Values{"username": {"admin"}, "password": {"secret word"}})
	if err != nil || resp.StatusCode != http.StatusSeeOther {
		t.Fatalf("set-up: %+v, %v", resp, err)
	}
	resp.Body.Close()
	client.CloseIdleConnections()
	if s.SetupURL() != "" {
		t.Error("the link still works")
	}
	if status, _ := get(t, s, "/session/check_login", "admin", "secret word"); status != http.StatusOK {
		t.Errorf("the new login: status %d", status)
	}
	again, err := http.PostForm(link, url.Values{"username": {"eve"}, "password": {"evil word"}})
	if err != nil || again.StatusCode != http.StatusForbidden {
		t.Errorf("the link a second time: %v, %v", again, err)
	}
	again.Body.Close()
}

func TestServerThatCannotStartSaysWhy(t *testing.T) {
	taken := start(t, Options{Config: config.Default(), User: "a", Password: "secret word", Memory: true})
	port := strings.TrimSuffix(strings.TrimPrefix(taken.URL(), "http://"), "/")
	broken := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(broken, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(broken, "login.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*config.Config){
		"listen on " + port:                 func(c *config.Config) { c.Server.Listen = port },
		"source wlan0mon":                   func(c *config.Config) { c.Server.Sources = []string{"wlan0mon"} },
		"source " + demoFile + ":speed=2":   func(c *config.Config) { c.Server.Sources = []string{demoFile + ":speed=2"} },
		"from=… is missing":                 func(c *config.Config) { c.Server.Sources = []string{"tzsp"} },
		"from=here is neither":              func(c *config.Config) { c.Server.Sources = []string{"tzsp:from=here"} },
		`option "x=1" is not known of TZSP`: func(c *config.Config) { c.Server.Sources = []string{"tzsp:from=::1,x=1"} },
		"login.json":                        func(c *config.Config) { c.Server.Data = broken },
	} {
		conf := config.Default()
		conf.Server.Listen = "127.0.0.1:0"
		conf.Server.Data = t.TempDir()
		change(&conf)
		s, err := New(Options{Config: conf})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that names %s", err, want)
		}
		if s != nil {
			s.listener.Close()
		}
	}
}

func TestFailingSourceIsAlerted(t *testing.T) {
	bad := replay.New(replay.Options{Path: "bad", Open: func() (io.ReadCloser, error) { return nil, errors.New("cable pulled") }})
	s := start(t, Options{Config: config.Default(), User: "admin", Password: "secret word", Memory: true, Sources: []capture.Source{bad}})
	deadline := time.Now().Add(10 * time.Second)
	for len(s.ledger.Alerts()) == 0 {
		if time.Now().After(deadline) {
			t.Fatal("no alert")
		}
	}
	if a := s.ledger.Alerts()[0]; a.Header != "SOURCEERROR" || !strings.Contains(a.Text, "cable pulled") {
		t.Errorf("alert %+v", a)
	}
}
