package storetest

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/store"
)

// Incident returns the incident that the alert of number first opened, with that of number last as the newest.
func Incident(first, last int) tocsin.Incident {
	a, b := Alert(first), Alert(last)
	return tocsin.Incident{ID: a.ID, First: a, Last: b, FirstSeen: a.FrameTime, LastSeen: b.FrameTime, Count: uint64(last - first + 1), MaxSeverity: tocsin.High}
}

// change returns the change of i that number n, a second each, is.
func change(i tocsin.Incident, n int, to tocsin.IncidentState, comment string) tocsin.Change {
	return tocsin.Change{Incident: i.ID, Time: start.Add(time.Hour + time.Duration(n)*time.Second), To: to, By: "ann", Comment: comment}
}

func work(t testing.TB, s store.Store, w tocsin.Work) {
	t.Helper()
	if err := s.PutWork(context.Background(), w); err != nil {
		t.Fatalf("put work: %v", err)
	}
}

func wantIncidents(t testing.TB, s store.Store, most int, want ...tocsin.Incident) {
	t.Helper()
	got, err := s.Incidents(context.Background(), most)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" && len(want)+len(got) > 0 {
		t.Errorf("incidents (-want +got): %s", diff)
	}
}

func incidents(t *testing.T, s store.Store) {
	wantIncidents(t, s, 10)
	work(t, s, tocsin.Work{})
	put(t, s, Alerts(10)...)
	a, b, c := Incident(0, 4), Incident(1, 9), Incident(7, 7)
	b.Count, b.Inhibitor = math.MaxUint64, a.ID
	c.FirstSeen, c.LastSeen = time.Time{}, time.Time{}
	work(t, s, tocsin.Work{Incidents: []tocsin.Incident{b, a, c}})
	wantIncidents(t, s, 10, a, c, b)
	wantIncidents(t, s, 2, c, b)
	wantIncidents(t, s, -1)
	hostile := change(a, 2, tocsin.Open, "'; DROP TABLE changes; -- \x00\xff\u202e\n")
	hostile.By = ""
	changes := []tocsin.Change{change(a, 0, tocsin.Acknowledged, "mine"), change(a, 1, tocsin.Resolved, ""), hostile}
	work(t, s, tocsin.Work{Changes: []tocsin.Change{change(b, 0, tocsin.Resolved, "noise"), changes[0]}})
	work(t, s, tocsin.Work{Changes: changes[1:]})
	a.Changes, a.State = changes, tocsin.Open
	b.Changes, b.State = []tocsin.Change{change(b, 0, tocsin.Resolved, "noise")}, tocsin.Resolved
	wantIncidents(t, s, 10, a, c, b)
}

func incidentsAgain(t *testing.T, s store.Store) {
	put(t, s, Alerts(10)...)
	i := Incident(0, 4)
	w := tocsin.Work{Incidents: []tocsin.Incident{i}, Changes: []tocsin.Change{change(i, 0, tocsin.Acknowledged, "mine")}}
	work(t, s, w)
	work(t, s, w)
	other := change(i, 0, tocsin.Resolved, "not mine")
	i = Incident(0, 9)
	work(t, s, tocsin.Work{Incidents: []tocsin.Incident{i}, Changes: []tocsin.Change{other}})
	i.Changes, i.State = w.Changes, tocsin.Acknowledged
	wantIncidents(t, s, 10, i)
	many := tocsin.Work{}
	for n := range tocsin.MaxChanges {
		many.Changes = append(many.Changes, change(i, n+1, tocsin.IncidentState(n%3), ""))
	}
	work(t, s, many)
	i.Changes, i.State = many.Changes, many.Changes[len(many.Changes)-1].To
	wantIncidents(t, s, 10, i)
}

