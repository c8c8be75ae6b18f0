package kismet_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/api/kismet"
	"github.com/tocsin-wids/tocsin/gps"
)

// servePlaces serves receivers that are defined so; none knows its place unless it is configured.
func servePlaces(t testing.TB, definitions ...string) (server, *gps.Receivers) {
	t.Helper()
	var list []gps.Definition
	for _, text := range definitions {
		d, err := gps.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, d)
	}
	s := serve(t)
	places := gps.New(list, func(d gps.Definition) string { return kismet.ReceiverUUID("attic", d.Text) })
	s.Handler = kismet.New(kismet.Options{Ledger: s.ledger, Auth: s.keeper, Now: clock, Places: places})
	return s, places
}

const (
	nowhere    = `{"kismet.common.location.geopoint": [0, 0]}`
	everywhere = `{"kismet.common.location.geopoint": [8.500000, -47.250000],"kismet.common.location.alt": %s,"kismet.common.location.fix": %d,` +
		`"kismet.common.location.time_sec": 1700000000,"kismet.common.location.time_usec": 250000,"kismet.common.location.speed": %s,` +
		`"kismet.common.location.heading": 0,"kismet.common.location.magheading": 0,"kismet.common.location.gps_uuid": "%s"}`
)

func TestReceiversTellTheirPlaces(t *testing.T) {
	s, places := servePlaces(t, "virtual:lat=-47.25,lon=8.5,name=house", "web:uuid=0000000A-0000-0000-0000-000000000001", "meta:name=van,uuid=B")
	house := places.All()[0].UUID
	if house != kismet.ReceiverUUID("attic", "virtual:lat=-47.25,lon=8.5,name=house") || len(house) != 36 || house[:24] != "17180436-0000-0000-0000-" {
		t.Errorf("the house is %s", house)
	}
	at := fmt.Sprintf(everywhere, "0", 2, "0", house)
	for path, want := range map[string]string{
		"location.json":                       at,
		"location.itjson":                     at + "\n",
		"by-uuid/" + house + "/location.json": at,
		"by-uuid/b/location.json":             nowhere,
		"by-uuid/c/location.json":             "ERROR: unknown receiver\n",
		"all_locations.json":                  `{"` + house + `": ` + at + `,"0000000A-0000-0000-0000-000000000001": ` + nowhere + `,"B": ` + nowhere + `}`,
		"drivers.json": `[{"kismet.gps.type.class": "gpsd","kismet.gps.type.description": "A receiver that gpsd reads"},` +
			`{"kismet.gps.type.class": "serial","kismet.gps.type.description": "A receiver at a serial device, NMEA"},` +
			`{"kismet.gps.type.class": "tcp","kismet.gps.type.description": "A receiver in the network, NMEA over TCP"},` +
			`{"kismet.gps.type.class": "virtual","kismet.gps.type.description": "A place that is configured"},` +
			`{"kismet.gps.type.class": "web","kismet.gps.type.description": "The place of the server as it is told over HTTP"},` +
			`{"kismet.gps.type.class": "meta","kismet.gps.type.description": "The place of a sensor as it is told over HTTP"}]`,
	} {
		if got := s.do(ask{method: "GET", path: "/gps/" + path, auth: "basic"}).Body.String(); got != want {
			t.Errorf("%s: %s", path, cmp.Diff(want, got))
		}
	}
	got := s.do(ask{method: "GET", path: "/gps/all_gps.itjson", auth: "basic"}).Body.String()
	want := `{"kismet.gps.uuid": "` + house + `","kismet.gps.name": "house","kismet.gps.description": "A place that is configured",` +
		`"kismet.gps.definition": "virtual:lat=-47.25,lon=8.5,name=house","kismet.gps.type": {"kismet.gps.type.class": "virtual",` +
		`"kismet.gps.type.description": "A place that is configured"},"kismet.gps.priority": 0,"kismet.gps.data_only": 0,"kismet.gps.reconnect": 1,` +
		`"kismet.gps.connected": 1,"kismet.gps.location": ` + at + `,"tocsin.gps.problem": ""}` + "\n"
	if len(got) < len(want) {
		t.Fatal(got)
	}
	if diff := cmp.Diff(want, got[:len(want)]); diff != "" {
		t.Error(diff)
	}
	chosen := s.do(ask{method: "POST", path: "/gps/location.json", auth: "basic", media: jsonType, body: `{"fields": [["kismet.common.location.geopoint", "at"]]}`})
	if got := chosen.Body.String(); got != `{"at": [8.500000, -47.250000]}` {
		t.Errorf("one member: %s", got)
	}
}

func TestPlacesAreTold(t *testing.T) {
	s, places := servePlaces(t, "web:uuid=W", "meta:name=van,uuid=V")
	const good = `{"lat": -47.25, "lon": 8.5, "alt": 400.5, "spd": 3.6}`
	for _, c := range []struct {
		path, body string
		code       int
		want       string
	}{
		{"meta/van/update.cmd", good, 200, "Position set\n"},
		{"meta/car/update.cmd", good, 404, "ERROR: unknown receiver\n"},
		{"web/update.cmd", `{"lat": 0, "lon": 0}`, 400, "Invalid request: that is no place on Earth\n"},
		{"web/update.cmd", `{"lat": 91, "lon": 0}`, 400, "Invalid request: that is no place on Earth\n"},
		{"web/update.cmd", `{"lat": "1", "lon": 0}`, 400, "Invalid request: lat is not a number\n"},
		{"web/update.cmd", `{"lat": 1, "alt": 0}`, 400, "Invalid request: lon is not a number\n"},
		{"web/update.cmd", `{"lat": 1, "lon": 1, "alt": null}`, 400, "Invalid request: alt is not a number\n"},
		{"web/update.cmd", `[]`, 400, "Invalid request: expected a JSON object with lat and lon\n"},
		{"web/update.cmd", ``, 400, "Invalid request: expected a JSON object with lat and lon\n"},
	} {
		a := s.do(ask{method: "POST", path: "/gps/" + c.path, auth: "basic", media: jsonType, body: c.body})
		if a.Code != c.code || a.Body.String() != c.want {
			t.Errorf("%s %s: got %d %s", c.path, c.body, a.Code, a.Body)
		}
	}
	at := func(path string) string {
		return s.do(ask{method: "GET", path: "/gps/" + path, auth: "basic"}).Body.String()
	}
	if got, want := at("by-uuid/V/location.json"), fmt.Sprintf(everywhere, "400.500000", 3, "3.600000", "V"); got != want {
		t.Errorf("the van: %s", cmp.Diff(want, got))
	}
	if got := at("location.json"); got != nowhere {
		t.Errorf("the van's place is the server's: %s", got)
	}
	token, err := s.keeper.Generate("phone", "WEBGPS", 0)
	if err != nil {
		t.Fatal(err)
	}
	if a := s.do(ask{method: "POST", path: "/gps/web/update.cmd?KISMET=" + token, media: jsonType, body: `{"lat": -47.25, "lon": 8.5}`}); a.Code != 200 {
		t.Fatalf("a phone: %d %s", a.Code, a.Body)
	}
	if got, want := at("location.json"), fmt.Sprintf(everywhere, "0", 2, "0", "W"); got != want {
		t.Errorf("the server: %s", cmp.Diff(want, got))
	}
	if l, _ := places.Best(noon.Add(31 * time.Second)); l != nil {
		t.Errorf("after 31 s it still counts: %+v", l)
	}
	if l, _ := places.Best(noon); l == nil || l.From != tocsin.OriginServer {
		t.Errorf("got %+v", l)
	}
}
