// Package sqlite keeps alerts in one file, by SQLite without cgo.
//
// The file is in WAL mode with synchronous=FULL: Put returns when the batch is on the disk. What makes that fast is the
// size of batches, and those the ledger gathers; Put itself is one transaction.
//
// # Concurrency
//
// One connection writes, a few read, and WAL keeps them apart. Another process is kept out by a lock on a file beside
// the store: two servers that write one history would each believe that the clock is theirs.
//
// # Memory
//
// A few megabytes of page cache a connection. The answers are bounded by what is asked.
//
// # Format
//
// The folder migrations describes it, step by step; the file's user_version counts the steps that it has taken.
package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"modernc.org/sqlite"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/store"
)

// Options configures a Store.
type Options struct {
	Path string // of the file; made if it is not there, in a folder that is

	// SetAside says that a damaged file is to be renamed and an empty one begun. It is never deleted.
	SetAside bool
}

// Store is a store.Store in a file.
type Store struct {
	write, read *sql.DB
	insert      *sql.Stmt
	lock        *os.File

	mu     sync.Mutex // of what writes
	newest int64      // time of the newest alert there ever was since Open, microseconds
	total  atomic.Int64
}

// readers bounds how many queries are answered at the same time; more wait.
const readers = 4

// Open opens the store. Errors say in one line what stands in the way and what can be done: they wrap store.ErrInUse,
// store.ErrNewer or store.ErrDamaged where it is that. Aside is where a damaged file was set aside, if it was.
func Open(ctx context.Context, o Options) (s *Store, aside string, err error) {
	lock, err := lockFile(o.Path + ".lock")
	if err != nil {
		return nil, "", fmt.Errorf("open store %s: %w", o.Path, err)
	}
	s, err = open(ctx, o.Path)
	if errors.Is(err, store.ErrDamaged) && o.SetAside {
		if aside, err = setAside(o.Path, time.Now()); err == nil {
			s, err = open(ctx, o.Path)
		}
	}
	if err != nil {
		lock.Close()
		return nil, aside, fmt.Errorf("open store %s: %w", o.Path, err)
	}
	s.lock = lock
	return s, aside, nil
}

func open(ctx context.Context, path string) (*Store, error) {
	if err := private(path); err != nil {
		return nil, err
	}
	s := &Store{write: connect(path, 1), read: connect(path, readers)}
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(explain(err), s.write.Close(), s.read.Close())
	}
	return s, nil
}

// prepare brings the file to the schema that this program knows and learns what is in it.
func (s *Store) prepare(ctx context.Context) (err error) {
	if err = migrate(ctx, s.write); err != nil {
		return err
	}
	if err = check(ctx, s.read); err != nil {
		return err
	}
	if s.insert, err = s.write.PrepareContext(ctx, insertAlert); err != nil {
		return err
	}
	var total int64
	var newest sql.NullInt64
	if err = s.read.QueryRowContext(ctx, "SELECT count(*), max(time) FROM alerts").Scan(&total, &newest); err != nil {
		return err
	}
	s.total.Store(total)
	s.newest = -1 << 63
	if newest.Valid {
		s.newest = newest.Int64
	}
	return nil
}

// connector opens connections that know the functions of this package, which no other part of the program sees.
type connector struct {
	driver *sqlite.Driver
	name   string
}

func (c connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.name) }

func (c connector) Driver() driver.Driver { return c.driver }

func connect(path string, most int) *sql.DB {
	d := &sqlite.Driver{}
	d.MustRegisterDeterministicScalarFunction("natural_key", 1, naturalKey)
	name := (&url.URL{Scheme: "file", Opaque: url.PathEscape(path), RawQuery: url.Values{
		"_txlock": {"immediate"},
		"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "temp_store(MEMORY)"},
	}.Encode()}).String()
	db := sql.OpenDB(connector{d, name})
	db.SetMaxOpenConns(most)
	db.SetMaxIdleConns(most)
	return db
}

func naturalKey(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
	s, _ := args[0].(string)
	return store.NaturalKey(s), nil
}

// Close ends the use of the store.
func (s *Store) Close() error {
	err := errors.Join(s.insert.Close(), s.read.Close(), s.write.Close())
	return errors.Join(err, s.lock.Close())
}

// Put keeps the batch in one transaction.
func (s *Store) Put(ctx context.Context, batch []*tocsin.Alert) error {
	if len(batch) == 0 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("keep %d alerts: %w", len(batch), explain(err))
	}
	defer tx.Rollback() // does nothing after Commit
	insert := tx.StmtContext(ctx, s.insert)
	newest, added := s.newest, int64(0)
	for _, a := range batch {
		at := a.Time.UnixMicro()
		if at <= newest {
			if err := s.known(ctx, tx, a); err != nil {
				return err
			}
			continue
		}
		if _, err := insert.ExecContext(ctx, rowOf(a)...); err != nil {
			return fmt.Errorf("keep alert %s: %w", a.ID, explain(err))
		}
		newest = at
		added++
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("keep %d alerts: %w", len(batch), explain(err))
	}
	s.newest = newest
	s.total.Add(added)
	return nil
}

// known returns nil if a is there already.
func (s *Store) known(ctx context.Context, tx *sql.Tx, a *tocsin.Alert) error {
	var one int
	err := tx.QueryRowContext(ctx, "SELECT 1 FROM alerts WHERE time = ? AND id = ?", a.Time.UnixMicro(), a.ID[:]).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("keep alert %s: %w", a.ID, store.ErrOrder)
	}
	if err != nil {
		return fmt.Errorf("look for alert %s: %w", a.ID, explain(err))
	}
	return nil
}

// Prune forgets the oldest alerts earlier than a time, and the incidents whose newest alert is gone.
func (s *Store) Prune(ctx context.Context, before time.Time, most int) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, err := s.prune(ctx, before.UnixMicro(), max(most, 0))
	if err != nil {
		return 0, fmt.Errorf("forget alerts before %s: %w", before.Format(time.RFC3339), explain(err))
	}
	s.total.Add(-n)
	return int(n), nil
}

func (s *Store) prune(ctx context.Context, before int64, most int) (int64, error) {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback() // does nothing after Commit
	result, err := tx.ExecContext(ctx, "DELETE FROM alerts WHERE time IN (SELECT time FROM alerts WHERE time < ? ORDER BY time LIMIT ?)", before, most)
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	if err != nil {
		return 0, err
	}
	for _, statement := range []string{
		"DELETE FROM incidents WHERE last < ifnull((SELECT min(time) FROM alerts), last + 1)",
		"DELETE FROM changes WHERE incident NOT IN (SELECT id FROM incidents)",
	} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return 0, err
		}
	}
	return n, tx.Commit()
}