func incidentsPruned(t *testing.T, s store.Store) {
	put(t, s, Alerts(10)...)
	gone, left := Incident(0, 4), Incident(1, 6)
	work(t, s, tocsin.Work{Incidents: []tocsin.Incident{gone, left}, Changes: []tocsin.Change{change(gone, 0, tocsin.Resolved, ""), change(left, 0, tocsin.Resolved, "")}})
	if _, err := s.Prune(context.Background(), Alert(6).Time, 100); err != nil {
		t.Fatal(err)
	}
	left.First, left.Changes, left.State = left.Last, []tocsin.Change{change(left, 0, tocsin.Resolved, "")}, tocsin.Resolved
	wantIncidents(t, s, 10, left)
	work(t, s, tocsin.Work{Incidents: []tocsin.Incident{gone}})
	wantIncidents(t, s, 10, left)
	if _, err := s.Prune(context.Background(), Alert(100).Time, 100); err != nil {
		t.Fatal(err)
	}
	wantIncidents(t, s, 10)
}

func wholeWork(t *testing.T, s store.Store) {
	put(t, s, Alerts(5)...)
	good, bad := Incident(0, 4), Incident(1, 9)
	w := tocsin.Work{
		Incidents: []tocsin.Incident{good, bad}, Silences: []tocsin.Silence{Silence(1)},
		Changes: []tocsin.Change{change(good, 0, tocsin.Resolved, ""), change(bad, 0, tocsin.Resolved, "")},
	}
	if err := s.PutWork(context.Background(), w); tocsin.ErrorCode(err) != tocsin.NotFound {
		t.Errorf("a change of an incident whose newest alert is not there: %v", err)
	}
	wantIncidents(t, s, 10)
	wantSilences(t, s)
	work(t, s, tocsin.Work{Incidents: []tocsin.Incident{good}})
	wantIncidents(t, s, 10, good)
}

// Silence returns the silence of number n.
func Silence(n int) tocsin.Silence {
	made := start.Add(time.Duration(n) * time.Minute)
	return tocsin.Silence{ID: tocsin.NewID(made, uint16(n), 7), Matcher: tocsin.Matcher{Header: "FLOOD1"}, By: "ann", Comment: "maintenance",
		Made: made, Starts: made.Add(time.Hour), Ends: made.Add(2 * time.Hour)}
}

func wantSilences(t testing.TB, s store.Store, want ...tocsin.Silence) {
	t.Helper()
	got, err := s.Silences(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	text := cmp.Transformer("text", func(g tocsin.Glob) string { return g.String() })
	if diff := cmp.Diff(want, got, text); diff != "" && len(want)+len(got) > 0 {
		t.Errorf("silences (-want +got): %s", diff)
	}
}

func silences(t *testing.T, s store.Store) {
	wantSilences(t, s)
	a, b, c := Silence(1), Silence(2), Silence(3)
	b.Weekly, b.By, b.Comment = true, "\xff\x00", "'; DROP TABLE silences; --"
	mask, err := tocsin.ParseMACMask("02:00:00:00:00:00/FF:FF:FF:00:00:00")
	if err != nil {
		t.Fatal(err)
	}
	glob, err := tocsin.ParseGlob("\xff*\\x00?\\u{202e}\"'")
	if err != nil {
		t.Fatal(err)
	}
	b.Matcher = tocsin.Matcher{Header: "X", Class: tocsin.Denial, AtMost: new(tocsin.Info), Address: &mask, BSSID: &mask, SSID: &glob, Sensor: &glob}
	work(t, s, tocsin.Work{Silences: []tocsin.Silence{c, b}})
	work(t, s, tocsin.Work{Silences: []tocsin.Silence{a, b}})
	wantSilences(t, s, a, b, c)
	c.Expired, c.ExpiredBy = c.Made.Add(time.Second), "bob"
	work(t, s, tocsin.Work{Silences: []tocsin.Silence{c}, Forget: []tocsin.ID{a.ID, {}}})
	wantSilences(t, s, b, c)
}
