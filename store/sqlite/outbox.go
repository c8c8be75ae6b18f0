package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/notify"
)

// Outbox keeps notifications in the same file as the alerts. It is of no use after Close.
type Outbox struct{ store *Store }

var _ notify.Outbox = Outbox{}

// Outbox returns the outbox of the file.
func (s *Store) Outbox() Outbox { return Outbox{s} }

// Put keeps a promise.
func (o Outbox) Put(ctx context.Context, p notify.Promise) error {
	if err := o.put(ctx, p); err != nil {
		return fmt.Errorf("keep notifications: %w", explain(err))
	}
	return nil
}

func (o Outbox) put(ctx context.Context, p notify.Promise) error {
	o.store.mu.Lock()
	defer o.store.mu.Unlock()
	tx, err := o.store.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after Commit
	for _, l := range p.Letters {
		text, err := json.Marshal(l.Message)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "INSERT OR IGNORE INTO letters (id, receiver, message) VALUES (?, ?, ?)", l.Message.ID[:], l.Receiver, string(text)); err != nil {
			return err
		}
	}
	for _, k := range p.Known {
		const query = "INSERT OR REPLACE INTO known (circle, incident, severity, time) VALUES (?, ?, ?, ?)"
		if _, err := tx.ExecContext(ctx, query, []byte(k.Group), k.Case[:], k.Severity, k.Time.UnixMicro()); err != nil {
			return err
		}
	}
	for _, k := range p.Forget {
		if _, err := tx.ExecContext(ctx, "DELETE FROM known WHERE circle = ? AND incident = ?", []byte(k.Group), k.Case[:]); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// Done takes a letter out.
func (o Outbox) Done(ctx context.Context, id tocsin.ID, receiver string) error {
	o.store.mu.Lock()
	defer o.store.mu.Unlock()
	if _, err := o.store.write.ExecContext(ctx, "DELETE FROM letters WHERE id = ? AND receiver = ?", id[:], receiver); err != nil {
		return fmt.Errorf("take notification %s out: %w", id, explain(err))
	}
	return nil
}

// Waiting returns the letters that are in.
func (o Outbox) Waiting(ctx context.Context) ([]notify.Letter, error) {
	return rows(ctx, o.store.read, "SELECT receiver, message FROM letters ORDER BY id", func(r *sql.Rows) (l notify.Letter, err error) {
		var text string
		if err := r.Scan(&l.Receiver, &text); err != nil {
			return l, err
		}
		return l, json.Unmarshal([]byte(text), &l.Message)
	})
}

// Known returns what people know.
func (o Outbox) Known(ctx context.Context) ([]notify.Known, error) {
	return rows(ctx, o.store.read, "SELECT circle, incident, severity, time FROM known", func(r *sql.Rows) (k notify.Known, err error) {
		var group, id []byte
		var at int64
		if err := r.Scan(&group, &id, &k.Severity, &at); err != nil {
			return k, err
		}
		k.Group = string(group)
		copy(k.Case[:], id)
		k.Time = time.UnixMicro(at).UTC()
		return k, nil
	})
}

// rows returns what scan makes of each row.
func rows[T any](ctx context.Context, db *sql.DB, query string, scan func(*sql.Rows) (T, error)) ([]T, error) {
	r, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, explain(err)
	}
	defer r.Close()
	var list []T
	for r.Next() {
		v, err := scan(r)
		if err != nil {
			return nil, explain(err)
		}
		list = append(list, v)
	}
	return list, explain(r.Err())
}
