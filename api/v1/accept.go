package v1

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tocsin-wids/tocsin/api"
)

// maxBody bounds the body of a request: more than the longest that can be right.
const maxBody = 16 << 10

// callerKey is where a context has the caller.
type callerKey struct{}

// caller returns who sent the request that ctx belongs to.
func caller(ctx context.Context) api.Caller {
	c, _ := ctx.Value(callerKey{}).(api.Caller)
	return c
}

// accept returns r with its caller and its body read, or why it is not answered.
func (h *Handler) accept(r *http.Request) (*http.Request, *Problem) {
	if p := h.route(r); p != nil {
		return r, p
	}
	who, p := h.admit(r)
	if p != nil {
		return r, p
	}
	if p := checkQuery(r); p != nil {
		return r, p
	}
	accepted := r.WithContext(context.WithValue(r.Context(), callerKey{}, who))
	return accepted, readBody(accepted)
}

// changes reports whether r wants more than to read.
func changes(r *http.Request) bool { return r.Method != http.MethodGet && r.Method != http.MethodHead }

// route makes sure that the multiplexer knows an answer: its own refusals are not in our form.
func (h *Handler) route(r *http.Request) *Problem {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
		as := &http.Request{Method: method, URL: r.URL, Host: r.Host}
		if _, pattern := h.mux.Handler(as); pattern == "" {
			continue
		}
		if allowed = append(allowed, method); method == http.MethodGet {
			allowed = append(allowed, http.MethodHead)
		}
	}
	if len(allowed) == 0 || path.Clean(r.URL.Path) != r.URL.Path {
		return problem(http.StatusNotFound, "There is nothing at this path: %s lists what there is.", description)
	}
	if !slices.Contains(allowed, r.Method) {
		methods := strings.Join(allowed, ", ")
		p := problem(http.StatusMethodNotAllowed, "That cannot be done here: use one of %s.", methods)
		p.allow = methods
		return p
	}
	return nil
}

// admit refuses those who may not. Passwords and tokens in the query are not looked at: addresses end up in logs.
func (h *Handler) admit(r *http.Request) (api.Caller, *Problem) {
	who := h.o.Auth.Identify(r, nil)
	roles := []string{api.ReadOnly, api.Operator}
	if changes(r) {
		roles = roles[1:]
	}
	switch {
	case who.May(roles...):
	case who.Refused:
		p := problem(http.StatusTooManyRequests, "Too many wrong passwords came from this address: wait a minute before the next attempt.")
		p.later = 60
		return who, p
	case who.Role == "":
		return who, problem(http.StatusUnauthorized, "Log in: by HTTP Basic, or by a token in the header Authorization: Bearer TOKEN.")
	default:
		return who, problem(http.StatusForbidden, "The token is valid but its role may not do this: use one with the role %s.", roles[0])
	}
	// A browser adds its login to what the page of another site sends.
	if changes(r) && who.Ambient() {
		var foreign http.CrossOriginProtection
		if err := foreign.Check(r); err != nil {
			return who, problem(http.StatusForbidden, "The page of another site sent this, with the login of your browser: nothing was changed.")
		}
	}
	return who, nil
}

func checkQuery(r *http.Request) *Problem {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return mistakes{{"query", "cannot be decoded: a percent sign is followed by two hexadecimal digits, and parameters are parted by &"}}.problem()
	}
	var m mistakes
	for name, values := range query {
		switch {
		case len(values) > 1:
			m.add("query."+name, "given more than once")
		case !utf8.ValidString(name + values[0]):
			m.add("query", "not UTF-8")
		}
	}
	if len(m) > 0 {
		slices.SortFunc(m, func(a, b Mistake) int { return cmp.Compare(a.Location, b.Location) })
		return m.problem()
	}
	return nil
}

// readBody reads the body of a POST, and refuses any other. A form of another site cannot be of the one type that is
// accepted.
func readBody(r *http.Request) *Problem {
	if r.Method != http.MethodPost {
		if r.ContentLength != 0 {
			return problem(http.StatusRequestEntityTooLarge, "A %s here takes no body: send the request without one.", r.Method)
		}
		return nil
	}
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		return problem(http.StatusUnsupportedMediaType, "Send a JSON object with the header Content-Type: application/json; {} if there is nothing to say.")
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return problem(http.StatusRequestEntityTooLarge, "The body is larger than %d octets.", maxBody)
	case err != nil:
		return mistakes{{"body", "cannot be read to its end"}}.problem()
	case !utf8.Valid(body):
		return mistakes{{"body", "not UTF-8"}}.problem()
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return nil
}
