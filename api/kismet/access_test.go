package kismet_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/api/auth"
	"github.com/tocsin-wids/tocsin/api/kismet"
	"github.com/tocsin-wids/tocsin/export"
	"github.com/tocsin-wids/tocsin/gps"
)

// place is one route with what opens it: "open" to all, "any" who is known, or the roles beside admin.
type place struct{ method, path, pattern, opens string }

const (
	accessSource   = "4E1D07C3-0000-0000-0000-0000DB6E0C9D"
	accessReceiver = "17180436-0000-0000-0000-000000000001"
)

var places = []place{
	{"GET", "/alerts/definitions.json", "/alerts/definitions", "readonly"},
	{"GET", "/alerts/all_alerts.ekjson", "/alerts/all_alerts", "readonly"},
	{"GET", "/alerts/last-time/0/alerts.json", "/alerts/last-time/:ts/alerts", "readonly"},
	{"GET", "/alerts/wrapped/last-time/-5/alerts.json", "/alerts/wrapped/last-time/:ts/alerts", "readonly"},
	{"GET", "/alerts/by-id/1/alert.json", "/alerts/by-id/:id/alert", "readonly"},
	{"POST", "/alerts/alerts_view.json", "/alerts/alerts_view", "readonly"},
	{"POST", "/alerts/definitions/define_alert.cmd", "/alerts/definitions/define_alert", "admin"},
	{"POST", "/alerts/raise_alerts.cmd", "/alerts/raise_alerts", "admin"},
	{"POST", "/alerts/raise_alert.cmd", "/alerts/raise_alert", "admin"},
	{"GET", "/messagebus/all_messages.json", "/messagebus/all_messages", "readonly"},
	{"GET", "/messagebus/last-time/0/messages.json", "/messagebus/last-time/:ts/messages", "readonly"},
	{"GET", "/system/status.json", "/system/status", "readonly"},
	{"GET", "/system/timestamp.json", "/system/timestamp", "readonly"},
	{"GET", "/system/user_status.json", "/system/user_status", "open"},
	{"GET", "/session/check_setup_ok", "/session/check_setup_ok", "open"},
	{"GET", "/session/check_login", "/session/check_login", "admin"},
	{"GET", "/session/check_session", "/session/check_session", "any"},
	{"POST", "/session/set_password", "/session/set_password", "open"},
	{"GET", "/auth/apikey/list.json", "/auth/apikey/list", "admin"},
	{"POST", "/auth/apikey/generate.cmd", "/auth/apikey/generate", "admin"},
	{"POST", "/auth/apikey/revoke.cmd", "/auth/apikey/revoke", "admin"},
	{"GET", "/datasource/all_sources.json", "/datasource/all_sources", "readonly"},
	{"GET", "/datasource/types.json", "/datasource/types", "readonly"},
	{"GET", "/datasource/defaults.json", "/datasource/defaults", "readonly"},
	{"GET", "/datasource/by-uuid/" + accessSource + "/source.json", "/datasource/by-uuid/:uuid/source", "readonly"},
	{"GET", "/datasource/list_interfaces.json", "/datasource/list_interfaces", "admin"},
	{"POST", "/datasource/add_source.cmd", "/datasource/add_source", "admin"},
	{"POST", "/datasource/by-uuid/" + accessSource + "/set_channel.cmd", "/datasource/by-uuid/:uuid/set_channel", "admin"},
	{"POST", "/datasource/by-uuid/" + accessSource + "/set_hop.cmd", "/datasource/by-uuid/:uuid/set_hop", "admin"},
	{"POST", "/datasource/by-uuid/" + accessSource + "/open_source.cmd", "/datasource/by-uuid/:uuid/open_source", "admin"},
	{"POST", "/datasource/by-uuid/" + accessSource + "/close_source.cmd", "/datasource/by-uuid/:uuid/close_source", "admin"},
	{"POST", "/datasource/by-uuid/" + accessSource + "/disable_source.cmd", "/datasource/by-uuid/:uuid/disable_source", "admin"},
	{"POST", "/datasource/by-uuid/" + accessSource + "/pause_source.cmd", "/datasource/by-uuid/:uuid/pause_source", "admin"},
	{"POST", "/datasource/by-uuid/" + accessSource + "/resume_source.cmd", "/datasource/by-uuid/:uuid/resume_source", "admin"},
	{"GET", "/gps/drivers.json", "/gps/drivers", "readonly"},
	{"GET", "/gps/all_gps.json", "/gps/all_gps", "readonly"},
	{"GET", "/gps/location.json", "/gps/location", "readonly"},
	{"GET", "/gps/all_locations.json", "/gps/all_locations", "readonly"},
	{"GET", "/gps/by-uuid/" + accessReceiver + "/location.json", "/gps/by-uuid/:uuid/location", "readonly"},
	{"POST", "/gps/web/update.cmd", "/gps/web/update", "WEBGPS"},
	{"POST", "/gps/meta/van/update.cmd", "/gps/meta/:name/update", "WEBGPS"},
	{"GET", "/devices/alerts/mac/found/macs.json", "/devices/alerts/mac/:type/macs", "readonly"},
	{"POST", "/devices/alerts/mac/found/add.cmd", "/devices/alerts/mac/:type/add", "admin"},
	{"POST", "/devices/alerts/mac/lost/remove.cmd", "/devices/alerts/mac/:type/remove", "admin"},
	{"GET", "/logging/kismetdb/pcap/x.pcapng", "/logging/kismetdb/pcap/:title", "readonly"},
	{"POST", "/logging/kismetdb/pcap/drop.cmd", "/logging/kismetdb/pcap/drop", "admin"},
	{"POST", "/poi/create_poi.cmd", "/poi/create_poi", "admin"},
	{"GET", "/pcap/all_packets.pcapng", "/pcap/all_packets", "readonly"},
	{"GET", "/datasource/pcap/by-uuid/" + accessSource + "/packets.pcapng", "/datasource/pcap/by-uuid/:uuid/packets", "readonly"},
	{"GET", "/phy/phy80211/pcap/by-bssid/00:1D:0F:10:00:01/packets.pcapng", "/phy/phy80211/pcap/by-bssid/:mac/packets", "readonly"},
	{"GET", "/phy/phy80211/pcap/by-bssid/00:1D:0F:10:00:01/packets.pcapng.pcapng", "/phy/phy80211/pcap/by-bssid/:mac/packets.pcapng", "readonly"},
	{"GET", "/eventbus/events.ws", "", "readonly"}, // an upgrade
}

