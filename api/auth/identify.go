package auth

import (
	"crypto/sha256"
	"net/http"
	"net/url"
	"strings"

	"github.com/tocsin-wids/tocsin/api"
)

// Identify says who sent r. vars are the variables of the query. A valid session or token counts before a name and
// a password; a header with credentials, even wrong ones, before those in the query.
func (k *Keeper) Identify(r *http.Request, vars url.Values) api.Caller {
	k.refresh()
	if c := k.byToken(r, vars); c.Role != "" {
		return c
	}
	if header := r.Header.Get("Authorization"); header != "" {
		if scheme, token, _ := strings.Cut(header, " "); strings.EqualFold(scheme, "Bearer") {
			return api.Caller{Role: k.role(strings.TrimSpace(token))}
		}
		user, password, ok := r.BasicAuth()
		if !ok {
			return api.Caller{}
		}
		c := k.login(r, user, password)
		c.Basic = true
		return c
	}
	if vars.Has("user") && vars.Has("password") {
		return k.login(r, vars.Get("user"), vars.Get("password"))
	}
	return api.Caller{}
}

// byToken looks at what may hold a session or a token: the cookie, which hides the variable of the same name as in
// Kismet, and the header that some clients send.
func (k *Keeper) byToken(r *http.Request, vars url.Values) api.Caller {
	token, cookie := vars.Get(Cookie), false
	if len(r.Header["Cookie"]) > 0 {
		token, cookie = "", true
		if c, err := r.Cookie(Cookie); err == nil {
			token = c.Value
		}
	}
	if role := k.role(token); role != "" {
		return api.Caller{Role: role, Session: token, Cookie: cookie}
	}
	return api.Caller{Role: k.role(r.Header.Get(Cookie))}
}

// role returns what the session or API token opens; empty for neither.
func (k *Keeper) role(token string) string {
	if token == "" || len(token) > maxName {
		return ""
	}
	sum := sha256.Sum256([]byte(token))
	now := k.now()
	k.mu.Lock()
	defer k.mu.Unlock()
	if end, ok := k.sessions[sum]; ok && now.Before(end) {
		return api.Admin
	}
	return k.disk.role(sum, now)
}
