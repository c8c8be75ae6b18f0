package kismetdb_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/api"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/kismetdb"
	"github.com/tocsin-wids/tocsin/pcap"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var start = time.Date(2026, 11, 24, 22, 13, 20, 0, time.UTC)

// logged is a log beside its ledger.
type logged struct {
	*kismetdb.Log
	ledger *alert.Ledger
	stop   func() // ends the log and returns when its file is closed
}

// open runs a log of a ledger. Change alters its options.
func open(t testing.TB, change func(*kismetdb.Options)) logged {
	t.Helper()
	l := alert.New(alert.Options{Backlog: 10, Entropy: func() uint64 { return 1 }})
	o := kismetdb.Options{
		Prefix: t.TempDir(), Alerts: true, Messages: true, System: true, Say: l.Say, Now: func() time.Time { return start },
		Subscribe: func(queue int) kismetdb.Subscription { return l.Subscribe(queue) },
		Tell:      l.Tell,
	}
	if change != nil {
		change(&o)
	}
	log, err := kismetdb.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- log.Run(ctx) }()
	stopped := false
	stop := func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the log ended with %v", err)
		}
	}
	t.Cleanup(stop)
	return logged{log, l, stop}
}

// query reads a log as tools do: with the sqlite3 of the system where there is one, else with the driver.
func query(t testing.TB, path, statement string) (rows []map[string]any) {
	t.Helper()
	tool, err := exec.LookPath("sqlite3")
	if err != nil {
		return queryByDriver(t, path, statement)
	}
	out, err := exec.Command(tool, "-readonly", "-json", path, statement).Output()
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	if len(bytes.TrimSpace(out)) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(out))
	d.UseNumber()
	if err := d.Decode(&rows); err != nil {
		t.Fatalf("%s: %v in %s", statement, err, out)
	}
	return rows
}

func queryByDriver(t testing.TB, path, statement string) (list []map[string]any) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(statement)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		values, places := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			places[i] = &values[i]
		}
		if err := rows.Scan(places...); err != nil {
			t.Fatal(err)
		}
		row := map[string]any{}
		for i, name := range names {
			switch v := values[i].(type) {
			case []byte:
				row[name] = string(v)
			case string, nil:
				row[name] = v
			default:
				row[name] = json.Number(fmt.Sprint(v))
			}
		}
		list = append(list, row)
	}
	return list
}

