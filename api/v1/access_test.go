package v1_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	v1 "github.com/tocsin-wids/tocsin/api/v1"
)

// problemOf checks that an answer is a problem in our form.
func problemOf(t testing.TB, w *httptest.ResponseRecorder) (p v1.Problem) {
	t.Helper()
	if media := w.Header().Get("Content-Type"); media != "application/problem+json" {
		t.Errorf("status %d has the media type %q", w.Code, media)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatalf("%s: %v", w.Body, err)
	}
	if p.Status != w.Code || p.Title != http.StatusText(w.Code) || p.Type != "about:blank" || p.Detail == "" {
		t.Errorf("status %d came with %+v", w.Code, p)
	}
	return p
}

// TestRoutesMethodsAndLogins asks every route by every method in every role, in every way to log in.
func TestRoutesMethodsAndLogins(t *testing.T) {
	s := busy(t)
	s.logIn(t)
	id := s.ledger.Alerts()[0].ID.String()
	session := s.keeper.Identify(s.request(ask{as: "password"}), nil).Session
	reader, sensor := s.reader, s.token(t, "datasource")
	callers := map[string]struct {
		ask  ask
		want int
	}{
		"nobody":                {ask{}, 401},
		"password":              {ask{as: "password"}, 200},
		"wrong password":        {ask{as: "wrong"}, 401},
		"session":               {ask{header: map[string]string{"Cookie": "KISMET=" + session}}, 200},
		"unknown session":       {ask{header: map[string]string{"Cookie": "KISMET=X"}}, 401},
		"reader's token":        {ask{as: reader}, 200},
		"reader's cookie":       {ask{header: map[string]string{"Cookie": "KISMET=" + reader}}, 200},
		"unknown token":         {ask{as: "0123456789ABCDEF0123456789ABCDEF"}, 401},
		"token of another role": {ask{as: sensor}, 403},
	}
	for _, path := range []string{"/server", "/sensors", "/alerts", "/alerts/" + id, "/incidents", "/incidents/" + id, "/definitions",
		"/definitions/DEAUTHFLOOD", "/messages", "/openapi.json", "/events"} {
		s.pass(time.Minute) // or the wrong passwords would be too many
		for name, c := range callers {
			for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "X"} {
				if path == "/events" && method == "GET" && c.want == 200 {
					continue // does not end
				}
				c.ask.method, c.ask.path = method, "/api/v1"+path
				want := c.want
				if method != "GET" && method != "HEAD" {
					want = 405
				}
				w := s.do(c.ask)
				if w.Code != want {
					t.Errorf("%s %s as %s: status %d, want %d", method, path, name, w.Code, want)
				}
				switch {
				case method == "HEAD":
					if w.Body.Len() > 0 {
						t.Errorf("HEAD %s: %s", path, w.Body)
					}
				case w.Code != 200:
					problemOf(t, w)
				}
				if (w.Code == 405) != (w.Header().Get("Allow") == "GET, HEAD") || (w.Code == 401) != (w.Header().Get("WWW-Authenticate") != "") {
					t.Errorf("%s %s as %s: status %d with header %v", method, path, name, w.Code, w.Header())
				}
				if w.Header().Get("Set-Cookie") != "" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
					t.Errorf("%s %s as %s: header %v", method, path, name, w.Header())
				}
			}
		}
	}
}

func TestCredentialsInTheAddressAreNotLookedAt(t *testing.T) {
	s := serve(t)
	s.logIn(t)
	for _, query := range []string{"user=admin&password=correct+horse", "KISMET=" + s.reader} {
		if w := s.do(ask{path: "/api/v1/server?" + query}); w.Code != 401 {
			t.Errorf("%s: status %d, want 401", query, w.Code)
		}
	}
}

func TestGuessingIsSlowedDown(t *testing.T) {
	s := serve(t)
	s.logIn(t)
	var w *httptest.ResponseRecorder
	for range 40 {
		if w = s.do(ask{path: "/api/v1/server", as: "wrong"}); w.Code != 401 {
			break
		}
	}
	if problemOf(t, w); w.Code != 429 || w.Header().Get("Retry-After") != "60" {
		t.Errorf("status %d, header %v, want 429 at last", w.Code, w.Header())
	}
}

