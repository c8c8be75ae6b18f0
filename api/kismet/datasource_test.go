package kismet_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/api"
	"github.com/tocsin-wids/tocsin/api/kismet"
	"github.com/tocsin-wids/tocsin/capture"
)

func clock() time.Time { return noon }

// TestIdentifiersOfCaptures has the vectors that are known of the peer.
func TestIdentifiersOfCaptures(t *testing.T) {
	for path, want := range map[string]string{
		"/srv/cap/demo.pcap": "4E1D07C3-0000-0000-0000-00003D080693",
		"-":                  "4E1D07C3-0000-0000-0000-000000000000", // shorter than what is summed
	} {
		if got := kismet.CaptureUUID(path); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}

// sourceList is sources that take every command but that to fail.
type sourceList struct {
	list []kismet.Source
	did  []string
}

func (s *sourceList) Sources() []kismet.Source { return s.list }

func (s *sourceList) Interfaces() ([]kismet.Interface, error) {
	return []kismet.Interface{{Name: "wlan0", Monitor: "wlan0mon", Hardware: "rt2800usb", InUse: "5FE308BD-0000-0000-0000-AABBCCDDEEFF"}, {Name: "wlan1"}}, nil
}

func (s *sourceList) note(format string, a ...any) error {
	s.did = append(s.did, fmt.Sprintf(format, a...))
	if strings.Contains(s.did[len(s.did)-1], "fail") {
		return tocsin.Errorf(tocsin.Invalid, "it cannot be done")
	}
	if strings.Contains(s.did[len(s.did)-1], "break") {
		return errors.New("secret")
	}
	return nil
}

func (s *sourceList) AddSource(_ context.Context, definition string) (string, error) {
	return s.list[0].UUID, s.note("add %s", definition)
}
func (s *sourceList) OpenSource(_ context.Context, uuid string) error { return s.note("open %s", uuid) }
func (s *sourceList) CloseSource(_ context.Context, uuid string) error {
	return s.note("close %s", uuid)
}
func (s *sourceList) PauseSource(uuid string, pause bool) error {
	return s.note("pause %s %v", uuid, pause)
}
func (s *sourceList) TuneSource(_ context.Context, uuid string, o capture.Order) error {
	return s.note("tune %s %+v", uuid, o)
}

func captureSources() []kismet.Source {
	var packets, octets api.History
	packets.Add(noon.Add(-time.Second), 70)
	octets.Add(noon.Add(-time.Second), 9000)
	return []kismet.Source{
		{UUID: "5FE308BD-0000-0000-0000-AABBCCDDEEFF", Number: 1, Name: "roof", Definition: "/srv/roof.pcap:name=roof", Interface: "/srv/roof.pcap",
			Driver: kismet.CaptureDriver, Running: true, Link: 127, Packets: 18230, Lost: 3, PacketRate: packets, ByteRate: octets},
		{UUID: kismet.CaptureUUID("-"), Number: 2, Name: "-", Definition: "-", Interface: "-", Error: "cut \"off\"\n", Retry: true, Attempts: 3, TotalAttempts: 8},
	}
}

func TestSourcesAreListedWithWhatTheyDo(t *testing.T) {
	s, _ := serveMore(t, captureSources()...)
	var list []map[string]any
	body := s.do(ask{method: "GET", path: "/datasource/all_sources.json", auth: "basic"}).Body.Bytes()
	if err := json.Unmarshal(body, &list); err != nil || len(list) != 2 {
		t.Fatalf("%v: %s", err, body)
	}
	const p = "kismet.datasource."
	for i, want := range []map[string]any{
		{"uuid": "5FE308BD-0000-0000-0000-AABBCCDDEEFF", "source_key": 2379220991., "source_number": 1., "name": "roof", "definition": "/srv/roof.pcap:name=roof",
			"interface": "/srv/roof.pcap", "capture_interface": "/srv/roof.pcap", "running": 1., "error": 0., "error_reason": "", "retry": 0., "retry_attempts": 0., "dlt": 127., "num_packets": 18230., "ipc_pid": -1.,
			"channels": []any{}, "hopping": 0.},
		{"uuid": "4E1D07C3-0000-0000-0000-000000000000", "source_number": 2., "running": 0., "error": 1., "error_reason": "cut \"off\"\n", "retry": 1., "retry_attempts": 3., "total_retry_attempts": 8., "dlt": 0., "num_packets": 0.},
	} {
		for name, value := range want {
			if diff := cmp.Diff(value, list[i][p+name]); diff != "" {
				t.Errorf("source %d, %s (-want +got):\n%s", i+1, name, diff)
			}
		}
	}
	rate, _ := list[0][p+"packets_rrd"].(map[string]any)
	minute, _ := rate["kismet.common.rrd.minute_vec"].([]any)
	if second := (noon.Unix() - 1) % 60; len(minute) != 60 || minute[second] != 70. || minute[(second+1)%60] != 0. {
		t.Errorf("rate %v, want 70 packets a second ago", rate)
	}
	if got := list[0]["tocsin.datasource.lost"]; got != 3. {
		t.Errorf("lost %v", got)
	}
	driver, _ := list[0][p+"type_driver"].(map[string]any)
	if driver[p+"driver.type"] != "pcapfile" || driver["kismet.datasource_driver.hop_capable"] != 0. {
		t.Errorf("driver %v", driver)
	}
}

// TestSourceRecordHasEveryMember holds the names that clients look for.
func TestSourceRecordHasEveryMember(t *testing.T) {
	const members = `uuid name definition interface capture_interface hardware source_number source_key type_driver running paused error remote
		passive retry error_reason warning ipc_binary ipc_pid remote_ip datasource_version dlt linktype_override channels hop_channels
		channel hopping hop_shuffle hop_split hop_rate hop_offset hop_shuffle_skip num_packets num_error_packets packets_rrd
		packets_datasize_rrd retry_attempts total_retry_attempts cmd_pending info.antenna_type info.amp_type info.antenna_gain
		info.antenna_orientation info.antenna_beamwidth info.amp_gain`
	var record map[string]any
	b := kismet.AppendSource(nil, &captureSources()[0], noon)
	if err := json.Unmarshal(b, &record); err != nil {
		t.Fatal(err)
	}
	for _, name := range strings.Fields(members) {
		if _, ok := record["kismet.datasource."+name]; !ok {
			t.Errorf("there is no %s", name)
		}
	}
	if len(record) != len(strings.Fields(members))+1 {
		t.Errorf("%d members, want those and one of ours", len(record))
	}
}

func TestDatasourceAnswers(t *testing.T) {
	s, _ := serveMore(t, captureSources()...)
	for _, c := range []struct {
		path, body string
		code       int
		want       string
	}{
		{"by-uuid/5fe308bd-0000-0000-0000-aabbccddeeff/source.json", `{"fields": ["kismet.datasource.name"]}`, 200, `{"kismet.datasource.name": "roof"}`},
		{"by-uuid/5FE308BD-0000-0000-0000-AABBCCDDEEFF/source.tjson", `{"fields": ["kismet.datasource.type_driver/kismet.datasource.driver.type"]}`, 200, `{"kismet_datasource_driver_type": "pcapfile"}`},
		{"by-uuid/5FE308BD-0000-0000-0000-AABBCCDDEEFF/source.json", `{"fields": ["kismet.datasource.packets_rrd/kismet.common.rrd.last_value"]}`, 200, `{"kismet.common.rrd.last_value": 70}`},
		{"by-uuid/none/source.json", "", 500, "ERROR: unknown source\n"},
		{"all_sources.itjson", `{"fields": ["kismet.datasource.name", "nothing"]}`, 200, `{"kismet.datasource.name": "roof","nothing": 0}` + "\n" + `{"kismet.datasource.name": "-","nothing": 0}` + "\n"},
		{"types.json", `{"fields": ["kismet.datasource.driver.type", "kismet.datasource.driver.local_capable", "kismet.datasource.driver.remote_capable"]}`, 200,
			`[{"kismet.datasource.driver.type": "pcapfile","kismet.datasource.driver.local_capable": 1,"kismet.datasource.driver.remote_capable": 1},` +
				`{"kismet.datasource.driver.type": "linuxwifi","kismet.datasource.driver.local_capable": 1,"kismet.datasource.driver.remote_capable": 1},` +
				`{"kismet.datasource.driver.type": "tzsp","kismet.datasource.driver.local_capable": 1,"kismet.datasource.driver.remote_capable": 0},` +
				`{"kismet.datasource.driver.type": "kismet","kismet.datasource.driver.local_capable": 1,"kismet.datasource.driver.remote_capable": 0},` +
				`{"kismet.datasource.driver.type": "kismetdb","kismet.datasource.driver.local_capable": 1,"kismet.datasource.driver.remote_capable": 0}]`},
		{"list_interfaces.json", `{"fields": ["kismet.datasource.probed.interface", "kismet.datasource.probed.capture_interface", "kismet.datasource.probed.in_use_uuid", ["kismet.datasource.type_driver/kismet.datasource.driver.type", "type"]]}`, 200,
			`[{"kismet.datasource.probed.interface": "wlan0","kismet.datasource.probed.capture_interface": "wlan0mon","kismet.datasource.probed.in_use_uuid": "5FE308BD-0000-0000-0000-AABBCCDDEEFF","type": "linuxwifi"},` +
				`{"kismet.datasource.probed.interface": "wlan1","kismet.datasource.probed.capture_interface": "","kismet.datasource.probed.in_use_uuid": "00000000-0000-0000-0000-000000000000","type": "linuxwifi"}]`},
		{"defaults.json", "", 200, `{"kismet.datasourcetracker.default.hop_rate": 5,"kismet.datasourcetracker.default.hop": 1,"kismet.datasourcetracker.default.split": 1,` +
			`"kismet.datasourcetracker.default.random_order": 1,"kismet.datasourcetracker.default.retry_on_error": 1,"kismet.datasourcetracker.default.remote_cap_listen": "",` +
			`"kismet.datasourcetracker.default.remote_cap_port": 0,"kismet.datasourcetracker.default.remote_cap_timestamp": 0}`},
	} {
		w := s.do(ask{method: "POST", path: "/datasource/" + c.path, auth: "basic", media: jsonType, body: c.body})
		if w.Code != c.code || w.Body.String() != c.want {
			t.Errorf("%s %s: status %d, %s, want %d, %s", c.path, c.body, w.Code, w.Body, c.code, c.want)
		}
	}
}

func TestCommandsToSourcesAreDoneAndAnsweredWithTheRecord(t *testing.T) {
	s, sources := serve(t), &sourceList{list: captureSources()}
	s.Handler = kismet.New(kismet.Options{Ledger: s.ledger, Auth: s.keeper, Now: clock, Sources: sources})
	const uuid = "5FE308BD-0000-0000-0000-AABBCCDDEEFF"
	for _, c := range []struct{ method, path, body, did string }{
		{"POST", "add_source", `{"definition": "wlan0:name=roof"}`, "add wlan0:name=roof"},
		{"POST", "by-uuid/" + uuid + "/set_channel", `{"channel": "6HT40+", "rate": 5}`, "tune " + uuid + " {Channel:6HT40+ Hop:[] Rate:0}"},
		{"POST", "by-uuid/" + uuid + "/set_channel", `{"channels": ["1", "6"], "shuffle": 1}`, "tune " + uuid + " {Channel: Hop:[1 6] Rate:0}"},
		{"POST", "by-uuid/" + uuid + "/set_channel", `{"rate": 2.5}`, "tune " + uuid + " {Channel: Hop:[] Rate:2.5}"},
		{"GET", "by-uuid/" + uuid + "/set_hop", "", "tune " + uuid + " {Channel: Hop:[] Rate:0}"},
		{"GET", "by-uuid/" + uuid + "/open_source", "", "open " + uuid},
		{"POST", "by-uuid/" + uuid + "/close_source", "", "close " + uuid},
		{"GET", "by-uuid/" + uuid + "/disable_source", "", "close " + uuid},
		{"GET", "by-uuid/" + uuid + "/pause_source", "", "pause " + uuid + " true"},
		{"POST", "by-uuid/" + uuid + "/resume_source", "", "pause " + uuid + " false"},
	} {
		sources.did = nil
		w := s.do(ask{method: c.method, path: "/datasource/" + c.path + ".cmd", auth: "basic", media: jsonType, body: c.body})
		if w.Code != 200 || !strings.Contains(w.Body.String(), `"kismet.datasource.uuid": "`+uuid+`"`) {
			t.Errorf("%s: status %d, %s", c.path, w.Code, w.Body)
		}
		if diff := cmp.Diff([]string{c.did}, sources.did); diff != "" {
			t.Errorf("%s did (-want +got)\n%s", c.path, diff)
		}
	}
	for _, c := range []struct {
		path, body string
		code       int
		want       string
	}{
		{"by-uuid/fail/open_source", "", 500, "ERROR: it cannot be done\n"},
		{"by-uuid/break/open_source", "", 500, "ERROR: internal error, see the server's log\n"},
		{"by-uuid/none/open_source", "", 500, "ERROR: unknown source\n"},
		{"add_source", `{"definition": 5}`, 500, "ERROR: expected the definition of a source in definition, such as wlan0:name=roof\n"},
		{"add_source", `[]`, 400, "Invalid request: [json.exception.type_error.305] cannot use operator[] with a string argument with array\n"},
	} {
		w := s.do(ask{method: "POST", path: "/datasource/" + c.path + ".cmd", auth: "basic", media: jsonType, body: c.body})
		if w.Code != c.code || w.Body.String() != c.want {
			t.Errorf("%s %s: status %d, %s, want %d, %s", c.path, c.body, w.Code, w.Body, c.code, c.want)
		}
	}
}