// show prints one column of each row.
func show(rows []map[string]any, columns ...string) string {
	var b strings.Builder
	for _, r := range rows {
		for i, c := range columns {
			if i > 0 {
				b.WriteByte('|')
			}
			fmt.Fprint(&b, r[c])
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// TestAlertsAreWrittenAsTheAPIPrintsThem also holds that no microsecond is off by one.
func TestAlertsAreWrittenAsTheAPIPrintsThem(t *testing.T) {
	l := open(t, nil)
	var want []string
	for i := range 40 {
		a := l.ledger.OneShot("PROBE", tocsin.System, tocsin.High, fmt.Sprintf("number %d \"quoted\" \x00 \xff", i))
		record := api.AppendRecord(nil, a, api.AlertFields, api.JSON, 0)
		want = append(want, fmt.Sprintf("%d|%d|ANY|00:00:00:00:00:00|PROBE|%s\n", a.Time.Unix(), a.Time.Nanosecond()/1000, record))
	}
	l.stop()
	rows := query(t, l.Path(), "SELECT *, CAST(json AS TEXT) AS record, typeof(json) AS kind, typeof(lat) AS latkind, typeof(ts_usec) AS usec FROM alerts")
	if diff := cmp.Diff(strings.Join(want, ""), show(rows, "ts_sec", "ts_usec", "phyname", "devmac", "header", "record")); diff != "" {
		t.Errorf("alerts (-want +got):\n%s", diff)
	}
	if got := show(rows[:1], "kind", "latkind", "usec"); got != "blob|real|integer\n" {
		t.Errorf("types %s", got)
	}
	if c := l.Counts(); c.Lost+c.Events+c.Packets != 0 || c.Written < 80 {
		t.Errorf("counts %+v, want the alerts and their messages, and no loss", c)
	}
}

func TestMessagesHaveTheirTypes(t *testing.T) {
	l := open(t, nil)
	l.ledger.Say(tocsin.MessageInfo, "to know")
	l.ledger.Say(tocsin.MessageError, "wrong \xff\x00")
	l.ledger.Say(tocsin.MessageFatal, "the end")
	l.ledger.Say(tocsin.MessageFatal|tocsin.MessageInfo, "both")
	l.ledger.OneShot("PROBE", tocsin.System, tocsin.High, "news")
	l.ledger.Say(64, "without a type")
	l.stop()
	want := "INFO|to know\nERROR|wrong \ufffd\ufffd\nFATAL|the end\nINFO|both\nALERT|PROBE news\n|without a type\n"
	if diff := cmp.Diff(want, show(query(t, l.Path(), "SELECT msgtype, message FROM messages"), "msgtype", "message")); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

func TestStateIsWrittenWhenTheLogOpens(t *testing.T) {
	source := kismetdb.Source{UUID: "4E1D07C3-0000-0000-0000-00003D080693", Type: "pcapfile", Definition: "x.pcap:name=x", Name: "x", Interface: "x.pcap", JSON: []byte(`{"a": 1}`)}
	l := open(t, func(o *kismetdb.Options) {
		o.Sources = func() []kismetdb.Source { return []kismetdb.Source{source, source} }
		o.Status = func() []byte { return []byte(`{"b": 2}`) }
	})
	l.stop()
	got := show(query(t, l.Path(), "SELECT *, CAST(json AS TEXT) AS record FROM datasources"), "uuid", "typestring", "definition", "name", "interface", "record")
	if want := source.UUID + "|pcapfile|x.pcap:name=x|x|x.pcap|{\"a\": 1}\n"; got != want {
		t.Errorf("datasources %q, want one row %q", got, want)
	}
	got = show(query(t, l.Path(), "SELECT *, typeof(json) AS kind FROM snapshots"), "ts_sec", "ts_usec", "snaptype", "kind", "json")
	if want := fmt.Sprintf("%d|0|SYSTEM|text|{\"b\": 2}\n", start.Unix()); got != want {
		t.Errorf("snapshots %q, want %q", got, want)
	}
}

func TestTablesThatAreNotWantedStayEmpty(t *testing.T) {
	l := open(t, func(o *kismetdb.Options) {
		o.Alerts, o.Messages, o.System = false, false, false
		o.Status = func() []byte { return []byte("{}") }
	})
	l.ledger.OneShot("PROBE", tocsin.System, tocsin.High, "news")
	l.stop()
	for _, table := range []string{"alerts", "messages", "snapshots", "packets"} {
		if rows := query(t, l.Path(), "SELECT * FROM "+table); len(rows) != 0 {
			t.Errorf("%s: %v", table, rows)
		}
	}
}

// deauth is a radiotap header (channel 6, -40 dBm, 1 Mbit/s) and a deauthentication.
var deauth = []byte{
	0, 0, 15, 0, 0x2c, 0, 0, 0, 2, 0, 0x85, 0x09, 0xa0, 0, 0xd8,
	0xc0, 0, 0x3a, 1, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0xa, 2, 0, 0, 0, 0, 0xb, 0x10, 0, 7, 0,
}

// scanRequest is a SCAN_REQ of Bluetooth LE from 02:00:00:00:00:01 to 02:00:00:00:00:0a on channel 38, with a bad CRC.
var scanRequest = []byte{
	12, 0xd8, 0, 0, 0, 0, 0, 0, 3, 4, 0xd6, 0xbe, 0x89, 0x8e, 3, 12, 1, 0, 0, 0, 0, 2, 0xa, 0, 0, 0, 0, 2, 0, 0, 0,
}

func TestPacketsAreKeptOnlyWhenAskedFor(t *testing.T) {
	for _, asked := range []bool{false, true} {
		l := open(t, func(o *kismetdb.Options) { o.Packets = asked })
		d := capture.NewDecoder()
		at := 1700000000*time.Second + 123456*time.Microsecond
		p := pcap.Packet{Time: at, Link: pcap.LinkRadiotap, Length: 99, Data: deauth}
		l.Packet(&p, d.Decode(&p), "4E1D07C3-0000-0000-0000-00003D080693", "ALERT ALERT_DEAUTHFLOOD")
		other := pcap.Packet{Time: at, Link: 1, Length: 3, Data: []byte{1, 0, 3}}
		l.Packet(&other, d.Decode(&other), "", "")
		scan := pcap.Packet{Time: at, Link: pcap.LinkBLERadio, Length: 31, Data: scanRequest}
		l.Packet(&scan, d.Decode(&scan), "", "")
		broken := pcap.Packet{Time: at, Link: pcap.LinkBLE, Length: 2, Data: []byte{0xd6, 0xbe}}
		l.Packet(&broken, d.Decode(&broken), "", "")
		l.Flush()
		l.stop()
		got := show(query(t, l.Path(), "SELECT *, hex(packet) AS bytes, CAST(frequency AS INT) AS khz, typeof(frequency) AS kind FROM packets"), "ts_sec", "ts_usec", "phyname", "sourcemac",
			"destmac", "transmac", "khz", "kind", "devkey", "lat", "packet_len", "signal", "datasource", "dlt", "bytes", "error", "tags", "datarate", "packetid", "packet_full_len")
		want := ""
		if asked {
			want = "1700000000|123456|IEEE802.11|02:00:00:00:00:0A|02:00:00:00:00:01|02:00:00:00:00:0A|2437000|real|0|0.0|41|-40|" +
				"4E1D07C3-0000-0000-0000-00003D080693|127|" + fmt.Sprintf("%X", deauth) + "|0|ALERT ALERT_DEAUTHFLOOD|1.0|1|99\n" +
				"1700000000|123456|UNKNOWN|00:00:00:00:00:00|00:00:00:00:00:00|00:00:00:00:00:00|0|real|0|0.0|3|0||1|010003|0||0.0|2|3\n" +
				"1700000000|123456|BTLE|02:00:00:00:00:01|02:00:00:00:00:0A|02:00:00:00:00:01|2426000|real|0|0.0|31|-40||256|" +
				fmt.Sprintf("%X", scanRequest) + "|1||0.0|3|31\n" +
				"1700000000|123456|BTLE|00:00:00:00:00:00|00:00:00:00:00:00|00:00:00:00:00:00|0|real|0|0.0|2|0||251|D6BE|1||0.0|4|2\n"
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("packets asked for: %v (-want +got):\n%s", asked, diff)
		}
	}
}

// TestLogIsReadWhileItIsWritten holds that rows are there after some seconds, in the time of a bubble.
func TestLogIsReadWhileItIsWritten(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		l := open(t, func(o *kismetdb.Options) { o.Prefix = folder })
		l.ledger.OneShot("PROBE", tocsin.System, tocsin.High, "news")
		time.Sleep(10 * time.Second) // of the bubble
		synctest.Wait()
		if got := show(queryByDriver(t, l.Path(), "SELECT header FROM alerts"), "header"); got != "PROBE\n" {
			t.Errorf("alerts %q while the log is open", got)
		}
		l.stop()
	})
	left, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(left) != 1 || filepath.Base(left[0]) != "Kismet-20261124-22-13-20-1.kismet" {
		t.Errorf("after the end there is %q, want the log alone", left)
	}
}
