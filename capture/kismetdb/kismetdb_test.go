package kismetdb_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/capture/capturetest"
	"github.com/tocsin-wids/tocsin/capture/kismetdb"
	"github.com/tocsin-wids/tocsin/pcap"
)

// Tables of packets in the versions of the schema: the columns differ in number and place.
const (
	version4 = `CREATE TABLE packets (ts_sec INT, ts_usec INT, phyname TEXT, sourcemac TEXT, destmac TEXT, transmac TEXT, frequency REAL,
		devkey TEXT, lat INT, lon INT, packet_len INT, signal INT, datasource TEXT, dlt INT, packet BLOB, error INT)`
	version5 = `CREATE TABLE packets (ts_sec INT, ts_usec INT, phyname TEXT, sourcemac TEXT, destmac TEXT, transmac TEXT, frequency REAL,
		devkey TEXT, lat REAL, lon REAL, alt REAL, speed REAL, heading REAL, packet_len INT, signal INT, datasource TEXT, dlt INT,
		packet BLOB, error INT, tags TEXT)`
	version9 = `CREATE TABLE packets (ts_sec INT, ts_usec INT, phyname TEXT, sourcemac TEXT, destmac TEXT, transmac TEXT, frequency REAL,
		devkey TEXT, lat REAL, lon REAL, alt REAL, speed REAL, heading REAL, packet_len INT, signal INT, datasource TEXT, dlt INT,
		packet BLOB, error INT, tags TEXT, datarate REAL, hash INT, packetid INT, packet_full_len INT)`
)

const roof = "5FE308BD-0000-0000-0000-00C0CAB1B2B3"

// execute runs statements on the database at path.
func execute(t testing.TB, path string, statements ...string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	return db
}

// newLog makes a log of a version with the sensor "roof" and returns where it is.
func newLog(t testing.TB, version int, statements ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "Kismet #1?.log")
	packets := version9
	switch {
	case version <= 4:
		packets = version4
	case version < 9:
		packets = version5
	}
	execute(t, strings.NewReplacer("#", "%23", "?", "%3f").Replace(path), append([]string{
		"CREATE TABLE KISMET (kismet_version TEXT, db_version INT, db_module TEXT)",
		fmt.Sprintf("INSERT INTO KISMET VALUES ('2020.01.0', %d, 'kismetlog')", version),
		"CREATE TABLE datasources (uuid TEXT, typestring TEXT, definition TEXT, name TEXT, interface TEXT, json BLOB)",
		"INSERT INTO datasources (uuid, name) VALUES ('" + roof + "', 'roof'), ('unnamed', '')",
		packets,
	}, statements...)...).Close()
	return path
}

// insert is a statement that adds a packet.
func insert(values string) string {
	return "INSERT INTO packets (ts_sec, ts_usec, dlt, datasource, packet) VALUES (" + values + ")"
}

// read returns the packets of a log.
func read(t testing.TB, path string) (list []pcap.Packet, s *kismetdb.Source, err error) {
	t.Helper()
	s = kismetdb.New(kismetdb.Options{Path: path, Name: "log"})
	err = s.Run(t.Context(), func(batch []pcap.Packet) error {
		for _, p := range batch {
			p.Data = bytes.Clone(p.Data)
			list = append(list, p)
		}
		return nil
	})
	return list, s, err
}

func TestSuite(t *testing.T) {
	const many = 3000
	var statements []string
	for _, i := range rand.New(rand.NewPCG(1, 2)).Perm(many) {
		statements = append(statements, insert(fmt.Sprintf("%d, %d, 105, '%s', x'd400%08x'", i/100, i%100*10_000, []string{roof, "other"}[i%2], i)))
	}
	path := newLog(t, 9, append(append([]string{"BEGIN"}, statements...), "COMMIT")...)
	capturetest.Run(t, func(t testing.TB) capturetest.Subject {
		return capturetest.Subject{Source: kismetdb.New(kismetdb.Options{Path: path}), Holds: many}
	})
	list, s, err := read(t, path)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range list {
		if n := binary.BigEndian.Uint32(p.Data[2:]); int(n) != i || p.Time != time.Duration(i)*10*time.Millisecond {
			t.Fatalf("packet %d is number %d, of %s", i, n, p.Time)
		}
	}
	if read, size := s.Progress(); read != size || size == 0 {
		t.Errorf("%d octets are read of %d", read, size)
	}
}

