package kismet

import (
	"context"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/api"
	"github.com/tocsin-wids/tocsin/gps"
)

// Ledger is what the handler needs of an *alert.Ledger.
type Ledger interface {
	Alerts() []*tocsin.Alert
	Recent(after time.Time) (list []*tocsin.Alert, until time.Time, whole bool)
	Version() uint64
	ByHash(hash uint32) (*tocsin.Alert, bool)
	Messages() []tocsin.Message
	Definitions() []alert.DefinitionState
	DefineExternal(tocsin.Definition) error
	Raise(alert.Request) (*tocsin.Alert, error)
	Say(flags tocsin.MessageFlags, text string)
}

// Auth is what the handler needs of an *auth.Keeper.
type Auth interface {
	Identify(r *http.Request, query url.Values) api.Caller
	Watch(caller api.Caller, end func()) (stop func())
	Setup() api.Setup
	SetPassword(r *http.Request, caller api.Caller, setup, user, password string) error
	Tokens() []api.Token
	Generate(name, role string, life time.Duration) (string, error)
	Revoke(name string) error
}

// Options configures the handler.
type Options struct {
	Logger    *slog.Logger // discards if nil
	Ledger    Ledger
	History   History // what has left the backlog; nil: nothing is kept
	Auth      Auth
	System    func() System  // what the server says about itself; nothing if nil
	Sources   Sources        // without its routes if nil
	Presence  Presence       // without its routes if nil
	Places    *gps.Receivers // without its routes if nil
	Log       PacketLog      // without its routes if nil
	Live      LivePackets    // without its routes if nil
	Websocket http.Handler   // of /eventbus/events.ws, asked only by those who may; nil: not found
	Sensors   Sensors        // of /datasource/remote/remotesource.ws; nil: not found
	Remote    RemoteDefaults
	CORS      CORS
	Now       func() time.Time // time.Now if nil
}

// ConnectionKeeper is what a websocket handler is that returns while its connections stay: it calls watch with what ends a
// connection, and calls what that returns when the connection is gone.
type ConnectionKeeper interface {
	ServeWatched(w http.ResponseWriter, r *http.Request, watch func(end func()) (stop func()))
}

// Sensors takes sensors that come by a websocket, for as long as they stay. Whoever has the same credential may be the same sensor.
// Watch is called with what ends a connection, and what that returns when the connection is gone.
type Sensors interface {
	ServeSensor(w http.ResponseWriter, r *http.Request, credential string, watch func(end func()) (stop func()))
}

type handler struct {
	Options
	account string // that the server runs as
	routes  []route
	lists   lists
}

// New returns the handler. It wants to see paths as they were sent: nothing before it may clean them.
func New(o Options) http.Handler {
	h := &handler{Options: o}
	if h.Logger == nil {
		h.Logger = slog.New(slog.DiscardHandler)
	}
	if h.Now == nil {
		h.Now = time.Now
	}
	if h.System == nil {
		h.System = func() System { return System{} }
	}
	h.account = account()
	h.routes = h.table()
	return h
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Server", "Tocsin (Kismet compatible)")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if h.CORS.answer(w, r) {
		return
	}
	path := collapse(r.URL.EscapedPath())
	query := parsePairs(r.URL.RawQuery, false)
	if isUpgrade(r) {
		h.upgrade(w, r, path, query)
		return
	}
	rt, params, suffix, ok := h.find(path)
	if !ok {
		writePage(w, r, http.StatusNotFound, path)
		return
	}
	if !rt.allows(r.Method) {
		writePage(w, r, http.StatusMethodNotAllowed, "")
		return
	}
	caller := h.Auth.Identify(r, query)
	if !h.admit(w, r, rt.roles, caller) {
		return
	}
	// A page of another site can make a browser send its cookie or its Basic login, but not a secret in the request.
	if rt.changes && caller.Ambient() && h.foreign(r) {
		writeText(w, http.StatusForbidden, "Invalid request: sent by another site\n")
		return
	}
	q := &request{http: r, caller: caller, params: params, vars: query, suffix: suffix}
	q.format, _ = api.ParseFormat(suffix)
	a, err := reply{}, q.readBody(w)
	if err == nil {
		a, err = rt.serve(q)
	}
	if err != nil {
		a = h.failure(err, rt)
	}
	if a.media == "" {
		a.media = rt.media
	}
	h.write(w, q, a)
}

