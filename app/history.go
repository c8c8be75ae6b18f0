package app

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/api/kismet"
	"github.com/tocsin-wids/tocsin/config"
	"github.com/tocsin-wids/tocsin/detectors"
	"github.com/tocsin-wids/tocsin/store"
	"github.com/tocsin-wids/tocsin/store/sqlite"
)

// openLedger opens the store, unless nothing is to be kept, and makes the ledger that goes on where the store ends.
func (s *Server) openLedger() error {
	c := s.options.Config.Alerts
	o := alert.Options{Logger: s.logger, Backlog: c.Backlog, Throttles: c.Throttles, Quiet: c.Quiet, Sensor: s.sensors.name, Explains: detectors.Explains, Location: s.located}
	if !s.options.Memory {
		path, err := storeFile(s.options.Config)
		if err != nil {
			return err
		}
		ctx := context.Background() // nothing could be done without
		var aside string
		s.store, aside, err = sqlite.Open(ctx, sqlite.Options{Path: path, SetAside: s.options.SetStoreAside})
		if aside != "" {
			s.logger.Warn("damaged store set aside", "file", aside)
		}
		if err != nil {
			return err
		}
		o.Store = s.store
		if err := s.forget(ctx); err != nil {
			return err
		}
		// One at least, whatever the backlog: the clock of records begins after it.
		if o.Kept, err = store.Newest(ctx, s.store, max(c.Backlog, 1)); err != nil {
			return err
		}
	}
	s.ledger = alert.New(o)
	if s.store != nil {
		return s.ledger.Recall(context.Background())
	}
	return nil
}

func storeFile(c config.Config) (string, error) {
	if c.Store.Path != "" {
		return c.Store.Path, nil
	}
	folder, err := dataFolder(c.Server.Data)
	return filepath.Join(folder, "alerts.db"), err
}

// forgetAtOnce is how many alerts are forgotten in one step: whoever writes waits that long.
const forgetAtOnce = 5000

// forget removes the alerts, and the incidents that end in them, that are older than the configuration wants them kept.
func (s *Server) forget(ctx context.Context) error {
	retention := s.options.Config.Store.Retention
	if s.store == nil || retention == 0 {
		return nil
	}
	before := time.Now().Add(-retention)
	if s.ledger != nil {
		s.ledger.ForgetBefore(before)
	}
	for {
		n, err := s.store.Prune(ctx, before, forgetAtOnce)
		if err != nil {
			return fmt.Errorf("forget old alerts: %w", err)
		}
		if n < forgetAtOnce {
			return nil
		}
	}
}

// forgetHourly goes on forgetting. A store that cannot be written to is told of by those who write alerts.
func (s *Server) forgetHourly(ctx context.Context) {
	t := time.NewTicker(time.Hour)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			if err := s.forget(ctx); err != nil && ctx.Err() == nil {
				s.logger.Error("old alerts are kept", "error", err)
			}
		}
	}
}

// history is what the interfaces find old alerts in; nil without a store.
func (s *Server) history() kismet.History {
	if s.store == nil {
		return nil
	}
	return s.store
}

func (s *Server) closeStore() error {
	if s.store == nil {
		return nil
	}
	return s.store.Close()
}