func TestPathsThatAreNotThere(t *testing.T) {
	s := busy(t)
	for _, path := range []string{"/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v1/alerts/", "/api/v1//alerts", "/api/v1/./alerts",
		"/api/v1/server/../alerts", "/api/v1/%2e%2e/v1/alerts", "/api/v1/alerts/%00", "/api/v1/alerts/a%2fb", "/api/v1/alerts/" + strings.Repeat("0", 26),
		"/api/v1/incidents/" + strings.Repeat("Z", 26), "/api/v1/incidents/x", "/api/v1/definitions/NOSUCH", "/api/v1/definitions/%ff%0d%0aX:y"} {
		w := s.do(ask{path: path, as: "reader"})
		if problemOf(t, w); w.Code != 404 || w.Header().Get("X") != "" || w.Header().Get("Location") != "" {
			t.Errorf("%s: status %d %s", path, w.Code, w.Body)
		}
	}
}

func TestBodiesAreRefused(t *testing.T) {
	s := serve(t)
	chunked := s.request(ask{path: "/api/v1/server", as: "reader", body: "x"})
	chunked.ContentLength = -1
	w := httptest.NewRecorder()
	s.ServeHTTP(w, chunked)
	for _, w := range []*httptest.ResponseRecorder{w, s.do(ask{path: "/api/v1/server", as: "reader", body: strings.Repeat("x", 2<<20)})} {
		if problemOf(t, w); w.Code != 413 {
			t.Errorf("status %d, want 413", w.Code)
		}
	}
}

func TestWrongParametersAreNamed(t *testing.T) {
	s := serve(t)
	for query, want := range map[string]string{
		"/alerts?limit=0":                     "query.limit",
		"/alerts?limit=501":                   "query.limit",
		"/alerts?limit=x":                     "query.limit",
		"/alerts?limit=1&limit=2":             "query.limit",
		"/alerts?severity=high":               "query.severity",
		"/alerts?bssid=x":                     "query.bssid",
		"/alerts?source=02:00:00:00:00:0G":    "query.source",
		"/alerts?from=yesterday":              "query.from",
		"/alerts?cursor=x":                    "query.cursor",
		"/alerts?cursor=%3D":                  "query.cursor",
		"/alerts?nonsense=1":                  "query.nonsense",
		"/alerts?text=%ff":                    "query",
		"/alerts?text=%zz":                    "query",
		"/alerts?a;b":                         "query",
		"/alerts?header=" + list(51):          "query.header",
		"/alerts?text=" + list(200):           "query.text",
		"/incidents?cursor=x":                 "query.cursor",
		"/sensors?offset=-1":                  "query.offset",
		"/messages?kind=x":                    "query.kind",
		"/events?types=alert,x":               "query.types",
		"/events?type=alert":                  "query.type",
		"/openapi.json?x=1&x=2":               "query.x",
		"/alerts?from=" + later + "&to=" + at: "query.to",
	} {
		p := problemOf(t, s.do(ask{path: "/api/v1" + query, as: "reader"}))
		if p.Status != 400 || len(p.Errors) != 1 || p.Errors[0].Location != want || p.Errors[0].Message == "" {
			t.Errorf("%s: %+v, want one mistake in %s", query, p, want)
		}
	}
}

const at, later = "2026-03-01T12:00:00Z", "2026-03-01T13:00:00Z"

func list(n int) string { return strings.Repeat("a,", n-1) + "a" }

func TestAnswersAreKnownByATag(t *testing.T) {
	s := busy(t)
	first := s.do(ask{path: "/api/v1/alerts", as: "reader"})
	tag := first.Header().Get("ETag")
	if len(tag) != 34 || first.Header().Get("Cache-Control") != "private, no-cache" {
		t.Errorf("header %v", first.Header())
	}
	for _, c := range []struct {
		tags string
		want int
	}{{tag, 304}, {`"x", W/` + tag, 304}, {"*", 304}, {`"x"`, 200}, {"", 200}} {
		w := s.do(ask{path: "/api/v1/alerts", as: "reader", header: map[string]string{"If-None-Match": c.tags}})
		if w.Code != c.want || (w.Body.Len() == 0) != (c.want == 304) || w.Header().Get("ETag") != tag {
			t.Errorf("%s: status %d, %d octets, tag %s", c.tags, w.Code, w.Body.Len(), w.Header().Get("ETag"))
		}
	}
	s.found(&apspoof, 1, "another")
	if w := s.do(ask{path: "/api/v1/alerts", as: "reader", header: map[string]string{"If-None-Match": tag}}); w.Code != 200 {
		t.Errorf("status %d after another alert", w.Code)
	}
	if w := s.do(ask{path: "/api/v1/alerts", header: map[string]string{"If-None-Match": tag}}); w.Code != 401 {
		t.Errorf("status %d for a tag without a login", w.Code)
	}
}