func TestAllVersionsOfTheSchema(t *testing.T) {
	for _, version := range []int{2, 4, 5, 8, 9, 10} {
		statements := []string{
			insert("1600000000, 999999, 127, '" + roof + "', x'000008'"),
			insert("1600000000, 5, 105, 'unnamed', x'd4'"),
			insert("1600000001, 0, 256, '00000000-0000-0000-0000-000000000000', x'0102'"),
		}
		length := uint32(3)
		if version >= 9 {
			length = 1000
			statements = append(statements, "UPDATE packets SET packet_full_len = 1000 WHERE dlt = 127")
		}
		list, s, err := read(t, newLog(t, version, statements...))
		at := 1600000000 * time.Second
		want := []pcap.Packet{
			{Time: at + 5*time.Microsecond, Link: 105, Interface: 0, Length: 1, Number: 1, Data: []byte{0xd4}},
			{Time: at + 999999*time.Microsecond, Link: 127, Interface: 1, Length: length, Number: 2, Data: []byte{0, 0, 8}},
			{Time: at + time.Second, Link: 256, Interface: 2, Length: 2, Number: 3, Data: []byte{1, 2}},
		}
		if diff := cmp.Diff(want, list); diff != "" || err != nil {
			t.Errorf("version %d: %v %s", version, err, diff)
		}
		if got := s.Sensors(); !slices.Equal(got, []string{"unnamed", "roof", "log"}) {
			t.Errorf("version %d: sensors %q", version, got)
		}
	}
}

func TestRowsThatAreNoPacketsAreCounted(t *testing.T) {
	at := "1600000000, 0, 105, '" + roof + "', "
	list, s, err := read(t, newLog(t, 9,
		insert("NULL, 0, 105, NULL, x'd4'"), insert("'noon', 0, 105, NULL, x'd4'"), insert("0.5, 0, 105, NULL, x'd4'"),
		insert("1, x'00', 105, NULL, x'd4'"), insert("1, 0, 65536, NULL, x'd4'"), insert("1, 0, -1, NULL, x'd4'"), insert("1, 0, NULL, NULL, x'd4'"),
		insert(at+"NULL"), insert(at+"'text'"), insert(at+"7"), insert(at+"zeroblob(262145)"),
		insert(at+"x''"), // a record of what is no packet
		insert("1600000001, 0, 105, '"+roof+"', zeroblob(262144)"), insert(at+"x'd4'"),
	))
	if err != nil || len(list) != 2 || len(list[0].Data) != 1 || len(list[1].Data) != 262144 {
		t.Errorf("%v, %d packets, want that of one octet and the largest", err, len(list))
	}
	if want := (capture.Counts{Packets: 2, Bytes: 262145, Lost: 11}); s.Counts() != want {
		t.Errorf("counts %+v, want %+v", s.Counts(), want)
	}
}

func TestTimesStayWithinTheirBounds(t *testing.T) {
	list, _, err := read(t, newLog(t, 9,
		insert("-9223372036854775808, 5, 105, NULL, x'd4'"), insert("9223372036854775807, 9223372036854775807, 105, NULL, x'd4'"),
		insert("7, 9223372036854775807, 105, NULL, x'd4'"), insert("7, -1, 105, NULL, x'd4'")))
	var got []time.Duration
	for _, p := range list {
		got = append(got, p.Time)
	}
	if want := []time.Duration{0, 7 * time.Second, 8*time.Second - time.Microsecond, 1 << 33 * time.Second}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, times %v, want %v", err, got, want)
	}
}

func TestInventedDatasourcesAreBounded(t *testing.T) {
	path := newLog(t, 9, `INSERT INTO packets (ts_sec, ts_usec, dlt, datasource, packet)
		WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 4999) SELECT i, 0, 105, 'source ' || i, x'd4' FROM n`,
		insert("5000, 0, 105, printf('%.*c', 1000000, 'x'), x'd4'"))
	list, s, err := read(t, path)
	if err != nil || len(list) != 4096 || len(s.Sensors()) != 4096 || s.Counts().Lost != 5001-4096 {
		t.Errorf("%v, %d packets of %d sensors, counts %+v", err, len(list), len(s.Sensors()), s.Counts())
	}
}

