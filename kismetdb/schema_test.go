package kismetdb_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// columns is the peer's schema of version 9, written from what is known of it: name and type of every column, in order.
const columns = `
KISMET: kismet_version TEXT, db_version INT, db_module TEXT
alerts: ts_sec INT, ts_usec INT, phyname TEXT, devmac TEXT, lat REAL, lon REAL, header TEXT, json BLOB
data: ts_sec INT, ts_usec INT, phyname TEXT, devmac TEXT, lat REAL, lon REAL, alt REAL, speed REAL, heading REAL, datasource TEXT, type TEXT, json BLOB
datasources: uuid TEXT, typestring TEXT, definition TEXT, name TEXT, interface TEXT, json BLOB, unique(uuid)
devices: first_time INT, last_time INT, devkey TEXT, phyname TEXT, devmac TEXT, strongest_signal INT, min_lat REAL, min_lon REAL, max_lat REAL, max_lon REAL, avg_lat REAL, avg_lon REAL, bytes_data INT, type TEXT, device BLOB, unique(phyname,devmac)
messages: ts_sec INT, lat REAL, lon REAL, msgtype TEXT, message TEXT
packets: ts_sec INT, ts_usec INT, phyname TEXT, sourcemac TEXT, destmac TEXT, transmac TEXT, frequency REAL, devkey TEXT, lat REAL, lon REAL, alt REAL, speed REAL, heading REAL, packet_len INT, signal INT, datasource TEXT, dlt INT, packet BLOB, error INT, tags TEXT, datarate REAL, hash INT, packetid INT, packet_full_len INT
snapshots: ts_sec INT, ts_usec INT, lat REAL, lon REAL, snaptype TEXT, json BLOB
`

func TestSchemaIsThePeers(t *testing.T) {
	l := open(t, nil)
	// While it is open: this is what a tool does with a server that runs.
	var b strings.Builder
	b.WriteByte('\n')
	for _, table := range query(t, l.Path(), "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name") {
		var list []string
		for _, c := range query(t, l.Path(), fmt.Sprintf("SELECT name, type FROM pragma_table_info('%s') ORDER BY cid", table["name"])) {
			list = append(list, fmt.Sprintf("%s %s", c["name"], c["type"]))
		}
		for _, i := range query(t, l.Path(), fmt.Sprintf("SELECT group_concat(c.name) AS names FROM pragma_index_list('%s') AS i, pragma_index_info(i.name) AS c WHERE i.\"unique\"", table["name"])) {
			if i["names"] != nil {
				list = append(list, fmt.Sprintf("unique(%s)", i["names"]))
			}
		}
		fmt.Fprintf(&b, "%s: %s\n", table["name"], strings.Join(list, ", "))
	}
	if diff := cmp.Diff(columns, b.String()); diff != "" {
		t.Errorf("schema (-want +got):\n%s", diff)
	}
	if got := show(query(t, l.Path(), "SELECT * FROM KISMET"), "kismet_version", "db_version", "db_module"); got != "2025.09.0|9|kismetlog\n" {
		t.Errorf("version row %q", got)
	}
	// A row that comes again takes the place of the one before it, without an error.
	for _, table := range []string{"datasources", "devices"} {
		sql := query(t, l.Path(), "SELECT sql FROM sqlite_master WHERE name = '"+table+"'")[0]["sql"].(string)
		if !strings.Contains(sql, "ON CONFLICT REPLACE") {
			t.Errorf("%s: %s", table, sql)
		}
	}
	if got := show(query(t, l.Path(), "PRAGMA journal_mode"), "journal_mode"); got == "wal\n" {
		t.Error("the log is in WAL mode, which a reader without write access to the folder cannot open")
	}
}
