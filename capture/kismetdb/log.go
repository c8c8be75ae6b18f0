package kismetdb

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"modernc.org/sqlite" // the driver
)

// magic begins every SQLite file (www.sqlite.org/fileformat.html §1.3).
const magic = "SQLite format 3\x00"

// Is reports whether the file at path begins as a log does, whatever its name.
func Is(path string) bool {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return false // reading from a FIFO would wait, and take what is for others
	}
	head, err := head(path)
	return err == nil && bytes.HasPrefix(head, []byte(magic))
}

// IsLog reports whether the file at path is a log: an SQLite file with the tables of one.
func IsLog(path string) bool {
	if !Is(path) {
		return false
	}
	l, err := connect(context.Background(), path)
	if err != nil {
		return false
	}
	defer l.close()
	_, err = l.columns(context.Background())
	return err == nil
}

// headLen is the length of the file header.
const headLen = 100

func head(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b := make([]byte, headLen)
	n, err := io.ReadFull(f, b)
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = nil
	}
	return b[:n], err
}

// log is an open log.
type log struct {
	db    *sql.DB
	conn  *sql.Conn
	size  int64             // of the file
	rows  int64             // of packets
	query string            // of a page
	names map[string]string // of datasources by UUID
}

// Errors that say what is wrong with a file.
var (
	errNoLog   = errors.New("it is an SQLite database and no log of Kismet's: the tables KISMET and packets are not in it")
	errNotRead = errors.New("the table packets is not as Kismet makes it")
	errMerge   = errors.New("its write-ahead log was not merged into it: open it once with sqlite3 and say PRAGMA wal_checkpoint")
	errDamaged = errors.New("the log is damaged; sqlite3 FILE .recover saves what is left")
	errLocked  = errors.New("another program writes the log and does not let it go")
	errJournal = errors.New("its writer died in the middle of a transaction: open it once with sqlite3, which undoes that by the -journal file beside it")
)

// connect opens the file at path.
func connect(ctx context.Context, path string) (*log, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	head, err := head(path)
	if err != nil {
		return nil, err
	}
	options := "mode=ro&_pragma=busy_timeout(10000)&_pragma=trusted_schema(0)&_pragma=cell_size_check(1)"
	if len(head) == headLen && head[19] == 2 { // read through a write-ahead log (§1.3.3), which SQLite would make
		if wal, err := os.Stat(path + "-wal"); err == nil && wal.Size() > 0 {
			return nil, errMerge
		}
		options += "&immutable=1"
	}
	l := &log{size: info.Size(), names: map[string]string{}}
	if l.db, err = sql.Open("sqlite", (&url.URL{Scheme: "file", Path: absolute, RawQuery: options}).String()); err != nil {
		return nil, err
	}
	if l.conn, err = l.db.Conn(ctx); err != nil {
		return nil, errors.Join(err, l.db.Close())
	}
	return l, nil
}

func (l *log) close() {
	_ = l.conn.Close()
	_ = l.db.Close()
}

// open opens the log at path and puts its packets into order.
func open(ctx context.Context, path string) (*log, error) {
	l, err := connect(ctx, path)
	if err != nil {
		return nil, err
	}
	if err := l.prepare(ctx); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

func (l *log) prepare(ctx context.Context) error {
	columns, err := l.columns(ctx)
	if err != nil {
		return err
	}
	if err := l.readNames(ctx); err != nil {
		return err
	}
	if err := l.sort(ctx, columns); err != nil {
		return err
	}
	integer := func(name string) string {
		if !columns.has(name) {
			return "NULL"
		}
		return "CASE typeof(p." + name + ") WHEN 'integer' THEN p." + name + " END"
	}
	datasource := "NULL"
	if columns.has("datasource") {
		datasource = short("p.datasource")
	}
	l.query = fmt.Sprintf(`SELECT t.rowid, %s, %s, %s, %s, %s,
		CASE typeof(p.packet) WHEN 'blob' THEN length(p.packet) END,
		CASE WHEN typeof(p.packet) = 'blob' AND length(p.packet) <= %d THEN p.packet END
		FROM temp.heard t CROSS JOIN main.packets p ON p.%s = t.place WHERE t.rowid > ? AND t.rowid <= ? ORDER BY t.rowid`,
		integer("ts_sec"), integer("ts_usec"), integer("dlt"), integer("packet_full_len"), datasource, maxPacket, columns.rowid)
	return nil
}

// columns are those of the table of packets.
type columns struct {
	names []string
	rowid string // a name of the row's number
}

func (c columns) has(name string) bool {
	for _, n := range c.names {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}

// maxColumns is more than a table of Kismet's has.
const maxColumns = 256

// columns returns the columns of packets, whose number and order differ with the version of the schema; an error if the
// file is no log.
func (l *log) columns(ctx context.Context) (columns, error) {
	for _, name := range []string{"KISMET", "packets"} {
		switch ok, err := l.isTable(ctx, name); {
		case err != nil:
			return columns{}, err
		case !ok:
			return columns{}, errNoLog
		}
	}
	rows, err := l.conn.QueryContext(ctx, fmt.Sprintf("SELECT name FROM pragma_table_info('packets', 'main') WHERE length(name) < 64 LIMIT %d", maxColumns))
	if err != nil {
		return columns{}, err
	}
	defer rows.Close()
	var c columns
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return columns{}, err
		}
		c.names = append(c.names, name)
	}
	if err := rows.Err(); err != nil {
		return columns{}, err
	}
	c.rowid = "rowid"
	if !c.has("ts_sec") || !c.has("ts_usec") || !c.has("dlt") || !c.has("packet") || c.has(c.rowid) {
		return columns{}, errNotRead
	}
	return c, nil
}

