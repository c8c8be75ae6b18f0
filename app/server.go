package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/api/auth"
	"github.com/tocsin-wids/tocsin/api/events"
	"github.com/tocsin-wids/tocsin/api/kismet"
	v1 "github.com/tocsin-wids/tocsin/api/v1"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/config"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/detectors"
)

// Options configures a Server.
type Options struct {
	Config         config.Config
	User, Password string           // the login; empty: the one that was set before, or set-up
	Sources        []capture.Source // beside those of the configuration
	Memory         bool             // keep nothing on disk
	Logger         *slog.Logger     // discards if nil
}

// Server listens, detects, and answers clients.
type Server struct {
	options  Options
	logger   *slog.Logger
	started  time.Time
	ledger   *alert.Ledger
	keeper   *auth.Keeper
	hub      *events.Hub
	v1       *v1.Handler
	sources  []capture.Source
	runs     *runs // of the sources
	sensors  sensors
	http     *http.Server
	listener net.Listener
	clients  atomic.Int64

	mu    sync.Mutex // of the shard, taken for a batch
	shard *shard
}

// New prepares a server and opens its port: what can fail fails here.
func New(o Options) (*Server, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Server{options: o, logger: o.Logger, started: time.Now()}
	s.ledger = alert.New(alert.Options{
		Logger: o.Logger, Backlog: o.Config.Alerts.Backlog, Throttles: o.Config.Alerts.Throttles,
		Quiet: o.Config.Alerts.Quiet, Sensor: s.sensors.name,
	})
	for _, d := range detectors.All() {
		if err := s.ledger.Define(d.Definition); err != nil {
			return nil, err
		}
	}
	if err := s.ledger.Define(detect.DetectorFail); err != nil {
		return nil, err
	}
	var err error
	if s.shard, err = newShard(o.Config, func(d tocsin.Detected) { s.ledger.Found(d) }, o.Logger); err != nil {
		return nil, err
	}
	if s.sources, err = openSources(o); err != nil {
		return nil, err
	}
	s.runs = newRuns(len(s.sources))
	if s.keeper, err = openKeeper(o); err != nil {
		return nil, err
	}
	if s.listener, err = net.Listen("tcp", o.Config.Server.Listen); err != nil {
		return nil, fmt.Errorf("listen on %s: %w", o.Config.Server.Listen, err)
	}
	s.http = s.newHTTP()
	return s, nil
}

// openKeeper reads the login and the tokens from the data folder, which is made if need be.
func openKeeper(o Options) (*auth.Keeper, error) {
	k := auth.Options{User: o.User, Password: o.Password}
	if !o.Memory {
		folder, err := dataFolder(o.Config.Server.Data)
		if err != nil {
			return nil, err
		}
		k.File = filepath.Join(folder, "login.json")
	}
	return auth.Open(k)
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

func (s *Server) newHTTP() *http.Server {
	s.hub = events.New(events.Options{
		Logger: s.logger, Say: s.ledger.Say,
		Subscribe: func(queue int) events.Subscription { return s.ledger.Subscribe(queue) },
	})
	compatible := kismet.New(kismet.Options{
		Logger: s.logger, Ledger: s.ledger, Auth: s.keeper, Websocket: s.hub, System: s.system,
	})
	s.v1 = s.newV1()
	return &http.Server{
		Handler:           &pages{server: s, api: compatible},
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      time.Minute, // websockets and streams have their own
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(s.logger.Handler(), slog.LevelDebug),
		ConnState: func(_ net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				s.clients.Add(1)
			case http.StateClosed, http.StateHijacked:
				s.clients.Add(-1)
			}
		},
	}
}

// URL is where the server answers.
func (s *Server) URL() string {
	host, port, _ := net.SplitHostPort(s.listener.Addr().String())
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port) + "/"
}

// SetupURL is the page that sets the first login; empty once there is one.
func (s *Server) SetupURL() string {
	if secret := s.keeper.SetupSecret(); secret != "" {
		return s.URL() + "setup?setup=" + secret
	}
	return ""
}

// Run serves until ctx is done, then closes what New opened.
func (s *Server) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	running.Go(func() { s.hub.Run(ctx) })
	running.Go(func() { s.v1.Run(ctx) })
	running.Go(func() { s.tick(ctx) })
	for i := range s.sources {
		running.Go(func() { s.listen(ctx, i) })
	}
	stopped := make(chan error, 1)
	running.Go(func() { stopped <- s.http.Serve(s.listener) })
	select {
	case err := <-stopped:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	grace, done := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer done()
	if err := s.http.Shutdown(grace); err != nil {
		return errors.Join(s.http.Close())
	}
	return nil
}

// tick publishes the time once a second, as clients of the event bus expect.
func (s *Server) tick(ctx context.Context) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-t.C:
			s.ledger.Publish(alert.Event{Topic: alert.TopicTimestamp, Time: now})
		}
	}
}
