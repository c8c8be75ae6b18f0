package kismet

import (
	"net/http"
	"slices"
	"strings"

	"github.com/tocsin-wids/tocsin/api"
)

// route is one entry of the table of what is answered.
type route struct {
	path    string // parts that begin with a colon match any one part
	suffix  string // "": none allowed; "*": any that names a format; else exactly this
	methods []string
	roles   []string // none: anybody
	changes bool     // something on the server: a page of another site may not send it
	media   string   // of the answer; empty: by the suffix
	serve   func(*request) (reply, error)
}

func (rt *route) allows(method string) bool { return slices.Contains(rt.methods, method) }

func (h *handler) table() []route {
	get, post, both := []string{http.MethodGet}, []string{http.MethodPost}, []string{http.MethodGet, http.MethodPost}
	reader, admin := []string{api.ReadOnly}, []string{api.Admin}
	list := func(path string, serve func(*request) (reply, error)) route {
		return route{path: path, suffix: "*", methods: both, roles: reader, serve: serve}
	}
	command := func(path string, serve func(*request) (reply, error)) route {
		return route{path: path, suffix: "cmd", methods: post, roles: admin, changes: true, serve: serve}
	}
	table := slices.Concat(h.sourceRoutes(list, command), h.locationRoutes(list), h.presenceRoutes(list, command), h.logRoutes(command), h.liveRoutes())
	return append(table, []route{
		list("/alerts/definitions", h.definitions),
		list("/alerts/all_alerts", h.allAlerts),
		list("/alerts/last-time/:ts/alerts", h.alertsSince),
		list("/alerts/wrapped/last-time/:ts/alerts", h.wrappedAlerts),
		list("/alerts/by-id/:id/alert", h.alertByID),
		list("/alerts/alerts_view", h.alertsView),
		command("/alerts/definitions/define_alert", h.define),
		command("/alerts/raise_alerts", h.raise),
		command("/alerts/raise_alert", h.raise),
		list("/messagebus/all_messages", h.allMessages),
		list("/messagebus/last-time/:ts/messages", h.messagesSince),
		list("/system/status", h.systemStatus),
		list("/system/timestamp", h.systemTime),
		{path: "/system/user_status", suffix: "*", methods: both, serve: h.systemUser},
		{path: "/session/check_setup_ok", methods: get, media: plainText, serve: h.checkSetup},
		{path: "/session/check_login", methods: get, roles: admin, media: plainText, serve: h.checkLogin},
		{path: "/session/check_session", methods: get, roles: []string{anyRole}, media: plainText, serve: h.checkSession},
		{path: "/session/set_password", methods: post, changes: true, media: plainText, serve: h.setPassword},
		{path: "/auth/apikey/list", suffix: "*", methods: get, roles: admin, serve: h.listTokens},
		{path: "/auth/apikey/generate", suffix: "cmd", methods: post, roles: admin, changes: true, media: plainText, serve: h.generateToken},
		{path: "/auth/apikey/revoke", suffix: "cmd", methods: post, roles: admin, changes: true, media: plainText, serve: h.revokeToken},
	}...)
}

// find returns the route of path, the parts that its colons matched, and the suffix.
func (h *handler) find(path string) (rt *route, params map[string]string, suffix string, ok bool) {
	stem, suffix := path, ""
	if i := strings.LastIndexByte(path, '.'); i > strings.LastIndexByte(path, '/') {
		stem, suffix = path[:i], path[i+1:]
	}
	for i := range h.routes {
		rt := &h.routes[i]
		switch {
		case rt.suffix == "":
			if path == rt.path {
				return rt, nil, "", true
			}
			continue
		case rt.suffix == "*":
			if _, known := api.ParseFormat(suffix); !known {
				continue
			}
		case rt.suffix != suffix:
			continue
		}
		if params, ok := match(rt.path, stem); ok {
			return rt, params, suffix, true
		}
	}
	return nil, nil, "", false
}

func match(pattern, path string) (map[string]string, bool) {
	if !strings.Contains(pattern, ":") {
		return nil, pattern == path
	}
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return nil, false
	}
	params := map[string]string{}
	for i := range want {
		if name, ok := strings.CutPrefix(want[i], ":"); ok && got[i] != "" {
			params[name] = got[i]
		} else if want[i] != got[i] {
			return nil, false
		}
	}
	return params, true
}

// collapse makes one slash of several.
func collapse(path string) string {
	if !strings.Contains(path, "//") {
		return path
	}
	b := make([]byte, 0, len(path))
	for i := range len(path) {
		if path[i] != '/' || i == 0 || path[i-1] != '/' {
			b = append(b, path[i])
		}
	}
	return string(b)
}

func isUpgrade(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}
