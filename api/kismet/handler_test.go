package kismet_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/api/auth"
	"github.com/tocsin-wids/tocsin/api/kismet"
)

var noon = time.Unix(1700000000, 250e6).UTC()

type server struct {
	http.Handler
	ledger *alert.Ledger
	keeper *auth.Keeper
}

func serve(t testing.TB) server {
	t.Helper()
	now := func() time.Time { return noon }
	l := alert.New(alert.Options{Backlog: 50, Now: now, Entropy: func() uint64 { return 1 }})
	err := l.Define(tocsin.Definition{Header: "PROBE", Class: tocsin.Other, Severity: tocsin.Low, Description: "for tests",
		Throttle: tocsin.Throttle{Limit: tocsin.Rate{Count: 1000, Unit: tocsin.Day}, Burst: tocsin.Rate{Count: 1000, Unit: tocsin.Day}}})
	if err != nil {
		t.Fatal(err)
	}
	k, err := auth.Open(auth.Options{User: "admin", Password: "se&c+ret", Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return server{kismet.New(kismet.Options{Ledger: l, Auth: k, Now: now}), l, k}
}

type ask struct {
	method, path, auth, media, body string
	header                          map[string]string
}

func (s server) do(q ask) *httptest.ResponseRecorder {
	r := httptest.NewRequest(q.method, q.path, strings.NewReader(q.body))
	switch q.auth {
	case "":
	case "basic":
		r.SetBasicAuth("admin", "se&c+ret")
	case "wrong":
		r.SetBasicAuth("admin", "secret")
		r.RemoteAddr = "192.0.2.9:1" // not that of the right password
	default:
		r.Header.Set("Cookie", "KISMET="+q.auth)
	}
	if q.media != "" {
		r.Header.Set("Content-Type", q.media)
	}
	for k, v := range q.header {
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

const jsonType, formType = "application/json", "application/x-www-form-urlencoded"

// logins are the ways to come by their names: what `request` takes for each.
func logins(t *testing.T, s server) map[string]string {
	t.Helper()
	tokens := map[string]string{"none": "", "basic": "basic", "wrong": "wrong"}
	for _, role := range []string{"readonly", "datasource"} {
		token, err := s.keeper.Generate(role, role, 0)
		if err != nil {
			t.Fatal(err)
		}
		tokens[role] = token
	}
	return tokens
}

// TestRoutesMethodsAndLogins asks every route by every method in every role.
func TestRoutesMethodsAndLogins(t *testing.T) {
	s := serve(t)
	tokens := logins(t, s)
	for path, want := range map[string]struct{ methods, roles string }{
		"/alerts/definitions.json":                 {"GET POST", "basic readonly"},
		"/alerts/all_alerts.ekjson":                {"GET POST", "basic readonly"},
		"//alerts///all_alerts.json":               {"GET POST", "basic readonly"},
		"/alerts/last-time/0/alerts.json":          {"GET POST", "basic readonly"},
		"/alerts/wrapped/last-time/-5/alerts.json": {"GET POST", "basic readonly"},
		"/alerts/alerts_view.json":                 {"GET POST", "basic readonly"},
		"/alerts/definitions/define_alert.cmd":     {"POST", "basic"},
		"/alerts/raise_alerts.cmd":                 {"POST", "basic"},
		"/alerts/raise_alert.cmd":                  {"POST", "basic"},
		"/messagebus/all_messages.json":            {"GET POST", "basic readonly"},
		"/messagebus/last-time/0/messages.json":    {"GET POST", "basic readonly"},
		"/system/status.json":                      {"GET POST", "basic readonly"},
		"/system/timestamp.tjson":                  {"GET POST", "basic readonly"},
		"/system/user_status.json":                 {"GET POST", "none wrong basic readonly datasource"},
		"/session/check_setup_ok":                  {"GET", "none wrong basic readonly datasource"},
		"/session/check_login":                     {"GET", "basic"},
		"/session/check_session":                   {"GET", "basic readonly datasource"},
		"/session/set_password":                    {"POST", "none wrong basic readonly datasource"},
		"/auth/apikey/list.json":                   {"GET", "basic"},
		"/auth/apikey/generate.cmd":                {"POST", "basic"},
		"/auth/apikey/revoke.cmd":                  {"POST", "basic"},
	} {
		for _, method := range []string{"GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS"} {
			for role, token := range tokens {
				code := s.do(ask{method: method, path: "http://host" + path, auth: token, media: jsonType, body: "{}"}).Code
				got := map[int]string{405: "method", 401: "login", 429: "login", 404: "nothing"}[code]
				expected := ""
				if !strings.Contains(want.methods, method) {
					expected = "method"
				} else if !strings.Contains(" "+want.roles+" ", " "+role+" ") {
					expected = "login"
				}
				if got != expected {
					t.Errorf("%s %s as %s: got status %d, want %q", method, path, role, code, expected)
				}
			}
		}
	}
}

func TestPathsThatAreNotThere(t *testing.T) {
	s := serve(t)
	for _, path := range []string{"/", "/alerts/all_alerts", "/alerts/all_alerts.nope", "/alerts/all_alerts.", "/alerts/raise_alerts.json",
		"/session/check_session.json", "/alerts/last-time//alerts.json", "/eventbus/events.ws", "/a/%2f..%2fb.json", "/alerts/last-time/alerts.json"} {
		w := s.do(ask{method: "GET", path: path, auth: "basic"})
		if w.Code != 404 || w.Header().Get("Content-Type") != "text/html" || w.Header().Get("Set-Cookie") != "" {
			t.Errorf("%s: got status %d, header %v", path, w.Code, w.Header())
		}
	}
	if body := s.do(ask{method: "GET", path: "/<script>.x"}).Body.String(); strings.Contains(body, "<script") {
		t.Errorf("got %s, want the path escaped", body)
	}
}

func TestLoginsByQueryCookieAndHeader(t *testing.T) {
	s := serve(t)
	session := s.do(ask{method: "GET", path: "/session/check_login", auth: "basic"}).Result().Cookies()[0]
	if !session.HttpOnly || session.SameSite != http.SameSiteLaxMode {
		t.Errorf("got cookie %v, want it kept from scripts and other sites", session)
	}
	for _, c := range []struct {
		name string
		ask  ask
		code int
	}{
		{"session cookie", ask{auth: session.Value}, 200},
		{"session in the query", ask{path: "?KISMET=" + session.Value}, 200},
		{"password in the query", ask{path: "?user=admin&password=se%26c+ret"}, 200},
		{"empty user and password", ask{path: "?user=&password="}, 401},
		{"empty basic", ask{header: map[string]string{"Authorization": "Basic Og=="}}, 401},
		{"basic without colon", ask{header: map[string]string{"Authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte("admin"))}}, 401},
		{"wrong header before the query", ask{auth: "wrong", path: "?user=admin&password=se%26c+ret"}, 401},
		{"a cookie hides the query", ask{auth: "x", path: "?KISMET=" + session.Value}, 401},
		{"stale cookie and right password", ask{auth: "x", path: "?user=admin&password=se%26c+ret"}, 200},
	} {
		c.ask.method, c.ask.path = "GET", "/session/check_login"+c.ask.path
		w := s.do(c.ask)
		if w.Code != c.code {
			t.Errorf("%s: got status %d, want %d", c.name, w.Code, c.code)
		}
		if w.Code == 401 && w.Header().Get("Set-Cookie") != "" {
			t.Errorf("%s: got a cookie without a login", c.name)
		}
	}
}

func TestUnknownTokensAreNeverEchoed(t *testing.T) {
	w := serve(t).do(ask{method: "GET", path: "/system/user_status.json?KISMET=x%0d%0aX-Evil:%201"})
	if w.Code != 200 || w.Header().Get("Set-Cookie") != "" || w.Header().Get("X-Evil") != "" {
		t.Errorf("got status %d, header %v", w.Code, w.Header())
	}
}

func TestOtherSitesChangeNothing(t *testing.T) {
	s := serve(t)
	q := ask{method: "POST", path: "/alerts/raise_alerts.cmd", auth: "basic", media: formType, body: `json={"name":"PROBE","text":"x"}`,
		header: map[string]string{"Origin": "http://evil.example"}}
	if w := s.do(q); w.Code != 403 {
		t.Errorf("got status %d, want 403", w.Code)
	}
	q.header["Origin"] = "http://example.com" // the host of httptest's requests
	if w := s.do(q); w.Code != 200 {
		t.Errorf("got status %d for our own page, want 200", w.Code)
	}
}

func TestWrongPasswordsAreSlowedDown(t *testing.T) {
	s := serve(t)
	code := 0
	for range 40 {
		if code = s.do(ask{method: "GET", path: "/session/check_login", auth: "wrong"}).Code; code != 401 {
			break
		}
	}
	if code != 429 {
		t.Errorf("got status %d, want 429 at last", code)
	}
	if got := s.do(ask{method: "GET", path: "/system/user_status.json", auth: "wrong"}).Code; got != 200 {
		t.Errorf("got status %d where no login is needed", got)
	}
}

func TestHostileBodies(t *testing.T) {
	s := serve(t)
	for _, c := range []struct {
		name, media, body string
		code              int
	}{
		{"large", jsonType, strings.Repeat(" ", 1<<20+1), 413},
		{"deep", jsonType, strings.Repeat("[", 100) + strings.Repeat("]", 100), 400},
		{"cut", jsonType, `{"fields":[`, 400},
		{"garbage after the value", jsonType, `{} x`, 400},
		{"garbage after the value of a form", formType, "json={}%20x", 200},
		{"another parameter", jsonType + ";charset=utf-8", `{"fields":[["a","b","c"]]}`, 500},
		{"other media", "text/weird; x", "\x00\xff", 200},
		{"fields of another type", jsonType, `{"fields":{"a":1}}`, 200},
		{"many fields", jsonType, `{"fields":[` + strings.Repeat(`"a",`, 1000) + `"a"]}`, 500},
	} {
		if w := s.do(ask{method: "POST", path: "/alerts/all_alerts.json", auth: "basic", media: c.media, body: c.body}); w.Code != c.code {
			t.Errorf("%s: got status %d %s, want %d", c.name, w.Code, w.Body, c.code)
		}
	}
}

func TestDefineAndRaise(t *testing.T) {
	s := serve(t)
	define := `{"name":"mine","description":"d","class":"other","severity":5,"throttle":"3/min","burst":"1/sec"}`
	for _, c := range []struct {
		path, body string
		code       int
		want       string
	}{
		{"define_alert", define, 200, ""},
		{"define_alert", define, 503, "Could not define alert\n"},
		{"define_alert", `{"name":"B"}`, 400, "Invalid request: [json.exception.type_error.302] type must be string, but is null\n"},
		{"define_alert", strings.Replace(strings.Replace(define, "mine", "C", 1), "1/sec", "1/day", 1), 504, "Could not activate alert after definition\n"},
		{"define_alert", strings.Replace(strings.Replace(define, "mine", "C", 1), "3/min", "", 1), 400, "Invalid request: could not parse throttle limits\n"},
		{"define_alert", strings.Replace(strings.Replace(define, "mine", "C", 1), ":5", ":7", 1), 400, "Invalid request: unknown severity level\n"},
		{"define_alert", `[]`, 400, "Invalid request: [json.exception.type_error.305] cannot use operator[] with a string argument with array\n"},
		{"raise_alerts", `{"name":"mine","text":"a & b"}`, 200, "Alert raised\n"},
		{"raise_alert", `{"name":"MINE","text":"c","bssid":"nope"}`, 400, "Invalid request: invalid MAC address\n"},
		{"raise_alert", `{"name":"<x>","text":"c"}`, 400, "Invalid request:  Unknown alert type '&lt;x&gt;'\n"},
		{"raise_alert", `{"name":"MINE","text":"c","source":"02:00:00:00:00:01/FF:FF:FF:00:00:00"}`, 200, "Alert raised\n"},
		{"raise_alert", `{"name":"MINE","text":"c"}`, 400, "Invalid request: alert throttle reached, alert not raised.\n"},
	} {
		path := "/alerts/" + c.path + ".cmd"
		if c.path == "define_alert" {
			path = "/alerts/definitions/define_alert.cmd"
		}
		w := s.do(ask{method: "POST", path: path, auth: "basic", media: formType, body: "json=" + strings.ReplaceAll(c.body, "&", "%26")})
		if w.Code != c.code || w.Body.String() != c.want {
			t.Errorf("%s: got %d %q, want %d %q", c.body, w.Code, w.Body, c.code, c.want)
		}
	}
	var got []struct {
		Text string `json:"kismet.alert.text"`
		MAC  string `json:"kismet.alert.source_mac"`
	}
	if err := json.Unmarshal(s.do(ask{method: "GET", path: "/alerts/all_alerts.json", auth: "basic"}).Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].Text != "a & b" || got[1].MAC != "02:00:00:00:00:01" {
		t.Errorf("got %+v", got)
	}
}

func TestTokensAreMadeListedAndRevoked(t *testing.T) {
	s := serve(t)
	post := func(name, body string) *httptest.ResponseRecorder {
		return s.do(ask{method: "POST", path: "/auth/apikey/" + name + ".cmd", auth: "basic", media: jsonType, body: body})
	}
	token := post("generate", `{"name":"siem","role":"readonly","duration":60}`).Body.String()
	if w := post("generate", `{"name":"siem","role":"readonly","duration":0}`); w.Code != 500 || w.Body.String() != "ERROR: cannot create duplicate auth\n" {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	want := `[{"kismet.httpd.auth.name": "siem","kismet.httpd.auth.role": "readonly","kismet.httpd.auth.expiration": 1700000060}]`
	if diff := cmp.Diff(want, s.do(ask{method: "GET", path: "/auth/apikey/list.json", auth: "basic"}).Body.String()); diff != "" {
		t.Error(diff)
	}
	read := ask{method: "GET", path: "/alerts/all_alerts.json", auth: token}
	if w := s.do(read); w.Code != 200 {
		t.Errorf("got status %d with the token", w.Code)
	}
	if w := post("revoke", `{"name":"siem"}`); w.Body.String() != "revoked\n" {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	if w := s.do(read); w.Code != 401 {
		t.Errorf("got status %d with a revoked token", w.Code)
	}
}
