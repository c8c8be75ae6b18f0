package kismet_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/api/kismet"
)

// watchlist keeps what it is told.
type watchlist struct{ rules []tocsin.DeviceRule }

func (l *watchlist) Devices() []tocsin.DeviceRule { return l.rules }

func (l *watchlist) AddDevices(w kismet.Watch, devices []tocsin.MACMask) error {
	if len(l.rules)+len(devices) > 5 {
		return tocsin.Errorf(tocsin.Invalid, "the list is full")
	}
	for _, d := range devices {
		l.rules = append(l.rules, tocsin.DeviceRule{Device: d, Found: w.Found, Lost: w.Lost})
	}
	return nil
}

func (l *watchlist) RemoveDevices(w kismet.Watch, devices []tocsin.MACMask) {
	l.rules = slices.DeleteFunc(l.rules, func(r tocsin.DeviceRule) bool {
		return slices.Contains(devices, r.Device) && r.Found == w.Found && r.Lost == w.Lost
	})
}

// serveMore is serve with everything that has routes only where it exists.
func serveMore(t testing.TB, sources ...kismet.Source) (server, *watchlist) {
	t.Helper()
	s, list := serve(t), &watchlist{}
	s.Handler = kismet.New(kismet.Options{
		Ledger: s.ledger, Auth: s.keeper, Now: clock, Presence: list, Sources: &sourceList{list: sources}, Log: &packetLog{}, Live: endedHub(),
	})
	return s, list
}

func TestPresenceListsAreChangedAndShown(t *testing.T) {
	s, list := serveMore(t)
	for _, c := range []struct {
		method, path, body string
		code               int
		want               string
	}{
		{"GET", "found/macs.json", "", 200, "[]"},
		{"POST", "found/add.cmd", `{"mac": "aa:bb:cc:00:00:01"}`, 200, ""},
		{"POST", "lost/add.cmd", `{"macs": ["AA:BB:CC:00:00:02", "AA:BB:CC:00:00:00/FF:FF:FF:00:00:00"]}`, 200, ""},
		{"POST", "both/add.cmd", `{"mac": "02:00:00:00:00:03", "macs": ["02:00:00:00:00:04"]}`, 200, ""},
		{"GET", "found/macs.json", "", 200, `["AA:BB:CC:00:00:01","02:00:00:00:00:03","02:00:00:00:00:04"]`},
		{"POST", "lost/macs.json", "", 200, `["AA:BB:CC:00:00:02","AA:BB:CC:00:00:00","02:00:00:00:00:03","02:00:00:00:00:04"]`},
		{"GET", "both/macs.itjson", "", 200, "\"02:00:00:00:00:03\"\n\"02:00:00:00:00:04\"\n"},
		{"POST", "lost/remove.cmd", `{"macs": ["aa:bb:cc:00:00:02"]}`, 200, ""},
		{"GET", "lost/macs.json", "", 200, `["AA:BB:CC:00:00:00","02:00:00:00:00:03","02:00:00:00:00:04"]`},
		{"POST", "found/add.cmd", `{"macs": ["02:00:00:00:00:05", "02:00:00:00:00:06"]}`, 500, "ERROR: the list is full\n"},
		{"POST", "maybe/add.cmd", `{"mac": "02:00:00:00:00:05"}`, 500, "ERROR: Unknown alert type, expected found, lost, or both\n"},
		{"GET", "maybe/macs.json", "", 500, "ERROR: Unknown alert type, expected found, lost, or both\n"},
		{"POST", "found/add.cmd", `{"mac": "zz"}`, 500, "ERROR: invalid MAC address\n"},
		{"POST", "found/add.cmd", `{"mac": 5}`, 500, "ERROR: invalid MAC address\n"},
		{"POST", "found/add.cmd", `{"mac": "02:00:00:00:00:05", "macs": ["02:00:00:00:00:06", "x"]}`, 500, "ERROR: invalid MAC address in macs list\n"},
		{"POST", "found/add.cmd", `{"macs": "02:00:00:00:00:05"}`, 500, "ERROR: invalid MAC address in macs list\n"},
		{"POST", "found/add.cmd", `{"macs": []}`, 500, "ERROR: expected MAC address in mac or macs[]\n"},
		{"POST", "found/remove.cmd", `{}`, 500, "ERROR: expected MAC address in mac or macs[]\n"},
		{"POST", "found/add.cmd", `[]`, 500, "ERROR: expected MAC address in mac or macs[]\n"},
		{"POST", "found/remove.cmd", "", 500, "ERROR: expected MAC address in mac or macs[]\n"},
		{"POST", "found/add.cmd", `{`, 400, ""},
	} {
		w := s.do(ask{method: c.method, path: "/devices/alerts/mac/" + c.path, auth: "basic", media: jsonType, body: c.body})
		if got := w.Body.String(); w.Code != c.code || c.code != 400 && got != c.want {
			t.Errorf("%s %s: status %d, %q, want %d, %q", c.path, c.body, w.Code, got, c.code, c.want)
		}
	}
	if len(list.rules) != 4 {
		t.Errorf("%d rules at the end, want 4: a command with a mistake changes nothing", len(list.rules))
	}
	form := s.do(ask{method: "POST", path: "/devices/alerts/mac/found/add.cmd", auth: "basic", media: formType, body: `json={"mac":"02:00:00:00:00:09"}`})
	if form.Code != 200 || len(list.rules) != 5 {
		t.Errorf("sent as a form: status %d and %d rules", form.Code, len(list.rules))
	}
}