// TestLargePacketsAreReadInPages has more octets than one page holds, in more packets than one is allowed.
func TestLargePacketsAreReadInPages(t *testing.T) {
	path := newLog(t, 9, `INSERT INTO packets (ts_sec, ts_usec, dlt, packet)
		WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 11) SELECT i, 0, 105, randomblob(200000 + i) FROM n`)
	list, s, err := read(t, path)
	if err != nil || len(list) != 12 || s.Counts().Lost != 0 {
		t.Fatalf("%v, %d packets, counts %+v", err, len(list), s.Counts())
	}
	for i, p := range list {
		if len(p.Data) != 200000+i {
			t.Errorf("packet %d has %d octets", i, len(p.Data))
		}
	}
}

// beside lists the folder of a file.
func beside(t testing.TB, path string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

func TestNothingIsWrittenBesideALog(t *testing.T) {
	for _, mode := range []string{"DELETE", "PERSIST", "WAL"} {
		path := newLog(t, 9, insert("1, 0, 105, NULL, x'd4'"))
		uri := strings.NewReplacer("#", "%23", "?", "%3f").Replace(path)
		execute(t, uri, "PRAGMA journal_mode="+mode, insert("2, 0, 105, NULL, x'd4'")).Close()
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files := beside(t, path)
		kismetdb.IsLog(path)
		s := kismetdb.New(kismetdb.Options{Path: path})
		err = s.Run(t.Context(), func(batch []pcap.Packet) error {
			if got := beside(t, path); !slices.Equal(got, files) {
				t.Errorf("%s: %q lie there while the log is read, before %q", mode, got, files)
			}
			return nil
		})
		after, readErr := os.ReadFile(path)
		if err != nil || readErr != nil || s.Counts().Packets != 2 || !bytes.Equal(before, after) || !slices.Equal(beside(t, path), files) {
			t.Errorf("%s: %v, %v, %d packets, unchanged: %t; %q, before %q", mode, err, readErr, s.Counts().Packets, bytes.Equal(before, after), beside(t, path), files)
		}
	}
}

// TestLogIsReadWhileItIsWritten has the writer add and remove packets between the pages.
func TestLogIsReadWhileItIsWritten(t *testing.T) {
	path := newLog(t, 9, `INSERT INTO packets (ts_sec, ts_usec, dlt, packet)
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) SELECT i, 0, 105, x'd4' FROM n`)
	db := execute(t, strings.NewReplacer("#", "%23", "?", "%3f").Replace(path), "PRAGMA journal_mode=PERSIST")
	open, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := open.Exec(insert("3000, 0, 105, NULL, x'd5'")); err != nil { // not committed while the log is opened
		t.Fatal(err)
	}
	first := true
	s := kismetdb.New(kismetdb.Options{Path: path})
	err = s.Run(t.Context(), func(batch []pcap.Packet) error {
		if len(batch) == 0 || !first {
			return nil
		}
		first = false
		if err := open.Commit(); err != nil {
			t.Errorf("the reader holds its writer up: %v", err)
		}
		_, err := db.Exec("DELETE FROM packets WHERE ts_sec BETWEEN 1001 AND 1700")
		return err
	})
	if got := s.Counts(); err != nil || got.Packets != 1300 || got.Lost != 0 {
		t.Errorf("%v, counts %+v, want the 1300 packets that were not deleted", err, got)
	}
}

func TestWhatIsNoLogSaysSo(t *testing.T) {
	folder := t.TempDir()
	whole, err := os.ReadFile(newLog(t, 9, `INSERT INTO packets (ts_sec, ts_usec, dlt, packet)
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) SELECT i, 0, 105, randomblob(100) FROM n`))
	if err != nil {
		t.Fatal(err)
	}
	made := func(name string, statements ...string) string {
		path := filepath.Join(folder, name)
		execute(t, path, statements...).Close()
		return path
	}
	written := func(name string, b []byte) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	damaged := bytes.Clone(whole)
	for i := 4096 * 10; i < len(damaged)-4096*10; i++ {
		damaged[i] = byte(i)
	}
	for path, want := range map[string]string{
		made("other", "CREATE TABLE users (name TEXT)"):                                                                        "no log of Kismet's",
		made("views", "CREATE TABLE KISMET (x)", "CREATE VIEW packets AS SELECT 1 ts_sec, 2 ts_usec, 105 dlt, x'd4' packet"):   "no log of Kismet's",
		made("virtual", "CREATE TABLE KISMET (x)", "CREATE VIRTUAL TABLE packets USING fts5(ts_sec, ts_usec, dlt, packet)"):    "no log of Kismet's",
		made("columns", "CREATE TABLE KISMET (x)", "CREATE TABLE packets (ts_sec, packet)"):                                    "not as Kismet makes it",
		made("computed", "CREATE TABLE KISMET (x)", "CREATE TABLE packets (ts_sec, ts_usec, dlt, x, packet AS (zeroblob(x)))"): "not as Kismet makes it",
		made("numbers", "CREATE TABLE KISMET (x)", "CREATE TABLE packets (ts_sec, ts_usec, dlt, packet, rowid)"):               "not as Kismet makes it",
		written("cut", whole[:len(whole)/2]): "damaged",
		written("head", whole[:100]):         "damaged",
		written("magic", whole[:16]):         "damaged",
		written("garbage", damaged):          "damaged",
		written("encrypted", append(bytes.Clone(whole[:16]), bytes.Repeat([]byte{0xa5}, 8192)...)): "damaged",
		filepath.Join(folder, "absent"): "no such file",
	} {
		_, _, err := read(t, path)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "read log "+path+": ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want one line on %q", filepath.Base(path), err, want)
		}
		if isLog := kismetdb.IsLog(path); isLog && want != "damaged" {
			t.Errorf("%s is taken for a log", filepath.Base(path))
		}
	}
	if path := newLog(t, 9); !kismetdb.IsLog(path) || !kismetdb.Is(path) || kismetdb.Is(written("text", []byte("SQLite"))) {
		t.Error("a log is not recognised, or something else is")
	}
}

