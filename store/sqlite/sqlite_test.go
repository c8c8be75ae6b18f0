package sqlite_test

import (
	"context"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"github.com/tocsin-wids/tocsin/store"
	"github.com/tocsin-wids/tocsin/store/sqlite"
	"github.com/tocsin-wids/tocsin/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t testing.TB, path string) *sqlite.Store {
	t.Helper()
	s, aside, err := sqlite.Open(context.Background(), sqlite.Options{Path: path})
	if err != nil || aside != "" {
		t.Fatalf("open: %v, aside %q", err, aside)
	}
	return s
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t testing.TB) store.Store {
		return open(t, filepath.Join(t.TempDir(), "a %3f?#&.db"))
	})
}
