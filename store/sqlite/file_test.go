package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/store"
	"github.com/tocsin-wids/tocsin/store/storetest"
)

func reopen(t *testing.T, path string) *Store {
	t.Helper()
	s, _, err := Open(context.Background(), Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// filled returns the path of a closed store of n alerts.
func filled(t *testing.T, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "alerts.db")
	s := reopen(t, path)
	if err := errors.Join(s.Put(context.Background(), storetest.Alerts(n)), s.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWhatWasKeptIsThereAfterReopening(t *testing.T) {
	path := filled(t, 7)
	s := reopen(t, path)
	defer s.Close()
	p, err := s.Page(context.Background(), store.Query{Most: 10})
	if err != nil || len(p.Alerts) != 7 || p.Total != 7 {
		t.Errorf("%d alerts of %d, %v, want 7", len(p.Alerts), p.Total, err)
	}
	if err := s.Put(context.Background(), storetest.Alerts(9)); err != nil {
		t.Error(err)
	}
	old := storetest.Alert(3)
	old.ID[15]++
	if err := s.Put(context.Background(), storetest.Alerts(9)[3:4]); err != nil {
		t.Error(err)
	}
	if err := s.Put(context.Background(), append(storetest.Alerts(0), old)); !errors.Is(err, store.ErrOrder) {
		t.Errorf("another alert at an old time: %v, want ErrOrder", err)
	}
}

// refused opens the store and wants one line that says all of want.
func refused(t *testing.T, path string, is error, want ...string) {
	t.Helper()
	s, _, err := Open(context.Background(), Options{Path: path})
	if err == nil {
		s.Close()
		t.Fatal("the store was opened")
	}
	if is != nil && !errors.Is(err, is) {
		t.Errorf("%v, want an error that is %v", err, is)
	}
	for _, w := range append(want, path) {
		if !strings.Contains(err.Error(), w) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q, want one line that says %q", err, w)
		}
	}
}

func TestSecondProcessIsRefused(t *testing.T) {
	path := filled(t, 1)
	s := reopen(t, path)
	refused(t, path, store.ErrInUse, fmt.Sprintf("process %d", os.Getpid()))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	reopen(t, path).Close()
}

func TestNewerSchemaIsRefused(t *testing.T) {
	path := filled(t, 1)
	s := reopen(t, path)
	if _, err := s.write.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	s.Close()
	refused(t, path, store.ErrNewer, "99")
}

// TestFileWithoutIncidentsIsBroughtToTheNewSchema opens what an older program wrote.
func TestFileWithoutIncidentsIsBroughtToTheNewSchema(t *testing.T) {
	path := filled(t, 7)
	s := reopen(t, path)
	if _, err := s.write.Exec("DROP TABLE incidents; DROP TABLE changes; DROP TABLE silences; DROP TABLE letters; DROP TABLE known; PRAGMA user_version = 1"); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s = reopen(t, path)
	l := alert.New(alert.Options{Backlog: 10, Store: s})
	if err := l.Recall(t.Context()); err != nil || len(l.Incidents()) != 7 {
		t.Errorf("%d incidents, %v", len(l.Incidents()), err)
	}
	want := l.Incidents()
	s.Close()
	s = reopen(t, path)
	defer s.Close()
	kept, err := s.Incidents(t.Context(), 10)
	if err != nil || len(kept) != 7 {
		t.Errorf("%d incidents are kept, %v", len(kept), err)
	}
	l = alert.New(alert.Options{Backlog: 10, Store: s})
	if err := l.Recall(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, l.Incidents()); diff != "" {
		t.Errorf("after another start (-want +got): %s", diff)
	}
}

func TestFileOfAnotherProgramIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "alerts.db")
	db := connect(path, 1)
	if _, err := db.Exec("CREATE TABLE diary (entry TEXT)"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	refused(t, path, nil, "another program")
}

func TestDamagedFileIsToldAndOnlyMovedWhenAsked(t *testing.T) {
	for name, damage := range map[string]func([]byte){
		"no database":      func(b []byte) { copy(b, bytes.Repeat([]byte("x"), 100)) },
		"a page of zeros":  func(b []byte) { clear(b[4096:8192]) },
		"the first row is": func(b []byte) { copy(b[2*4096:], bytes.Repeat([]byte{0xff}, 4096)) },
	} {
		t.Run(name, func(t *testing.T) {
			path := filled(t, 300)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			damage(b)
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			refused(t, path, store.ErrDamaged, "--set-store-aside")
			if left, err := os.ReadFile(path); err != nil || !bytes.Equal(left, b) {
				t.Errorf("the damaged file was changed: %v", err)
			}
			s, aside, err := Open(context.Background(), Options{Path: path, SetAside: true})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if left, err := os.ReadFile(aside); err != nil || !bytes.Equal(left, b) {
				t.Errorf("set aside as %q: %v, want the damaged file", aside, err)
			}
			if err := s.Put(context.Background(), storetest.Alerts(2)); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestFullAndReadOnlyDisks lets SQLite meet the two itself: no page may be added to the file, or it may not be written.
func TestFullAndReadOnlyDisks(t *testing.T) {
	for _, c := range []struct{ name, bad, good string }{
		{"full", "PRAGMA max_page_count = 1", "PRAGMA max_page_count = 1000000"},
		{"read-only", "PRAGMA query_only = 1", "PRAGMA query_only = 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := reopen(t, filled(t, 3))
			defer s.Close()
			ctx := context.Background()
			if _, err := s.write.Exec(c.bad); err != nil {
				t.Fatal(err)
			}
			if err := s.Put(ctx, storetest.Alerts(600)); err == nil {
				t.Fatal("the alerts were kept")
			}
			if p, err := s.Page(ctx, store.Query{Most: 10}); err != nil || len(p.Alerts) != 3 || p.Total != 3 {
				t.Errorf("%d alerts of %d, %v, want the three of before", len(p.Alerts), p.Total, err)
			}
			if _, err := s.write.Exec(c.good); err != nil {
				t.Fatal(err)
			}
			if err := s.Put(ctx, storetest.Alerts(600)); err != nil {
				t.Errorf("after recovery: %v", err)
			}
			if p, err := s.Page(ctx, store.Query{Most: 1}); err != nil || p.Total != 600 {
				t.Errorf("total %d, %v, want 600", p.Total, err)
			}
		})
	}
}

// TestFullDiskIsToldOnceAndDetectionGoesOn runs a ledger on a store whose disk is full for a while.
func TestFullDiskIsToldOnceAndDetectionGoesOn(t *testing.T) {
	s := reopen(t, filled(t, 3))
	defer s.Close()
	kept, err := store.Newest(context.Background(), s, 10)
	if err != nil {
		t.Fatal(err)
	}
	l := alert.New(alert.Options{Backlog: 10_000, Store: s, Kept: kept})
	sub := l.Subscribe(10_000)
	defer sub.Close()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx) }()
	if _, err := s.write.Exec("PRAGMA max_page_count = 1"); err != nil {
		t.Fatal(err)
	}
	const raised = 300
	for i := range raised {
		l.OneShot(fmt.Sprint("A", i), tocsin.System, tocsin.Info, strings.Repeat("text ", 100))
	}
	told, shown := 0, 0
	for e := range sub.Events() {
		if e.Alert != nil && e.Alert.Header == "LOGDISABLED" {
			told++
		} else if e.Alert != nil {
			shown++
		}
		if told == 1 && shown == raised {
			if _, err := s.write.Exec("PRAGMA max_page_count = 1000000"); err != nil {
				t.Fatal(err)
			}
			shown++ // once
		}
		if e.Message != nil && strings.Contains(e.Message.Text, "kept again") {
			break
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if p, err := s.Page(context.Background(), store.Query{}); err != nil || told != 1 || p.Total != 3+raised+1 {
		t.Errorf("LOGDISABLED came %d times, %d alerts are kept, %v; want once and %d", told, p.Total, err, 3+raised+1)
	}
}

func TestEveryConnectionWritesThrough(t *testing.T) {
	s := reopen(t, filled(t, 1))
	defer s.Close()
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "user_version": "3"} {
		var got string
		if err := s.write.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q, %v, want %s", pragma, got, err, want)
		}
	}
}

func TestQueriesEndWithTheirContext(t *testing.T) {
	s := reopen(t, filled(t, 3))
	defer s.Close()
	ctx, cancel := context.WithDeadline(context.Background(), time.Unix(1, 0))
	defer cancel()
	if _, err := s.Page(ctx, store.Query{Most: 1}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v, want the end of the context", err)
	}
}

// TestLibcIsTheOneSQLiteWants holds what the library demands: another libc crashes on some processors.
func TestLibcIsTheOneSQLiteWants(t *testing.T) {
	list := func(format, module string) string {
		out, err := exec.Command("go", "list", "-m", "-f", format, module).Output()
		if err != nil {
			t.Fatalf("go list %s: %v", module, err)
		}
		return strings.TrimSpace(string(out))
	}
	mod, err := os.ReadFile(list("{{.GoMod}}", "modernc.org/sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	wanted := regexp.MustCompile(`modernc\.org/libc (v\S+)`).FindSubmatch(mod)
	if wanted == nil {
		t.Fatal("the go.mod of modernc.org/sqlite names no libc")
	}
	if got := list("{{.Version}}", "modernc.org/libc"); got != string(wanted[1]) {
		t.Errorf("modernc.org/libc is %s, modernc.org/sqlite wants exactly %s", got, wanted[1])
	}
}

func TestOthersCannotReadTheStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "alerts.db")
	s, _, err := Open(t.Context(), Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Put(t.Context(), storetest.Alerts(3)); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal", "-shm", ".lock"} {
		info, err := os.Stat(path + suffix)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v, want it for the owner alone", path+suffix, info.Mode(), err)
		}
	}
}
