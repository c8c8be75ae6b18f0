package v1_test

import (
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/api"
	"github.com/tocsin-wids/tocsin/api/auth"
	v1 "github.com/tocsin-wids/tocsin/api/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var update = flag.Bool("update", false, "write the golden files and the examples of the manual")

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// server is a handler over a ledger whose clock goes on by a second with each alert.
type server struct {
	*v1.Handler
	ledger *alert.Ledger
	keeper *auth.Keeper
	reader string // token of the role readonly
	ann    string // token of the role operator, which is called ann

	mu   sync.Mutex
	time time.Time
}

const userName, password = "admin", "correct horse"

var deauthflood = tocsin.Definition{
	Header: "DEAUTHFLOOD", Title: "Clients are kept off", Class: tocsin.Denial, Severity: tocsin.High, Confidence: 85,
	Description: "Somebody keeps disconnecting the clients of a network.", Throttle: often, Attack: []string{"T1499"},
}

var apspoof = tocsin.Definition{
	Header: "APSPOOF", Title: "A network is imitated", Class: tocsin.Spoof, Severity: tocsin.Medium, Confidence: 95,
	Description: "An access point that is not ours advertises our network.", Throttle: often, Attack: []string{"T1557"},
}

var often = tocsin.Throttle{Limit: tocsin.Rate{Count: 1e6, Unit: tocsin.Day}, Burst: tocsin.Rate{Count: 1e6, Unit: tocsin.Day}}

func serve(t testing.TB, change ...func(*v1.Options)) *server {
	t.Helper()
	s := &server{time: noon}
	s.ledger = alert.New(alert.Options{Backlog: 500, Now: s.now, Entropy: func() uint64 { return 1 },
		Sensor: func(uint16) string { return "wlan0mon" }})
	for _, d := range []tocsin.Definition{deauthflood, apspoof} {
		if err := s.ledger.Define(d); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	s.keeper, err = auth.Open(auth.Options{Now: s.now})
	if err != nil {
		t.Fatal(err)
	}
	s.reader, s.ann = s.token(t, "readonly"), s.named(t, "ann", "operator")
	o := v1.Options{
		Ledger: s.ledger, Records: v1.Backlog(s.ledger), Auth: s, Now: s.now,
		Subscribe: func(queue int) v1.Subscription { return s.ledger.Subscribe(queue) },
		Server: func() v1.Server {
			return v1.Server{Version: "v1.0.0", Name: "attic", Started: noon.Add(-time.Hour), Networks: 12, Devices: 40, Sources: []v1.Source{
				{UUID: "4E1D07C3-0000-0000-0000-000000000001", Name: "wlan0mon", State: v1.Running, Packets: 81724, Bytes: 19023411, Lost: 3, Started: noon.Add(-time.Hour)},
				{UUID: "4E1D07C3-0000-0000-0000-000000000002", Name: "old.pcap", State: v1.Failed, Error: "no such file", Started: noon.Add(-time.Hour), Ended: noon.Add(-time.Hour)},
			}}
		},
		Sensors: func() []v1.Sensor {
			return []v1.Sensor{
				{Name: "wlan0mon", Source: "wlan0mon", Frames: 81700, Damaged: 912, Unreadable: 24, Lost: new(uint64(3)), LastHeard: s.now()},
				{Name: "wlan1mon", Source: "wlan0mon"},
			}
		},
		Detectors: func() map[string]v1.Detector {
			return map[string]v1.Detector{"DEAUTHFLOOD": {Enabled: true, Frames: 500, Findings: 2, Limits: []v1.Limit{
				{Name: "frames", Type: "int", Value: "20", Default: "11", Minimum: "1", Help: "frames about one client"}}}}
		},
		Sections: func(string) []v1.Section { return []v1.Section{{Title: "What to do", Text: "Look at who suffers."}} },
	}
	for _, c := range change {
		c(&o)
	}
	s.Handler = v1.New(o)
	return s
}

func (s *server) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.time
}

// pass lets the server's clock go on.
func (s *server) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.time = s.time.Add(d)
}

// Identify asks the keeper, which logIn replaces.
func (s *server) Identify(r *http.Request, query url.Values) api.Caller {
	return s.keeper.Identify(r, query)
}

