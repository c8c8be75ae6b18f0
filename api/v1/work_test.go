package v1_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tocsin-wids/tocsin"
	v1 "github.com/tocsin-wids/tocsin/api/v1"
)

// post sends a body as somebody and reads the answer into a T.
func post[T any](t testing.TB, s *server, as, path, body string, want int) (v T) {
	t.Helper()
	w := s.do(ask{method: "POST", path: "/api/v1" + path, as: as, body: body})
	if w.Code != want {
		t.Fatalf("%s: status %d %s, want %d", path, w.Code, w.Body, want)
	}
	if want >= 400 {
		problemOf(t, w)
		return v
	}
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("%s: %v in %s", path, err, w.Body)
	}
	if w.Header().Get("ETag") != "" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%s: header %v", path, w.Header())
	}
	return v
}

func TestIncidentIsWorkedWith(t *testing.T) {
	s := busy(t)
	s.logIn(t)
	ben := s.named(t, "ben", "operator")
	id := get[v1.Page[v1.Incident]](t, s, "/api/v1/incidents?header=deauthflood").Items[0].ID
	work := "/incidents/" + id
	for _, step := range []struct {
		as, act, body string
		status        int
		state         string
		changes       int
	}{
		{"ann", "acknowledge", `{"comment":"<b>mine</b>"}`, 200, "acknowledged", 1},
		{"ann", "acknowledge", `{"comment":"<b>mine</b>"}`, 200, "acknowledged", 1},
		{ben, "acknowledge", `{}`, 409, "", 0},
		{ben, "resolve", `{"comment":"false alarm"}`, 200, "resolved", 2},
		{"ann", "resolve", `{"comment":"done"}`, 409, "", 0},
		{"ann", "acknowledge", `{}`, 409, "", 0},
		{"password", "reopen", `{}`, 200, "open", 3},
		{"ann", "reopen", `{}`, 409, "", 0},
		{"ann", "resolve", `{}`, 200, "resolved", 4},
	} {
		i := post[v1.Incident](t, s, step.as, work+"/"+step.act, step.body, step.status)
		if i.State != step.state || len(i.Changes) != step.changes {
			t.Errorf("%s as %s: state %s, changes %+v", step.act, step.as, i.State, i.Changes)
		}
	}
	s.found(&deauthflood, 0x0a, "again")
	i := get[v1.Incident](t, s, "/api/v1"+work)
	var log []string
	for _, c := range i.Changes {
		log = append(log, fmt.Sprintf("%s %s %q", c.State, c.By, c.Comment))
	}
	const want = `acknowledged ann "<b>mine</b>", resolved ben "false alarm", open admin "", resolved ann "", open  ""`
	if got := strings.Join(log, ", "); got != want || i.State != "open" || i.LastAlert.Text != "again" {
		t.Errorf("state %s, log %s, want %s", i.State, got, want)
	}
}

func TestOnlyOperatorsChangeAnything(t *testing.T) {
	s := busy(t)
	s.logIn(t)
	session := s.keeper.Identify(s.request(ask{as: "password"}), nil).Session
	made := makeSilence(t, s, `{"header":"X"}`)
	cookie := func(site string) map[string]string {
		h := map[string]string{"Cookie": "KISMET=" + session}
		if site != "" {
			h["Sec-Fetch-Site"] = site
		}
		return h
	}
	for _, q := range []ask{
		{method: "POST", path: "/incidents/" + s.ledger.Alerts()[0].ID.String() + "/reopen", body: "{}"},
		{method: "POST", path: "/silences", body: `{"comment":"works","ends":"2026-03-02T00:00:00Z","matcher":{"header":"X"}}`},
		{method: "DELETE", path: "/silences/" + made.ID},
	} {
		q.path = "/api/v1" + q.path
		for name, c := range map[string]struct {
			as     string
			header map[string]string
			want   int
		}{
			"nobody":             {"", nil, 401},
			"reader":             {"reader", nil, 403},
			"capture tool":       {s.token(t, "datasource"+q.path), nil, 403},
			"session elsewhere":  {"", cookie("cross-site"), 403},
			"session neighbour":  {"", cookie("same-site"), 403},
			"password elsewhere": {"password", map[string]string{"Origin": "http://evil.example"}, 403},
			"session here":       {"", cookie("same-origin"), 0},
			"script's session":   {"", cookie(""), 0},
			"password":           {"password", nil, 0},
			"operator":           {"ann", map[string]string{"Sec-Fetch-Site": "cross-site"}, 0}, // no browser adds a token by itself
		} {
			q.as, q.header = c.as, c.header
			w := s.do(q)
			if w.Code != c.want && (c.want > 0 || w.Code == 401 || w.Code == 403) {
				t.Errorf("%s %s as %s: status %d %s, want %d", q.method, q.path, name, w.Code, w.Body, c.want)
			}
		}
	}
	if w := s.do(ask{path: "/api/v1/silences", as: "ann"}); w.Code != 200 {
		t.Errorf("an operator reads with status %d", w.Code)
	}
}

