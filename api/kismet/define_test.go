package kismet_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/api/auth"
	"github.com/tocsin-wids/tocsin/api/kismet"
)

// serveThrottles is serve with rates that the configuration names.
func serveThrottles(t *testing.T, throttles map[string]tocsin.Throttle) server {
	t.Helper()
	l := alert.New(alert.Options{Backlog: 50, Throttles: throttles})
	k := open(t, auth.Options{User: "admin", Password: "se&c+ret"})
	return server{kismet.New(kismet.Options{Ledger: l, Auth: k}), l, k}
}

func (s server) defines(body string) (code int, answer string) {
	w := s.do(ask{method: "POST", path: "/alerts/definitions/define_alert.cmd", auth: "basic", media: jsonType, body: body})
	return w.Code, w.Body.String()
}

func TestDefinitionsOfTheOfficialLibrary(t *testing.T) {
	s := serveThrottles(t, nil)
	for _, c := range []struct{ name, body, want string }{
		// The library's form: neither class nor severity.
		{"library", `{"name":"LIB","description":"d","throttle":"7/hour","burst":"2/min","phyname":"any"}`, "LIB OTHER 5 7/hour,2/min -1"},
		{"shortest", `{"name":"least","description":"d"}`, "LEAST OTHER 5 10/min,1/sec -1"},
		{"nulls", `{"name":"NULLS","description":"d","class":null,"severity":null,"throttle":null,"burst":null,"phyname":null}`, "NULLS OTHER 5 10/min,1/sec -1"},
		{"whole", `{"name":"WHOLE","description":"d","class":"spoof","severity":20.9,"throttle":"3","burst":"1 x/SECOND","phyname":"BTLE"}`, "WHOLE SPOOF 20 3/min,1/sec 6"},
		{"a truth", `{"name":"TRUTH","description":"d","severity":false}`, "TRUTH OTHER 0 10/min,1/sec -1"},
	} {
		if code, answer := s.defines(c.body); code != 200 || answer != "" {
			t.Errorf("%s: got %d %q", c.name, code, answer)
			continue
		}
		if got := newest(s.ledger); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
	for body, want := range map[string]string{
		`{"name":"X","description":"d","throttle":""}`:                         "could not parse throttle limits",
		`{"name":"X","description":"d","burst":""}`:                            "could not parse burst limits",
		`{"name":"X","description":"d","throttle":5}`:                          "type must be string, but is number",
		`{"name":"X","description":"d","class":[]}`:                            "type must be string, but is array",
		`{"name":"X","description":"d","severity":"5"}`:                        "type must be number, but is string",
		`{"name":"X","description":"d","severity":true}`:                       "unknown severity level",
		`{"name":"X","description":"d","severity":1e300}`:                      "unknown severity level",
		`{"name":"X","description":"d","phyname":"ham"}`:                       "could not find phy",
		`{"name":"X\u001b[31m","description":"d"}`:                             "control characters",
		`{"name":"X","description":"d","class":"\r\n"}`:                        "control characters",
		`{"name":"","description":"d"}`:                                        "name is empty",
		`{"name":"X","description":"d","throttle":"99999999999999999999/min"}`: "could not parse throttle limits",
		`{"name":"` + strings.Repeat("X", 65) + `","description":"d"}`:         "too long",
		`{"description":"d"}`:                                                  "type must be string, but is null",
		`{"name":"X"}`:                                                         "type must be string, but is null",
	} {
		if code, answer := s.defines(body); code != 400 || !strings.Contains(answer, want) {
			t.Errorf("%s: got %d %q, want 400 and %q", body, code, answer, want)
		}
	}
	if got := len(s.ledger.Definitions()) - len(tocsin.SystemAlerts); got != 5 {
		t.Errorf("got %d definitions beside those of the server, want five", got)
	}
}

func newest(l *alert.Ledger) string {
	list := l.Definitions()
	d := list[len(list)-1]
	phy, _ := json.Marshal(d.Phy)
	severity, _ := json.Marshal(uint8(d.Severity))
	return d.Header + " " + string(d.Class) + " " + string(severity) + " " + d.Throttle.String() + " " + string(phy)
}

func TestConfiguredRatesOfAlertsThatClientsDefine(t *testing.T) {
	rate, err := tocsin.ParseThrottle("3/hour,2/min")
	if err != nil {
		t.Fatal(err)
	}
	s := serveThrottles(t, map[string]tocsin.Throttle{"MINE": rate})
	if code, answer := s.defines(`{"name":"mine","description":"d","throttle":"9/sec","burst":"9/sec"}`); code != 200 {
		t.Fatalf("got %d %s", code, answer)
	}
	if got := newest(s.ledger); got != "MINE OTHER 5 3/hour,2/min -1" {
		t.Errorf("got %s, want the configured rate", got)
	}
	// A definition that is refused leaves its name free.
	if code, _ := s.defines(`{"name":"LATER","description":"d","burst":"1/day"}`); code != 504 {
		t.Errorf("got status %d for a burst that is longer than the limit, want 504", code)
	}
	if code, answer := s.defines(`{"name":"LATER","description":"d"}`); code != 200 {
		t.Errorf("got %d %s for the second try", code, answer)
	}
}

func TestAPartOfASecondIsNotForEver(t *testing.T) {
	s := serve(t)
	w := s.do(ask{method: "POST", path: "/auth/apikey/generate.cmd", auth: "basic", media: jsonType, body: `{"name":"short","role":"readonly","duration":0.25}`})
	list := s.keeper.Tokens()
	if w.Code != 200 || len(list) != 1 || list[0].Expires.IsZero() {
		t.Errorf("got %d %s, tokens %v, want one that ends", w.Code, w.Body, list)
	}
}
