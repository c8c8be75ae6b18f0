package v1_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/tocsin-wids/tocsin"
	v1 "github.com/tocsin-wids/tocsin/api/v1"
)

const document = "testdata/openapi.json"

func TestDescriptionIsAsWritten(t *testing.T) {
	w := serve(t).do(ask{path: "/api/v1/openapi.json", as: "reader"})
	if w.Code != 200 || w.Header().Get("Content-Type") != "application/json" {
		t.Fatalf("status %d, header %v", w.Code, w.Header())
	}
	golden(t, document, w.Body.Bytes())
}

// schemas checks values against the description. It knows the words that the description uses and refuses others, so that none
// is passed over.
type schemas struct{ root map[string]any }

func readDescription(t testing.TB) schemas {
	t.Helper()
	b, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	var s schemas
	if err := json.Unmarshal(b, &s.root); err != nil {
		t.Fatal(err)
	}
	return s
}

// at walks from the root of the description.
func (s schemas) at(steps ...string) map[string]any {
	v := s.root
	for _, step := range steps {
		v, _ = v[step].(map[string]any)
	}
	return v
}

// check returns what is wrong with v, nothing if it is as schema says.
func (s schemas) check(where string, schema map[string]any, v any) (wrong []string) {
	add := func(format string, args ...any) { wrong = append(wrong, where+": "+fmt.Sprintf(format, args...)) }
	if schema == nil {
		add("no schema")
	}
	for word, rule := range schema {
		switch word {
		case "description", "examples", "default":
		case "$ref":
			name, _ := strings.CutPrefix(rule.(string), "#/components/schemas/")
			wrong = append(wrong, s.check(where, s.at("components", "schemas", name), v)...)
		case "type":
			if kindOf(v) != rule && !(rule == "number" && kindOf(v) == "integer") {
				add("%v is no %s", v, rule)
			}
		case "properties", "required", "additionalProperties":
		case "items":
			elements, _ := v.([]any)
			for i, e := range elements {
				wrong = append(wrong, s.check(fmt.Sprintf("%s[%d]", where, i), rule.(map[string]any), e)...)
			}
		case "enum":
			if !slices.Contains(rule.([]any), v) {
				add("%v is none of %v", v, rule)
			}
		case "minimum":
			if x, ok := v.(float64); ok && x < rule.(float64) {
				add("%v is less than %v", v, rule)
			}
		case "maximum":
			if x, ok := v.(float64); ok && x > rule.(float64) {
				add("%v is more than %v", v, rule)
			}
		case "maxLength":
			if text, ok := v.(string); ok && utf8.RuneCountInString(text) > int(rule.(float64)) {
				add("%q is longer than %v", v, rule)
			}
		case "pattern":
			if text, ok := v.(string); ok && !regexp.MustCompile(rule.(string)).MatchString(text) {
				add("%q does not match %s", v, rule)
			}
		case "format":
			wrong = append(wrong, checkFormat(where, rule.(string), v)...)
		default:
			add("the schema has %s, which this test does not know", word)
		}
	}
	return append(wrong, s.checkMembers(where, schema, v)...)
}

func (s schemas) checkMembers(where string, schema map[string]any, v any) (wrong []string) {
	object, ok := v.(map[string]any)
	properties, described := schema["properties"].(map[string]any)
	if !ok || !described {
		return nil
	}
	required, _ := schema["required"].([]any)
	for _, name := range required {
		if _, ok := object[name.(string)]; !ok {
			wrong = append(wrong, fmt.Sprintf("%s: %s is missing", where, name))
		}
	}
	for name, value := range object {
		p, ok := properties[name].(map[string]any)
		if !ok {
			wrong = append(wrong, fmt.Sprintf("%s: %s is not described", where, name))
			continue
		}
		wrong = append(wrong, s.check(where+"."+name, p, value)...)
	}
	return wrong
}

func checkFormat(where, format string, v any) []string {
	switch text, _ := v.(string); format {
	case "date-time":
		if x, err := time.Parse(time.RFC3339Nano, text); err != nil || x.Location() != time.UTC {
			return []string{fmt.Sprintf("%s: %v is no time in UTC", where, v)}
		}
	case "int32":
		if x, _ := v.(float64); x != float64(int32(x)) {
			return []string{fmt.Sprintf("%s: %v does not fit into 32 bits", where, v)}
		}
	case "int64", "double":
	default:
		return []string{where + ": unknown format " + format}
	}
	return nil
}

