package kismetdb

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/pcap"
)

// quiet is a log that the test itself drives: no goroutine runs. For its ledger a minute passes each time it asks, so that
// no throttle holds anything back.
func quiet(t testing.TB, change func(*Options)) (*Log, *alert.Ledger) {
	t.Helper()
	now := time.Unix(1700000000, 0)
	l := alert.New(alert.Options{Backlog: 100, Now: func() time.Time {
		now = now.Add(time.Minute)
		return now
	}})
	o := Options{
		Prefix: t.TempDir(), Say: l.Say,
		Subscribe: func(queue int) Subscription { return l.Subscribe(queue) },
		Tell:      l.Tell,
	}
	if change != nil {
		change(&o)
	}
	log, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	return log, l
}

func (l *Log) must(t testing.TB, statement string) {
	t.Helper()
	if _, err := l.conn.ExecContext(context.Background(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func (l *Log) say(n int) {
	for i := range n {
		l.writeMessage(&tocsin.Message{Text: fmt.Sprintf("%d %s", i, strings.Repeat("x", 1000)), Flags: tocsin.MessageInfo})
	}
}

// sayMuch writes rows of a MiB, of which few fill a transaction.
func (l *Log) sayMuch(n int) {
	text := strings.Repeat("x", 1<<20)
	for range n {
		l.writeMessage(&tocsin.Message{Text: text, Flags: tocsin.MessageInfo})
	}
}

func count(t testing.TB, path, table string) (n int) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow("SELECT count(*) FROM " + table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestFullDiskLosesRowsAndNotTheLog has SQLite run out of pages, which is what a full disk is to it.
func TestFullDiskLosesRowsAndNotTheLog(t *testing.T) {
	l, ledger := quiet(t, nil)
	l.say(5)
	l.settle()
	l.must(t, "PRAGMA max_page_count=20")
	for range 3 {
		l.say(100)
		l.settle()
	}
	lost := l.Counts().Lost
	if lost < 200 {
		t.Fatalf("%d rows lost: the disk was not full", lost)
	}
	alerts := ledger.Alerts()
	if len(alerts) != 1 || alerts[0].Header != "LOGDISABLED" || alerts[0].Severity != tocsin.Critical || !strings.Contains(alerts[0].Text, "full") {
		t.Errorf("%d alerts, the first %+v: want one LOGDISABLED that says why", len(alerts), *alerts[0])
	}
	if n := said(ledger, "rows that could not be written"); n != 1 {
		t.Errorf("the losses were told %d times within a minute, want once", n)
	}
	l.must(t, "PRAGMA max_page_count=100000")
	l.say(50)
	l.settle()
	c := l.Counts()
	if got := count(t, l.path, "messages"); uint64(got) != c.Written || c.Written < 55 || c.Written+c.Lost != 355 {
		t.Errorf("%d rows are there, counted %+v: want the first five, the last fifty, and a sum of 355", got, c)
	}
	if m := ledger.Messages(); !strings.Contains(m[len(m)-1].Text, "is written again") || said(ledger, "is written again") != 1 {
		t.Errorf("the newest message is %q, want that the log is written again, once", m[len(m)-1].Text)
	}
	l.must(t, "PRAGMA max_page_count=20")
	l.say(100)
	l.settle()
	if alerts := ledger.Alerts(); len(alerts) != 2 || alerts[1].Header != "LOGDISABLED" {
		t.Errorf("%d alerts after the disk filled up again, want another LOGDISABLED", len(alerts))
	}
}

// said counts the messages that hold a text.
func said(l *alert.Ledger, text string) (n int) {
	for _, m := range l.Messages() {
		if strings.Contains(m.Text, text) {
			n++
		}
	}
	return n
}

// readSlowly opens the log as another tool does, and stops at the first row: its lock stays until the rows are closed.
func readSlowly(t *testing.T, l *Log) *sql.Rows {
	t.Helper()
	reader, err := sql.Open("sqlite", "file:"+l.path+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { reader.Close() })
	rows, err := reader.Query("SELECT message FROM messages")
	if err != nil || !rows.Next() {
		t.Fatal(err)
	}
	return rows
}

// TestReaderHoldsUpTheCommitAndLosesNothing is a tool that reads while the log is written.
func TestReaderHoldsUpTheCommitAndLosesNothing(t *testing.T) {
	l, ledger := quiet(t, nil)
	l.must(t, "PRAGMA busy_timeout=1")
	l.say(3)
	l.settle()
	rows := readSlowly(t, l)
	const many = maxBytes>>20 + 3
	l.sayMuch(many)
	l.settle()
	if c := l.Counts(); c.Written != 3 || c.Lost != 0 {
		t.Errorf("counts %+v while a reader reads, want what is new to wait", c)
	}
	rows.Close()
	l.settle()
	if c := l.Counts(); c.Written != many+3 || c.Lost != 0 || len(ledger.Alerts()) != 0 {
		t.Errorf("counts %+v after it, want everything and no alert", c)
	}
}

// TestReaderThatNeverEndsIsNotWaitedFor bounds the memory of a transaction.
func TestReaderThatNeverEndsIsNotWaitedFor(t *testing.T) {
	l, _ := quiet(t, nil)
	l.must(t, "PRAGMA busy_timeout=1")
	l.say(1)
	l.settle()
	rows := readSlowly(t, l)
	const many = patience*maxBytes>>20 + 3
	l.sayMuch(many)
	c := l.Counts()
	if c.Lost != many || l.rows != 0 {
		t.Errorf("counts %+v and %d rows in memory, want the transaction given up and nothing tried until the next settling", c, l.rows)
	}
	rows.Close()
	l.settle()
	l.say(7)
	l.settle()
	if got := l.Counts(); got.Written != 8 || count(t, l.path, "messages") != 8 {
		t.Errorf("counts %+v after it, want eight rows", got)
	}
}

func TestPacketsThatFindNoRoomAreCounted(t *testing.T) {
	l, _ := quiet(t, func(o *Options) { o.Packets = true })
	p := &pcap.Packet{Link: pcap.LinkRadiotap, Data: make([]byte, blockBytes-10)}
	const more = 77
	for range blocks + more { // each fills a block
		l.Packet(p, nil, "", "")
	}
	l.Flush()
	if got := l.Counts().Packets; got != more {
		t.Errorf("%d packets lost, want %d", got, more)
	}
	large := &pcap.Packet{Data: make([]byte, blockBytes+1)}
	l.drain()
	l.Packet(large, nil, "", "")
	l.Packet(p, nil, "", "")
	l.Flush()
	l.drain()
	l.settle()
	c := l.Counts()
	if c.Packets != more+1 || c.Written != blocks+1 || count(t, l.path, "packets") != blocks+1 {
		t.Errorf("counts %+v, want all others written", c)
	}
}

func TestFramePathAllocatesNothing(t *testing.T) {
	l, _ := quiet(t, func(o *Options) { o.Packets = true })
	p := &pcap.Packet{Link: pcap.LinkRadiotap, Data: make([]byte, 500)}
	if n := testing.AllocsPerRun(2000, func() {
		l.Packet(p, nil, "", "")
		l.Flush()
		select {
		case b := <-l.packets.full:
			b.rows, b.bytes = b.rows[:0], b.bytes[:0]
			l.packets.free <- b
		default:
		}
	}); n != 0 {
		t.Errorf("%v allocations a packet, want 0", n)
	}
}

func TestNamesWithEveryCharacterAreOpened(t *testing.T) {
	for _, title := range []string{"a?mode=ro", "b#c", "d%20e", "f g", "Küche", "h;'\"--"} {
		l, _ := quiet(t, func(o *Options) { o.Title = title })
		l.say(1)
		if err := l.Close(); err != nil {
			t.Errorf("%s: %v", title, err)
		}
		info, err := os.Stat(l.path)
		if err != nil || info.Size() == 0 || !strings.HasPrefix(filepath.Base(l.path), title) {
			t.Errorf("%s: %v, %v", title, info, err)
		}
		left, _ := filepath.Glob(filepath.Join(filepath.Dir(l.path), "*"))
		if len(left) != 1 {
			t.Errorf("%s: there is %q beside the log", title, left)
		}
	}
}

func TestLogThatCannotBeMadeIsAnError(t *testing.T) {
	_, err := Open(Options{Prefix: filepath.Join(t.TempDir(), "none")})
	if err == nil || !strings.Contains(err.Error(), "make log") {
		t.Errorf("got %v", err)
	}
}

// BenchmarkPackets is the writer alone: what one core writes of ordinary packets, commits included.
func BenchmarkPackets(b *testing.B) {
	l, _ := quiet(b, func(o *Options) { o.Packets = true })
	p := &pcap.Packet{Link: pcap.LinkRadiotap, Data: make([]byte, 250), Time: time.Hour}
	for b.Loop() {
		l.Packet(p, nil, "4E1D07C3-0000-0000-0000-00003D080693", "")
		if len(l.packets.current.rows) == blockRows {
			l.Flush()
			l.drain()
		}
	}
	l.settle()
	b.ReportMetric(float64(l.Counts().Written)/b.Elapsed().Seconds(), "packets/s")
}

// BenchmarkHandOver is what the frame path pays for a packet, the writer left out.
func BenchmarkHandOver(b *testing.B) {
	l, _ := quiet(b, func(o *Options) { o.Packets = true })
	p := &pcap.Packet{Link: pcap.LinkRadiotap, Data: make([]byte, 250)}
	b.ReportAllocs()
	for b.Loop() {
		l.Packet(p, nil, "4E1D07C3-0000-0000-0000-00003D080693", "")
		select {
		case full := <-l.packets.full:
			full.rows, full.bytes = full.rows[:0], full.bytes[:0]
			l.packets.free <- full
		default:
		}
	}
}
