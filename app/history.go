package app

import (
	"context"
	"path/filepath"

	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/api/kismet"
	"github.com/tocsin-wids/tocsin/store"
	"github.com/tocsin-wids/tocsin/store/sqlite"
)

// openLedger opens the store, unless nothing is to be kept, and makes the ledger that goes on where the store ends.
func (s *Server) openLedger() error {
	c := s.options.Config.Alerts
	o := alert.Options{Logger: s.logger, Backlog: c.Backlog, Throttles: c.Throttles, Quiet: c.Quiet, Sensor: s.sensors.name}
	if !s.options.Memory {
		folder, err := dataFolder(s.options.Config.Server.Data)
		if err != nil {
			return err
		}
		ctx := context.Background() // opening is short, and nothing could be done without
		var aside string
		s.store, aside, err = sqlite.Open(ctx, sqlite.Options{Path: filepath.Join(folder, "alerts.db"), SetAside: s.options.SetStoreAside})
		if aside != "" {
			s.logger.Warn("damaged store set aside", "file", aside)
		}
		if err != nil {
			return err
		}
		o.Store = s.store
		// One at least, whatever the backlog: the clock of records begins after it.
		if o.Kept, err = store.Newest(ctx, s.store, max(c.Backlog, 1)); err != nil {
			return err
		}
	}
	s.ledger = alert.New(o)
	return nil
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
