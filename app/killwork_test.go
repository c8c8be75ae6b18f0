package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	v1 "github.com/tocsin-wids/tocsin/api/v1"
)

// answered is what a server said of what people did.
type answered struct {
	mu        sync.Mutex
	incidents map[string]v1.Incident // by ID, the newest answer to a change
	silences  map[string]v1.Silence
}

// TestNothingAnsweredIsLostByKill has many people acknowledge, resolve and silence what is raised, kills the server at a
// random change, and wants of the next one what was answered.
func TestNothingAnsweredIsLostByKill(t *testing.T) {
	folder := t.TempDir()
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	w := &answered{incidents: map[string]v1.Incident{}, silences: map[string]v1.Silence{}}
	for round := range *killRounds {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		cmd, base := toBeKilled(ctx, t, folder)
		client := loggedIn(t, base)
		w.compare(t, seed, client, base)
		w.work(ctx, t, client, base, round, 10+random.IntN(100), cmd.Process.Kill)
		cmd.Wait()
		client.CloseIdleConnections()
		cancel()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	cmd, base := toBeKilled(ctx, t, folder)
	client := loggedIn(t, base)
	w.compare(t, seed, client, base)
	client.CloseIdleConnections()
	cmd.Process.Kill()
	cmd.Wait()
	if len(w.incidents) < 10**killRounds || len(w.silences) == 0 {
		t.Errorf("only %d incidents and %d silences were answered: the test shows nothing", len(w.incidents), len(w.silences))
	}
	t.Logf("%d kills, %d incidents changed, %d silences", *killRounds, len(w.incidents), len(w.silences))
}

// work has eight people work until that many changes more are answered, and then kills the server while others are under
// way.
func (w *answered) work(ctx context.Context, t *testing.T, client *http.Client, base string, round, more int, kill func() error) {
	var people sync.WaitGroup
	defer people.Wait()
	defer kill()
	done := make(chan struct{}, more+1000)
	for person := range 8 {
		people.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				if w.one(ctx, client, base, fmt.Sprintf("02:%02X:%02X:%02X:00:00", round, person, n), done) != nil {
					return
				}
			}
		})
	}
	for range more {
		select {
		case <-done:
		case <-ctx.Done():
			t.Error("too few changes were answered in time")
			return
		}
	}
}

// one raises an alert and works with its incident.
func (w *answered) one(ctx context.Context, client *http.Client, base, bssid string, done chan<- struct{}) error {
	raise := url.Values{"json": {`{"name":"KILLED","text":"x","bssid":"` + bssid + `"}`}}
	resp, err := client.PostForm(base+"alerts/raise_alerts.cmd", raise)
	if err != nil {
		return err
	}
	resp.Body.Close()
	var page v1.Page[v1.Incident]
	if err := ask(ctx, client, "GET", base+"api/v1/incidents?mac="+bssid, "", &page); err != nil || len(page.Items) != 1 {
		return errors.Join(err, errors.New("no incident"))
	}
	id := page.Items[0].ID
	for _, act := range []string{"acknowledge", "resolve"} {
		var i v1.Incident
		if err := ask(ctx, client, "POST", base+"api/v1/incidents/"+id+"/"+act, `{"comment":"`+bssid+`"}`, &i); err != nil {
			return err
		}
		w.mu.Lock()
		w.incidents[id] = i
		w.mu.Unlock()
		done <- struct{}{}
	}
	var s v1.Silence
	body := `{"comment":"works","ends":"2999-01-01T00:00:00Z","matcher":{"bssid":"` + bssid + `"}}`
	if err := ask(ctx, client, "POST", base+"api/v1/silences", body, &s); err != nil {
		return err
	}
	w.mu.Lock()
	w.silences[s.ID] = s
	w.mu.Unlock()
	if err := ask(ctx, client, "DELETE", base+"api/v1/silences/"+s.ID, "", &s); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.silences[s.ID] = s
	return nil
}

// ask reads the answer into out.
func ask(ctx context.Context, client *http.Client, method, address, body string, out any) error {
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader([]byte(body)))
	if err != nil {
		return err
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	resp, err := client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		return errors.Join(err, fmt.Errorf("%s %s: status %d %s", method, address, resp.StatusCode, b))
	}
	return json.Unmarshal(b, out)
}

// compare wants of a server what was answered before. What was asked for and not answered may be there too.
func (w *answered) compare(t *testing.T, seed uint64, client *http.Client, base string) {
	t.Helper()
	for id, want := range w.incidents {
		var got v1.Incident
		if err := ask(t.Context(), client, "GET", base+"api/v1/incidents/"+id, "", &got); err != nil {
			t.Errorf("seed %d: %v", seed, err)
			continue
		}
		if len(got.Changes) < len(want.Changes) || got.Header != want.Header || got.Count != want.Count || got.LastAlert.ID != want.LastAlert.ID {
			t.Errorf("seed %d: incident %+v, answered was %+v", seed, got, want)
			continue
		}
		for n, c := range want.Changes {
			if got.Changes[n] != c || c.By != "admin" || c.Comment != want.LastAlert.BSSID {
				t.Errorf("seed %d: change %+v, answered was %+v", seed, got.Changes[n], c)
			}
		}
	}
	for id, want := range w.silences {
		var got v1.Silence
		if err := ask(t.Context(), client, "GET", base+"api/v1/silences/"+id, "", &got); err != nil {
			t.Errorf("seed %d: %v", seed, err)
			continue
		}
		if want.Expired.IsZero() { // that it was expired may have been under way
			got.Expired, got.ExpiredBy, got.State = want.Expired, want.ExpiredBy, want.State
		}
		if got != want {
			t.Errorf("seed %d: silence %+v, answered was %+v", seed, got, want)
		}
	}
}
