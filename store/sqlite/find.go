package sqlite

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/store"
)

// ByID returns the alert of that ID. An ID begins with the milliseconds of the alert's time, which is where to look.
func (s *Store) ByID(ctx context.Context, id tocsin.ID) (*tocsin.Alert, error) {
	from := int64(binary.BigEndian.Uint64(id[:])>>16) * 1000
	return s.one(ctx, "WHERE time >= ? AND time < ? AND id = ?", from, from+1000, id[:])
}

// ByHash returns the oldest alert of that hash.
func (s *Store) ByHash(ctx context.Context, hash uint32) (*tocsin.Alert, error) {
	return s.one(ctx, "WHERE hash = ? ORDER BY time LIMIT 1", int64(hash))
}

func (s *Store) one(ctx context.Context, where string, args ...any) (*tocsin.Alert, error) {
	list, err := s.list(ctx, where, args...)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, tocsin.Errorf(tocsin.NotFound, "no such alert")
	}
	return list[0], nil
}

// Since returns the oldest alerts later than a time.
func (s *Store) Since(ctx context.Context, after time.Time, most int) ([]*tocsin.Alert, error) {
	return s.list(ctx, "WHERE time > ? ORDER BY time LIMIT ?", after.UnixMicro(), max(most, 0))
}

// Before returns the newest alerts earlier than a time.
func (s *Store) Before(ctx context.Context, until time.Time, most int) ([]*tocsin.Alert, error) {
	return s.list(ctx, "WHERE time < ? ORDER BY time DESC LIMIT ?", until.UnixMicro(), max(most, 0))
}

// list returns the alerts that the rest of the statement chooses.
func (s *Store) list(ctx context.Context, rest string, args ...any) ([]*tocsin.Alert, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+alertColumns+" FROM alerts "+rest, args...)
	if err != nil {
		return nil, fmt.Errorf("read alerts: %w", explain(err))
	}
	defer rows.Close()
	var list []*tocsin.Alert
	for rows.Next() {
		a, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("read alerts: %w", err)
		}
		list = append(list, a)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read alerts: %w", explain(err))
	}
	return list, nil
}

// Page returns one page of what a query finds. How many there are in all is known without counting: a million rows take
// longer to count than their first page to read.
func (s *Store) Page(ctx context.Context, q store.Query) (store.Page, error) {
	p := store.Page{Total: int(s.total.Load())}
	p.Found = p.Total
	where, args := condition(q)
	if where != "" {
		if err := s.read.QueryRowContext(ctx, "SELECT count(*) FROM alerts "+where, args...).Scan(&p.Found); err != nil {
			return p, fmt.Errorf("count alerts: %w", explain(err))
		}
	}
	q.Skip = max(q.Skip, 0)
	q.Most = min(q.Most, p.Found-q.Skip)
	if q.Most <= 0 {
		return p, nil
	}
	// What is skipped is walked through: a page of the second half is nearer from the other end.
	fromEnd := q.Skip > p.Found/2
	if fromEnd {
		q.Skip, q.Descending = p.Found-q.Skip-q.Most, !q.Descending
	}
	var err error
	p.Alerts, err = s.list(ctx, where+order(q)+" LIMIT ? OFFSET ?", append(args, q.Most, q.Skip)...)
	if fromEnd {
		slices.Reverse(p.Alerts)
	}
	return p, err
}

// names of the columns, by store.Column. They and nothing from outside become part of a statement.
var names = [...]string{
	store.Time: "time", store.Header: "header", store.Class: "class", store.Severity: "severity", store.Phy: "phy",
	store.Transmitter: "transmitter", store.Source: "source", store.Dest: "dest", store.Other: "other",
	store.Channel: "channel", store.Frequency: "frequency", store.Text: "text", store.Hash: "hash",
	store.Fingerprint: "fingerprint", store.Confidence: "confidence", store.Signal: "signal",
	store.FrameTime: "ifnull(frame_time, 0)", store.Suppressed: "suppressed",
}

func order(q store.Query) string {
	by := names[q.Sort]
	switch {
	case q.Sort == store.Header:
		by = "header_key"
	case q.Sort.Kind() == store.Words:
		by = "natural_key(" + by + ")"
	}
	direction := ""
	if q.Descending {
		direction = " DESC"
	}
	if q.Sort == store.Time {
		return " ORDER BY time" + direction
	}
	return " ORDER BY " + by + direction + ", time" + direction
}

// likeEscape makes the signs that LIKE knows stand for themselves.
var likeEscape = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// condition returns the WHERE of what q searches, empty if it searches nothing.
func condition(q store.Query) (where string, args []any) {
	if q.Term == "" {
		return "", nil
	}
	any := []string{"0"}
	if strings.Contains(q.Term, "\x00") { // for LIKE, it would end the pattern
		q.In = nil
	}
	octets := store.Octets(q.Term)
	for _, c := range q.In {
		switch c.Kind() {
		case store.Words:
			any = append(any, names[c]+` LIKE ? ESCAPE '\'`)
			args = append(args, "%"+likeEscape.Replace(q.Term)+"%")
		case store.Address:
			if len(octets) > 0 {
				any = append(any, "instr("+names[c]+", ?) > 0")
				args = append(args, octets)
			}
		case store.Degree:
			for _, s := range store.Severities(q.Term) {
				any = append(any, names[c]+" = ?")
				args = append(args, int64(s))
			}
		}
	}
	return "WHERE (" + strings.Join(any, " OR ") + ")", args
}