// may reports whether role, "" for nobody, may use p.
func (p place) may(role string) bool {
	switch {
	case p.opens == "open" || role == "admin":
		return true
	case p.opens == "any":
		return role != ""
	}
	return role != "" && slices.Contains(strings.Fields(p.opens), role)
}

// way is one manner of sending credentials.
type way struct {
	name    string
	role    string // that it has; empty: it must count for nothing
	ambient bool   // a browser adds it of itself
	set     func(*http.Request)
}

// secrets are what w sends that nobody else may learn.
func (w way) secrets() []string {
	r := httptest.NewRequest("GET", "/", nil)
	w.set(r)
	var list []string
	for _, s := range []string{r.URL.Query().Get("KISMET"), r.Header.Get("KISMET"), strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), adminPassword} {
		if len(s) > 8 {
			list = append(list, s)
		}
	}
	return list
}

func withQuery(s string) func(*http.Request)     { return func(r *http.Request) { r.URL.RawQuery = s } }
func withHeader(k, v string) func(*http.Request) { return func(r *http.Request) { r.Header.Set(k, v) } }

// tokenWays are the four manners of sending a token.
func tokenWays(kind, role, token string) []way {
	return []way{
		{kind + " in the cookie", role, true, withHeader("Cookie", "a=b; KISMET="+token)},
		{kind + " in the query", role, false, withQuery("KISMET=" + token)},
		{kind + " in the header KISMET", role, false, withHeader("KISMET", token)},
		{kind + " as Bearer", role, false, withHeader("Authorization", "Bearer "+token)},
	}
}

