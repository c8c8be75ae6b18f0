package app

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/config"
	"github.com/tocsin-wids/tocsin/kismetdb"
	"github.com/tocsin-wids/tocsin/pcap"
)

// moving writes the demo as a pcapng whose packets say where their radio was.
func moving(t testing.TB, p *pcap.Position) string {
	t.Helper()
	list := packetsOf(t, demoFile)
	path := filepath.Join(t.TempDir(), "moving.pcapng")
	var b bytes.Buffer
	w, err := pcap.NewWriter(&b, []pcap.Interface{{Name: "wlan0", Link: list[0].Link}})
	if err != nil {
		t.Fatal(err)
	}
	for _, packet := range list {
		packet.Position = p
		if err := w.Write(&packet); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAnalysisTellsWhereItWasHeard(t *testing.T) {
	still, _ := analyze(t, demoFile)
	records, files := analyze(t, moving(t, &pcap.Position{Latitude: -47.25, Longitude: 8.5, Altitude: 400.5, Fix: 3}))
	lines, before := bytes.Split(bytes.TrimSpace(records), []byte("\n")), bytes.Split(bytes.TrimSpace(still), []byte("\n"))
	if len(lines) != len(before) || len(lines) == 0 {
		t.Fatalf("%d records, without places %d", len(lines), len(before))
	}
	for i, line := range lines {
		var a struct {
			Time  float64        `json:"kismet.alert.timestamp"`
			Place map[string]any `json:"kismet.alert.location"`
		}
		if err := json.Unmarshal(line, &a); err != nil {
			t.Fatal(err)
		}
		seconds, _ := a.Place["kismet.common.location.time_sec"].(float64)
		delete(a.Place, "kismet.common.location.time_sec")
		delete(a.Place, "kismet.common.location.time_usec")
		want := map[string]any{"kismet.common.location.geopoint": []any{8.5, -47.25}, "kismet.common.location.alt": 400.5,
			"kismet.common.location.fix": 3.0, "tocsin.location.from": "packet"}
		if diff := cmp.Diff(want, a.Place); diff != "" && a.Place["tocsin.location.from"] != nil {
			t.Errorf("%s", diff)
		}
		if i == 0 && a.Place["tocsin.location.from"] == nil || a.Place["tocsin.location.from"] != nil && a.Time-seconds > 1 {
			t.Errorf("measured %f s before: %s", a.Time-seconds, line)
		}
		if !bytes.Contains(before[i], []byte(`"kismet.alert.location": {"kismet.common.location.geopoint": [0, 0]}`)) {
			t.Errorf("without places: %s", before[i])
		}
	}
	if l := files[0].Incidents[0].First.Location; l == nil || l.From != tocsin.OriginPacket {
		t.Errorf("the first incident was heard at %+v", l)
	}
}

// standingServer has the sources 0 with a place of its own, 1 with the receiver van, 2 with both, and 3 with neither.
func standingServer(t *testing.T, receivers ...string) *Server {
	t.Helper()
	o := Options{Config: config.Default()}
	o.Config.GPS = receivers
	o.Config.Server.Sources = []string{"a:lat=1,lon=1,alt=5", "b:metagps=van", `c:metagps=van,lat=1,lon=1,name="x,y"`, "d:name=x"}
	p, err := newPlaces(o)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{options: o, places: p, roster: newRoster(1)}
	for i, definition := range o.Config.Server.Sources {
		if _, err := s.addSource(definition, &flaky{}); err != nil {
			t.Fatal(err)
		}
		s.sensors.number(i, 0, func() string { return "" })
	}
	return s
}

func TestTheNearestPlaceCounts(t *testing.T) {
	came := &tocsin.Location{Latitude: 9, Longitude: 9, Fix: 2, From: tocsin.OriginPacket}
	const none = tocsin.OriginUnknown
	for name, c := range map[string]struct {
		receivers []string
		told      bool // where the van is
		found     *tocsin.Detected
		latitude  float64
		from      tocsin.Origin
	}{
		"with the frame":            {nil, true, &tocsin.Detected{Sensor: 0, Location: came}, 9, tocsin.OriginPacket},
		"its own":                   {[]string{"virtual:lat=3,lon=3"}, false, &tocsin.Detected{Sensor: 0}, 1, tocsin.OriginSensor},
		"its receiver's":            {nil, true, &tocsin.Detected{Sensor: 1}, 2, tocsin.OriginSensor},
		"receiver that is silent":   {[]string{"virtual:lat=3,lon=3"}, false, &tocsin.Detected{Sensor: 1}, 3, tocsin.OriginServer},
		"receiver before its own":   {nil, true, &tocsin.Detected{Sensor: 2}, 2, tocsin.OriginSensor},
		"silent receiver, its own":  {nil, false, &tocsin.Detected{Sensor: 2}, 1, tocsin.OriginSensor},
		"the server's":              {[]string{"virtual:lat=3,lon=3"}, true, &tocsin.Detected{Sensor: 3}, 3, tocsin.OriginServer},
		"none":                      {nil, true, &tocsin.Detected{Sensor: 3}, 0, none},
		"of an unknown radio":       {nil, true, &tocsin.Detected{Sensor: 99}, 0, none},
		"no frame":                  {[]string{"virtual:lat=3,lon=3"}, true, &tocsin.Detected{Sensor: 0, Finding: tocsin.Finding{Apart: true}}, 3, tocsin.OriginServer},
		"a client's":                {[]string{"virtual:lat=3,lon=3"}, true, nil, 3, tocsin.OriginServer},
		"a client's, nowhere":       {nil, true, nil, 0, none},
		"configured, not the van's": {[]string{"virtual:lat=3,lon=3,name=van,dataonly=true"}, false, &tocsin.Detected{Sensor: 1}, 3, tocsin.OriginSensor},
	} {
		s := standingServer(t, c.receivers...)
		if c.told {
			s.places.receivers.Named("van").Update(tocsin.Location{Latitude: 2, Longitude: 2, Fix: 2}, time.Now())
		}
		l := s.located(c.found)
		if l == nil {
			l = &tocsin.Location{}
		}
		if l.Latitude != c.latitude || l.From != c.from || c.from != none && c.found != nil && c.found.Location == nil && l.Time.IsZero() {
			t.Errorf("%s: got %+v", name, l)
		}
	}
	if l := standingServer(t).located(&tocsin.Detected{Location: came}); l == came {
		t.Error("an alert keeps what belongs to the frame")
	}
}

func TestMistakesInPlacesAreTold(t *testing.T) {
	for definition, want := range map[string]string{
		demoFile + ":lat=47":            "lat=… and lon=… are missing, in degrees",
		demoFile + ":lat=x,lon=1":       `lat: "x" is not a number`,
		demoFile + ":lat=1,lon=1,alt=h": `alt: "h" is not a number`,
		demoFile + ":metagps=":          "metagps= names no receiver",
	} {
		_, err := openSource(definition, newRadios(tocsin.Policy{}, nil))
		if err == nil || !strings.HasPrefix(err.Error(), "source "+definition+": "+want) {
			t.Errorf("%s: got %v, want %s", definition, err, want)
		}
	}
}

// TestPlacesGetIntoLogAndEvents replays the demo at a place of its own into a server that is elsewhere.
func TestPlacesGetIntoLogAndEvents(t *testing.T) {
	o := Options{Config: config.Default(), User: "admin", Password: "secret word", Memory: true,
		KismetDB: &kismetdb.Options{Prefix: t.TempDir(), Alerts: true, Messages: true, System: true, Packets: true}}
	o.Config.Server.Sources = []string{demoFile + ":lat=-47.25,lon=8.5,alt=400"}
	o.Config.GPS = []string{"virtual:lat=3,lon=4"}
	o.Config.Server.Listen = "127.0.0.1:0"
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	events := s.ledger.Subscribe(4096)
	defer events.Close()
	serve(t, s)
	for e := range events.Events() {
		if e.Message != nil && strings.Contains(e.Message.Text, "ended after") {
			break
		}
	}
	if _, body := get(t, s, "/gps/location.json", "admin", "secret word"); !strings.Contains(body, "[4, 3]") {
		t.Errorf("the server is at %s", body)
	}
	if err := s.log.DropBefore(t.Context(), time.Unix(0, 0)); err != nil { // nothing, and commits the rest
		t.Fatal(err)
	}
	const two = "SELECT DISTINCT lat || ' ' || lon FROM "
	for query, want := range map[string]string{
		"SELECT DISTINCT lat || ' ' || lon || ' ' || alt FROM packets WHERE error = 0": "-47.25 8.5 400.0",
		two + "alerts WHERE phyname <> 'ANY'":                                          "-47.25 8.5",
		two + "messages":                                                               "3.0 4.0",
		two + "snapshots":                                                              "3.0 4.0",
	} {
		if got := strings.Join(column(t, s.log.Path(), query), ", "); got != want {
			t.Errorf("%s: got %s, want %s", query, got, want)
		}
	}
	if n := countTopic(s.beat(time.Now()), "GPS_LOCATION"); n != 1 {
		t.Errorf("%d events of the place, want one a second", n)
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestWithoutAReceiverThereIsNoEventOfThePlace(t *testing.T) {
	s := start(t, Options{Config: config.Default(), User: "admin", Password: "secret word", Memory: true})
	s.places.receivers.Named("van").Update(tocsin.Location{Latitude: 1, Longitude: 1, Fix: 2}, time.Now())
	if n := countTopic(s.beat(time.Now()), "GPS_LOCATION"); n != 0 {
		t.Errorf("%d events of a place that nothing tells", n)
	}
}

func countTopic(list []alert.Event, topic string) (n int) {
	for _, e := range list {
		if e.Topic == topic {
			n++
		}
	}
	return n
}