// isTable reports whether there is a table of that name with numbered rows: no view or virtual table, which are programs.
func (l *log) isTable(ctx context.Context, name string) (bool, error) {
	var n int
	err := l.conn.QueryRowContext(ctx, "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND name = ? COLLATE NOCASE AND type = 'table' AND wr = 0", name).Scan(&n)
	return n > 0, err
}

// maxText bounds the octets of UUIDs and names.
const maxText = 64

// short is an expression for a column of text, NULL where it is none or too long.
func short(column string) string {
	return fmt.Sprintf("CASE WHEN typeof(%s) = 'text' AND octet_length(%[1]s) <= %d THEN %[1]s END", column, maxText)
}

// readNames reads the names of the datasources, where there is a table of them.
func (l *log) readNames(ctx context.Context) error {
	if ok, err := l.isTable(ctx, "datasources"); err != nil || !ok {
		return err
	}
	rows, err := l.conn.QueryContext(ctx, fmt.Sprintf("SELECT %s, %s FROM main.datasources LIMIT %d", short("uuid"), short("name"), maxSensors))
	if err != nil {
		return nil // another table of that name: the UUIDs are names enough
	}
	defer rows.Close()
	for rows.Next() {
		var uuid, name sql.NullString
		if err := rows.Scan(&uuid, &name); err != nil {
			return err
		}
		if uuid.Valid && name.Valid {
			l.names[uuid.String] = strings.ToValidUTF8(name.String, "\ufffd")
		}
	}
	return rows.Err()
}

// leastRow is less than any row of packets takes in a file.
const leastRow = 8

// sort makes a temporary table of where the packets are, in the order of their times. Pages in a circle, which a
// hostile file may have, end it.
func (l *log) sort(ctx context.Context, c columns) error {
	most := l.size/leastRow + 1
	_, err := l.conn.ExecContext(ctx, fmt.Sprintf(`CREATE TEMP TABLE heard AS SELECT place FROM (SELECT %s AS place,
		CASE typeof(ts_sec) WHEN 'integer' THEN ts_sec END AS sec, CASE typeof(ts_usec) WHEN 'integer' THEN ts_usec END AS usec
		FROM main.packets LIMIT %d) ORDER BY sec, usec, place`, c.rowid, most))
	if err != nil {
		return err
	}
	if err := l.conn.QueryRowContext(ctx, "SELECT coalesce(max(rowid), 0) FROM temp.heard").Scan(&l.rows); err != nil {
		return err
	}
	if l.rows == most {
		return errDamaged
	}
	return nil
}

// row is a packet as it is kept.
type row struct {
	number                        int64 // in the order of time, from 1
	seconds, micros, link, length sql.NullInt64
	datasource                    sql.NullString
	octets                        sql.NullInt64 // of the packet
	data                          sql.RawBytes  // none if they are more than maxPacket
}

// page returns the rows behind the one of number after, up to and with to.
func (l *log) page(ctx context.Context, after, to int64) (*sql.Rows, error) {
	return l.conn.QueryContext(ctx, l.query, after, to)
}

func (r *row) scan(rows *sql.Rows) error {
	return rows.Scan(&r.number, &r.seconds, &r.micros, &r.link, &r.length, &r.datasource, &r.octets, &r.data)
}

// Result codes (www.sqlite.org/rescode.html).
const (
	codeBusy     = 5
	codeReadOnly = 8
	codeCorrupt  = 11
	codeCantOpen = 14
	codeNotADB   = 26
)

// explain says what an error of SQLite means for who wants to read the log at path.
func explain(err error, path string) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() & 0xff {
	case codeBusy:
		return errLocked
	case codeCorrupt, codeNotADB:
		return fmt.Errorf("%w (%w)", errDamaged, e)
	case codeReadOnly, codeCantOpen:
		if info, failed := os.Stat(path + "-journal"); failed == nil && info.Size() > 0 {
			return errJournal
		}
	}
	return err
}
