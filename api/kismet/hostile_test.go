package kismet_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/api/auth"
	"github.com/tocsin-wids/tocsin/api/kismet"
)

// nasty is what a hostile client puts wherever it can.
var nasty = []string{
	"x\r\nX-Evil: 1", "x\nSet-Cookie: KISMET=evil", "x\r\n\r\n<script>alert(1)</script>", "a\x00b", "\x1b[2J\x1b]0;evil\x07",
	"\xff\xfe\xc0\xaf", "\u202eevil\u2066", "../../../../etc/passwd", "..%2f..%2f", `"><img src=x onerror=alert(1)>`, "\u0085\u2028\x9b31m",
	strings.Repeat("A", 5000),
}

// checkClean fails if w holds a byte that a terminal, a page or a proxy could take for more than text.
func checkClean(t *testing.T, what string, w *httptest.ResponseRecorder) {
	t.Helper()
	for key, values := range w.Header() {
		for _, v := range append(values, key) {
			if strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r > '~' }) || strings.Contains(v, "evil") {
				t.Errorf("%s: header %s is %q", what, key, values)
			}
		}
	}
	if w.Header().Get("X-Evil") != "" {
		t.Errorf("%s: header %v", what, w.Header())
	}
	body := w.Body.String()
	markup := strings.Contains(body, "<script") || strings.Contains(body, "<img")
	media := w.Header().Get("Content-Type")
	// JSON escapes what is below a space; the rest is the reader's, who must not print it raw.
	unsafe := func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }
	if media == "application/json" && json.Valid(w.Body.Bytes()) {
		unsafe, markup = func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' }, false
	}
	if media == "application/vnd.tcpdump.pcap" && strings.HasPrefix(body, "\n\r\r\n") {
		unsafe, body = nil, strings.ToValidUTF8(body, "") // packets, which no browser shows
	}
	if !utf8.ValidString(body) || unsafe != nil && strings.ContainsFunc(body, unsafe) || markup {
		t.Errorf("%s: status %d, %s body %q", what, w.Code, media, body)
	}
}

// spots are where a request to p can carry s.
func spots(p place, s string) map[string]func(*http.Request) {
	form := func(r *http.Request, body string) {
		r.Header.Set("Content-Type", formType)
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	}
	quoted, _ := json.Marshal(s)
	all := `{"name":` + string(quoted) + `,"text":` + string(quoted) + `,"role":` + string(quoted) + `,"description":` + string(quoted) +
		`,"class":` + string(quoted) + `,"channel":` + string(quoted) + `,"phyname":` + string(quoted) + `,"throttle":` + string(quoted) +
		`,"bssid":` + string(quoted) + `,"duration":0,"fields":[` + string(quoted) + `,["a/b",` + string(quoted) + `]]}`
	known := `{"name":"PROBE","text":` + string(quoted) + `,"channel":` + string(quoted) + `}`
	escaped := url.QueryEscape(s)
	return map[string]func(*http.Request){
		"path":      func(r *http.Request) { r.URL.Path, r.URL.RawPath = p.path+"/"+s, "" },
		"path part": func(r *http.Request) { r.URL.Path, r.URL.RawPath = strings.Replace(p.path, "/0/", "/"+s+"/", 1), "" },
		"suffix":    func(r *http.Request) { r.URL.Path, r.URL.RawPath = p.path+"."+s, "" },
		"query value": func(r *http.Request) {
			r.URL.RawQuery = "search=" + escaped + "&sort=" + escaped + "&KISMET=" + escaped
		},
		"query name":   func(r *http.Request) { r.URL.RawQuery = escaped + "=1&page=" + escaped },
		"query raw":    func(r *http.Request) { r.URL.RawQuery = "setup=" + s + "&KISMET=" + s },
		"form":         func(r *http.Request) { form(r, "username="+escaped+"&password="+escaped+"&json="+escaped) },
		"form raw":     func(r *http.Request) { form(r, s+"="+s+"&username="+s+"&password="+s) },
		"form json":    func(r *http.Request) { form(r, "json="+url.QueryEscape(all)) },
		"json":         func(r *http.Request) { form(r, all); r.Header.Set("Content-Type", jsonType) },
		"json, raised": func(r *http.Request) { form(r, known); r.Header.Set("Content-Type", jsonType) },
		"json raw": func(r *http.Request) {
			form(r, `{"name":"`+s+`","text":"`+s+`"}`)
			r.Header.Set("Content-Type", jsonType)
		},
		"no json":     func(r *http.Request) { form(r, s); r.Header.Set("Content-Type", jsonType) },
		"media type":  func(r *http.Request) { r.Header.Set("Content-Type", s) },
		"cookie":      func(r *http.Request) { r.Header.Set("Cookie", "KISMET="+s); r.Header.Set("X-Cookie", s) },
		"origin":      func(r *http.Request) { r.Header.Set("Origin", s) },
		"origin, odd": func(r *http.Request) { r.Header.Set("Origin", "http://"+s) },
		"basic":       func(r *http.Request) { r.SetBasicAuth(s, s) },
		"bearer":      func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+s) },
		"agent":       func(r *http.Request) { r.Header.Set("User-Agent", "Wget"+s) },
	}
}

