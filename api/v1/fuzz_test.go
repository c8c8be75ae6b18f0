package v1_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// FuzzRequest sends any path, query and headers: an answer is one that the description promises, or a problem of the
// client's.
func FuzzRequest(f *testing.F) {
	description := readDescription(f)
	s := everything(f)
	paths := []string{"/server", "/sensors", "/alerts", "/incidents", "/definitions", "/messages", "/openapi.json", "/silences"}
	f.Add(uint8(2), "", "limit=5&cursor=AAY5k3xtQEAAY5k3xtQAAQAAAAAAAAAB&header=a,b", `"x", W/"y"`)
	f.Add(uint8(2), "/01KJMWE8P0000400000000000R", "", "*")
	f.Add(uint8(2), "/\x00\xff", "text=%00%ff&from=2026-03-01T12:00:00Z&to=x", "")
	f.Add(uint8(3), "/ZZZZZZZZZZZZZZZZZZZZZZZZZZ", "cursor=zzzzzzzzzzzzzzzzzzzzzzzzzz&seen_since=0001-01-01T00:00:00Z", "")
	f.Add(uint8(4), "/../server", "after=%F0%9F&limit=00009", "")
	f.Add(uint8(1), "", "offset=65535&limit=-0", "text/html;q=0.5, */*;q=, application/cbor+json;q=2")
	f.Add(uint8(0), "", "0", ";\xaf,")
	f.Add(uint8(3), "", "mac=02:00:*&ssid=%5Cxff*&silenced=true&inhibited=false&state=open,resolved&seen_before=2026-03-01T12:00:00Z", "")
	f.Add(uint8(7), "", "state=over,active&cursor=ZZZZZZZZZZZZZZZZZZZZZZZZZZ", "")
	f.Fuzz(func(t *testing.T, which uint8, tail, query, tags string) {
		path := "/api/v1" + paths[int(which)%len(paths)]
		r := &http.Request{Method: http.MethodGet, URL: &url.URL{Path: path + tail, RawQuery: query}, Host: "host", RemoteAddr: "192.0.2.1:1",
			Header: http.Header{"Authorization": {"Bearer " + s.reader}, "If-None-Match": {tags}, "Accept": {tags}, "Accept-Language": {tags}}}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if tail != "" {
			path = strings.Replace(path+"/{id}", "definitions/{id}", "definitions/{header}", 1)
		}
		switch {
		case w.Code == 304 && w.Body.Len() == 0:
		case w.Code == 200 && description.at("paths", path) != nil:
			description.valid(t, path, 200, "application/json", w.Body.Bytes())
		case slices.Contains([]int{400, 404}, w.Code):
			problemOf(t, w)
		default:
			t.Errorf("%s%q?%q: status %d %s", path, tail, query, w.Code, w.Body)
		}
	})
}

// FuzzBody sends any body to what makes silences, and asks for incidents with those that were made.
func FuzzBody(f *testing.F) {
	description := readDescription(f)
	s := everything(f)
	f.Add(`{"comment":"x","ends":"2026-03-02T00:00:00Z","matcher":{"header":"mine"}}`)
	f.Add(`{"comment":"x","starts":"2026-03-01T00:00:00+23:59","ends":"9999-12-31T23:59:59.999999999-23:59","weekly":true,"matcher":{"mac":":*"}}`)
	f.Add(`{"comment":"\u0000","ends":"2026-03-02T00:00:00Z","matcher":{"ssid":"\\xff**?\\u{10ffff}","sensor":"\\\"","severity_at_most":"LOW","class":"ſ"}}`)
	f.Add(`{"comment":"x","ends":null,"matcher":null}`)
	f.Add(`[[[[`)
	f.Fuzz(func(t *testing.T, body string) {
		if body == "" {
			return
		}
		w := s.do(ask{method: "POST", path: "/api/v1/silences", as: "ann", body: body})
		switch w.Code {
		case 200, 201:
			description.validTo(t, "post", "/api/v1/silences", w.Code, "application/json", w.Body.Bytes())
			list := s.ledger.Silences()
			s.ledger.Incidents()
			for i := range list { // or they would soon be too many
				if _, err := s.ledger.Expire(t.Context(), list[i].ID, "ann"); err != nil {
					t.Error(err)
				}
			}
		case 400, 413:
			problemOf(t, w)
		default:
			t.Errorf("%q: status %d %s", body, w.Code, w.Body)
		}
	})
}

// FuzzLastEventID resumes a stream that has ended already: whatever the id is, it is told of and no more.
func FuzzLastEventID(f *testing.F) {
	f.Add("")
	f.Add("mp6x-0")
	f.Add("-18446744073709551615\r\nevent: alert")
	s := serve(f)
	f.Fuzz(func(t *testing.T, id string) {
		ended, leave := context.WithCancel(t.Context())
		leave()
		r := s.request(ask{path: "/api/v1/events", as: "reader"}).WithContext(ended)
		r.Header["Last-Event-Id"] = []string{id}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		body := w.Body.String()
		if w.Code != 200 || !strings.HasPrefix(body, "retry: 3000\n\n") || strings.Count(body, "event: lost\n") > 1 || strings.Contains(body, "event: alert") {
			t.Errorf("%q: status %d, %q", id, w.Code, body)
		}
	})
}
