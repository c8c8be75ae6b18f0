// Package storetest is the suite that every store passes.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/store"
)

// start is the time of the first alert.
var start = time.Unix(1_700_000_000, 250_000_000).UTC()

// Alert returns the alert of number i: all that belong to one number are equal, and times, names and addresses differ.
func Alert(i int) *tocsin.Alert {
	at := start.Add(time.Duration(i) * time.Second)
	return &tocsin.Alert{
		Hash: uint32(i), Header: fmt.Sprintf("FLOOD%d", i%20), Class: tocsin.Denial, Severity: tocsin.Severities()[i%5],
		Time: at, Source: tocsin.MAC{2, 0, 0, 0, byte(i >> 8), byte(i)}, Channel: fmt.Sprint(i%14 + 1), Frequency: 2_437_000,
		Text: fmt.Sprintf("Flood number %d of a network", i), ID: tocsin.NewID(at, uint16(i), uint64(i)),
		Fingerprint: fmt.Sprintf("FLOOD 02:00:00:00:00:%02X", byte(i)), Confidence: 90,
		Reason: tocsin.Reason{What: "frames in 1s", Observed: fmt.Sprint(i), Limit: "30"}, Attack: []string{"T1498"},
		Sensors: []string{"wlan0mon"}, Signal: -60, FrameTime: at.Add(-1234 * time.Nanosecond), Frames: []uint64{1, uint64(i) + 2},
	}
}

// Alerts returns the first n alerts.
func Alerts(n int) []*tocsin.Alert {
	list := make([]*tocsin.Alert, n)
	for i := range list {
		list[i] = Alert(i)
	}
	return list
}

// hostile is an alert with everything set and nothing nice.
func hostile() *tocsin.Alert {
	a := Alert(1)
	a.Hash, a.Phy, a.Frequency, a.Suppressed = 1<<32-1, tocsin.PhyUnknown, 1<<32-1, 1<<63+1
	a.Text = "'; DROP TABLE alerts; -- \x00\xff\xfe \u202e \n % _ \\"
	a.Reason = tocsin.Reason{What: "\xc3\x28", Observed: "\"", Limit: ""}
	a.Sensors = []string{"\xff\x00", "", "käse"}
	a.SSID = "\x00\xff'\u202e"
	a.Attack, a.Frames = nil, []uint64{1<<64 - 1}
	a.Location = &tocsin.Location{Longitude: -71.09321, Latitude: 1e-9, Altitude: -3.5, Speed: 0.1, Heading: 359.5, Fix: 3, Time: start, From: tocsin.OriginSensor}
	return a
}

// Run runs the suite. Each call of open gives an empty store.
func Run(t *testing.T, open func(t testing.TB) store.Store) {
	for _, c := range []struct {
		name string
		test func(*testing.T, store.Store)
	}{
		{"what is put comes back", roundTrip},
		{"an empty store has nothing", empty},
		{"a batch is kept whole or not at all", wholeBatches},
		{"a batch may be put again", again},
		{"the oldest of equal hashes is found", equalHashes},
		{"reading on from the last time loses nothing", readingOn},
		{"reading back from a time loses nothing", readingBack},
		{"pages are sorted by every column", sorted},
		{"pages hold what is searched", searched},
		{"pages end where the alerts end", pageEnds},
		{"the oldest are pruned", pruned},
		{"incidents come back with their changes", incidents},
		{"incidents are replaced and changes are not", incidentsAgain},
		{"incidents go with their newest alert", incidentsPruned},
		{"work is kept whole or not at all", wholeWork},
		{"silences come back", silences},
		{"readers and writers do not disturb each other", concurrent},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			defer func() {
				if err := s.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			}()
			c.test(t, s)
		})
	}
}

func put(t testing.TB, s store.Store, batch ...*tocsin.Alert) {
	t.Helper()
	if err := s.Put(context.Background(), batch); err != nil {
		t.Fatalf("put: %v", err)
	}
}

func page(t testing.TB, s store.Store, q store.Query) store.Page {
	t.Helper()
	p, err := s.Page(context.Background(), q)
	if err != nil {
		t.Fatalf("page %+v: %v", q, err)
	}
	return p
}