func kindOf(v any) string {
	switch x := v.(type) {
	case string:
		return "string"
	case bool:
		return "boolean"
	case float64:
		if x == float64(int64(x)) {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	}
	return "null"
}

// schemaOf returns what the description says of an answer to a method, in small letters.
func (s schemas) schemaOf(method, path string, status int, media string) map[string]any {
	return s.at("paths", path, method, "responses", fmt.Sprint(status), "content", media, "schema")
}

// valid checks the body of an answer to GET against the description of the path.
func (s schemas) valid(t testing.TB, path string, status int, media string, body []byte) {
	t.Helper()
	s.validTo(t, "get", path, status, media, body)
}

func (s schemas) validTo(t testing.TB, method, path string, status int, media string, body []byte) {
	t.Helper()
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("%s: %v in %q", path, err, body)
	}
	for _, w := range s.check(fmt.Sprintf("%s %s %d", method, path, status), s.schemaOf(method, path, status, media), v) {
		t.Error(w)
	}
}

// TestEveryDescribedAnswerIsGiven asks every method of every path of the description for a success and for every problem
// that it promises.
func TestEveryDescribedAnswerIsGiven(t *testing.T) {
	description := readDescription(t)
	s := everything(t)
	s.logIn(t)
	other := s.token(t, "datasource")
	silence := makeSilence(t, s, `{"header":"X"}`)
	real := strings.NewReplacer("incidents/{id}", "incidents/"+s.ledger.Alerts()[0].ID.String(), "alerts/{id}", "alerts/"+s.ledger.Alerts()[0].ID.String(),
		"silences/{id}", "silences/"+silence.ID, "{header}", "deauthflood")
	methods := 0
	for path := range description.at("paths") {
		for method := range description.at("paths", path) {
			methods++
			q := ask{method: strings.ToUpper(method), path: real.Replace(path), as: "ann"}
			if q.method == "POST" {
				q.body = `{"comment":"x","matcher":{"header":"Y"},"ends":"2026-03-02T00:00:00Z"}`
				if path != "/api/v1/silences" {
					q.body = `{"comment":"x"}`
				}
			}
			for status := range description.at("paths", path, method, "responses") {
				w := answerOf(t, s, q, status, other)
				if w == nil {
					continue
				}
				if fmt.Sprint(w.Code) != status {
					t.Errorf("%s %s: status %d %s, want %s", method, path, w.Code, w.Body, status)
					continue
				}
				description.validTo(t, method, path, w.Code, w.Header().Get("Content-Type"), w.Body.Bytes())
			}
		}
	}
	if methods != 19 {
		t.Errorf("%d methods are described, and this test was written for 19", methods)
	}
}

// answerOf asks in a way that is answered with that status; nil if another test does.
func answerOf(t testing.TB, s *server, q ask, status, otherRole string) *httptest.ResponseRecorder {
	change := map[string]tocsin.IncidentState{"acknowledge": tocsin.Acknowledged, "resolve": tocsin.Resolved, "reopen": tocsin.Open}
	to, changes := change[path.Base(q.path)]
	switch status {
	case "200", "201", "409":
		if q.path == "/api/v1/events" || q.path == "/api/v1/packets.pcapng" {
			return nil // see TestStreamTellsWhatHappens and TestPacketsAreFiltered
		}
		from := tocsin.Resolved
		switch {
		case status == "409":
			from = to // another has it so already
		case to == tocsin.Resolved, to == tocsin.Acknowledged:
			from = tocsin.Open
		}
		if changes {
			id := s.ledger.Alerts()[0].ID
			s.ledger.Change(t.Context(), tocsin.Change{Incident: id, To: tocsin.Resolved, By: "bob"})
			s.ledger.Change(t.Context(), tocsin.Change{Incident: id, To: tocsin.Open, By: "bob"})
			s.ledger.Change(t.Context(), tocsin.Change{Incident: id, To: from, By: "bob"})
		} else if status == "409" {
			s = serve(t)
			for n := range 500 {
				makeSilence(t, s, fmt.Sprintf(`{"header":"X%d"}`, n))
			}
		} else if status == "201" {
			q.body = strings.Replace(q.body, `"x"`, `"another"`, 1)
		} else if q.method == "POST" {
			s.do(q)
		}
	case "400":
		q.path += "?x=1&x=2"
	case "401":
		q.as = ""
	case "403":
		q.as = otherRole
	case "404":
		q.path += "/nothing/nothing"
	case "413":
		q.body = strings.Repeat("x", 20_000)
	case "415":
		q.header = map[string]string{"Content-Type": "text/plain"}
	case "429":
		q.as = "wrong"
		w := s.do(q)
		for ; w.Code == 401; w = s.do(q) {
		}
		return w
	case "500":
		if q.path != "/api/v1/alerts" {
			return nil // nothing else asks what can fail
		}
		s, q.as = brokenServer(t), "reader"
	case "503":
		s = brokenServer(t) // it serves no stream
	}
	return s.do(q)
}

