package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/tocsin-wids/tocsin"
)

const (
	putIncident = "INSERT OR REPLACE INTO incidents (id, first, last, first_seen, last_seen, count, max_severity, inhibitor) " +
		"SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE EXISTS (SELECT 1 FROM alerts WHERE time = ?3)"
	putChange  = "INSERT OR IGNORE INTO changes (incident, time, state, author, comment) VALUES (?, ?, ?, ?, ?)"
	known      = "SELECT 1 FROM incidents WHERE id = ?"
	putSilence = "INSERT OR REPLACE INTO silences (" + silenceColumns + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

	silenceColumns = "id, made, starts, ends, weekly, author, comment, expired, expired_by, matcher"
)

// PutWork keeps w in one transaction.
func (s *Store) PutWork(ctx context.Context, w tocsin.Work) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("keep incidents: %w", explain(err))
	}
	defer tx.Rollback() // does nothing after Commit
	if err := putIncidents(ctx, tx, w.Incidents); err != nil {
		return fmt.Errorf("keep incidents: %w", explain(err))
	}
	for n := range w.Changes {
		if err := addChange(ctx, tx, &w.Changes[n]); err != nil {
			return fmt.Errorf("keep change: %w", explain(err))
		}
	}
	for n := range w.Silences {
		if _, err := tx.ExecContext(ctx, putSilence, silenceRow(&w.Silences[n])...); err != nil {
			return fmt.Errorf("keep silence: %w", explain(err))
		}
	}
	for _, id := range w.Forget {
		if _, err := tx.ExecContext(ctx, "DELETE FROM silences WHERE id = ?", id[:]); err != nil {
			return fmt.Errorf("forget silence: %w", explain(err))
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("keep incidents: %w", explain(err))
	}
	return nil
}

func putIncidents(ctx context.Context, tx *sql.Tx, list []tocsin.Incident) error {
	if len(list) == 0 {
		return nil
	}
	put, err := tx.PrepareContext(ctx, putIncident)
	if err != nil {
		return err
	}
	defer put.Close()
	for n := range list {
		i := &list[n]
		_, err := put.ExecContext(ctx, i.ID[:], i.First.Time.UnixMicro(), i.Last.Time.UnixMicro(), nanoseconds(i.FirstSeen),
			nanoseconds(i.LastSeen), int64(i.Count), int64(i.MaxSeverity), i.Inhibitor[:])
		if err != nil {
			return err
		}
	}
	return nil
}

func addChange(ctx context.Context, tx *sql.Tx, c *tocsin.Change) error {
	var one int
	err := tx.QueryRowContext(ctx, known, c.Incident[:]).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return tocsin.Errorf(tocsin.NotFound, "the incident %s is not there", c.Incident)
	}
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, putChange, c.Incident[:], c.Time.UnixMicro(), c.To.String(), c.By, c.Comment)
	return err
}

// nanoseconds returns NULL for the zero time.
func nanoseconds(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixNano()
}

func ofNanoseconds(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return time.Unix(0, n.Int64).UTC()
}

