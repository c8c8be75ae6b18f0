package v1_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/tocsin-wids/tocsin"
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

// schemaOf returns what the description says of an answer.
func (s schemas) schemaOf(path string, status int, media string) map[string]any {
	return s.at("paths", path, "get", "responses", fmt.Sprint(status), "content", media, "schema")
}

// valid checks a body against the description of the path.
func (s schemas) valid(t testing.TB, path string, status int, media string, body []byte) {
	t.Helper()
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("%s: %v in %q", path, err, body)
	}
	for _, w := range s.check(fmt.Sprintf("%s %d", path, status), s.schemaOf(path, status, media), v) {
		t.Error(w)
	}
}

// TestEveryDescribedAnswerIsGiven asks every path of the description for a success and for every problem that it promises.
func TestEveryDescribedAnswerIsGiven(t *testing.T) {
	description := readDescription(t)
	s := everything(t)
	s.logIn(t)
	broken := brokenServer(t)
	other := s.token(t, "datasource")
	id := s.ledger.Alerts()[0].ID.String()
	for path := range description.at("paths") {
		real := strings.NewReplacer("{id}", id, "{header}", "deauthflood").Replace(path)
		for status := range description.at("paths", path, "get", "responses") {
			var w = s.do(ask{path: real + "?x=1&x=2", as: "reader"}) // 400
			switch status {
			case "200":
				if path == "/api/v1/events" || path == "/api/v1/packets.pcapng" {
					continue // see TestStreamTellsWhatHappens and TestPacketsAreFiltered
				}
				w = s.do(ask{path: real, as: "reader"})
			case "401":
				w = s.do(ask{path: real})
			case "403":
				w = s.do(ask{path: real, as: other})
			case "404":
				w = s.do(ask{path: real + "/nothing", as: "reader"})
			case "413":
				w = s.do(ask{path: real, as: "reader", body: "x"})
			case "429":
				for w = s.do(ask{path: real, as: "wrong"}); w.Code == 401; w = s.do(ask{path: real, as: "wrong"}) {
				}
			case "500":
				if path != "/api/v1/alerts" {
					continue // nothing else asks what can fail
				}
				w = broken.do(ask{path: real, as: "reader"})
			case "503":
				w = broken.do(ask{path: real, as: "reader"}) // it serves no stream
			}
			if fmt.Sprint(w.Code) != status {
				t.Errorf("%s: status %d, want %s", path, w.Code, status)
				continue
			}
			description.valid(t, path, w.Code, w.Header().Get("Content-Type"), w.Body.Bytes())
		}
	}
	if n := len(description.at("paths")); n != 12 {
		t.Errorf("%d paths are described, and this test was written for 12", n)
	}
}

// TestDescriptionCheckFindsMistakes shows that the check above can fail.
func TestDescriptionCheckFindsMistakes(t *testing.T) {
	description := readDescription(t)
	body := serveOne(t)
	schema := description.schemaOf("/api/v1/alerts", 200, "application/json")
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