// TestRoutesThatDependOnWhatThereIs asks each by the methods that there are and another, in every role.
func TestRoutesThatDependOnWhatThereIs(t *testing.T) {
	s, _ := serveMore(t, kismet.Source{UUID: "4E1D07C3-0000-0000-0000-00003D080693"})
	bare := serve(t)
	tokens := logins(t, s)
	for path, want := range map[string]struct{ methods, roles string }{
		"/devices/alerts/mac/found/macs.json":                                       {"GET POST", "basic readonly"},
		"/devices/alerts/mac/lost/add.cmd":                                          {"POST", "basic"},
		"/devices/alerts/mac/both/remove.cmd":                                       {"POST", "basic"},
		"/datasource/all_sources.json":                                              {"GET POST", "basic readonly"},
		"/datasource/types.ekjson":                                                  {"GET POST", "basic readonly"},
		"/datasource/defaults.json":                                                 {"GET POST", "basic readonly"},
		"/datasource/by-uuid/4e1d07c3-0000-0000-0000-00003d080693/source.json":      {"GET POST", "basic readonly"},
		"/logging/kismetdb/pcap/all.pcapng":                                         {"GET POST", "basic readonly"},
		"/logging/kismetdb/pcap/drop.cmd":                                           {"POST", "basic"},
		"/poi/create_poi.cmd":                                                       {"POST", "basic"},
		"/datasource/list_interfaces.json":                                          {"GET POST", "basic"},
		"/datasource/add_source.cmd":                                                {"POST", "basic"},
		"/datasource/by-uuid/4e1d07c3-0000-0000-0000-00003d080693/set_channel.cmd":  {"POST", "basic"},
		"/datasource/by-uuid/4e1d07c3-0000-0000-0000-00003d080693/close_source.cmd": {"GET POST", "basic"},
	} {
		for _, method := range []string{"GET", "POST", "DELETE"} {
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
		if w := bare.do(ask{method: "GET", path: path, auth: "basic"}); w.Code != http.StatusNotFound {
			t.Errorf("%s: status %d where there is nothing to tell, want 404", path, w.Code)
		}
	}
}

func TestOtherSitesCannotChangeTheLists(t *testing.T) {
	s, list := serveMore(t)
	session := s.do(ask{method: "GET", path: "/session/check_login", auth: "basic"}).Result().Cookies()[0].Value
	w := s.do(ask{method: "POST", path: "/devices/alerts/mac/found/add.cmd", auth: session, media: formType,
		body: `json={"mac":"02:00:00:00:00:09"}`, header: map[string]string{"Sec-Fetch-Site": "cross-site"}})
	if w.Code != http.StatusForbidden || len(list.rules) != 0 {
		t.Errorf("status %d and %d rules, want it refused", w.Code, len(list.rules))
	}
}

func FuzzPresenceCommands(f *testing.F) {
	for _, seed := range []string{`{"mac": "02:00:00:00:00:01/ff"}`, `{"macs": [[], {}, null, 1e999]}`, `{"mac": null, "macs": {"a": "b"}}`, "null", "\xff"} {
		f.Add("found", seed)
	}
	s, list := serveMore(f)
	f.Fuzz(func(t *testing.T, kind, body string) {
		list.rules = nil
		if strings.ContainsAny(kind, "/?#% ") || strings.IndexFunc(kind, func(r rune) bool { return r < ' ' || r > '~' }) >= 0 || kind == "" {
			kind = "found"
		}
		w := s.do(ask{method: "POST", path: "/devices/alerts/mac/" + kind + "/add.cmd", auth: "basic", media: jsonType, body: body})
		switch {
		case w.Code == 200 && len(list.rules) == 0, w.Code != 200 && len(list.rules) != 0, w.Code != 200 && w.Code != 400 && w.Code != 500:
			t.Errorf("%s %q: status %d and %d rules", kind, body, w.Code, len(list.rules))
		}
	})
}
