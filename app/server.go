package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/api/auth"
	"github.com/tocsin-wids/tocsin/api/events"
	"github.com/tocsin-wids/tocsin/api/kismet"
	v1 "github.com/tocsin-wids/tocsin/api/v1"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/capture/remote"
	"github.com/tocsin-wids/tocsin/config"
	"github.com/tocsin-wids/tocsin/detectors"
	"github.com/tocsin-wids/tocsin/export"
	"github.com/tocsin-wids/tocsin/kismetdb"
	"github.com/tocsin-wids/tocsin/packetlog"
	"github.com/tocsin-wids/tocsin/store/sqlite"
)

// Options configures a Server.
type Options struct {
	Config         config.Config
	User, Password string            // the login; empty: the one that was set before, or set-up
	KismetLogin    string            // Kismet's file of the login, taken over while there is none; empty: none
	KismetTokens   string            // Kismet's file of the tokens, taken over once; empty: none
	TLS            TLS               // how the server shows who it is
	CORS           kismet.CORS       // which other origins may read
	Prefix         string            // of paths, as a proxy before the server adds it; empty: none
	Sources        []capture.Source  // beside those of the configuration
	Memory         bool              // keep nothing on disk
	SetStoreAside  bool              // rename a damaged store and begin an empty one
	KismetDB       *kismetdb.Options // log to write; its tables, name and place count; nil: none
	Root           bool              // the process has all rights
	Warnings       []string          // of the configuration: what it asks for and is not done
	Logger         *slog.Logger      // discards if nil
}

// Server listens, detects, and answers clients.
type Server struct {
	options  Options
	logger   *slog.Logger
	started  time.Time
	store    *sqlite.Store // nil: nothing is kept
	ledger   *alert.Ledger
	keeper   *auth.Keeper
	hub      *events.Hub
	v1       *v1.Handler
	radios   radios
	roster   *roster // of the sources
	remote   *remote.Server
	gate     net.Listener // of sensors over TCP; nil: they are not taken
	presence *presence
	teller   *teller // nil: nobody is told
	places   *places
	log      *kismetLog     // nil if there is none
	packets  *packetlog.Log // nil if there is none
	sensors  sensors
	export   *export.Hub
	http     *http.Server
	listener net.Listener
	clients  atomic.Int64
	pulse    *pulse

	mu    sync.Mutex // of the shard, taken for a batch
	shard *shard
}

// New prepares a server and opens its port: what can fail fails here.
func New(o Options) (_ *Server, err error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Server{options: o, logger: o.Logger, started: time.Now(), pulse: newPulse()}
	s.export = export.New(s.radio)
	defer func() {
		if err != nil {
			err = errors.Join(err, s.closeStore())
		}
	}()
	if err := s.openLedger(); err != nil {
		return nil, err
	}
	for _, d := range detectors.All() {
		if err := s.ledger.Define(d.Definition); err != nil {
			return nil, err
		}
	}
	if s.shard, err = newShard(o.Config, s.found, o.Logger); err != nil {
		return nil, err
	}
	s.presence = newPresence(o.Config.Policy, s.readPolicy)
	s.radios = newRadios(o.Config.Policy, o.Logger)
	s.roster = newRoster(o.Config.Server.Queue.Limit)
	if s.places, err = newPlaces(o); err != nil {
		return nil, err
	}
	if err = s.openSources(); err != nil {
		return nil, err
	}
	if s.teller, err = s.newTeller(); err != nil {
		return nil, err
	}
	if s.keeper, err = s.openKeeper(); err != nil {
		return nil, err
	}
	if s.listener, err = listen(o); err != nil {
		return nil, err
	}
	if err = s.openRemote(); err != nil {
		return nil, errors.Join(err, s.listener.Close())
	}
	if err = s.openPacketLog(); err == nil {
		err = s.openLog()
	}
	if err != nil {
		return nil, errors.Join(err, s.listener.Close(), s.closeRemote())
	}
	s.http = newHTTP(s.handler(), o.Logger)
	s.http.ConnState = s.count
	s.tellOfStart()
	return s, nil
}

// openKeeper reads the login and the tokens from the data folder, which is made if need be. What of Kismet's cannot be taken
// over is a warning.
func (s *Server) openKeeper() (*auth.Keeper, error) {
	o := s.options
	k := auth.Options{Logger: o.Logger, User: o.User, Password: o.Password, KismetFile: o.KismetLogin, KismetTokens: o.KismetTokens}
	k.Warn = func(text string) { s.options.Warnings = append(slices.Clip(s.options.Warnings), text) }
	if !o.Memory {
		var err error
		if k.File, err = LoginFile(o.Config); err != nil {
			return nil, err
		}
	}
	return auth.Open(k)
}