const adminPassword = "se&c+ret=ü:" // what needs care in a query, a form and Basic

func basic(user, password string) func(*http.Request) {
	return func(r *http.Request) { r.SetBasicAuth(user, password) }
}

// allWays returns every manner of logging in, right and wrong, with a keeper that knows the right ones.
func allWays(t *testing.T) (*auth.Keeper, []way) {
	t.Helper()
	now := noon
	k, err := auth.Open(auth.Options{User: "admin", Password: adminPassword, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	issue := func(name, role string, life time.Duration) string {
		token, err := k.Generate(name, role, life)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	var ways []way
	for _, role := range []string{"admin", "readonly", "datasource", "scanreport", "WEBGPS", "ADSB", "night shift", "any", "Admin"} {
		ways = append(ways, tokenWays("token of "+role, role, issue("of "+role, role, 0))...)
	}
	ended, gone := issue("ended", "admin", time.Minute), issue("gone", "admin", 0)
	now = now.Add(time.Minute)
	if err := k.Revoke("gone"); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("GET", "/", nil)
	r.SetBasicAuth("admin", adminPassword)
	ways = append(ways, tokenWays("session", "admin", k.Identify(r, nil).Session)...)
	ways = append(ways, tokenWays("expired token", "", ended)...)
	ways = append(ways, tokenWays("revoked token", "", gone)...)
	ways = append(ways, tokenWays("unknown token", "", strings.Repeat("0", 32))...)
	ways = append(ways, tokenWays("empty token", "", "")...)
	return k, append(ways,
		way{"nothing", "", false, func(*http.Request) {}},
		way{"Basic", "admin", true, basic("admin", adminPassword)},
		way{"Basic, wrong password", "", false, basic("admin", "secret")},
		way{"Basic, wrong name", "", false, basic("root", adminPassword)},
		way{"Basic, nothing in it", "", false, basic("", "")},
		way{"Basic that is not base64", "", false, withHeader("Authorization", "Basic !!")},
		way{"Basic without a colon", "", false, withHeader("Authorization", "Basic YWRtaW4=")},
		way{"another scheme", "", false, withHeader("Authorization", "Digest username=admin")},
		way{"password in the query, encoded", "admin", false, withQuery("user=admin&password=se%26c%2Bret%3D%C3%BC%3A")},
		way{"password in the query, encoded where it must be", "admin", false, withQuery("user=admin&password=se%26c+ret=ü:")},
		way{"wrong password in the query", "", false, withQuery("user=admin&password=se")},
		way{"empty password in the query", "", false, withQuery("user=&password=")},
		way{"wrong Basic before the query", "", false, func(r *http.Request) {
			r.SetBasicAuth("admin", "secret")
			r.URL.RawQuery = "user=admin&password=se%26c%2Bret%3D%C3%BC%3A"
		}},
	)
}

const reached = http.StatusTeapot

// ask sends a request to p in the manner of w, as number n: each comes from an address of its own, so that wrong
// passwords do not hold up others.
func (p place) ask(h http.Handler, w way, n int, more ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(p.method, "http://host"+p.path, strings.NewReader("{}"))
	r.Header.Set("Content-Type", "application/json")
	r.RemoteAddr = fmt.Sprintf("[2001:db8:%x:%x::1]:9", n>>16, n&0xffff)
	if p.pattern == "" {
		r.Header.Set("Connection", "Upgrade")
		r.Header.Set("Upgrade", "websocket")
	}
	for _, set := range append(more, w.set) {
		set(r)
	}
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, r)
	return answer
}

// endedHub answers the head of a stream and nothing more.
func endedHub() *export.Hub {
	h := export.New(nil)
	h.Close()
	return h
}

func accessHandler(k *auth.Keeper, cors kismet.CORS) http.Handler {
	return loggingHandler(k, cors, alert.New(alert.Options{Backlog: 5}), slog.New(slog.DiscardHandler))
}

func loggingHandler(k *auth.Keeper, cors kismet.CORS, l *alert.Ledger, logger *slog.Logger) http.Handler {
	sources := []kismet.Source{{UUID: accessSource, Name: "capture"}}
	return kismet.New(kismet.Options{Ledger: l, Auth: k, CORS: cors, Logger: logger,
		Sources: &sourceList{list: sources}, Presence: &watchlist{}, Log: &packetLog{}, Live: endedHub(),
		Places:    gps.New([]gps.Definition{{Kind: gps.Web, UUID: accessReceiver}, {Kind: gps.Meta, Name: "van"}}, func(gps.Definition) string { return "" }),
		Websocket: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(reached) })})
}

