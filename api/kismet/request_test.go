package kismet

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin/store"
)

func TestPairsAreSplitBeforeTheyAreDecoded(t *testing.T) {
	got := parsePairs("a=1%262&b=x%3Dy&c&d=1+2&d=3+4&e=%zz%4", true)
	want := url.Values{"a": {"1&2"}, "b": {"x=y"}, "c": {""}, "d": {"3 4"}, "e": {"%zz%4"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := parsePairs("p=a+b", false).Get("p"); got != "a+b" {
		t.Errorf("got %q in a query, want the plus to stay", got)
	}
}

func TestNumbersAreReadAsFarAsTheyGo(t *testing.T) {
	for s, want := range map[string]float64{"12abc": 12, "1700000000.5": 1700000000.5, "1e3x": 1000, "-60": -60, ".5": 0.5, "1e": 1} {
		if got, ok := parseNumber(s); !ok || got != want {
			t.Errorf("parseNumber(%q) = %v, %v, want %v", s, got, ok, want)
		}
	}
	for _, s := range []string{"", "nonsense", "inf", "nan", "e5", "-", "x1"} {
		if got, ok := parseNumber(s); ok {
			t.Errorf("parseNumber(%q) = %v, want nothing", s, got)
		}
	}
	now := time.Unix(1700000000, 0)
	if us, ok := parseSeconds("-60", now); !ok || us != 1699999940e6 {
		t.Errorf("got %d, %v, want a minute ago", us, ok)
	}
	if n, ok := parseUint32("-1"); !ok || n != 4294967295 {
		t.Errorf("got %d, %v, want -1 to wrap", n, ok)
	}
}

func FuzzBody(f *testing.F) {
	f.Add("a=1&json=%7B%7D", "application/x-www-form-urlencoded", "json={}")
	f.Add("", "application/json; charset=UTF-8", `{"fields":["a"]}`)
	f.Add("%&=&&==", "application/json;", `[[[[`)
	f.Fuzz(func(t *testing.T, query, media, body string) {
		read := func() (*request, error) {
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
			r.Header.Set("Content-Type", media)
			q := &request{http: r, vars: parsePairs(query, false)}
			return q, q.readBody(httptest.NewRecorder())
		}
		a, errA := read()
		b, errB := read()
		if diff := cmp.Diff(a.json, b.json); diff != "" || (errA == nil) != (errB == nil) {
			t.Errorf("read twice: %v, %v, %s", errA, errB, diff)
		}
		if _, err := viewChoices(a.json); err == nil && len(a.vars) > 2*maxPairs {
			t.Errorf("got %d variables", len(a.vars))
		}
		parseSeconds(query, time.Unix(1700000000, 0))
		parseUint32(query)
		if choices, err := viewChoices(a.json); err == nil {
			a.vars.Set("sort", body)
			if view := viewQuery(a, choices); len(view.Term) > maxTerm || int(view.Sort) >= len(store.Columns()) {
				t.Errorf("got the query %+v", view)
			}
		}
	})
}

// FuzzPairs sends names and values as clients encode them, between others: nothing of one may reach another.
func FuzzPairs(f *testing.F) {
	f.Add("password", "a&b=c+d%26", "x")
	f.Add("", "\x00\xff\r\n", "=&;%")
	f.Fuzz(func(t *testing.T, name, value, other string) {
		if name == "before" || name == "after" {
			return
		}
		want := url.Values{"before": {other}, name: {value}, "after": {other}}
		form := "before=" + url.QueryEscape(other) + "&" + url.QueryEscape(name) + "=" + url.QueryEscape(value) + "&after=" + url.QueryEscape(other)
		if diff := cmp.Diff(want, parsePairs(form, true)); diff != "" {
			t.Errorf("form %s: %s", form, diff)
		}
		query := strings.ReplaceAll(form, "+", "%20")
		if diff := cmp.Diff(want, parsePairs(query, false)); diff != "" {
			t.Errorf("query %s: %s", query, diff)
		}
		// What is not encoded at all still ends where it ends.
		if got := parsePairs(value, false); len(got) > strings.Count(value, "&")+1 {
			t.Errorf("%q: got %d variables", value, len(got))
		}
	})
}
