package api_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/api"
)

var record = tocsin.Alert{
	Hash: 2653492799, Header: "DEAUTHFLOOD", Class: tocsin.Denial, Severity: tocsin.Medium, Phy: tocsin.PhyAny,
	Time: time.UnixMicro(1700000000250000), Transmitter: tocsin.MAC{0, 0x11, 0x22, 0x33, 0x44, 0x55}, Channel: "6",
	Frequency: 2437000, Text: "a \"quoted\"\n\xff text", Fingerprint: "f", Confidence: 90,
	Reason: tocsin.Reason{What: "w", Observed: "o", Limit: "l"}, Attack: []string{"T1498"}, Sensors: []string{"s", "t"},
	Signal: -40, FrameTime: time.Unix(1700000000, 0), Frames: []uint64{1, 2}, Suppressed: 3,
	Location: &tocsin.Location{Longitude: -71.09321, Latitude: 42.36, Altitude: 12.5, Fix: 3, Time: time.Unix(1700000000, 0),
		From: tocsin.OriginSensor},
}

func appendAll(name string, fields []api.Field[tocsin.Alert]) string {
	f, _ := api.ParseFormat(name)
	return string(api.AppendList(nil, 2, f, 0, func(b []byte, _ int) []byte { return api.AppendRecord(b, &record, fields, f, 1) }))
}

