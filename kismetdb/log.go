package kismetdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite" // the driver

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/logfile"
)

// Options configures a Log.
type Options struct {
	Template string // of its path, see logfile.Name; logfile.DefaultTemplate if empty
	Prefix   string // %p of the template; the working folder if empty
	Title    string // %n of the template; "Kismet" if empty

	// Which tables are filled. Packets are most of what a log takes.
	Alerts, Messages, System, Packets bool

	Subscribe func(queue int) Subscription // to alerts and messages
	Sources   func() []Source              // none if nil
	Status    func() []byte                // record of the server; none if nil
	Location  func() *tocsin.Location      // of the server; unknown if nil
	Say       func(flags tocsin.MessageFlags, text string)
	Tell      func(d *tocsin.Definition, subject, text string) bool // raises an alert
	Logger    *slog.Logger                                          // discards if nil
	Now       func() time.Time                                      // time.Now if nil
}

// Subscription is what the log needs of an *alert.Subscription.
type Subscription interface {
	Events() <-chan alert.Event
	Lost() uint64
	Close()
}

// Counts is what became of the rows so far.
type Counts struct {
	Written uint64 // committed
	Lost    uint64 // that could not be written
	Events  uint64 // alerts and messages that found the queue full
	Packets uint64 // packets that found the queue full
}

// class is what tools and templates call this kind of log.
const class = "kismet"

const (
	eventQueue  = 1024
	commitEvery = 5 * time.Second
	stateEvery  = 30 * time.Second
)

// Log writes one file.
type Log struct {
	options    Options
	path       string
	db         *sql.DB
	conn       *sql.Conn
	statements statements
	events     Subscription
	packets    packets
	streams    streams
	commands   chan command
	ended      chan struct{} // closed when Run ends
	writer

	lossesMu sync.Mutex
	losses   map[string]uint64 // packets that found no room, by source

	written, lostRows, lostEvents, lostPackets atomic.Uint64
}

// statements are prepared once.
type statements struct{ alert, message, source, snapshot, packet *sql.Stmt }

// Open makes the file and its tables. Alerts and messages are kept from then on, for Run to write. What Open returns
// must be run or closed.
func Open(o Options) (*Log, error) {
	o = o.filled()
	file, err := logfile.Name{Template: o.Template, Prefix: o.Prefix, Title: o.Title, Kind: class}.Create(o.Now())
	if err != nil {
		return nil, err
	}
	path := file.Name()
	if err := file.Close(); err != nil {
		return nil, fmt.Errorf("make log: %w", err)
	}
	l := &Log{options: o, path: path, commands: make(chan command), ended: make(chan struct{}), losses: map[string]uint64{}}
	l.health = logfile.Health{Log: path, Say: o.Say, Tell: o.Tell, Logger: o.Logger}
	if err := l.prepare(context.Background()); err != nil {
		return nil, errors.Join(fmt.Errorf("open log %s: %w", path, err), l.Close())
	}
	if o.Packets {
		l.packets = newPackets()
	}
	l.events = o.Subscribe(eventQueue)
	return l, nil
}

func (o Options) filled() Options {
	if o.Template == "" {
		o.Template = logfile.DefaultTemplate
	}
	if o.Prefix == "" {
		o.Prefix = "."
	}
	if o.Title == "" {
		o.Title = "Kismet"
	}
	if o.Sources == nil {
		o.Sources = func() []Source { return nil }
	}
	if o.Status == nil {
		o.Status = func() []byte { return nil }
	}
	if o.Say == nil {
		o.Say = func(tocsin.MessageFlags, string) {}
	}
	if o.Tell == nil {
		o.Tell = func(*tocsin.Definition, string, string) bool { return false }
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// prepare opens the database and fills its schema.
func (l *Log) prepare(ctx context.Context) (err error) {
	absolute, err := filepath.Abs(l.path)
	if err != nil {
		return err
	}
	if l.db, err = sql.Open("sqlite", (&url.URL{Scheme: "file", Path: absolute, RawQuery: "_pragma=busy_timeout(2000)"}).String()); err != nil {
		return err
	}
	if l.conn, err = l.db.Conn(ctx); err != nil {
		return err
	}
	// A reader holds a commit up for as long as it reads; before the commit nothing of a transaction may reach the
	// file (cache_spill), or readers would find it locked.
	setup := []string{"PRAGMA journal_mode=PERSIST", "PRAGMA busy_timeout=1000", "PRAGMA cache_spill=OFF", "BEGIN IMMEDIATE"}
	for _, statement := range append(setup, schema...) {
		if _, err := l.conn.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	if _, err := l.conn.ExecContext(ctx, addVersion, release, version, module); err != nil {
		return err
	}
	if _, err := l.conn.ExecContext(ctx, "COMMIT"); err != nil {
		return err
	}
	for _, s := range []struct {
		to   **sql.Stmt
		text string
	}{
		{&l.statements.alert, addAlert}, {&l.statements.message, addMessage}, {&l.statements.source, addSource},
		{&l.statements.snapshot, addSnapshot}, {&l.statements.packet, addPacket},
	} {
		if *s.to, err = l.conn.PrepareContext(ctx, s.text); err != nil {
			return err
		}
	}
	return nil
}

// Path is where the log is.
func (l *Log) Path() string { return l.path }

// Counts tells what became of the rows so far.
func (l *Log) Counts() Counts {
	return Counts{l.written.Load(), l.lostRows.Load(), l.lostEvents.Load(), l.lostPackets.Load()}
}

// Run writes until ctx is done, then what waits, and closes the file. Nothing that goes wrong while it writes ends it.
func (l *Log) Run(ctx context.Context) error {
	commit, state := time.NewTicker(commitEvery), time.NewTicker(stateEvery)
	defer commit.Stop()
	defer state.Stop()
	defer close(l.ended)
	l.writeState(l.options.Now())
	for {
		select {
		case <-ctx.Done():
			l.drain()
			return l.Close()
		case e := <-l.events.Events():
			l.writeEvent(e)
		case b := <-l.packets.full:
			l.writePackets(b)
		case c := <-l.commands:
			l.drain()
			c.done <- c.work()
		case <-state.C:
			l.writeState(l.options.Now())
		case <-commit.C:
			l.settle()
		}
	}
}

func (l *Log) writeEvent(e alert.Event) {
	switch {
	case e.Alert != nil && l.options.Alerts:
		l.writeAlert(e.Alert)
	case e.Message != nil && l.options.Messages:
		l.writeMessage(e.Message)
	}
}

// drain writes what waits in the queues now.
func (l *Log) drain() {
	for range len(l.events.Events()) + len(l.packets.full) {
		select {
		case e := <-l.events.Events():
			l.writeEvent(e)
		case b := <-l.packets.full:
			l.writePackets(b)
		default:
			return
		}
	}
}

// Close commits and closes the file. It is called by Run, or instead of it.
func (l *Log) Close() error {
	if l.events != nil {
		l.events.Close()
	}
	var problems []error
	if l.conn != nil {
		problems = append(problems, l.finish(), l.conn.Close())
	}
	if l.db != nil {
		problems = append(problems, l.db.Close())
	}
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("close log %s: %w", l.path, err)
	}
	return nil
}
