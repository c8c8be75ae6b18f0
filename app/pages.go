package app

import (
	_ "embed"
	"net/http"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/api"
	"github.com/tocsin-wids/tocsin/api/kismet"
	"github.com/tocsin-wids/tocsin/report"
)

// pages answers a browser and hands on what is below /api/v1; everything else is the compatible interface's.
type pages struct {
	server  *Server
	api     http.Handler
	metrics http.Handler
}

//go:embed setup.html
var setupPage []byte

func (p *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/" && r.Method == http.MethodGet:
		p.now(w, r)
	case r.URL.Path == "/setup" && r.Method == http.MethodGet:
		p.setup(w, r)
	case r.URL.Path == "/setup" && r.Method == http.MethodPost:
		p.setLogin(w, r)
	case r.URL.Path == "/metrics" && r.Method == http.MethodGet:
		p.metrics.ServeHTTP(w, r)
	case isV1(r.URL.Path):
		p.server.v1.ServeHTTP(w, r)
	default:
		p.api.ServeHTTP(w, r)
	}
}

// now shows the incidents, anew every few seconds, to who is logged in; a browser asks for the login itself.
func (p *pages) now(w http.ResponseWriter, r *http.Request) {
	s := p.server
	if s.keeper.Setup() == api.NotSetUp {
		http.Error(w, "No login is set yet: open the set-up link that the server printed when it started.", http.StatusUnauthorized)
		return
	}
	caller := s.keeper.Identify(r, kismet.Variables(r))
	if caller.Refused {
		http.Error(w, "Too many wrong passwords from this address, try later.", http.StatusTooManyRequests)
		return
	}
	if !caller.May(api.ReadOnly) {
		w.Header().Set("WWW-Authenticate", `Basic realm="Tocsin", charset="UTF-8"`)
		http.Error(w, "Log in to see what was heard.", http.StatusUnauthorized)
		return
	}
	secure(w)
	w.Header().Set("Refresh", "5")
	if err := report.HTML(w, []report.File{s.state()}, report.Options{Guide: Guide}); err != nil {
		s.logger.Debug("page not written", "error", err)
	}
}

// setLogin takes what the form sends. Who knows the secret may set the first login; the caller's own login, which a
// browser would add to a form of another site, counts for nothing.
func (p *pages) setLogin(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	err := p.server.keeper.SetPassword(r, api.Caller{}, r.URL.Query().Get("setup"), r.PostFormValue("username"), r.PostFormValue("password"))
	if err != nil {
		secure(w)
		status, text := setupStatus(err), err.Error()
		if status == http.StatusInternalServerError {
			p.server.logger.Error("login not set", "error", err)
			text = "The login could not be kept, see the server's log."
		}
		http.Error(w, text, status)
		return
	}
	home(w)
}

// home leads a browser to the page beside this one, whatever prefix a proxy has put before both.
func home(w http.ResponseWriter) {
	w.Header().Set("Location", "./")
	w.WriteHeader(http.StatusSeeOther)
}

func setupStatus(err error) int {
	switch tocsin.ErrorCode(err) {
	case tocsin.Invalid:
		return http.StatusBadRequest
	case tocsin.Throttled:
		return http.StatusTooManyRequests
	case tocsin.Forbidden:
		return http.StatusForbidden
	}
	return http.StatusInternalServerError
}

// setup shows the form of the first login.
func (p *pages) setup(w http.ResponseWriter, r *http.Request) {
	if p.server.keeper.Setup() != api.NotSetUp {
		home(w)
		return
	}
	secure(w)
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Write(setupPage)
}

func secure(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
}

// shownIncidents bounds those on the page, which a browser reads anew every few seconds.
const shownIncidents = 500

// state is what was heard since the start, with the incidents that people are not done with: of an effect they are
// when they are with its cause.
func (s *Server) state() report.File {
	s.mu.Lock()
	f := s.shard.file("")
	f.Title = "Since the start"
	f.Warnings = s.shard.warnings()
	s.mu.Unlock()
	all := s.ledger.Incidents() // the worst first
	done := map[tocsin.ID]bool{}
	for n := range all {
		done[all[n].ID] = all[n].State == tocsin.Resolved
	}
	for _, i := range all {
		if !done[i.ID] && !done[i.Inhibitor] && len(f.Incidents) < shownIncidents {
			f.Incidents = append(f.Incidents, i)
		}
	}
	return f
}

// system is what the server says about itself to clients.
func (s *Server) system() kismet.System {
	now := s.statistics()
	s.pulse.mu.Lock()
	defer s.pulse.mu.Unlock()
	c := s.options.Config.Server
	return kismet.System{
		Started: s.started, Version: Version(), Commit: Commit(), Name: c.Name, Description: c.Description,
		Location: c.Location, Devices: now.Devices, Connections: now.Connections, Memory: now.Memory,
		Battery: s.pulse.battery, MemoryHistory: s.pulse.memory, DevicesHistory: s.pulse.devices,
	}
}

// Say puts a message before clients.
func (s *Server) Say(text string) { s.ledger.Say(tocsin.MessageInfo, text) }
