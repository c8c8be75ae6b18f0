package v1

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/api"
)

const (
	// root is what all paths begin with.
	root        = "/api/v1"
	description = root + "/openapi.json"
)

// Ledger is what the handler needs of an *alert.Ledger.
type Ledger interface {
	Definitions() []alert.DefinitionState
	Incidents() []tocsin.Incident
	Messages() []tocsin.Message // oldest first
}

// Auth is what the handler needs of an *auth.Keeper.
type Auth interface {
	Identify(r *http.Request, query url.Values) api.Caller
}

// Subscription is what streams need of an *alert.Subscription.
type Subscription interface {
	Events() <-chan alert.Event
	Lost() uint64
	Close()
}

// Options configures a Handler.
type Options struct {
	Logger    *slog.Logger // discards if nil
	Auth      Auth
	Ledger    Ledger
	Records   Records // of alerts; Backlog(ledger) where there is no store
	Subscribe func(queue int) Subscription
	Server    func() Server                 // what the server says about itself
	Packets   Packets                       // as they are heard; none if nil
	Sensors   func() []Sensor               // in the order in which they were first heard
	Detectors func() map[string]Detector    // by header, without their pages; none if nil
	Sections  func(header string) []Section // of the page of an alert; none if nil
	Now       func() time.Time              // time.Now if nil
	Kept      int                           // events that streams can resume from; 1024 if 0
	Streams   int                           // at most; 256 if 0
}

// Handler answers what is below /api/v1/.
type Handler struct {
	o        Options
	mux      *http.ServeMux
	document []byte // the description in OpenAPI
	hub      *hub
}

// New returns the handler. Streams are fed while its Run runs.
func New(o Options) *Handler {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Detectors == nil {
		o.Detectors = func() map[string]Detector { return nil }
	}
	if o.Sections == nil {
		o.Sections = func(string) []Section { return nil }
	}
	h := &Handler{o: o, mux: http.NewServeMux()}
	h.hub = newHub(o.Now(), cmp.Or(o.Kept, 1024), cmp.Or(o.Streams, 256))
	h.document = h.register(h.mux)
	return h
}

// ServeHTTP wants to see paths as they were sent: nothing before it may clean them.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	head.Set("Referrer-Policy", "no-referrer")
	if p := h.refuse(r); p != nil {
		p.send(w, r)
		return
	}
	if r.URL.Path == root+"/events" || r.URL.Path == root+"/packets.pcapng" {
		h.mux.ServeHTTP(w, r)
		return
	}
	a := &answer{header: head, status: http.StatusOK}
	h.mux.ServeHTTP(a, r)
	a.send(w, r)
}

// refuse returns why r is not answered; nil if it is.
func (h *Handler) refuse(r *http.Request) *Problem {
	if p := h.route(r); p != nil {
		return p
	}
	if p := h.admit(r); p != nil {
		return p
	}
	if r.ContentLength != 0 {
		return problem(http.StatusRequestEntityTooLarge, "Nothing here takes a body: send the request without one.")
	}
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

// route makes sure that the multiplexer knows an answer: its own refusals are not in our form.
func (h *Handler) route(r *http.Request) *Problem {
	asGet := &http.Request{Method: http.MethodGet, URL: r.URL, Host: r.Host}
	if _, pattern := h.mux.Handler(asGet); pattern == "" || path.Clean(r.URL.Path) != r.URL.Path {
		return problem(http.StatusNotFound, "There is nothing at this path: %s lists what there is.", description)
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		p := problem(http.StatusMethodNotAllowed, "This can only be read: use GET.")
		p.allow = "GET, HEAD"
		return p
	}
	return nil
}

// mayStay reports whether the reader of a stream still may. Whose password is not looked at for a while, because others at
// the same address guess, stays: the guesses of one are not to cut off the other.
func (h *Handler) mayStay(r *http.Request) bool {
	caller := h.o.Auth.Identify(r, nil)
	return caller.Refused || caller.May(api.ReadOnly)
}

// admit refuses those who may not read. Passwords and tokens in the query are not looked at: addresses end up in logs.
func (h *Handler) admit(r *http.Request) *Problem {
	caller := h.o.Auth.Identify(r, nil)
	switch {
	case caller.May(api.ReadOnly):
		return nil
	case caller.Refused:
		p := problem(http.StatusTooManyRequests, "Too many wrong passwords came from this address: wait a minute before the next attempt.")
		p.later = 60
		return p
	case caller.Role == "":
		return problem(http.StatusUnauthorized, "Log in: by HTTP Basic, or by a token in the header Authorization: Bearer TOKEN.")
	}
	return problem(http.StatusForbidden, "The token is valid but its role may not read this: use one with the role readonly.")
}

// Run feeds the streams until ctx ends, and then ends them.
func (h *Handler) Run(ctx context.Context) error {
	s := h.o.Subscribe(hubQueue)
	defer s.Close()
	defer h.hub.shut()
	f := feed{hub: h.hub, incidents: h.o.Ledger.Incidents}
	return f.run(ctx, s)
}
