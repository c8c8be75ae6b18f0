package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/tocsin-wids/tocsin/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// application marks our files, so that another program's file is not taken for a damaged or an empty one: "TOCS".
const application = 0x544f4353

// migrate takes the steps that the file lacks, each in a transaction of its own.
func migrate(ctx context.Context, db *sql.DB) error {
	steps, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	var taken, mark, tables int
	for query, to := range map[string]*int{
		"PRAGMA user_version": &taken, "PRAGMA application_id": &mark, "SELECT count(*) FROM sqlite_schema": &tables,
	} {
		if err := db.QueryRowContext(ctx, query).Scan(to); err != nil {
			return err
		}
	}
	if mark != application && tables > 0 {
		return errors.New("it is the file of another program: name another data folder")
	}
	if taken > len(steps) {
		return fmt.Errorf("%w: it has schema %d, this one knows %d; use the newer program", store.ErrNewer, taken, len(steps))
	}
	for i := taken; i < len(steps); i++ {
		if err := step(ctx, db, steps[i], i+1); err != nil {
			return fmt.Errorf("schema %d: %w", i+1, err)
		}
	}
	return nil
}

func step(ctx context.Context, db *sql.DB, name string, number int) error {
	text, err := migrations.ReadFile(name)
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after Commit
	mark := fmt.Sprintf("; PRAGMA application_id = %d; PRAGMA user_version = %d", application, number)
	if _, err := tx.ExecContext(ctx, string(text)+mark); err != nil {
		return err
	}
	return tx.Commit()
}

// checked is the size up to which a whole file is checked before it is used: a quarter of a second. Damage in a larger
// one shows when it is met.
const checked = 64 << 20

func check(ctx context.Context, db *sql.DB) error {
	var pages, size int64
	err := db.QueryRowContext(ctx, "SELECT page_count, page_size FROM pragma_page_count, pragma_page_size").Scan(&pages, &size)
	if err != nil || pages*size > checked {
		return err
	}
	var found string
	if err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&found); err != nil {
		return err
	}
	if found != "ok" {
		return damaged(errors.New(strings.ReplaceAll(found, "\n", " ")))
	}
	return nil
}

// lockFile keeps other processes out until it is closed, also by the end of the process.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer f.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		return nil, fmt.Errorf("%w%s: stop that one, or name another data folder", store.ErrInUse, holder(f))
	}
	// Who holds it is for people; the lock itself does not depend on what is written.
	if f.Truncate(0) == nil {
		f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	return f, nil
}

// private makes the file, if there is none, for this account alone: SQLite would let others read it, and gives the files
// beside it the same mode.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		if errors.Is(err, os.ErrPermission) || errors.Is(err, syscall.EROFS) {
			return nil // it is there, and SQLite says what cannot be done with it
		}
		return err
	}
	return f.Close()
}

// holder reads which process wrote its number into the lock.
func holder(f *os.File) string {
	b := make([]byte, 16)
	n, _ := f.ReadAt(b, 0)
	pid, err := strconv.Atoi(strings.TrimSpace(string(b[:n])))
	if err != nil {
		return ""
	}
	return fmt.Sprintf(" (process %d)", pid)
}

// setAside renames the file and what SQLite keeps beside it, and returns the new name.
func setAside(path string, now time.Time) (string, error) {
	aside := path + ".damaged-" + now.UTC().Format("20060102T150405.000Z")
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Rename(path+suffix, aside+suffix); err != nil && !(suffix != "" && errors.Is(err, fs.ErrNotExist)) {
			return "", fmt.Errorf("set the damaged file aside: %w", err)
		}
	}
	return aside, nil
}

// explain says what an error of SQLite's means for the store, where a caller decides by it.
func explain(err error) error {
	var e *sqlite.Error
	if errors.As(err, &e) {
		switch e.Code() & 0xff {
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			return damaged(err)
		}
	}
	return err
}

func damaged(err error) error {
	return fmt.Errorf("%w (%w): the file is left as it is; start with --set-store-aside to rename it and begin an empty one", store.ErrDamaged, err)
}
