package kismetdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"modernc.org/sqlite"

	"github.com/tocsin-wids/tocsin/logfile"
)

// Bounds of a transaction, which is in memory until it is committed: how large it is when that is tried, and how often
// as large it is given up when a reader is in the way.
const (
	maxRows  = 4096
	maxBytes = 8 << 20
	patience = 4
)

// writer is the state of the transaction. It belongs to the goroutine of Run.
type writer struct {
	open        bool // a transaction was begun
	rows, bytes int  // in it
	waiting     bool // for a reader, until the next settling
	failed      bool // nothing is tried until the next settling
	health      logfile.Health
	seenLost    uint64 // of the subscription
}

// insert adds a row of about so many octets. A failure is counted and told, and closes nothing: the next settling tries anew.
func (l *Log) insert(s *sql.Stmt, size int, values ...any) {
	if l.failed {
		l.lostRows.Add(1)
		return
	}
	if !l.open {
		if _, err := l.conn.ExecContext(context.Background(), "BEGIN IMMEDIATE"); err != nil {
			l.lostRows.Add(1)
			l.fail(err)
			return
		}
		l.open = true
	}
	if _, err := s.ExecContext(context.Background(), values...); err != nil {
		l.lostRows.Add(1)
		l.fail(err)
		l.commit() // the rows before it, unless SQLite undid them
		return
	}
	l.rows++
	l.bytes += size
	if l.larger(1) && !l.waiting || l.larger(patience) {
		l.commit()
	}
}

// larger reports whether the transaction has reached its bounds that many times over.
func (l *Log) larger(times int) bool { return l.rows >= times*maxRows || l.bytes >= times*maxBytes }

// settle commits what there is, lets a log that failed try again, and tells of losses.
func (l *Log) settle() {
	well := !l.failed && l.rows > 0 // since the settling before
	l.failed, l.waiting = false, false
	l.commit()
	if well && !l.failed && !l.waiting {
		l.health.Written()
	}
	lost := l.events.Lost()
	l.lostEvents.Add(lost - l.seenLost)
	l.seenLost = lost
	l.tellLosses(l.options.Now())
}

// commit ends the transaction. While a reader reads it stays open, until it is too large to be kept.
func (l *Log) commit() {
	if !l.open {
		return
	}
	_, err := l.conn.ExecContext(context.Background(), "COMMIT")
	if err != nil && busy(err) && !l.larger(patience) {
		l.waiting = true
		return
	}
	if err == nil {
		l.written.Add(uint64(l.rows))
	} else {
		l.lostRows.Add(uint64(l.rows))
		// An error here says that SQLite ended the transaction itself.
		_, _ = l.conn.ExecContext(context.Background(), "ROLLBACK")
		l.fail(err)
	}
	l.open, l.rows, l.bytes = false, 0, 0
}

// busy reports whether err says that another process has the file.
func busy(err error) bool {
	const sqliteBusy = 5 // www.sqlite.org/rescode.html
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqliteBusy
}

// fail stops trying until the next settling.
func (l *Log) fail(err error) {
	l.failed = true
	l.health.Failed(err)
}

// tellLosses says how much is missing when that has grown.
func (l *Log) tellLosses(now time.Time) {
	c := l.Counts()
	l.health.Lacks(now, c.Lost+c.Events+c.Packets, fmt.Sprintf(
		"%d rows that could not be written, %d alerts or messages and %d packets that came too fast", c.Lost, c.Events, c.Packets))
}

// finish commits what there is and puts the journal away.
func (l *Log) finish() error {
	l.commit()
	var problems []error
	if l.open {
		problems = append(problems, fmt.Errorf("%d rows could not be committed: another process reads the log", l.rows))
		l.lostRows.Add(uint64(l.rows))
		l.open = false
	}
	if _, err := l.conn.ExecContext(context.Background(), "PRAGMA journal_mode=DELETE"); err != nil && !busy(err) {
		problems = append(problems, err)
	}
	for _, s := range []*sql.Stmt{l.statements.alert, l.statements.message, l.statements.source, l.statements.snapshot, l.statements.packet} {
		if s != nil {
			problems = append(problems, s.Close())
		}
	}
	return errors.Join(problems...)
}
