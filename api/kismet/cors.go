package kismet

import (
	"net/http"
	"net/url"
	"strings"
)

// CORS says whether pages of other origins may read what the server answers. The zero value is no.
type CORS struct {
	Allow  bool
	Origin string // the one origin that may, scheme://host[:port]; empty or *: any, so name one
}

// trusts reports whether pages of origin may also change something with the login that their browser adds. That takes
// an origin that was named: any page at all must not.
func (c CORS) trusts(origin string) bool {
	return c.Allow && !c.any() && origin == c.Origin
}

func (c CORS) any() bool { return c.Origin == "" || c.Origin == "*" }

// answer sets the headers on every answer, errors too, or a page could not tell a missing login from a missing server.
// It answers OPTIONS itself, of any path and for anybody, and reports that.
func (c CORS) answer(w http.ResponseWriter, r *http.Request) bool {
	if !c.Allow {
		return false
	}
	origin := c.Origin
	if c.any() {
		origin = "*"
		if o := r.Header.Get("Origin"); isOrigin(o) {
			origin = o
		}
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Allow-Credentials", "true")
	h.Add("Vary", "Origin")
	h.Set("Access-Control-Max-Age", "86400")
	h.Set("Access-Control-Allow-Methods", "POST, GET, OPTIONS, UPGRADE")
	h.Set("Access-Control-Allow-Headers", "Content-Type, Authorization")
	if r.Method != http.MethodOptions {
		return false
	}
	h.Set("Content-Length", "0")
	w.WriteHeader(http.StatusOK)
	return true
}

// Wrap does for next what the compatible interface does itself.
func (c CORS) Wrap(next http.Handler) http.Handler {
	if !c.Allow {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !c.answer(w, r) {
			next.ServeHTTP(w, r)
		}
	})
}

// isOrigin takes what a browser sends for a page of a site. "null", which every sandboxed page can be, is none.
func isOrigin(s string) bool {
	if len(s) > 512 || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && u.Scheme != "" && u.Host != "" && u.Scheme+"://"+u.Host == s
}

// foreign reports whether a page of another site sent r, as far as its browser says so.
func (h *handler) foreign(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if h.CORS.trusts(origin) {
		return false
	}
	// What the browser says of a websocket's site is about another scheme than the page's; its Origin is always there.
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && !isUpgrade(r) {
		return site != "same-origin" && site != "none"
	}
	if origin == "" {
		return false
	}
	u, err := url.Parse(origin)
	return err != nil || !strings.EqualFold(u.Host, r.Host) || r.TLS != nil && u.Scheme != "https"
}