func roundTrip(t *testing.T, s store.Store) {
	plain, strange := Alert(0), hostile()
	bare := &tocsin.Alert{Time: start.Add(time.Hour), ID: tocsin.NewID(start.Add(time.Hour), 0, 0)}
	put(t, s, plain, strange, bare)
	for _, want := range []*tocsin.Alert{plain, strange, bare} {
		got, err := s.ByID(context.Background(), want.ID)
		if err != nil {
			t.Fatalf("by id: %v", err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("came back otherwise: %s", diff)
		}
	}
}

func empty(t *testing.T, s store.Store) {
	ctx := context.Background()
	if _, err := s.ByID(ctx, Alert(0).ID); tocsin.ErrorCode(err) != tocsin.NotFound {
		t.Errorf("by id: %v, want not found", err)
	}
	if _, err := s.ByHash(ctx, 0); tocsin.ErrorCode(err) != tocsin.NotFound {
		t.Errorf("by hash: %v, want not found", err)
	}
	if list, err := s.Since(ctx, time.Time{}, 10); err != nil || len(list) != 0 {
		t.Errorf("since: %d alerts, %v", len(list), err)
	}
	if p := page(t, s, store.Query{Most: 10}); len(p.Alerts)+p.Found+p.Total != 0 {
		t.Errorf("page %+v", p)
	}
	put(t, s)
}

func wholeBatches(t *testing.T, s store.Store) {
	put(t, s, Alert(5))
	other := Alert(7)
	other.ID[15]++
	for name, batch := range map[string][]*tocsin.Alert{
		"one before the newest":      {Alert(4)},
		"the second goes back":       {Alert(8), Alert(6)},
		"another alert of that time": {Alert(7), other},
	} {
		if err := s.Put(context.Background(), batch); !errors.Is(err, store.ErrOrder) {
			t.Errorf("%s: %v, want ErrOrder", name, err)
		}
	}
	if p := page(t, s, store.Query{Most: 10}); len(p.Alerts) != 1 || p.Total != 1 || p.Alerts[0].ID != Alert(5).ID {
		t.Errorf("page %+v, want the alert that was put alone", p)
	}
	put(t, s, Alert(6))
}

func again(t *testing.T, s store.Store) {
	put(t, s, Alerts(3)...)
	put(t, s, Alerts(5)...)
	if p := page(t, s, store.Query{Most: 10}); len(p.Alerts) != 5 || p.Total != 5 {
		t.Errorf("%d alerts, total %d, want each of the five once", len(p.Alerts), p.Total)
	}
}

func equalHashes(t *testing.T, s store.Store) {
	list := Alerts(4)
	list[1].Hash, list[3].Hash = 1<<32-1, 1<<32-1
	put(t, s, list...)
	if a, err := s.ByHash(context.Background(), 1<<32-1); err != nil || a.ID != list[1].ID {
		t.Errorf("got %+v, %v, want the older one", a, err)
	}
}

func readingOn(t *testing.T, s store.Store) {
	all := Alerts(25)
	put(t, s, all...)
	var got []*tocsin.Alert
	after := all[2].Time
	for {
		list, err := s.Since(context.Background(), after, 7)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 0 {
			break
		}
		got = append(got, list...)
		after = list[len(list)-1].Time
	}
	if diff := cmp.Diff(all[3:], got); diff != "" {
		t.Error(diff)
	}
	if list, err := s.Since(context.Background(), all[20].Time.Add(-time.Microsecond), 1); err != nil || len(list) != 1 || list[0].ID != all[20].ID {
		t.Errorf("a microsecond before: %v, %v", list, err)
	}
}

func readingBack(t *testing.T, s store.Store) {
	all := Alerts(25)
	put(t, s, all...)
	var got []*tocsin.Alert
	until := all[22].Time
	for {
		list, err := s.Before(context.Background(), until, 7)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 0 {
			break
		}
		got = append(got, list...)
		until = list[len(list)-1].Time
	}
	slices.Reverse(got)
	if diff := cmp.Diff(all[:22], got); diff != "" {
		t.Error(diff)
	}
	if list, err := s.Before(context.Background(), all[3].Time.Add(time.Microsecond), 1); err != nil || len(list) != 1 || list[0].ID != all[3].ID {
		t.Errorf("a microsecond behind: %v, %v", list, err)
	}
	if list, err := s.Before(context.Background(), all[3].Time, -1); err != nil || len(list) != 0 {
		t.Errorf("fewer than none: %v, %v", list, err)
	}
}

// mixed is a list in which every column has equal and unequal values.
func mixed() []*tocsin.Alert {
	list := Alerts(60)
	for i, a := range list {
		a.Hash = uint32(i*7%13) << 28
		a.Header = []string{"B9", "B10", "B09", "a", "B", ""}[i%6]
		a.Text = []string{"chan 9", "chan 10", "chan 10x", "chan", "9", "zé"}[i*5%6]
		a.Class = tocsin.Class([]string{"SPOOF", "DENIAL"}[i%2])
		a.Phy = []int32{tocsin.PhyAny, tocsin.PhyUnknown, 0, 6}[i%4]
		a.Transmitter, a.Dest = tocsin.MAC{255, byte(i % 3)}, tocsin.MAC{byte(i % 4)}
		a.Confidence, a.Signal, a.Suppressed = tocsin.Confidence(i%3), int8(i%5-70), uint64(i%2)
		if i%9 == 0 {
			a.FrameTime = time.Time{}
		}
	}
	return list
}

func sorted(t *testing.T, s store.Store) {
	list := mixed()
	put(t, s, list...)
	for _, c := range store.Columns() {
		for _, descending := range []bool{false, true} {
			for _, skip := range []int{7, 40, 59} { // near the beginning, near the end, the last
				q := store.Query{Sort: c, Descending: descending, Skip: skip, Most: 13}
				if diff := cmp.Diff(store.Select(list, q), page(t, s, q)); diff != "" {
					t.Errorf("column %d, descending %v, skip %d: %s", c, descending, skip, diff)
				}
			}
		}
	}
}

func searched(t *testing.T, s store.Store) {
	list := mixed()
	list[3].Text = `100%_\done`
	put(t, s, list...)
	for _, term := range []string{"", "b1", "CHAN 10", "é", "É", "hig", "l", "ff:01", "FF01", "ff:0", "f", "%", "_", `\`, "'", "\x00", "nothing of all this"} {
		for _, in := range [][]store.Column{nil, {store.Header}, {store.Text, store.Severity}, {store.Transmitter, store.Dest}, store.Columns()} {
			q := store.Query{Term: term, In: in, Sort: store.Header, Most: 50}
			if diff := cmp.Diff(store.Select(list, q), page(t, s, q)); diff != "" {
				t.Errorf("%q in %v: %s", term, in, diff)
			}
		}
	}
}

func pageEnds(t *testing.T, s store.Store) {
	put(t, s, Alerts(10)...)
	for _, c := range []struct{ skip, most, want int }{{0, 0, 0}, {0, 4, 4}, {8, 4, 2}, {10, 4, 0}, {1 << 30, 4, 0}, {0, 1 << 30, 10}, {-1, -1, 0}} {
		p := page(t, s, store.Query{Descending: true, Skip: c.skip, Most: c.most})
		if len(p.Alerts) != c.want || p.Found != 10 || p.Total != 10 {
			t.Errorf("skip %d, most %d: %d alerts, found %d of %d, want %d", c.skip, c.most, len(p.Alerts), p.Found, p.Total, c.want)
		}
	}
	list, err := store.Newest(context.Background(), s, 2)
	if err != nil || len(list) != 2 || list[0].ID != Alert(8).ID || list[1].ID != Alert(9).ID {
		t.Errorf("newest: %v, %v", list, err)
	}
}

func pruned(t *testing.T, s store.Store) {
	put(t, s, Alerts(10)...)
	for _, c := range []struct{ most, want, left int }{{3, 3, 7}, {100, 3, 4}, {100, 0, 4}} {
		n, err := s.Prune(context.Background(), Alert(6).Time, c.most)
		if err != nil || n != c.want {
			t.Errorf("pruned %d, %v, want %d", n, err, c.want)
		}
		if p := page(t, s, store.Query{Most: 1}); p.Total != c.left || p.Alerts[0].ID != Alert(10-c.left).ID {
			t.Errorf("%d are left, the oldest is %s", p.Total, p.Alerts[0].Text)
		}
	}
	n, err := s.Prune(context.Background(), Alert(100).Time, 100)
	if err != nil || n != 4 {
		t.Errorf("pruned %d, %v, want all", n, err)
	}
	put(t, s, Alert(10))
}

// concurrent reads while batches come: every list that is seen is the beginning of what was put, whole batches only.
func concurrent(t *testing.T, s store.Store) {
	const batches, each = 20, 5
	done := make(chan error, 1)
	go func() {
		for i := range batches {
			if err := s.Put(context.Background(), Alerts(batches * each)[i*each:(i+1)*each]); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for ended := false; !ended; {
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			ended = true
		default:
		}
		list, err := s.Since(context.Background(), time.Time{}, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for i, a := range list {
			if want := Alert(i).ID; len(list)%each != 0 || !bytes.Equal(a.ID[:], want[:]) {
				t.Fatalf("saw %d alerts, of which number %d is %s", len(list), i, a.ID)
			}
		}
		if ended && len(list) != batches*each {
			t.Fatalf("%d alerts at the end, want %d", len(list), batches*each)
		}
	}
}
