package v1_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
	v1 "github.com/tocsin-wids/tocsin/api/v1"
)

// failing is a store that cannot be read.
type failing struct{}

func (failing) Page(context.Context, v1.Query) (v1.Found, error) {
	return v1.Found{}, errors.New("disk on fire")
}

func (failing) ByID(context.Context, tocsin.ID) (*tocsin.Alert, error) {
	return nil, errors.New("disk on fire")
}

func brokenServer(t testing.TB) *server {
	return serve(t, func(o *v1.Options) { o.Records, o.Streams, o.Ledger = failing{}, -1, fullDisk{o.Ledger} })
}

// fullDisk is a ledger whose store fails.
type fullDisk struct{ v1.Ledger }

func (fullDisk) Change(context.Context, tocsin.Change) (i tocsin.Incident, err error) {
	return i, alert.ErrNotKept
}

func (fullDisk) Silence(context.Context, tocsin.Silence) (s tocsin.Silence, isNew bool, err error) {
	return s, false, alert.ErrNotKept
}

func (fullDisk) Expire(context.Context, tocsin.ID, string) (s tocsin.Silence, err error) {
	return s, alert.ErrNotKept
}

func TestWhatFailsInsideIsNotTold(t *testing.T) {
	w := brokenServer(t).do(ask{path: "/api/v1/alerts", as: "reader"})
	if problemOf(t, w); w.Code != 500 || strings.Contains(w.Body.String(), "fire") {
		t.Errorf("status %d %s", w.Code, w.Body)
	}
}