func TestWrongBodiesAreNamed(t *testing.T) {
	s := busy(t)
	const ends = `"ends":"2026-03-02T00:00:00Z"`
	for body, want := range map[string]string{
		``:                             "415", // no body has no type either
		`{`:                            "body",
		`[]`:                           "body",
		`{"comment":"x",` + ends + `}`: "body",
		`{"comment":"x",` + ends + `,"matcher":{}}`:                                           "body.matcher",
		`{"comment":"x",` + ends + `,"matcher":{"hedaer":"X"}}`:                               "body.matcher.hedaer",
		`{"comment":"",` + ends + `,"matcher":{"header":"X"}}`:                                "body.comment",
		`{"comment":"x",` + ends + `,"matcher":{"mac":"02:00"}}`:                              "body.matcher.mac",
		`{"comment":"x",` + ends + `,"matcher":{"mac":"*"}}`:                                  "body.matcher.mac",
		`{"comment":"x",` + ends + `,"matcher":{"bssid":"02:00:00:00:00:00:00:*"}}`:           "body.matcher.bssid",
		`{"comment":"x",` + ends + `,"matcher":{"ssid":"\\q"}}`:                               "body.matcher.ssid",
		`{"comment":"x",` + ends + `,"matcher":{"severity_at_most":"low"}}`:                   "body.matcher.severity_at_most",
		`{"comment":"x","ends":"tomorrow","matcher":{"header":"X"}}`:                          "body.ends",
		`{"comment":"x","ends":"0001-02-03T00:00:00Z","matcher":{"header":"X"}}`:              "body.ends",
		`{"comment":"x","ends":"2020-02-03T00:00:00Z","matcher":{"header":"X"}}`:              "",
		`{"comment":"x","ends":"9999-12-31T23:59:59-23:59","matcher":{"header":"X"}}`:         "body.ends",
		`{"comment":"` + "\xff" + `","ends":"2020-02-03T00:00:00Z","matcher":{"header":"X"}}`: "body",
	} {
		w := s.do(ask{method: "POST", path: "/api/v1/silences", as: "ann", body: body})
		p := problemOf(t, w)
		switch {
		case want == "415" && w.Code == 415:
		case want == "" && w.Code == 400 && len(p.Errors) == 0:
		case w.Code != 400 || len(p.Errors) == 0 || p.Errors[0].Location != want:
			t.Errorf("%s: %+v, want a mistake in %q", body, p, want)
		}
	}
	if n := len(s.ledger.Silences()); n != 0 {
		t.Errorf("%d silences were made", n)
	}
}