// TestNothingHostileComesBackRaw puts what is nasty in every place of every route, as administrator and as nobody.
func TestNothingHostileComesBackRaw(t *testing.T) {
	s := serve(t)
	var log bytes.Buffer
	s.Handler = loggingHandler(s.keeper, kismet.CORS{Allow: true}, s.ledger, slog.New(slog.NewTextHandler(&log, nil)))
	token, err := s.keeper.Generate("admin's", "admin", 0)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, p := range places {
		for _, bad := range nasty {
			for spot, put := range spots(p, bad) {
				for _, w := range []way{{"a token", "admin", false, withHeader("KISMET", token)}, {"nothing", "", false, func(*http.Request) {}}} {
					n++
					// The last to be set is what is nasty.
					answer := p.ask(s, way{set: put}, 0, w.set)
					checkClean(t, p.path+" with "+w.name+", "+spot+" "+bad[:min(len(bad), 20)], answer)
				}
			}
		}
	}
	if got := s.ledger.Alerts(); len(got) == 0 {
		t.Error("no alert with a nasty text was raised")
	}
	// What was kept of it comes back clean too, in every format.
	for _, path := range []string{"/alerts/all_alerts", "/alerts/definitions", "/messagebus/all_messages", "/auth/apikey/list"} {
		for _, suffix := range []string{"json", "ekjson", "itjson", "tjson", "prettyjson"} {
			w := s.do(ask{method: "GET", path: path + "." + suffix, auth: token})
			checkLines(t, path+"."+suffix, w.Body.Bytes(), suffix == "ekjson" || suffix == "itjson")
		}
	}
	for line := range strings.Lines(log.String()) {
		if strings.ContainsFunc(strings.TrimSuffix(line, "\n"), func(r rune) bool { return !unicode.IsPrint(r) }) || !strings.HasPrefix(line, "time=") {
			t.Errorf("log line %q", line)
		}
	}
	t.Logf("%d requests", n)
}

func checkLines(t *testing.T, what string, b []byte, lines bool) {
	t.Helper()
	parts := [][]byte{b}
	if lines {
		parts = bytes.Split(bytes.TrimSuffix(b, []byte("\n")), []byte("\n"))
	}
	for _, part := range parts {
		if !json.Valid(part) || !utf8.Valid(part) {
			t.Errorf("%s: %q is not JSON", what, part)
		}
	}
}