// admit answers those who may not.
func (h *handler) admit(w http.ResponseWriter, r *http.Request, roles []string, c api.Caller) bool {
	if c.May(roles...) {
		return true
	}
	if c.Refused {
		w.Header().Set("Retry-After", "60")
		writeText(w, http.StatusTooManyRequests, "Too many wrong passwords from this address, try later\n")
		return false
	}
	writePage(w, r, http.StatusUnauthorized, "")
	return false
}

func (h *handler) upgrade(w http.ResponseWriter, r *http.Request, path string, query url.Values) {
	sensor := path == "/datasource/remote/remotesource.ws" && h.Sensors != nil
	if !sensor && (path != "/eventbus/events.ws" || h.Websocket == nil) {
		writePage(w, r, http.StatusNotFound, path)
		return
	}
	role := api.ReadOnly
	if sensor {
		role = api.DataSource
	}
	caller := h.Auth.Identify(r, query)
	if !h.admit(w, r, []string{role}, caller) {
		return
	}
	if caller.Ambient() && h.foreign(r) {
		writeText(w, http.StatusForbidden, "Invalid request: sent by another site\n")
		return
	}
	if sensor {
		h.Sensors.ServeSensor(w, r, credential(caller), func(end func()) func() { return h.Auth.Watch(caller, end) })
		return
	}
	// It lasts no longer than what opened it: a token may be revoked while a connection stays for months.
	if keeper, ok := h.Websocket.(ConnectionKeeper); ok {
		keeper.ServeWatched(w, r, func(end func()) func() { return h.Auth.Watch(caller, end) })
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer h.Auth.Watch(caller, cancel)()
	h.Websocket.ServeHTTP(w, r.WithContext(ctx))
}

// credential names the token of a caller, or the login. It is no secret.
func credential(c api.Caller) string {
	if c.Token == ([32]byte{}) {
		return "login"
	}
	return hex.EncodeToString(c.Token[:])
}

// reply is an answer.
type reply struct {
	status int // 0: 200
	body   []byte
	media  string // empty: by the suffix

	// An answer that is not built whole: what sends it, instead of body, and what a browser is to do with it.
	stream      func(http.ResponseWriter) error
	disposition string
}

const plainText = "text/plain"

func text(status int, s string) (reply, error) { return reply{status: status, body: []byte(s)}, nil }

// refuse is an answer that compatible clients know by its words.
type refuse struct {
	status int
	text   string
}

func (e *refuse) Error() string { return e.text }

func invalid(s string) error {
	return &refuse{http.StatusBadRequest, "Invalid request: " + s + "\n"}
}

func failed(s string) error { return &refuse{http.StatusInternalServerError, "ERROR: " + s + "\n"} }

// failure turns an error into an answer. What is not the client's mistake is logged, and only that it happened is told.
func (h *handler) failure(err error, rt *route) reply {
	var known *refuse
	if errors.As(err, &known) {
		return reply{status: known.status, body: []byte(known.text)}
	}
	var mistake *tocsin.Error
	if errors.As(err, &mistake) {
		return reply{status: http.StatusBadRequest, body: []byte("Invalid request: " + mistake.Message + "\n")}
	}
	h.Logger.Error("answer request", "path", rt.path, "error", err)
	return reply{status: http.StatusInternalServerError, body: []byte("ERROR: internal error, see the server's log\n")}
}

func (h *handler) write(w http.ResponseWriter, q *request, a reply) {
	now := h.Now().UTC()
	head := w.Header()
	media := a.media
	if media == "" {
		media = "application/json"
		if q.suffix == "" {
			media = plainText
		}
	}
	head.Set("Content-Type", media)
	head.Set("Last-Modified", now.Format(http.TimeFormat))
	head.Set("Cache-Control", "no-cache")
	head.Set("Pragma", "no-cache")
	head.Set("Expires", "Sat, 01 Jan 2000 00:00:00 GMT")
	if a.stream == nil {
		head.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	if a.disposition != "" {
		head.Set("Content-Disposition", a.disposition)
	}
	// A link on another site must not leave its own session here.
	if q.caller.Session != "" && !h.foreign(q.http) {
		http.SetCookie(w, &http.Cookie{
			Name: "KISMET", Value: q.caller.Session, Path: "/", MaxAge: 86400,
			HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: q.http.TLS != nil,
		})
	}
	w.WriteHeader(max(a.status, 200))
	if a.stream == nil {
		w.Write(a.body)
	} else if err := a.stream(w); err != nil {
		h.Logger.Debug("answer cut off", "error", err)
		panic(http.ErrAbortHandler) // the one way to have the client see that it is not whole
	}
}