func TestSilenceIsMadeOnceAndExpires(t *testing.T) {
	s := busy(t)
	const body = `{"comment":"works","ends":"2026-03-01T13:00:00Z","matcher":{"class":"denial","mac":"02:00:00:00:00:*","ssid":"Corp*","severity_at_most":"HIGH"}}`
	made := post[v1.Silence](t, s, "ann", "/silences", body, 201)
	again := post[v1.Silence](t, s, "ann", "/silences", body, 200)
	other := post[v1.Silence](t, s, s.named(t, "ben", "operator"), "/silences", body, 201)
	if made.ID != again.ID || other.ID == made.ID || made.By != "ann" || made.State != "active" || made.Matcher.Class != "DENIAL" {
		t.Errorf("made %+v, again %+v, other %+v", made, again, other)
	}
	silenced := func(want string, n int) {
		t.Helper()
		for query, count := range map[string]int{"silenced=true": n, "silenced=false": 3 - n} {
			list := get[v1.Page[v1.Incident]](t, s, "/api/v1/incidents?"+query).Items
			if len(list) != count || query == "silenced=true" && n > 0 && list[0].SilencedBy != want {
				t.Errorf("%s: %+v", query, list)
			}
		}
	}
	silenced(made.ID, 1)
	for range 2 {
		w := s.do(ask{method: "DELETE", path: "/api/v1/silences/" + made.ID, as: "ann"})
		if w.Code != 200 || !strings.Contains(w.Body.String(), `"state":"over"`) {
			t.Errorf("status %d %s", w.Code, w.Body)
		}
	}
	silenced(other.ID, 1)
	s.pass(time.Hour)
	silenced("", 0)
	for query, want := range map[string]int{"": 2, "?state=over": 2, "?state=active,pending": 0, "?limit=1": 1, "?cursor=" + other.ID: 1} {
		if page := get[v1.Page[v1.Silence]](t, s, "/api/v1/silences"+query); len(page.Items) != want || (page.Next != "") != (query == "?limit=1") {
			t.Errorf("%s: %+v", query, page)
		}
	}
}

func TestIncidentsAreChosen(t *testing.T) {
	s := busy(t)
	post[v1.Incident](t, s, "ann", "/incidents/"+s.ledger.Alerts()[1].ID.String()+"/acknowledge", "{}", 200)
	for query, want := range map[string]string{
		"":                             "SOURCEERROR APSPOOF DEAUTHFLOOD",
		"state=open":                   "SOURCEERROR DEAUTHFLOOD",
		"state=acknowledged,resolved":  "APSPOOF",
		"inhibited=true":               "",
		"class=spoof":                  "APSPOOF",
		"mac=02:00:00:00:00:0a":        "DEAUTHFLOOD",
		"mac=02:00:00:00:00:*":         "APSPOOF DEAUTHFLOOD",
		"mac=02:00:00:00:00:EE":        "APSPOOF DEAUTHFLOOD",
		"ssid=Corp%3F%3F%3F":           "APSPOOF DEAUTHFLOOD",
		"ssid=corp*":                   "",
		"seen_before=" + at:            "",
		"seen_before=" + later:         "SOURCEERROR APSPOOF DEAUTHFLOOD",
		"seen_since=" + later:          "",
		"severity=HIGH&class=DENIAL":   "DEAUTHFLOOD",
		"state=open&severity=CRITICAL": "SOURCEERROR",
	} {
		var got []string
		for _, i := range get[v1.Page[v1.Incident]](t, s, "/api/v1/incidents?"+query).Items {
			got = append(got, i.Header)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", query, got, want)
		}
	}
	for query, want := range map[string]string{"state=closed": "query.state", "silenced=1": "query.silenced", "mac=x": "query.mac", "ssid=%5Cq": "query.ssid"} {
		p := problemOf(t, s.do(ask{path: "/api/v1/incidents?" + query, as: "reader"}))
		if p.Status != 400 || len(p.Errors) != 1 || !strings.HasPrefix(p.Errors[0].Location, want) {
			t.Errorf("%s: %+v, want one mistake in %s", query, p, want)
		}
	}
}

func TestStreamTellsWhatPeopleDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := busy(t)
		s.running(t)
		c := s.open(t, ask{path: "?types=incident,silence"})
		id := s.ledger.Alerts()[0].ID.String()
		post[v1.Incident](t, s, "ann", "/incidents/"+id+"/resolve", `{"comment":"done"}`, http.StatusOK)
		made := makeSilence(t, s, `{"header":"DEAUTHFLOOD"}`)
		s.ledger.Expire(t.Context(), tocsin.ID{}, "nobody")
		s.do(ask{method: "DELETE", path: "/api/v1/silences/" + made.ID, as: "ann"})
		list := c.events()
		if got := kinds(list); got != "incident silence silence" {
			t.Fatalf("got %s", got)
		}
		for n, want := range []string{`"state":"resolved"`, `"state":"active"`, `"expired_by":"ann"`} {
			if !strings.Contains(list[n].data, want) {
				t.Errorf("%s, want %s", list[n].data, want)
			}
		}
		c.leave()
		<-c.done
	})
}
