package kismet_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin/api/kismet"
)

func serveCORS(t *testing.T, cors kismet.CORS) server {
	s := serve(t)
	s.Handler = kismet.New(kismet.Options{Ledger: s.ledger, Auth: s.keeper, CORS: cors})
	return s
}

func TestOtherOriginsReadWhatIsAllowed(t *testing.T) {
	any, named := kismet.CORS{Allow: true}, kismet.CORS{Allow: true, Origin: "https://dash.example"}
	for _, c := range []struct {
		name    string
		cors    kismet.CORS
		origin  string
		allowed string
	}{
		{"off", kismet.CORS{Origin: "https://dash.example"}, "https://dash.example", ""},
		{"any", any, "http://a.example:8080", "http://a.example:8080"},
		{"a star", kismet.CORS{Allow: true, Origin: "*"}, "http://a.example", "http://a.example"},
		{"any, a program", any, "", "*"},
		{"any, a sandboxed page", any, "null", "*"},
		{"any, no origin at all", any, "http://a.example/path\x01", "*"},
		{"any, not ASCII", any, "http://\xff", "*"},
		{"named", named, "https://dash.example", "https://dash.example"},
		{"named, another asks", named, "https://evil.example", "https://dash.example"},
	} {
		s := serveCORS(t, c.cors)
		for path, want := range map[string]struct {
			auth, method string
			code         int
		}{
			"/alerts/all_alerts.json":  {"basic", "GET", 200},
			"/system/status.json":      {"", "GET", 401},
			"/session/check_session":   {"", "POST", 405},
			"/not/there":               {"", "GET", 404},
			"/alerts/alerts_view.json": {"basic", "OPTIONS", map[bool]int{true: 200, false: 405}[c.cors.Allow]},
			"/nor/this":                {"", "OPTIONS", map[bool]int{true: 200, false: 404}[c.cors.Allow]},
		} {
			q := ask{method: want.method, path: path, auth: want.auth, header: map[string]string{}}
			if c.origin != "" {
				q.header["Origin"] = c.origin
			}
			w := s.do(q)
			if w.Code != want.code {
				t.Errorf("%s: %s %s: got status %d, want %d", c.name, want.method, path, w.Code, want.code)
			}
			got := map[string]string{}
			for key := range w.Header() {
				if strings.HasPrefix(key, "Access-Control-") || key == "Vary" {
					got[key] = w.Header().Get(key)
				}
			}
			expected := map[string]string{}
			if c.allowed != "" {
				expected = map[string]string{
					"Access-Control-Allow-Origin": c.allowed, "Access-Control-Allow-Credentials": "true", "Vary": "Origin",
					"Access-Control-Max-Age": "86400", "Access-Control-Allow-Methods": "POST, GET, OPTIONS, UPGRADE",
					"Access-Control-Allow-Headers": "Content-Type, Authorization",
				}
			}
			if diff := cmp.Diff(expected, got); diff != "" {
				t.Errorf("%s: %s %s: %s", c.name, want.method, path, diff)
			}
			if c.cors.Allow && want.method == "OPTIONS" && (w.Header().Get("Content-Length") != "0" || w.Body.Len() != 0) {
				t.Errorf("%s: OPTIONS: got %q, header %v", c.name, w.Body, w.Header())
			}
		}
	}
}

func TestWrapDoesTheSameForOthers(t *testing.T) {
	inner := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(reached) })
	for allow, want := range map[bool]string{true: "*", false: ""} {
		w := httptest.NewRecorder()
		kismet.CORS{Allow: allow}.Wrap(inner).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
		if w.Code != reached || w.Header().Get("Access-Control-Allow-Origin") != want {
			t.Errorf("got status %d, header %v", w.Code, w.Header())
		}
	}
}

func TestPrefixesOfProxies(t *testing.T) {
	s := serve(t)
	for _, prefix := range []string{"/kismet", "/kismet/", "kismet", "kismet/"} {
		h := server{kismet.StripPrefix(prefix, s.Handler), s.ledger, s.keeper}
		for path, code := range map[string]int{
			"/kismet/session/check_session": 200, "/session/check_session": 200, "/kismet//session/check_session": 200,
			"/kismet/alerts/last-time/-60/alerts.json": 200, "/kismetsession/check_session": 404, "/kismet/kismet/session/check_session": 404,
			"/kismet": 404, "/kismet/": 404, "/kismet/../session/check_session": 404, "/kismet%2fsession/check_session": 404,
		} {
			if w := h.do(ask{method: "GET", path: "http://host" + path, auth: "basic"}); w.Code != code {
				t.Errorf("prefix %s, %s: got status %d, want %d", prefix, path, w.Code, code)
			}
		}
	}
	for _, none := range []string{"", "/"} {
		h := server{kismet.StripPrefix(none, s.Handler), s.ledger, s.keeper}
		if w := h.do(ask{method: "GET", path: "/session/check_session", auth: "basic"}); w.Code != 200 {
			t.Errorf("prefix %q: got status %d", none, w.Code)
		}
	}
}
