// Package store is the contract of where alerts are kept, and what people do about them: what was put there survives the end of
// the program. Its folders
// are the implementations, and storetest is the suite that all of them pass.
//
// Alerts are kept in the order of their times, which never repeat: the ledger's clock sees to both. A time is therefore the
// place of an alert, and whoever reads on from the time of the last alert they have loses none.
//
// # Concurrency
//
// Every Store is safe for concurrent use. A reader never waits for a writer.
//
// # Memory
//
// Every answer is bounded by what the caller allows.
package store

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/tocsin-wids/tocsin"
)

// Store keeps alerts. They are the caller's again when a method returns, and never change.
type Store interface {
	// Put keeps the batch, whose times rise and are later than all before, or nothing of it. When it returns nil, the
	// batch survives a crash of the program and of the machine. Alerts that are there already, by time and ID, are passed
	// over: a batch of which the end is unknown may be put again. ErrOrder refuses what does not rise.
	Put(ctx context.Context, batch []*tocsin.Alert) error

	// ByID returns the alert of that ID, or an error of code tocsin.NotFound.
	ByID(ctx context.Context, id tocsin.ID) (*tocsin.Alert, error)

	// ByHash returns the oldest alert of that compatible hash, which need not be the only one, or an error of code
	// tocsin.NotFound.
	ByHash(ctx context.Context, hash uint32) (*tocsin.Alert, error)

	// Since returns the oldest alerts that are later than a time, oldest first, at most that many. The next ones are later
	// than the last of them.
	Since(ctx context.Context, after time.Time, most int) ([]*tocsin.Alert, error)

	// Before returns the newest alerts that are earlier than a time, newest first, at most that many.
	Before(ctx context.Context, until time.Time, most int) ([]*tocsin.Alert, error)

	// Page returns one page of what a query finds.
	Page(ctx context.Context, q Query) (Page, error)

	// PutWork keeps all of w or nothing of it. When it returns nil, w survives a crash, as what was Put does. What is there
	// already takes the values of w, but for changes, which never change: what was put with an unknown end may be put
	// again. Incidents whose newest record is not there are passed over, and a change of one that is not there is an
	// error of code tocsin.NotFound.
	PutWork(ctx context.Context, w tocsin.Work) error

	// Incidents returns those with the newest records, at most that many, in the order of these, with their changes. First
	// is the oldest record that is still there.
	Incidents(ctx context.Context, most int) ([]tocsin.Incident, error)

	// Silences returns all, in the order in which they were made.
	Silences(ctx context.Context) ([]tocsin.Silence, error)

	// Prune forgets the oldest alerts that are earlier than a time, at most that many, and returns how many they were.
	// Incidents go with their newest record.
	Prune(ctx context.Context, before time.Time, most int) (int, error)

	// Close ends the use of the store. What was put is kept.
	Close() error
}

// Errors of stores. Those of opening are wrapped in a line that names the store and says what to do.
var (
	ErrOrder   = errors.New("an alert is not later than those that are kept")
	ErrInUse   = errors.New("in use by another process")
	ErrNewer   = errors.New("written by a newer Tocsin")
	ErrDamaged = errors.New("damaged")
)

// Newest returns the newest alerts of s, oldest first, at most that many.
func Newest(ctx context.Context, s Store, most int) ([]*tocsin.Alert, error) {
	p, err := s.Page(ctx, Query{Descending: true, Most: most})
	if err != nil {
		return nil, err
	}
	slices.Reverse(p.Alerts)
	return p.Alerts, nil
}