func TestAlertHasAllThatIsKnown(t *testing.T) {
	s := serve(t)
	a := s.found(&deauthflood, 0x0a, "20 deauthentications in 1s")
	got := get[v1.Alert](t, s, "/api/v1/alerts/"+a.ID.String())
	want := v1.Alert{
		ID: a.ID.String(), Hash: a.Hash, Time: noon.Add(time.Second), Header: "DEAUTHFLOOD", Class: "DENIAL", Severity: "HIGH",
		Confidence: 85, Text: "20 deauthentications in 1s", Fingerprint: "DEAUTHFLOOD 02:00:00:00:00:0A",
		Reason: &v1.Reason{What: "deauthentications of one client in 1s", Observed: "20 frames", Limit: "20 frames"},
		BSSID:  "02:00:00:00:00:0A", Source: "02:00:00:00:00:EE", Destination: "FF:FF:FF:FF:FF:FF", Channel: "6", Frequency: 2437000,
		Signal: -47, SSID: "CorpNet", Phy: "802.11", Attack: []string{"T1499"}, Sensors: []string{"wlan0mon"}, FrameTime: noon.Add(time.Second),
		Frames: []uint64{1188, 1189, 1207},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if lower := get[v1.Alert](t, s, "/api/v1/alerts/"+strings.ToLower(a.ID.String())); lower.ID != want.ID {
		t.Errorf("in small letters: %+v", lower)
	}
}

func TestWhatIsNotKnownIsAbsent(t *testing.T) {
	s := serve(t)
	a := s.ledger.OneShot("SOURCEERROR", tocsin.System, tocsin.Critical, "gone")
	body := s.do(ask{path: "/api/v1/alerts/" + a.ID.String(), as: "reader"}).Body.String()
	want := fmt.Sprintf(`{"id":"%s","hash":%d,"time":"2026-03-01T12:00:00Z","header":"SOURCEERROR","class":"SYSTEM","severity":"CRITICAL",`+
		`"text":"gone","fingerprint":"SOURCEERROR","phy":"any","attack":[],"sensors":[],"frames":[],"suppressed":0}`+"\n", a.ID, a.Hash)
	if diff := cmp.Diff(want, body); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// located serves one alert at a place.
func located(t *testing.T, l tocsin.Location) v1.Alert {
	s := serve(t)
	a := *s.found(&apspoof, 1, "x")
	a.Location = &l
	one := serve(t, func(o *v1.Options) { o.Records = v1.Backlog(fixed{&a}) })
	return get[v1.Page[v1.Alert]](t, one, "/api/v1/alerts").Items[0]
}

// fixed is a backlog that does not change.
type fixed []*tocsin.Alert

func (f fixed) Alerts() []*tocsin.Alert { return f }

func TestPlaces(t *testing.T) {
	got := located(t, tocsin.Location{Longitude: 8.5, Latitude: -47.25, Altitude: 400, Fix: 3, Time: noon, From: tocsin.OriginSensor}).Location
	if diff := cmp.Diff(&v1.Location{Longitude: 8.5, Latitude: -47.25, Altitude: new(400.0), Time: noon, From: "sensor"}, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if got := located(t, tocsin.Location{Longitude: 8.5, Fix: 2, Altitude: 400}).Location; got == nil || got.Altitude != nil {
		t.Errorf("without a fix of the altitude: %+v", got)
	}
	if got := located(t, tocsin.Location{Longitude: math.NaN(), Latitude: math.Inf(1), Fix: 3}).Location; got != nil {
		t.Errorf("a place that is no number: %+v", got)
	}
}

func TestPagesShowEveryAlertOnce(t *testing.T) {
	s := serve(t)
	var want []string
	for i := range 23 {
		want = append([]string{s.found(&apspoof, byte(i), "x").ID.String()}, want...)
	}
	var got []string
	path, pages := "/api/v1/alerts?limit=5", 0
	for ; path != ""; pages++ {
		page := get[v1.Page[v1.Alert]](t, s, path)
		for _, a := range page.Items {
			got = append(got, a.ID)
		}
		path = ""
		if page.Next != "" {
			path = "/api/v1/alerts?limit=5&cursor=" + url.QueryEscape(page.Next)
		}
		s.found(&apspoof, byte(200+pages), "came meanwhile")
	}
	if diff := cmp.Diff(want, got); diff != "" || pages != 5 {
		t.Errorf("%d pages, -want +got\n%s", pages, diff)
	}
}

// hasty looks at one alert at a time.
type hasty struct{ v1.Records }

func (h hasty) Page(ctx context.Context, q v1.Query) (v1.Found, error) {
	all := v1.Query{Before: q.Before, Limit: 1}
	found, err := h.Records.Page(ctx, all)
	if len(found.Alerts) == 1 && !q.Matches(found.Alerts[0]) {
		found.Alerts = nil
	}
	return found, err
}

func TestRecordsMayReturnEarly(t *testing.T) {
	s := busy(t)
	one := serve(t, func(o *v1.Options) { o.Records = hasty{v1.Backlog(s.ledger)} })
	var got []string
	path, pages := "/api/v1/alerts?header=APSPOOF", 0
	for ; path != ""; pages++ {
		page := get[v1.Page[v1.Alert]](t, one, path)
		for _, a := range page.Items {
			got = append(got, a.Header)
		}
		path = ""
		if page.Next != "" {
			path = "/api/v1/alerts?header=APSPOOF&cursor=" + page.Next
		}
	}
	if pages != 4 || len(got) != 1 {
		t.Errorf("%d pages with %v, want 4 with one alert", pages, got)
	}
}

func TestLastPageThatIsFullHasNoNext(t *testing.T) {
	s := serve(t)
	for range 4 {
		s.found(&apspoof, 1, "x")
	}
	if page := get[v1.Page[v1.Alert]](t, s, "/api/v1/alerts?limit=4"); page.Next != "" || len(page.Items) != 4 {
		t.Errorf("%d items, next %q", len(page.Items), page.Next)
	}
	if page := get[v1.Page[v1.Alert]](t, s, "/api/v1/alerts?limit=3"); page.Next == "" {
		t.Error("no next page")
	}
}

func TestFilters(t *testing.T) {
	s := busy(t) // DEAUTHFLOOD, APSPOOF, DEAUTHFLOOD, SOURCEERROR; a second apart
	for query, want := range map[string]string{
		"":                                    "SOURCEERROR DEAUTHFLOOD APSPOOF DEAUTHFLOOD",
		"header=":                             "SOURCEERROR DEAUTHFLOOD APSPOOF DEAUTHFLOOD",
		"header=apspoof,SOURCEERROR":          "SOURCEERROR APSPOOF",
		"header=NOSUCH":                       "",
		"severity=INFO":                       "SOURCEERROR DEAUTHFLOOD APSPOOF DEAUTHFLOOD",
		"severity=HIGH":                       "SOURCEERROR DEAUTHFLOOD DEAUTHFLOOD",
		"severity=CRITICAL":                   "SOURCEERROR",
		"class=spoof":                         "APSPOOF",
		"bssid=02:00:00:00:00:0b":             "APSPOOF",
		"bssid=02000000000B":                  "APSPOOF",
		"bssid=00:00:00:00:00:00":             "SOURCEERROR",
		"source=02-00-00-00-00-EE":            "DEAUTHFLOOD APSPOOF DEAUTHFLOOD",
		"text=corpnet":                        "DEAUTHFLOOD APSPOOF DEAUTHFLOOD",
		"text=is+not":                         "APSPOOF",
		"from=2026-03-01T12:00:02Z":           "SOURCEERROR DEAUTHFLOOD APSPOOF",
		"from=2026-03-01T14:00:03%2B02:00":    "SOURCEERROR DEAUTHFLOOD",
		"to=2026-03-01T12:00:02Z":             "DEAUTHFLOOD",
		"from=2026-03-01T12:00:02Z&limit=1":   "SOURCEERROR",
		"severity=HIGH&text=corp&class=spoof": "",
		"fingerprint=" + url.QueryEscape("DEAUTHFLOOD 02:00:00:00:00:0A"): "DEAUTHFLOOD DEAUTHFLOOD",
	} {
		var got []string
		for _, a := range get[v1.Page[v1.Alert]](t, s, "/api/v1/alerts?"+query).Items {
			got = append(got, a.Header)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %v, want %s", query, got, want)
		}
	}
}

func TestIncidents(t *testing.T) {
	s := busy(t)
	page := get[v1.Page[v1.Incident]](t, s, "/api/v1/incidents")
	var got []string
	for _, i := range page.Items {
		got = append(got, fmt.Sprint(i.Header, " ", i.Count, " ", i.MaxSeverity, " ", i.LastSeen.Sub(i.FirstSeen)))
	}
	if diff := cmp.Diff([]string{"SOURCEERROR 1 CRITICAL 0s", "APSPOOF 1 MEDIUM 0s", "DEAUTHFLOOD 2 HIGH 2s"}, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	first := page.Items[2]
	if one := get[v1.Incident](t, s, "/api/v1/incidents/"+first.ID); !cmp.Equal(one, first) || one.LastAlert.Time != noon.Add(3*time.Second) {
		t.Errorf("one is %+v, in the list it is %+v", one, first)
	}
	for query, want := range map[string]int{"severity=HIGH": 2, "header=apspoof": 1, "seen_since=2026-03-01T12:00:03Z": 2, "seen_since=2026-03-01T12:01:00Z": 0} {
		if got := len(get[v1.Page[v1.Incident]](t, s, "/api/v1/incidents?"+query).Items); got != want {
			t.Errorf("%s: %d incidents, want %d", query, got, want)
		}
	}
	second := get[v1.Page[v1.Incident]](t, s, "/api/v1/incidents?limit=2&cursor="+get[v1.Page[v1.Incident]](t, s, "/api/v1/incidents?limit=2").Next)
	if len(second.Items) != 1 || second.Items[0].ID != first.ID || second.Next != "" {
		t.Errorf("second page %+v", second)
	}
}

func TestDefinitions(t *testing.T) {
	s := busy(t)
	all := get[v1.Definitions](t, s, "/api/v1/definitions")
	var got []string
	for _, d := range all.Items {
		got = append(got, d.Header)
	}
	want := []string{"APSPOOF", "DEAUTHFLOOD"}
	for _, d := range tocsin.SystemAlerts {
		want = append(want, d.Header)
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	d := get[v1.Definition](t, s, "/api/v1/definitions/DeauthFlood")
	if d.Counters.Total != 2 || d.Counters.Last != noon.Add(3*time.Second) || d.Throttle.Limit != (v1.Rate{Count: 1e6, Unit: "day"}) ||
		d.Confidence != 85 || d.Detector.Limits[0].Minimum != "1" || d.Detector.Sections[0].Title != "What to do" {
		t.Errorf("%+v", d)
	}
	deauth, kismet := all.Items[slices.Index(got, "DEAUTHFLOOD")], all.Items[slices.Index(got, "KISMET")]
	if deauth.Detector == nil || deauth.Detector.Sections != nil || kismet.Detector != nil {
		t.Errorf("in the list: %+v", all.Items)
	}
	first := get[v1.Definitions](t, s, fmt.Sprintf("/api/v1/definitions?limit=%d", len(want)-1))
	second := get[v1.Definitions](t, s, "/api/v1/definitions?limit=2&after="+first.Next)
	if len(second.Items) != 1 || second.Items[0].Header != want[len(want)-1] || second.Next != "" {
		t.Errorf("second page %+v", second)
	}
}

func TestSuppressedAlertsAreCounted(t *testing.T) {
	s := serve(t)
	rare := tocsin.Definition{Header: "RARE", Throttle: tocsin.PerMinute5}
	if err := s.ledger.Define(rare); err != nil {
		t.Fatal(err)
	}
	for range 8 {
		s.ledger.Found(tocsin.Detected{Definition: &rare, Finding: tocsin.Finding{Text: "x"}})
	}
	if d := get[v1.Definition](t, s, "/api/v1/definitions/RARE"); d.Counters.Suppressed != 7 || d.Counters.Burst != 1 {
		t.Errorf("counters %+v, want 7 held back after one", d.Counters)
	}
}

func TestServerSensorsAndMessages(t *testing.T) {
	s := busy(t)
	server := get[v1.Server](t, s, "/api/v1/server")
	if server.Uptime != 3604 || server.Sources[0].State != v1.Running || server.Sources[1].Error != "no such file" {
		t.Errorf("%+v", server)
	}
	first := get[v1.Sensors](t, s, "/api/v1/sensors?limit=1")
	second := get[v1.Sensors](t, s, fmt.Sprintf("/api/v1/sensors?limit=1&offset=%d", first.Next))
	if *first.Items[0].Lost != 3 || first.Items[0].LastHeard != s.now() || second.Items[0].Name != "wlan1mon" || second.Next != 0 {
		t.Errorf("%+v, %+v", first, second)
	}
	if got := get[v1.Sensors](t, s, "/api/v1/sensors?offset=9").Items; got == nil || len(got) != 0 {
		t.Errorf("beyond the end: %v", got)
	}
	for query, want := range map[string]int{"": 5, "?limit=2": 2, "?kind=info": 1, "?kind=alert": 4, "?from=" + later: 0} {
		list := get[v1.Messages](t, s, "/api/v1/messages"+query).Items
		if len(list) != want || query == "" && list[0].Text != "Reading wlan0mon" {
			t.Errorf("%s: %+v, want %d, the newest first", query, list, want)
		}
	}
}