// TestRawBytesOnTheWire sends what no client library would, to a real server.
func TestRawBytesOnTheWire(t *testing.T) {
	s := serve(t)
	web := httptest.NewServer(s)
	defer web.Close()
	for _, bad := range nasty {
		for _, text := range []string{
			"GET /" + bad + " HTTP/1.1\r\nHost: h\r\n", "GET /alerts/last-time/" + bad + "/alerts.json?user=admin&password=se%26c+ret HTTP/1.1\r\nHost: h\r\n",
			"GET /x?KISMET=" + bad + " HTTP/1.1\r\nHost: h\r\n", "GET /x HTTP/1.1\r\nHost: " + bad + "\r\n",
			"GET /system/user_status.json HTTP/1.1\r\nHost: h\r\nCookie: KISMET=" + bad + "\r\nOrigin: " + bad + "\r\nKISMET: " + bad + "\r\n",
			bad + " /x HTTP/1.1\r\nHost: h\r\n",
		} {
			c, err := net.Dial("tcp", web.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(c, text+"Connection: close\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
			resp, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			w := httptest.NewRecorder()
			maps.Copy(w.Header(), resp.Header)
			w.Code = resp.StatusCode
			if _, err := io.Copy(w.Body, resp.Body); err != nil {
				t.Fatal(err)
			}
			c.Close()
			checkClean(t, text[:min(len(text), 60)], w)
		}
	}
}

// TestPathsDoNotClimb asks for what is elsewhere by way of what is there.
func TestPathsDoNotClimb(t *testing.T) {
	s := serve(t)
	for _, path := range []string{
		"/alerts/../session/check_login", "/alerts/%2e%2e/session/check_login", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc%2fpasswd",
		"/session/check_login/.", "/session/./check_login", "/session/check_login%00", "/session/check_login/", "/session/check_login;x",
		"/session\\check_login", "/SESSION/check_login", "/alerts/last-time/0/../0/alerts.json", "/alerts/all_alerts.json/../x", "/%73ession/check_login",
	} {
		r := httptest.NewRequest("GET", "http://host/", nil)
		u, err := url.Parse("http://host" + path)
		if err != nil {
			t.Fatal(err)
		}
		r.URL = u
		r.SetBasicAuth("admin", "se&c+ret")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != http.StatusNotFound {
			t.Errorf("%s: got status %d %s, want 404", path, w.Code, w.Body)
		}
	}
}

func TestLargeAndDeepBodiesAreRefused(t *testing.T) {
	s := serve(t)
	s.Handler = accessHandler(s.keeper, kismet.CORS{})
	token, err := s.keeper.Generate("admin's", "admin", 0)
	if err != nil {
		t.Fatal(err)
	}
	large := strings.Repeat("a", 1<<20+1)
	deep := strings.Repeat("[", 65) + strings.Repeat("]", 65)
	for _, p := range places {
		if p.pattern == "" || p.opens == "open" {
			continue
		}
		for name, c := range map[string]struct {
			media, body string
			code        int
		}{
			"large JSON": {jsonType, `"` + large + `"`, 413}, "large form": {formType, large, 413}, "large and unknown": {"text/x", large, 413},
			"deep JSON": {jsonType, deep, 400}, "deep form": {formType, "json=" + deep, 400}, "deeper than any stack": {jsonType, strings.Repeat(`{"a":`, 1<<17), 400},
		} {
			if p.method == "GET" && !strings.Contains(p.path, ".") {
				continue // takes no body
			}
			for _, chunked := range []bool{false, true} {
				r := httptest.NewRequest("POST", "http://host"+p.path, strings.NewReader(c.body))
				r.Header.Set("Content-Type", c.media)
				r.Header.Set("KISMET", token)
				if chunked {
					r.ContentLength = -1
				}
				w := httptest.NewRecorder()
				s.ServeHTTP(w, r)
				if p.path == "/auth/apikey/list.json" {
					c.code = 405
				}
				if w.Code != c.code {
					t.Errorf("%s, %s: got status %d, want %d", p.path, name, w.Code, c.code)
				}
			}
		}
	}
}

// FuzzCommands runs the commands that take JSON, with the roles of all, against a real ledger and keeper.
func FuzzCommands(f *testing.F) {
	f.Add("define_alert", `{"name":"mine","description":"d","severity":5.5,"throttle":"3/min","burst":"1/sec","phyname":"any"}`)
	f.Add("raise_alerts", `{"name":"PROBE","text":"x","bssid":"02:00:00:00:00:01/ff:ff:ff:00:00:00","channel":"6HT40"}`)
	f.Add("generate", `{"name":"siem","role":"readonly","duration":0.5}`)
	f.Add("revoke", `{"name":"siem"}`)
	f.Add("raise_alert", `{"name":"\u0000\ud800","text":[{}]}`)
	l, k := alert.New(alert.Options{Backlog: 5}), open(f, auth.Options{})
	token, err := k.Generate("admin's", "admin", 0)
	if err != nil {
		f.Fatal(err)
	}
	h := loggingHandler(k, kismet.CORS{}, l, slog.New(slog.DiscardHandler))
	f.Fuzz(func(t *testing.T, command, body string) {
		path, ok := map[string]string{
			"define_alert": "/alerts/definitions/define_alert.cmd", "raise_alerts": "/alerts/raise_alerts.cmd", "raise_alert": "/alerts/raise_alert.cmd",
			"generate": "/auth/apikey/generate.cmd", "revoke": "/auth/apikey/revoke.cmd",
		}[command]
		if !ok {
			return
		}
		p := place{method: "POST", path: path, pattern: "-"}
		w := p.ask(h, way{set: func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
		}}, 0, withHeader("KISMET", token))
		switch w.Code {
		case 200, 400, 413, 500, 503, 504:
		default:
			t.Errorf("got status %d %s", w.Code, w.Body)
		}
		if w.Code == 500 && !strings.HasPrefix(w.Body.String(), "ERROR: cannot ") {
			t.Errorf("got %s: no mistake of a client's is ours", w.Body)
		}
		checkClean(t, command+" "+body, w)
		for _, d := range l.Definitions() {
			if strings.ContainsFunc(d.Header+string(d.Class), func(r rune) bool { return !unicode.IsPrint(r) }) || !d.Severity.Valid() {
				t.Errorf("defined %q of class %q, severity %d", d.Header, d.Class, d.Severity)
			}
		}
		for _, token := range k.Tokens() {
			if token.Name != "admin's" {
				if err := k.Revoke(token.Name); err != nil {
					t.Error(err)
				}
			}
		}
	})
}

func open(t testing.TB, o auth.Options) *auth.Keeper {
	t.Helper()
	k, err := auth.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return k
}