// TestLogOfAWriterThatDied has a journal beside it that must be played back, or a write-ahead log.
func TestLogOfAWriterThatDied(t *testing.T) {
	for mode, want := range map[string]string{"DELETE": "in the middle of a transaction", "WAL": "write-ahead log"} {
		source := newLog(t, 9, insert("1, 0, 105, NULL, x'd4'"))
		db := execute(t, strings.NewReplacer("#", "%23", "?", "%3f").Replace(source), "PRAGMA journal_mode="+mode, "PRAGMA cache_size=1", "BEGIN", `INSERT INTO packets (ts_sec, ts_usec, dlt, packet)
			WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) SELECT i, 0, 105, randomblob(100) FROM n`)
		path := filepath.Join(t.TempDir(), "copy")
		for _, end := range []string{"", "-journal", "-wal"} {
			if b, err := os.ReadFile(source + end); err == nil {
				if err := os.WriteFile(path+end, b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		files := beside(t, path)
		if _, _, err := read(t, path); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want a word on %q", mode, err, want)
		}
		if got := beside(t, path); !slices.Equal(got, files) {
			t.Errorf("%s: %q, before %q", mode, got, files)
		}
		db.Close()
	}
}

func TestOpeningEndsWithItsContext(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	s := kismetdb.New(kismetdb.Options{Path: newLog(t, 9, insert("1, 0, 105, NULL, x'd4'"))})
	err := s.Run(ctx, func(batch []pcap.Packet) error {
		t.Errorf("%d packets after the end", len(batch))
		return nil
	})
	if err != context.Canceled {
		t.Errorf("stopped: %v", err)
	}
}

// FuzzLogs holds that no file makes a source panic, go on for ever or deliver what it should not.
func FuzzLogs(f *testing.F) {
	whole, err := os.ReadFile(newLog(f, 9, "PRAGMA page_size=512", "VACUUM", `INSERT INTO packets (ts_sec, ts_usec, dlt, datasource, packet)
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) SELECT i % 7, i, 105, '`+roof+`', randomblob(i * 10) FROM n`))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint16(0), []byte{}, uint16(len(whole)))
	f.Add(uint16(512), []byte{5, 0, 0, 0xff}, uint16(len(whole)))
	folder := f.TempDir()
	f.Fuzz(func(t *testing.T, at uint16, change []byte, length uint16) {
		b := bytes.Clone(whole)
		copy(b[int(at)%len(b):], change)
		path := filepath.Join(folder, "log")
		if err := os.WriteFile(path, b[:int(length)%(len(b)+1)], 0o600); err != nil {
			t.Fatal(err)
		}
		s := kismetdb.New(kismetdb.Options{Path: path})
		var number uint64
		var last time.Duration
		_ = s.Run(t.Context(), func(batch []pcap.Packet) error {
			for _, p := range batch {
				if number++; p.Number != number || p.Time < last || int(p.Interface) >= len(s.Sensors()) || len(p.Data) == 0 || int(p.Length) < len(p.Data) {
					t.Fatalf("packet %d behind %s: %+v", number, last, p)
				}
				last = p.Time
			}
			return nil
		})
		kismetdb.IsLog(path)
	})
}