// LoginFile is where the server with this configuration keeps its login and its tokens. The folder is made if need be.
func LoginFile(c config.Config) (string, error) {
	folder, err := dataFolder(c.Server.Data)
	if err != nil {
		return "", err
	}
	return filepath.Join(folder, "login.json"), nil
}

// listen opens the port, with TLS if that is asked for.
func listen(o Options) (net.Listener, error) {
	cache := ""
	if !o.Memory && len(o.TLS.Domains) > 0 {
		folder, err := dataFolder(o.Config.Server.Data)
		if err != nil {
			return nil, err
		}
		cache = filepath.Join(folder, "acme")
	}
	secured, err := o.TLS.config(cache, o.Logger)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", o.Config.Server.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w; choose another address with --listen HOST:PORT", o.Config.Server.Listen, err)
	}
	if secured != nil {
		l = tls.NewListener(l, secured)
	}
	return l, nil
}

func dataFolder(path string) (string, error) {
	if path == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("find a folder for data: %w; name one with --data", err)
		}
		path = filepath.Join(home, ".tocsin")
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return "", fmt.Errorf("make the data folder: %w", err)
	}
	return path, nil
}

// handler answers everything: pages, the compatible interface, and the event bus, which it makes.
func (s *Server) handler() http.Handler {
	s.hub = events.New(events.Options{
		Logger: s.logger, Say: s.ledger.Say,
		Subscribe: func(queue int) events.Subscription { return s.ledger.Subscribe(queue) },
	})
	k := kismet.Options{
		Logger: s.logger, Ledger: s.ledger, History: s.history(), Auth: s.keeper, Websocket: s.hub, System: s.system,
		CORS: s.options.CORS, Sources: sourceControl{s}, Presence: s.presence, Live: s.export, Places: s.places.receivers,
		Sensors: s.remote, Remote: s.remoteDefaults(),
	}
	if s.log != nil {
		k.Log = s.log
	}
	s.v1 = s.newV1()
	all := kismet.StripPrefix(s.options.Prefix, &pages{server: s, api: kismet.New(k), metrics: s.metrics()})
	return s.options.TLS.remember(all)
}

// newHTTP gives no client longer than it needs: neither for its header nor for its body.
func newHTTP(h http.Handler, logger *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      time.Minute, // websockets and streams have their own
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}
}

// count keeps the number of HTTP connections.
func (s *Server) count(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.clients.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.clients.Add(-1)
	}
}

// URL is where the server answers.
func (s *Server) URL() string {
	host, port, _ := net.SplitHostPort(s.listener.Addr().String())
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "localhost"
	}
	scheme := "http://"
	if s.options.TLS.on() {
		scheme = "https://"
		if len(s.options.TLS.Domains) > 0 {
			host = s.options.TLS.Domains[0]
		}
	}
	return scheme + net.JoinHostPort(host, port) + "/"
}

// SetupURL is the page that sets the first login; empty once there is one.
func (s *Server) SetupURL() string {
	if secret := s.keeper.SetupSecret(); secret != "" {
		return s.URL() + "setup?setup=" + secret
	}
	return ""
}

// Run serves until ctx is done, then closes what New opened. What was raised until then is kept.
func (s *Server) Run(ctx context.Context) error {
	keeping, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	kept := make(chan error, 1)
	go func() { kept <- s.ledger.Run(keeping) }()
	endLogs := s.runLogs()
	err := s.serve(ctx)
	stop()
	err = errors.Join(err, <-kept)
	endLogs() // when nobody hears or raises anything any more
	return errors.Join(err, s.closeStore())
}

func (s *Server) serve(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	running.Go(func() { s.hub.Run(ctx) })
	running.Go(func() { s.keeper.Run(ctx) })
	running.Go(func() { s.v1.Run(ctx) })
	running.Go(func() { s.tick(ctx) })
	running.Go(func() { s.places.run(ctx, s.ledger.Say) })
	running.Go(func() { s.forgetHourly(ctx) })
	running.Go(func() { s.host(ctx) })
	running.Go(func() { s.takeSensors(ctx) })
	if s.teller != nil {
		running.Go(func() {
			if err := s.teller.run(ctx); err != nil {
				s.trouble("all of them", err.Error())
			}
		})
	}
	stopped := make(chan error, 1)
	running.Go(func() { stopped <- s.http.Serve(s.listener) })
	select {
	case err := <-stopped:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	s.export.Close()
	grace, done := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer done()
	if err := s.http.Shutdown(grace); err != nil {
		return errors.Join(s.http.Close())
	}
	return nil
}
