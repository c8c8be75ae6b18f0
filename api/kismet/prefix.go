package kismet

import (
	"net/http"
	"net/url"
	"strings"
)

// StripPrefix takes prefix, with or without slashes at its ends, off the paths that begin with it as a whole; others are
// answered as they are. Proxies that serve several servers under one name need it.
func StripPrefix(prefix string, next http.Handler) http.Handler {
	prefix = "/" + strings.Trim(prefix, "/")
	if prefix == "/" {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rest, ok := strings.CutPrefix(r.URL.EscapedPath(), prefix)
		if rest == "" {
			rest = "/"
		}
		path, err := url.PathUnescape(rest)
		if !ok || rest[0] != '/' || err != nil {
			next.ServeHTTP(w, r)
			return
		}
		inner := *r
		inner.URL = new(url.URL)
		*inner.URL = *r.URL
		inner.URL.Path, inner.URL.RawPath = path, rest
		next.ServeHTTP(w, &inner)
	})
}
