package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/tocsin-wids/tocsin/notify"
	"github.com/tocsin-wids/tocsin/notify/notifytest"
	"github.com/tocsin-wids/tocsin/store/sqlite"
)

func TestOutbox(t *testing.T) {
	path := filepath.Join(t.TempDir(), "alerts.db")
	var s *sqlite.Store
	reopen := func(t testing.TB) notify.Outbox {
		s = open(t, path)
		return s.Outbox()
	}
	notifytest.Run(t, reopen, func(t testing.TB, _ notify.Outbox) notify.Outbox {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		return reopen(t)
	})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