// logIn gives s a login. Few tests need one, and hashing its password takes long.
func (s *server) logIn(t testing.TB) {
	t.Helper()
	var err error
	s.keeper, err = auth.Open(auth.Options{User: userName, Password: password, Now: s.now})
	if err != nil {
		t.Fatal(err)
	}
	s.reader, s.ann = s.token(t, "readonly"), s.named(t, "ann", "operator")
}

// found raises an alert about the network who.
func (s *server) found(d *tocsin.Definition, who byte, text string) *tocsin.Alert {
	s.pass(time.Second)
	reason := tocsin.Reason{What: "deauthentications of one client in 1s", Observed: "20 frames", Limit: "20 frames"}
	if d == &apspoof {
		reason = tocsin.Reason{What: "advertises CorpNet without being allowed to", Observed: "one beacon"}
	}
	a, ok := s.ledger.Found(tocsin.Detected{
		Definition: d, Time: time.Duration(s.now().UnixNano()), Number: 1207, SSID: "CorpNet", Channel: 6, Frequency: 2437, Signal: -47,
		Finding: tocsin.Finding{
			Text: text, BSSID: tocsin.MAC{0x02, 0, 0, 0, 0, who}, Source: tocsin.MAC{0x02, 0, 0, 0, 0, 0xee},
			Dest: tocsin.MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, Reason: reason, Frames: []uint64{1188, 1189},
		},
	})
	if !ok {
		panic("the throttle of the test's definition holds back")
	}
	return a
}

// busy fills s with alerts of several kinds.
func busy(t testing.TB) *server {
	t.Helper()
	s := serve(t)
	s.found(&deauthflood, 0x0a, `20 deauthentications in 1s keep the clients of "CorpNet" off`)
	s.found(&apspoof, 0x0b, `02:00:00:00:00:0B advertises "CorpNet" and is not ours`)
	s.found(&deauthflood, 0x0a, `20 deauthentications in 1s keep the clients of "CorpNet" off`)
	s.pass(time.Second)
	s.ledger.OneShot("SOURCEERROR", tocsin.System, tocsin.Critical, "The source old.pcap failed")
	s.ledger.Say(tocsin.MessageInfo, "Reading wlan0mon")
	return s
}

// ask is a request; as is "reader", "ann", "password", "wrong", a token, or nobody.
type ask struct {
	method, path, as, body string
	header                 map[string]string
}

func (s *server) request(q ask) *http.Request {
	if q.method == "" {
		q.method = http.MethodGet
	}
	r := httptest.NewRequest(q.method, "http://host"+q.path, nil)
	if q.body != "" {
		r = httptest.NewRequest(q.method, "http://host"+q.path, strings.NewReader(q.body))
		r.Header.Set("Content-Type", "application/json")
	}
	switch q.as {
	case "":
	case "reader":
		r.Header.Set("Authorization", "Bearer "+s.reader)
	case "ann":
		r.Header.Set("Authorization", "Bearer "+s.ann)
	case "password":
		r.SetBasicAuth(userName, password)
	case "wrong":
		r.SetBasicAuth(userName, "wrong")
		r.RemoteAddr = "192.0.2.9:1" // not that of the right password
	default:
		r.Header.Set("Authorization", "Bearer "+q.as)
	}
	for k, v := range q.header {
		r.Header.Set(k, v)
	}
	return r
}

func (s *server) do(q ask) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, s.request(q))
	return w
}

// get reads path into a T.
func get[T any](t testing.TB, s *server, path string) (v T) {
	t.Helper()
	w := s.do(ask{path: path, as: "reader"})
	if w.Code != http.StatusOK {
		t.Fatalf("%s: status %d %s", path, w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("%s: %v in %s", path, err, w.Body)
	}
	return v
}

// golden compares got with a file, which -update writes.
func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs; if that is meant, run go test ./api/v1 -update (-written +is):\n%s", path, diff)
	}
}

// token makes an API token.
func (s *server) token(t testing.TB, role string) string {
	t.Helper()
	return s.named(t, role, role)
}

func (s *server) named(t testing.TB, name, role string) string {
	t.Helper()
	token, err := s.keeper.Generate(name, role, 0)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

var _ v1.Auth = (*auth.Keeper)(nil)
