package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	v1 "github.com/tocsin-wids/tocsin/api/v1"
	"github.com/tocsin-wids/tocsin/app"
	"github.com/tocsin-wids/tocsin/config"
)

// startServer runs a server until the test ends, and returns where it answers and its data folder.
func startServer(t *testing.T) (url, data string) {
	t.Helper()
	conf := config.Default()
	conf.Server.Listen, conf.Server.Data = "127.0.0.1:0", t.TempDir()
	server, err := app.New(app.Options{Config: conf})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.Run(ctx) }()
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return server.URL(), conf.Server.Data
}

// operator asks a server by commands, with a token of its own.
type operator struct {
	t           *testing.T
	server      string
	token, file string
}

func newOperator(t *testing.T) operator {
	t.Helper()
	server, data := startServer(t)
	o := operator{t: t, server: server, file: filepath.Join(data, "token")}
	var out bytes.Buffer
	if code := run(t.Context(), []string{"token", "add", "ann", "--role", "admin", "--data", data}, terminal{out: &out, err: &out}); code != exitOK {
		t.Fatal(out.String())
	}
	o.token = strings.TrimSpace(out.String())
	if err := os.WriteFile(o.file, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return o
}

// command runs a command and wants that exit code.
func (o operator) command(code int, args ...string) (out, problems string) {
	o.t.Helper()
	var a, b bytes.Buffer
	args = append(args, "--server", o.server, "--token-file", o.file)
	if got := run(o.t.Context(), args, terminal{in: strings.NewReader(""), out: &a, err: &b}); got != code {
		o.t.Fatalf("%v: exit status %d, want %d: %s", args, got, code, &b)
	}
	if code != exitOK && strings.Count(b.String(), "\n") != 1 {
		o.t.Errorf("%v: %q, want one line", args, &b)
	}
	for line := range strings.Lines(a.String()) {
		if !slices.Contains(args, "json") && (utf8.RuneCountInString(line) > tableWidth+1 || strings.ContainsAny(line, "\x1b\u202e\r")) {
			o.t.Errorf("%v: line %q", args, line)
		}
	}
	return a.String(), b.String()
}

// raise has the server raise an alert.
func (o operator) raise(header, text, bssid string) {
	o.t.Helper()
	o.post("alerts/definitions/define_alert.cmd", map[string]any{"name": header, "description": "d", "class": "SPOOF", "severity": 10, "throttle": "100/min", "burst": "100/min"})
	o.post("alerts/raise_alerts.cmd", map[string]any{"name": header, "text": text, "bssid": bssid})
}

func (o operator) post(path string, body any) {
	o.t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		o.t.Fatal(err)
	}
	r, err := http.NewRequest("POST", o.server+path, bytes.NewReader(b))
	if err != nil {
		o.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("KISMET", o.token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil || answer.StatusCode != http.StatusOK {
		o.t.Fatalf("%s: %v, %v", path, answer, err)
	}
	answer.Body.Close()
}

func TestIncidentsByCommand(t *testing.T) {
	o := newOperator(t)
	o.raise("MINE", "a\x1b[2J \u202e"+strings.Repeat("long text ", 30), "02:00:00:00:00:0A")
	o.raise(strings.Repeat("OTHER", 12), "b", "02:00:00:00:00:0B")
	var all []v1.Incident
	out, _ := o.command(exitOK, "incidents", "list", "--format", "json", "--class", "spoof")
	if err := json.Unmarshal([]byte(out), &all); err != nil || len(all) != 2 {
		t.Fatalf("%v: %s", err, out)
	}
	out, _ = o.command(exitOK, "incidents", "list", "--mac", "02:00:00:*", "--since", "1h")
	lines := strings.Split(out, "\n")
	if len(lines) != 4 || !strings.HasPrefix(lines[2], short(all[1].ID)+"  open ") || !strings.HasSuffix(lines[2], "MINE 02:00:00:00:00:0A") {
		t.Errorf("%s", out)
	}
	id := short(all[1].ID)
	if out, _ = o.command(exitOK, "incidents", "ack", strings.ToLower(id), "-m", "walking\tover"); !strings.Contains(out, `acknowledged by ann: walking\u{9}over`) {
		t.Errorf("%s", out)
	}
	if out, _ = o.command(exitOK, "incidents", "list", "--state", "acknowledged"); strings.Count(out, "\n") != 2 {
		t.Errorf("%s", out)
	}
	o.command(exitOK, "incidents", "resolve", id)
	if out, _ = o.command(exitOK, "incidents", "list", "--class", "spoof"); strings.Contains(out, id) || strings.Count(out, "\n") != 2 {
		t.Errorf("%s", out)
	}
	if _, problem := o.command(exitUsage, "incidents", "ack", id); !strings.Contains(problem, "reopen it first") {
		t.Error(problem)
	}
	o.command(exitOK, "incidents", "reopen", all[1].ID)
	if out, _ = o.command(exitOK, "incidents", "show", id); !strings.Contains(out, "open by ann") || !strings.Contains(out, `a\u{1b}[2J \u{202e}`) {
		t.Errorf("%s", out)
	}
	if _, note := o.command(exitOK, "incidents", "list", "--limit", "1"); !strings.Contains(note, "more than 1") {
		t.Error(note)
	}
}

func TestSilencesByCommand(t *testing.T) {
	o := newOperator(t)
	o.raise("MINE", "a", "02:00:00:00:00:0A")
	out, _ := o.command(exitOK, "silence", "add", "--header", "mine", "--bssid", "02:00:00:*", "--for", "2h", "-m", "works "+strings.Repeat("long ", 30))
	lines := strings.Split(out, "\n")
	if len(lines) != 4 || !strings.Contains(lines[1], "active") || !strings.HasSuffix(lines[1], "MINE, bssid 02:00:00:*") || !strings.Contains(lines[2], "by ann: works long") {
		t.Fatalf("%s", out)
	}
	id := lines[1][:shortID]
	if out, _ = o.command(exitOK, "incidents", "list", "--class", "spoof"); !strings.Contains(out, "  silenced  ") {
		t.Errorf("%s", out)
	}
	o.command(exitOK, "silence", "add", "--ssid", `Corp\*`, "--from", "2999-03-01T18:00Z", "--until", "2999-03-01T20:00:00+00:00", "--weekly", "-m", "window")
	var all []v1.Silence
	out, _ = o.command(exitOK, "silence", "list", "--format", "json")
	if err := json.Unmarshal([]byte(out), &all); err != nil || len(all) != 2 || all[0].State != "pending" || !all[0].Weekly || all[0].Matcher.SSID != `Corp\*` {
		t.Errorf("%v: %s", err, out)
	}
	if out, _ = o.command(exitOK, "silence", "expire", id); !strings.Contains(out, "  over  ") {
		t.Errorf("%s", out)
	}
	if out, _ = o.command(exitOK, "silence", "list"); strings.Contains(out, id) || strings.Count(out, "\n") != 3 {
		t.Errorf("%s", out)
	}
	if out, _ = o.command(exitOK, "silence", "list", "--all"); !strings.Contains(out, id) {
		t.Errorf("%s", out)
	}
}

// TestCommandsSayWhatToDo wants one line that helps.
func TestCommandsSayWhatToDo(t *testing.T) {
	o := newOperator(t)
	for line, want := range map[string]string{
		"incidents ack 0123456789":                       "see the list",
		"incidents ack 1":                                "too short",
		"incidents show 00000000000000000000000000":      "no incident of that id",
		"incidents list --severity awful":                "query.severity",
		"incidents list --limit 0":                       "--limit 0",
		"incidents list --since soon":                    "--since soon",
		"incidents list --state closed":                  "--state must be one of",
		"silence add -m x --for 2h":                      "name what is to be silent",
		"silence add -m x --header X":                    "--for",
		"silence add -m x --header X --for 2h --until x": "--for",
		"silence add -m x --header X --until later":      "--until later",
		"silence add -m x --header X --until 2020-01-01": "ends after",
		"silence add -m x --mac 02 --for 2h":             "02:00:00:*",
		"silence add --header X --for 2h":                "--comment",
		"silence expire 00000000000000000000000000":      "no silence of that id",
		"incidents list --ca " + o.file:                  "no certificate",
		"incidents list --token-file /absent":            "read the token",
		"incidents list --server nonsense":               "write for example",
	} {
		args := strings.Fields(line)
		if strings.Contains(line, "--server") || strings.Contains(line, "--token-file") {
			var out, problem bytes.Buffer
			if code := run(t.Context(), args, terminal{out: &out, err: &problem}); code != exitUsage || !strings.Contains(problem.String(), want) {
				t.Errorf("%s: exit status %d, %s", line, code, &problem)
			}
			continue
		}
		if _, problem := o.command(exitUsage, args...); !strings.Contains(problem, want) {
			t.Errorf("%s: %s, want it to say %s", line, problem, want)
		}
	}
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		code   int
		want   string
	}{
		"other server":  {func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>")) }, exitFailed, "--server URL"},
		"other failure": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(502) }, exitFailed, "502"},
		"elsewhere": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://192.0.2.1/", http.StatusFound)
		}, exitFailed, "302"},
		"no token": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(401)
			w.Write([]byte(`{"detail":"Log in"}`))
		}, exitUsage, "tocsin token add NAME --role operator"},
		"hostile": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(500)
			w.Write([]byte(`{"detail":"\u001b[2J\nx"}`))
		}, exitFailed, `\u{1b}[2J\u{a}x`},
	} {
		server := httptest.NewServer(c.answer)
		o.server = server.URL
		if _, problem := o.command(c.code, "incidents", "list"); !strings.Contains(problem, c.want) {
			t.Errorf("%s: %s, want it to say %s", name, problem, c.want)
		}
		server.Close()
		if _, problem := o.command(exitFailed, "incidents", "list"); !strings.Contains(problem, "is the server running there?") {
			t.Errorf("closed: %s", problem)
		}
	}
}
