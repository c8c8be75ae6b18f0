package v1

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"

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
	Incident(id tocsin.ID) (tocsin.Incident, error)
	Change(ctx context.Context, c tocsin.Change) (tocsin.Incident, error)
	Silences() []tocsin.Silence // oldest first
	Silence(ctx context.Context, s tocsin.Silence) (made tocsin.Silence, isNew bool, err error)
	Expire(ctx context.Context, id tocsin.ID, by string) (tocsin.Silence, error)
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
	r, p := h.accept(r)
	if p != nil {
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

// mayStay reports whether the reader of a stream still may. Whose password is not looked at for a while, because others at
// the same address guess, stays: the guesses of one are not to cut off the other.
func (h *Handler) mayStay(r *http.Request) bool {
	caller := h.o.Auth.Identify(r, nil)
	return caller.Refused || caller.May(api.ReadOnly, api.Operator)
}

// Run feeds the streams until ctx ends, and then ends them.
func (h *Handler) Run(ctx context.Context) error {
	s := h.o.Subscribe(hubQueue)
	defer s.Close()
	defer h.hub.shut()
	f := feed{hub: h.hub, incidents: h.o.Ledger.Incidents}
	return f.run(ctx, s)
}