// TestEveryRouteEveryRoleEveryLogin asks every route in every manner of logging in with every role.
func TestEveryRouteEveryRoleEveryLogin(t *testing.T) {
	k, ways := allWays(t)
	var log bytes.Buffer
	l := alert.New(alert.Options{Backlog: 5})
	h := loggingHandler(k, kismet.CORS{}, l, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	listed := map[string]bool{}
	n := 0
	for _, p := range places {
		listed[p.pattern] = true
		for _, w := range ways {
			n++
			answer := p.ask(h, w, n)
			if want := p.may(w.role); want == (answer.Code == http.StatusUnauthorized) {
				t.Errorf("%s %s with %s: got status %d, want it to be let in: %v", p.method, p.path, w.name, answer.Code, want)
			}
			if slices.Contains([]int{403, 404, 405, 429}, answer.Code) && p.path != "/session/set_password" && !strings.Contains(p.path, "by-id") {
				t.Errorf("%s %s with %s: got status %d", p.method, p.path, w.name, answer.Code)
			}
			if p.pattern == "" && p.may(w.role) && answer.Code != reached {
				t.Errorf("upgrade with %s: got status %d", w.name, answer.Code)
			}
			if w.role == "" && answer.Header().Get("Set-Cookie") != "" {
				t.Errorf("%s with %s: got a cookie without a login", p.path, w.name)
			}
		}
	}
	for _, pattern := range kismet.RoutesOf(h) {
		if !listed[pattern] {
			t.Errorf("route %s is not in the table of this test", pattern)
		}
	}
	said := log.String() + fmt.Sprint(l.Messages())
	for _, w := range ways {
		for _, secret := range w.secrets() {
			if strings.Contains(said, secret) {
				t.Errorf("%s: the log or a message has %q", w.name, secret)
			}
		}
	}
	t.Logf("%d routes × %d logins = %d requests", len(places), len(ways), n)
}

// TestOtherSitesMayNotUseWhatABrowserAdds sends from a page of another site whatever changes something or stays open.
func TestOtherSitesMayNotUseWhatABrowserAdds(t *testing.T) {
	k, ways := allWays(t)
	named := kismet.CORS{Allow: true, Origin: "https://dash.example"}
	for _, c := range []struct {
		name    string
		cors    kismet.CORS
		origin  func(*http.Request)
		foreign bool
	}{
		{"another site", kismet.CORS{}, withHeader("Origin", "http://evil.example"), true},
		{"a sandboxed page", kismet.CORS{}, withHeader("Origin", "null"), true},
		{"our page", kismet.CORS{}, withHeader("Origin", "http://host"), false},
		{"a program", kismet.CORS{}, func(*http.Request) {}, false},
		{"another site where any may read", kismet.CORS{Allow: true}, withHeader("Origin", "http://evil.example"), true},
		{"the site that is named", named, withHeader("Origin", "https://dash.example"), false},
		{"another site than is named", named, withHeader("Origin", "https://dash.example.evil.example"), true},
	} {
		h := accessHandler(k, c.cors)
		n := 0
		for _, p := range places {
			changes := p.method == "POST" && p.opens != "readonly" || p.pattern == ""
			for _, w := range ways {
				if w.role != "admin" || !changes {
					continue
				}
				n++
				answer := p.ask(h, w, n, c.origin)
				refused := answer.Code == 403 && strings.Contains(answer.Body.String(), "another site")
				if want := c.foreign && w.ambient; refused != want {
					t.Errorf("%s, %s with %s: got status %d %s, want it refused: %v", c.name, p.path, w.name, answer.Code, answer.Body, want)
				}
			}
		}
		if n == 0 {
			t.Fatal("nothing was asked")
		}
	}
	fetch := accessHandler(k, kismet.CORS{})
	for site, refused := range map[string]bool{"cross-site": true, "same-site": true, "same-origin": false, "none": false} {
		w := way{set: basic("admin", adminPassword)}
		answer := places[7].ask(fetch, w, 1, withHeader("Sec-Fetch-Site", site))
		if got := answer.Code == 403; got != refused {
			t.Errorf("Sec-Fetch-Site %s: got status %d", site, answer.Code)
		}
	}
}

func TestALinkOnAnotherSiteLeavesNoSession(t *testing.T) {
	k, _ := allWays(t)
	h := accessHandler(k, kismet.CORS{})
	token, err := k.Generate("planted", "readonly", 0)
	if err != nil {
		t.Fatal(err)
	}
	for site, cookies := range map[string]int{"cross-site": 0, "none": 1, "": 1} {
		w := places[0].ask(h, way{set: withQuery("KISMET=" + token)}, 1, withHeader("Sec-Fetch-Site", site))
		if got := len(w.Result().Cookies()); w.Code != 200 || got != cookies {
			t.Errorf("Sec-Fetch-Site %q: got status %d and %d cookies, want %d", site, w.Code, got, cookies)
		}
	}
}

func TestAWebsocketEndsWithItsToken(t *testing.T) {
	k := open(t, auth.Options{})
	token, err := k.Generate("siem", "readonly", 0)
	if err != nil {
		t.Fatal(err)
	}
	ended := false
	h := kismet.New(kismet.Options{Ledger: alert.New(alert.Options{}), Auth: k, Websocket: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if err := k.Revoke("siem"); err != nil {
			t.Error(err)
		}
		<-r.Context().Done()
		ended = true
	})})
	places[len(places)-1].ask(h, way{set: withHeader("KISMET", token)}, 0)
	if !ended {
		t.Error("the websocket was not reached")
	}
}

// keeping is a websocket handler that returns while its connections stay.
type keeping struct{ end, stop func() }

func (k *keeping) ServeHTTP(http.ResponseWriter, *http.Request) {}

func (k *keeping) ServeWatched(_ http.ResponseWriter, _ *http.Request, watch func(end func()) (stop func())) {
	k.stop = watch(k.end)
}

func TestConnectionsThatAreKeptEndWithTheirToken(t *testing.T) {
	k := open(t, auth.Options{})
	for name, stopFirst := range map[string]bool{"stays": false, "leaves": true} {
		token, err := k.Generate(name, "readonly", 0)
		if err != nil {
			t.Fatal(err)
		}
		ended := false
		hub := &keeping{end: func() { ended = true }}
		h := kismet.New(kismet.Options{Ledger: alert.New(alert.Options{}), Auth: k, Websocket: hub})
		places[len(places)-1].ask(h, way{set: withHeader("KISMET", token)}, 0)
		if stopFirst {
			hub.stop()
		}
		if err := k.Revoke(name); err != nil {
			t.Fatal(err)
		}
		if ended == stopFirst {
			t.Errorf("%s: ended %v", name, ended)
		}
	}
}