func TestFormats(t *testing.T) {
	fields := api.Select(api.AlertFields, []api.Choice{{Path: "kismet.alert.header"},
		{Path: "kismet.alert.location/kismet.common.location.geopoint", Name: "pos.ition"}, {Path: "kismet.alert.nope/x"}})
	one := `{"kismet.alert.header": "DEAUTHFLOOD","pos.ition": [-71.093210, 42.360000],"x": 0}`
	low := strings.NewReplacer("kismet.alert.header", "kismet_alert_header", "pos.ition", "pos_ition").Replace(one)
	pretty := strings.Join([]string{" {", `  "description.kismet.alert.header": "string, name of the alert",`, `  "kismet.alert.header": "DEAUTHFLOOD",`, "",
		`  "description.pos.ition": "pair[double, double], longitude and latitude, degrees",`, `  "pos.ition": [-71.093210, 42.360000],`, "",
		`  "description.x": "placeholder, unknown field",`, `  "x": 0`, " }"}, "\r\n")
	for name, want := range map[string]string{
		"json": "[" + one + "," + one + "]", "cmd": "[" + one + "," + one + "]", "jcmd": "[" + one + "," + one + "]",
		"tjson": "[" + low + "," + low + "]", "ekjson": low + "\n" + low + "\n", "itjson": one + "\n" + one + "\n",
		"prettyjson": "[\r\n" + pretty + ",\r\n" + pretty + "\r\n]",
	} {
		if diff := cmp.Diff(want, appendAll(name, fields)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestTheWholeRecord(t *testing.T) {
	got := string(api.AppendRecord(nil, &record, api.AlertFields, api.Lines, 0))
	want := `{"kismet.alert.device_key": "00_0","kismet.alert.header": "DEAUTHFLOOD","kismet.alert.class": "DENIAL",` +
		`"kismet.alert.hash": 2653492799,"kismet.alert.severity": 10,"kismet.alert.phy_id": 4294967295,"kismet.alert.timestamp": 1700000000.250000,` +
		`"kismet.alert.transmitter_mac": "00:11:22:33:44:55","kismet.alert.source_mac": "00:00:00:00:00:00","kismet.alert.dest_mac": "00:00:00:00:00:00",` +
		`"kismet.alert.other_mac": "00:00:00:00:00:00","kismet.alert.channel": "6","kismet.alert.frequency": 2437000,` +
		`"kismet.alert.text": "a \"quoted\"\n` + "\uFFFD" + ` text","kismet.alert.location": {"kismet.common.location.geopoint": [-71.093210, 42.360000],` +
		`"kismet.common.location.alt": 12.500000,"kismet.common.location.fix": 3,"kismet.common.location.time_sec": 1700000000,"kismet.common.location.time_usec": 0,"tocsin.location.from": "sensor"},` +
		`"tocsin.alert.id": "00000000000000000000000000","tocsin.alert.fingerprint": "f","tocsin.alert.confidence": 90,` +
		`"tocsin.alert.reason": {"tocsin.reason.what": "w","tocsin.reason.observed": "o","tocsin.reason.limit": "l"},"tocsin.alert.attack": ["T1498"],` +
		`"tocsin.alert.sensors": ["s","t"],"tocsin.alert.signal": -40,"tocsin.alert.frame_time": 1700000000,"tocsin.alert.frames": [1,2],"tocsin.alert.suppressed": 3}`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	bare := record
	bare.Location = nil
	got = string(api.AppendRecord(nil, &bare, api.AlertFields, api.JSON, 0))
	if !strings.Contains(got, `"kismet.alert.location": {"kismet.common.location.geopoint": [0, 0]},`) {
		t.Errorf("got %s, want a location without a fix", got)
	}
}

func TestARecordAllocatesNothing(t *testing.T) {
	b := make([]byte, 0, 8192)
	if n := testing.AllocsPerRun(100, func() { b = api.AppendRecord(b[:0], &record, api.AlertFields, api.JSON, 0) }); n != 0 {
		t.Errorf("got %v allocations, want none", n)
	}
}

func TestChosenMembersOfARecordThatLacksThem(t *testing.T) {
	bare := tocsin.Alert{Header: "A"}
	fields := api.Select(api.AlertFields, []api.Choice{{Path: "kismet.alert.location/kismet.common.location.alt"}, {Path: "//kismet.alert.header//"},
		{Path: "kismet.alert.header", Name: "again"}, {Path: "kismet.alert.header/deeper", Name: "d"}, {Path: "/"}, {Path: ""}})
	want := `{"kismet.common.location.alt": 0,"kismet.alert.header": "A","again": "A","d": 0}`
	if got := string(api.AppendRecord(nil, &bare, fields, api.JSON, 0)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestNumbers(t *testing.T) {
	for x, want := range map[float64]string{1700000000: "1700000000", 1700000000.25: "1700000000.250000", 1700000000.123456: "1700000000.123456", 0: "0", -2.5: "-2.500000"} {
		if got := string(api.AppendFloat(nil, x)); got != want {
			t.Errorf("AppendFloat(%v) = %s, want %s", x, got, want)
		}
	}
	for us, want := range map[int64]string{1700000000000000: "1700000000", 1700000000123456: "1700000000.123456", 1700000000000001: "1700000000.000001"} {
		if got := string(api.AppendTime(nil, time.UnixMicro(us))); got != want {
			t.Errorf("AppendTime(%d µs) = %s, want %s", us, got, want)
		}
	}
	if got := string(api.AppendTime(nil, time.Time{})); got != "0" {
		t.Errorf("got %s for no time", got)
	}
}

func FuzzString(f *testing.F) {
	for _, s := range []string{"", "plain", "\"\\\b\f\n\r\t\x00\x1f", "\xff\xc3", "ünïcödé\u2028", "\uFFFD", "\xed\xa0\x80"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b := api.AppendString(nil, s)
		var got string
		if err := json.Unmarshal(b, &got); err != nil || !utf8.Valid(b) {
			t.Fatalf("%q is written as %q: %v", s, b, err)
		}
		if want := string([]rune(s)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func FuzzFields(f *testing.F) {
	for _, s := range []string{`["kismet.alert.header"]`, `[["kismet.alert.location/kismet.common.location.alt","x\"y"]]`, `[[1,2]]`, `["/",""]`, `[null]`, `{}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var v any
		if json.Unmarshal([]byte(s), &v) != nil {
			return
		}
		choices, err := api.ParseChoices(v)
		if err != nil {
			return
		}
		fields := api.Select(api.AlertFields, choices)
		for _, name := range []string{"json", "tjson", "ekjson", "prettyjson"} {
			form, _ := api.ParseFormat(name)
			if b := api.AppendRecord(nil, &record, fields, form, 0); !json.Valid(b) {
				t.Errorf("%s as %s: %s is no JSON", s, name, b)
			}
		}
	})
}
