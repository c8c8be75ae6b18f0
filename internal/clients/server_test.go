package clients

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/goleak"
)

// The login has what careless clients do not encode, and what breaks a server that decodes before it splits.
const (
	user     = "admin"
	password = "se+cret/=word"
)

// tocsin is the server's program, built once.
var tocsin string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "tocsin-clients")
	if err != nil {
		panic(err)
	}
	tocsin = filepath.Join(folder, "tocsin")
	build := exec.Command("go", "build", "-o", tocsin, "github.com/tocsin-wids/tocsin/cmd/tocsin")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the server: %v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(folder)
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// server is a running `tocsin serve` with the demo's capture.
type server struct {
	t       testing.TB
	folder  string
	address string // host:port
	process *exec.Cmd
	ended   chan struct{}
	out     bytes.Buffer // what it printed; to be read once ended
	mu      sync.Mutex
}

var answersAt = regexp.MustCompile(`answers at http://(\S+)/`)

// serve starts a server on a free port, until the test ends.
func serve(t testing.TB, more ...string) *server {
	t.Helper()
	s := &server{t: t, folder: t.TempDir(), address: "127.0.0.1:0"}
	if err := os.WriteFile(filepath.Join(s.folder, "password"), []byte(password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.start(more...)
	t.Cleanup(func() {
		s.stop()
		http.DefaultClient.CloseIdleConnections()
	})
	return s
}

func (s *server) start(more ...string) {
	s.t.Helper()
	args := append([]string{"serve", "--listen", s.address, "--data", filepath.Join(s.folder, "data"),
		"--user", user, "--password-file", filepath.Join(s.folder, "password")}, more...)
	s.process = exec.Command(tocsin, args...)
	s.process.Stderr = lockedWriter{s}
	out, err := s.process.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.ended = make(chan struct{})
	found := make(chan string, 1)
	go func() {
		defer close(s.ended)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			fmt.Fprintln(lockedWriter{s}, lines.Text())
			if m := answersAt.FindStringSubmatch(lines.Text()); m != nil {
				select {
				case found <- m[1]:
				default:
				}
			}
		}
		s.process.Wait()
	}()
	select {
	case s.address = <-found:
	case <-s.ended:
		s.t.Fatalf("the server ended:\n%s", s.printed())
	}
}

// stop ends the server as an operator does, and waits for it.
func (s *server) stop() {
	s.process.Process.Signal(syscall.SIGTERM)
	kill := time.AfterFunc(20*time.Second, func() { s.process.Process.Kill() })
	defer kill.Stop()
	<-s.ended
	if code := s.process.ProcessState.ExitCode(); code != 0 {
		s.t.Errorf("the server ended with %d:\n%s", code, s.printed())
	}
}

type lockedWriter struct{ *server }

func (w lockedWriter) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.out.Write(b)
}

func (s *server) printed() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.String()
}

// demo is the source of the demo's capture.
func demo(t testing.TB) []string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", "cmd", "tocsin", "demo.pcap.gz"))
	if err != nil {
		t.Fatal(err)
	}
	return []string{"--source", path}
}

// url returns the address of a path.
func (s *server) url(path string) string { return "http://" + s.address + path }

// post sends a JSON command as the administrator, and returns the answer.
func (s *server) post(path, json string) (string, error) {
	req, err := http.NewRequest(http.MethodPost, s.url(path), strings.NewReader(url.Values{"json": {json}}.Encode()))
	if err != nil {
		return "", err
	}
	req.SetBasicAuth(user, password)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: status %d: %s", path, json, resp.StatusCode, b)
	}
	return string(b), err
}

// get reads a path as the administrator.
func (s *server) get(path string) ([]byte, error) {
	req, err := http.NewRequest(http.MethodGet, s.url(path), nil)
	if err != nil {
		return nil, err
	}
	req.SetBasicAuth(user, password)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

// watch reads events of the topics TIMESTAMP, which comes every second, and of the command, until done returns true.
func (s *server) watch(command string, done func(text string) bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 30*time.Second)
	defer cancel()
	address := "ws://" + s.address + "/eventbus/events.ws?user=" + user + "&password=" + url.QueryEscape(password)
	c, _, err := websocket.Dial(ctx, address, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	defer c.CloseNow()
	for _, text := range []string{command, `{"SUBSCRIBE":"TIMESTAMP"}`} {
		if err := c.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
			s.t.Fatal(err)
		}
	}
	for {
		_, b, err := c.Read(ctx)
		if err != nil {
			s.t.Fatal(err)
		}
		if done(string(b)) {
			return
		}
	}
}

func (s *server) command(path, json string) string {
	s.t.Helper()
	answer, err := s.post(path, json)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer
}

// defineProbe defines an alert that may be raised often.
func (s *server) defineProbe() {
	s.t.Helper()
	s.command("/alerts/definitions/define_alert.cmd",
		`{"name":"PROBE","description":"probe","class":"OTHER","severity":5,"throttle":"100000/sec","burst":"100000/sec"}`)
}

func (s *server) raise(text string) error {
	_, err := s.post("/alerts/raise_alerts.cmd", fmt.Sprintf(`{"name":"PROBE","text":%q}`, text))
	return err
}

// client is a running program whose output is read line by line.
type client struct {
	t     testing.TB
	lines chan string
	input io.WriteCloser
}

// run starts a program that must end by itself with exit code 0 before the test does.
func run(t testing.TB, name string, args ...string) *client {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	cmd := exec.CommandContext(ctx, name, args...)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	read, write := io.Pipe()
	cmd.Stdout, cmd.Stderr = write, write
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &client{t: t, lines: make(chan string, 1000), input: in}
	done := make(chan struct{})
	go func() {
		defer close(c.lines)
		for s := bufio.NewScanner(read); s.Scan(); {
			c.lines <- s.Text()
		}
		io.Copy(io.Discard, read)
	}()
	go func() {
		defer close(done)
		err := cmd.Wait()
		write.Close()
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(name), err)
		}
	}()
	t.Cleanup(func() {
		in.Close()
		for line := range c.lines {
			t.Log("  " + line)
		}
		<-done
		cancel()
	})
	return c
}

// await logs what the client says until a line begins with prefix, and returns the rest of that line.
func (c *client) await(prefix string) string {
	c.t.Helper()
	for line := range c.lines {
		c.t.Log("  " + line)
		if rest, ok := strings.CutPrefix(line, prefix); ok {
			return strings.TrimSpace(rest)
		}
	}
	c.t.Fatalf("the client ended without saying %q", prefix)
	return ""
}

// within is await that gives up after a second.
func (c *client) within(prefix string) (rest string, ok bool) {
	c.t.Helper()
	timer := time.NewTimer(time.Second)
	defer timer.Stop()
	for {
		select {
		case line, open := <-c.lines:
			if !open {
				c.t.Fatalf("the client ended without saying %q", prefix)
			}
			c.t.Log("  " + line)
			if rest, ok := strings.CutPrefix(line, prefix); ok {
				return strings.TrimSpace(rest), true
			}
		case <-timer.C:
			return "", false
		}
	}
}

// program returns the path of an installed program, or skips the test.
func program(t testing.TB, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skipf("%s is not installed: make deps", names[0])
	return ""
}