// Incidents returns those with the newest records.
func (s *Store) Incidents(ctx context.Context, most int) ([]tocsin.Incident, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT id, first, last, first_seen, last_seen, count, max_severity, inhibitor "+
		"FROM incidents ORDER BY last DESC LIMIT ?", max(most, 0))
	if err != nil {
		return nil, fmt.Errorf("read incidents: %w", explain(err))
	}
	defer rows.Close()
	var list []tocsin.Incident
	for rows.Next() {
		var (
			i               tocsin.Incident
			id, inhibitor   sql.RawBytes
			first, last     int64
			since, until    sql.NullInt64
			count, severity int64
		)
		if err := rows.Scan(&id, &first, &last, &since, &until, &count, &severity, &inhibitor); err != nil {
			return nil, fmt.Errorf("read incidents: %w", err)
		}
		copy(i.ID[:], id)
		copy(i.Inhibitor[:], inhibitor)
		i.FirstSeen, i.LastSeen = ofNanoseconds(since), ofNanoseconds(until)
		i.Count, i.MaxSeverity = uint64(count), tocsin.Severity(severity)
		i.First, i.Last = &tocsin.Alert{Time: time.UnixMicro(first)}, &tocsin.Alert{Time: time.UnixMicro(last)}
		list = append(list, i)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read incidents: %w", explain(err))
	}
	slices.Reverse(list)
	for n := range list {
		if err := s.complete(ctx, &list[n]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// complete reads the records and the changes of i, of whose records only the times are known.
func (s *Store) complete(ctx context.Context, i *tocsin.Incident) error {
	records, err := s.list(ctx, "WHERE time IN (?, ?) ORDER BY time", i.First.Time.UnixMicro(), i.Last.Time.UnixMicro())
	if err != nil {
		return err
	}
	if n := len(records); n == 0 || !records[n-1].Time.Equal(i.Last.Time) {
		return fmt.Errorf("read incidents: the newest alert of %s is not there", i.ID)
	}
	i.First, i.Last = records[0], records[len(records)-1]
	rows, err := s.read.QueryContext(ctx, "SELECT time, state, author, comment FROM (SELECT * FROM changes WHERE incident = ? "+
		"ORDER BY time DESC LIMIT ?) ORDER BY time", i.ID[:], tocsin.MaxChanges)
	if err != nil {
		return fmt.Errorf("read changes: %w", explain(err))
	}
	defer rows.Close()
	for rows.Next() {
		c := tocsin.Change{Incident: i.ID}
		var at int64
		var state string
		if err := rows.Scan(&at, &state, &c.By, &c.Comment); err != nil {
			return fmt.Errorf("read changes: %w", err)
		}
		c.Time = time.UnixMicro(at).UTC()
		if c.To, err = tocsin.ParseIncidentState(state); err != nil {
			return fmt.Errorf("read changes of incident %s: %w", i.ID, err)
		}
		i.Add(c)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read changes: %w", explain(err))
	}
	return nil
}

// matcher is the JSON of a tocsin.Matcher, in the words in which people write one.
type matcher struct {
	Header  string `json:"header,omitempty"`
	Class   string `json:"class,omitempty"`
	AtMost  *uint8 `json:"severity_at_most,omitempty"`
	Address string `json:"mac,omitempty"`
	BSSID   string `json:"bssid,omitempty"`
	SSID    []byte `json:"ssid,omitempty"` // octets, because JSON cannot hold those that are not UTF-8
	Sensor  []byte `json:"sensor,omitempty"`
}

func silenceRow(s *tocsin.Silence) []any {
	m := matcher{Header: s.Matcher.Header, Class: string(s.Matcher.Class)}
	if level := s.Matcher.AtMost; level != nil {
		m.AtMost = new(uint8(*level))
	}
	if a := s.Matcher.Address; a != nil {
		m.Address = a.String()
	}
	if a := s.Matcher.BSSID; a != nil {
		m.BSSID = a.String()
	}
	if g := s.Matcher.SSID; g != nil {
		m.SSID = []byte(g.String())
	}
	if g := s.Matcher.Sensor; g != nil {
		m.Sensor = []byte(g.String())
	}
	b, _ := json.Marshal(m) // texts and numbers
	var expired any
	if !s.Expired.IsZero() {
		expired = s.Expired.UnixMicro()
	}
	return []any{s.ID[:], s.Made.UnixMicro(), s.Starts.UnixMicro(), s.Ends.UnixMicro(), s.Weekly, s.By, s.Comment, expired, s.ExpiredBy, string(b)}
}

// Silences returns all.
func (s *Store) Silences(ctx context.Context) ([]tocsin.Silence, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+silenceColumns+" FROM silences ORDER BY made, id")
	if err != nil {
		return nil, fmt.Errorf("read silences: %w", explain(err))
	}
	defer rows.Close()
	var list []tocsin.Silence
	for rows.Next() {
		var one tocsin.Silence
		var id sql.RawBytes
		var made, starts, ends int64
		var expired sql.NullInt64
		var text []byte
		err := rows.Scan(&id, &made, &starts, &ends, &one.Weekly, &one.By, &one.Comment, &expired, &one.ExpiredBy, &text)
		if err != nil {
			return nil, fmt.Errorf("read silences: %w", err)
		}
		copy(one.ID[:], id)
		one.Made, one.Starts, one.Ends = time.UnixMicro(made).UTC(), time.UnixMicro(starts).UTC(), time.UnixMicro(ends).UTC()
		if expired.Valid {
			one.Expired = time.UnixMicro(expired.Int64).UTC()
		}
		if one.Matcher, err = readMatcher(text); err != nil {
			return nil, fmt.Errorf("read silence %s: %w", one.ID, err)
		}
		list = append(list, one)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read silences: %w", explain(err))
	}
	return list, nil
}

func readMatcher(text []byte) (m tocsin.Matcher, err error) {
	var j matcher
	if err := json.Unmarshal(text, &j); err != nil {
		return m, err
	}
	m.Header, m.Class = j.Header, tocsin.Class(j.Class)
	if j.AtMost != nil {
		m.AtMost = new(tocsin.Severity(*j.AtMost))
	}
	if m.Address, err = optional(j.Address, tocsin.ParseMACMask); err != nil {
		return m, err
	}
	if m.BSSID, err = optional(j.BSSID, tocsin.ParseMACMask); err != nil {
		return m, err
	}
	if m.SSID, err = optional(string(j.SSID), tocsin.ParseGlob); err != nil {
		return m, err
	}
	m.Sensor, err = optional(string(j.Sensor), tocsin.ParseGlob)
	return m, err
}

// optional reads what may not be there.
func optional[T any](text string, parse func(string) (T, error)) (*T, error) {
	if text == "" {
		return nil, nil
	}
	v, err := parse(text)
	if err != nil {
		return nil, err
	}
	return &v, nil
}
