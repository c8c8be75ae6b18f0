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
			return k.holder(strings.TrimSpace(token))
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
	if c := k.holder(token); c.Role != "" {
		c.Session, c.Cookie = token, cookie
		return c
	}
	return k.holder(r.Header.Get(Cookie))
}

// holder looks tokens up by their hash, so that how long it takes says nothing of a token that exists. It returns who
// holds the session or API token; nobody if it is neither.
func (k *Keeper) holder(token string) api.Caller {
	if token == "" || len(token) > maxName {
		return api.Caller{}
	}
	sum := sha256.Sum256([]byte(token))
	now := k.now()
	k.mu.Lock()
	defer k.mu.Unlock()
	if end, ok := k.sessions[sum]; ok && now.Before(end) {
		c := api.Caller{Role: api.Admin}
		if k.active != nil {
			c.Name = k.active.User
		}
		return c
	}
	if t := k.disk.holder(sum, now); t != nil {
		return api.Caller{Role: t.Role, Name: t.Name, Token: sum}
	}
	return api.Caller{}
}