// makeSilence makes a silence until the end of the day.
func makeSilence(t testing.TB, s *server, matcher string) (made v1.Silence) {
	t.Helper()
	w := s.do(ask{method: "POST", path: "/api/v1/silences", as: "ann", body: `{"comment":"works","ends":"2026-03-02T00:00:00Z","matcher":` + matcher + `}`})
	if err := json.Unmarshal(w.Body.Bytes(), &made); err != nil || w.Code != http.StatusCreated {
		t.Fatalf("status %d %s", w.Code, w.Body)
	}
	return made
}

// TestDescriptionCheckFindsMistakes shows that the check above can fail.
func TestDescriptionCheckFindsMistakes(t *testing.T) {
	description := readDescription(t)
	body := serveOne(t)
	schema := description.schemaOf("get", "/api/v1/alerts", 200, "application/json")
	for name, spoil := range map[string]func(first map[string]any){
		"missing":      func(a map[string]any) { delete(a, "severity") },
		"too much":     func(a map[string]any) { a["surprise"] = 1.0 },
		"other type":   func(a map[string]any) { a["text"] = 1.0 },
		"null":         func(a map[string]any) { a["attack"] = nil },
		"no such word": func(a map[string]any) { a["severity"] = "AWFUL" },
		"no id":        func(a map[string]any) { a["id"] = "x" },
		"no time":      func(a map[string]any) { a["time"] = "noon" },
		"too large":    func(a map[string]any) { a["confidence"] = 101.0 },
		"deep":         func(a map[string]any) { a["reason"].(map[string]any)["what"] = false },
	} {
		var v map[string]any
		if err := json.Unmarshal(body, &v); err != nil {
			t.Fatal(err)
		}
		if wrong := description.check("", schema, v); len(wrong) > 0 {
			t.Fatal(wrong)
		}
		spoil(v["items"].([]any)[0].(map[string]any))
		if len(description.check("", schema, v)) != 1 {
			t.Errorf("%s: got %v, want one mistake", name, description.check("", schema, v))
		}
	}
}

func serveOne(t testing.TB) []byte {
	s := serve(t)
	s.found(&deauthflood, 1, "flood")
	return s.do(ask{path: "/api/v1/alerts", as: "reader"}).Body.Bytes()
}

// everything is a server whose alerts use every member, with extreme and hostile values.
func everything(t testing.TB) *server {
	t.Helper()
	s := busy(t)
	hostile := "<script>\r\nid: 1\n\n\x00\xff\u2028\u202e\x1b[2J\"\\"
	d := tocsin.Definition{Header: "mine", Class: "own", Severity: tocsin.Low, Description: hostile, Throttle: often, Phy: 77}
	if err := s.ledger.DefineExternal(d); err != nil {
		t.Fatal(err)
	}
	s.found(&tocsin.Definition{Header: "MINE"}, 3, hostile)
	s.ledger.Say(tocsin.MessageError, hostile)
	s.ledger.Say(tocsin.MessageFatal, "")
	return s
}

func TestHostileTextStaysData(t *testing.T) {
	s := everything(t)
	for _, path := range []string{"/alerts", "/messages", "/incidents", "/definitions", "/definitions/MINE"} {
		w := s.do(ask{path: "/api/v1" + path, as: "reader"})
		if w.Code != http.StatusOK {
			t.Errorf("%s: status %d", path, w.Code)
		}
		body := strings.TrimSuffix(w.Body.String(), "\n")
		if strings.ContainsAny(body, "<>&\x00\x1b\r\n\u2028") || !utf8.ValidString(body) || !strings.Contains(body, `\u003cscript\u003e\r\nid: 1\n\n\u0000\ufffd\u2028`) {
			t.Errorf("%s: %q", path, body)
		}
	}
}
