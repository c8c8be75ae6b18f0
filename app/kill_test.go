package app

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/tocsin-wids/tocsin/config"
	"github.com/tocsin-wids/tocsin/store/sqlite"
)

var killRounds = flag.Int("kill-rounds", 3, "how often TestNothingSeenIsLostByKill kills the server")

// killFolder is the variable that makes this test binary a server that is to be killed.
const killFolder = "TOCSIN_TEST_KILL_FOLDER"

// TestServerToBeKilled is no test but the process that TestNothingSeenIsLostByKill starts.
func TestServerToBeKilled(t *testing.T) {
	folder := os.Getenv(killFolder)
	if folder == "" {
		t.Skip("started by TestNothingSeenIsLostByKill alone")
	}
	conf := config.Default()
	conf.Server.Listen, conf.Server.Data = "127.0.0.1:0", folder
	s, err := New(Options{Config: conf, User: "admin", Password: "secret word"})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("URL " + s.URL())
	t.Fatal(s.Run(context.Background()))
}

// witness is what clients know of alerts.
type witness struct {
	mu    sync.Mutex
	acked map[string]bool // texts of alerts that were answered with 200
	seen  map[string]bool // ids of alerts that came over the event bus
}

func (w *witness) add(to map[string]bool, what string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	to[what] = true
	return len(to)
}

// TestNothingSeenIsLostByKill raises alerts from many clients, kills the server at a random one, starts it again on the
// same folder, and at the end wants in the store exactly once what was acknowledged or seen.
func TestNothingSeenIsLostByKill(t *testing.T) {
	folder := t.TempDir()
	w := &witness{acked: map[string]bool{}, seen: map[string]bool{}}
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	for round := range *killRounds {
		killAfter(t, folder, w, round, 20+random.IntN(300))
	}
	s, _, err := sqlite.Open(context.Background(), sqlite.Options{Path: filepath.Join(folder, "alerts.db")})
	if err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	defer s.Close()
	list, err := s.Since(context.Background(), time.Time{}, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	texts, ids := map[string]int{}, map[string]int{}
	for i, a := range list {
		texts[a.Text]++
		ids[a.ID.String()]++
		if i > 0 && !a.Time.After(list[i-1].Time) {
			t.Errorf("seed %d: the clock went back at %s", seed, a.ID)
		}
	}
	for text := range w.acked {
		if texts[text] != 1 {
			t.Errorf("seed %d: %q was acknowledged and is in the store %d times", seed, text, texts[text])
		}
	}
	for id := range w.seen {
		if ids[id] != 1 {
			t.Errorf("seed %d: %s came over the bus and is in the store %d times", seed, id, ids[id])
		}
	}
	if len(w.acked) < 20**killRounds || len(w.seen) == 0 {
		t.Errorf("only %d acknowledged and %d seen: the test shows nothing", len(w.acked), len(w.seen))
	}
	t.Logf("%d kills, %d acknowledged, %d seen on the bus, %d in the store", *killRounds, len(w.acked), len(w.seen), len(list))
}

// killAfter kills a server when that many more alerts are acknowledged.
func killAfter(t *testing.T, folder string, w *witness, round, more int) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	cmd, base := toBeKilled(ctx, t, folder)
	client := loggedIn(t, base)
	defer client.CloseIdleConnections()
	w.mu.Lock()
	target := len(w.acked) + more
	w.mu.Unlock()

	var clients sync.WaitGroup
	clients.Go(func() { watch(ctx, t, base, w) })
	enough := make(chan struct{})
	var once sync.Once
	for worker := range 16 {
		clients.Go(func() {
			for i := 0; ; i++ {
				text := fmt.Sprintf("round %d worker %d alert %d", round, worker, i)
				resp, err := client.PostForm(base+"alerts/raise_alerts.cmd", url.Values{"json": {`{"name":"KILLED","text":"` + text + `"}`}})
				if err != nil {
					return
				}
				body, err := io.ReadAll(resp.Body)
				resp.Body.Close()
				if err != nil || resp.StatusCode != http.StatusOK {
					t.Logf("%s: %d %s %v", text, resp.StatusCode, body, err)
					return
				}
				if w.add(w.acked, text) >= target {
					once.Do(func() { close(enough) })
				}
			}
		})
	}
	select {
	case <-enough:
	case <-ctx.Done():
		t.Error("too few alerts were acknowledged in time")
	}
	cmd.Process.Kill()
	clients.Wait()
	cmd.Wait()
}

// toBeKilled starts a server on the folder and returns where it answers.
func toBeKilled(ctx context.Context, t *testing.T, folder string) (cmd *exec.Cmd, base string) {
	t.Helper()
	cmd = exec.CommandContext(ctx, os.Args[0], "-test.run=^TestServerToBeKilled$")
	cmd.Env = append(os.Environ(), killFolder+"="+folder)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, urlOf(t, out)
}

func urlOf(t *testing.T, out io.Reader) string {
	t.Helper()
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if base, ok := strings.CutPrefix(lines.Text(), "URL "); ok {
			return base
		}
		t.Log(lines.Text())
	}
	t.Fatal("the server did not start")
	return ""
}

// loggedIn returns a client with a session, after it defined an alert that is never throttled.
func loggedIn(t *testing.T, base string) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 32}}
	resp, err := client.Get(base + "session/check_login?user=admin&password=secret%20word")
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("log in: %v, %v", resp, err)
	}
	resp.Body.Close()
	define := `{"name":"KILLED","description":"d","class":"OTHER","severity":5,"throttle":"1000000/day","burst":"1000000/day"}`
	resp, err = client.PostForm(base+"alerts/definitions/define_alert.cmd", url.Values{"json": {define}})
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("define: %v, %v", resp, err)
	}
	resp.Body.Close()
	return client
}

// watch notes the alerts that come over the event bus until the connection breaks.
func watch(ctx context.Context, t *testing.T, base string, w *witness) {
	address := strings.Replace(base, "http", "ws", 1) + "eventbus/events.ws?user=admin&password=" + url.PathEscape("secret word")
	c, _, err := websocket.Dial(ctx, address, nil)
	if err != nil {
		return // the server was killed before
	}
	defer c.CloseNow()
	if err := c.Write(ctx, websocket.MessageText, []byte(`{"SUBSCRIBE":"ALERT"}`)); err != nil {
		return
	}
	for {
		_, b, err := c.Read(ctx)
		if err != nil {
			return
		}
		var event struct {
			Alert struct {
				ID string `json:"tocsin.alert.id"`
			} `json:"ALERT"`
		}
		if err := json.Unmarshal(b, &event); err != nil {
			t.Errorf("event %s: %v", b, err)
		}
		if event.Alert.ID != "" {
			w.add(w.seen, event.Alert.ID)
		}
	}
}
