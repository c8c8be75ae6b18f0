package clients

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestCurlWithCookies logs in once and then lives on its cookie jar, as scripts do.
func TestCurlWithCookies(t *testing.T) {
	curl := program(t, "curl")
	s := serve(t, demo(t)...)
	s.awaitAlerts()
	jar := filepath.Join(s.folder, "cookies")
	ask := func(args ...string) (body, status string) {
		t.Helper()
		args = append([]string{"-s", "-S", "--max-time", "10", "-w", "\n%{http_code} %{content_type}"}, args...)
		t.Log("  curl " + strings.Join(args[6:], " "))
		out, err := exec.Command(curl, args...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		i := strings.LastIndexByte(string(out), '\n')
		body, status = string(out[:i]), string(out[i+1:])
		t.Logf("  %s %.300s", status, body)
		return body, status
	}
	steps := []struct {
		args       []string
		status     string
		body, part string // exactly, or in it
	}{
		{[]string{s.url("/session/check_session")}, "401", "", ""},
		{[]string{"-c", jar, "-u", user + ":" + password, s.url("/session/check_session")}, "200 text/plain", "Session valid\n", ""},
		{[]string{"-b", jar, s.url("/session/check_login")}, "200 text/plain", "Login valid\n", ""},
		{[]string{"-b", jar, "--data-urlencode", `json={"fields":["kismet.alert.header"]}`, s.url("/alerts/all_alerts.json")},
			"200 application/json", "", `{"kismet.alert.header": "`},
		{[]string{"-b", jar, "-H", "Content-Type: application/json", "-d",
			`{"name":"CURL","description":"a & b","class":"OTHER","severity":10,"throttle":"9/min","burst":"9/sec"}`,
			s.url("/alerts/definitions/define_alert.cmd")}, "200", "", ""},
		{[]string{"-b", jar, "--data-urlencode", `json={"name":"CURL","text":"50% & more"}`, s.url("/alerts/raise_alerts.cmd")},
			"200", "Alert raised\n", ""},
		{[]string{"-b", jar, s.url("/alerts/last-time/-60/alerts.ekjson")}, "200 application/json", "", `"kismet_alert_text": "50% & more"`},
		{[]string{"-b", jar, "-c", jar, s.url("/system/status.json")}, "200 application/json", "", `"kismet.system.memory.rrd": {`},
		{[]string{"-b", "KISMET=0123456789ABCDEF0123456789ABCDEF", s.url("/system/status.json")}, "401", "", ""},
	}
	for _, step := range steps {
		body, status := ask(step.args...)
		if !strings.HasPrefix(status, step.status) {
			t.Errorf("got status %q, want %q", status, step.status)
		}
		if step.body != "" && body != step.body || !strings.Contains(body, step.part) {
			t.Errorf("got %.200q, want %q", body, step.body+step.part)
		}
	}
	kept, err := os.ReadFile(jar)
	if err != nil || !strings.Contains(string(kept), "#HttpOnly_127.0.0.1") {
		t.Errorf("got the jar %q, %v, want a cookie that scripts of a page cannot read", kept, err)
	}
}

// awaitAlerts returns when the demo's capture was heard, so that there are alerts.
func (s *server) awaitAlerts() {
	s.t.Helper()
	s.watch(`{"SUBSCRIBE":"MESSAGE"}`, func(text string) bool {
		return strings.Contains(text, "ended after") || s.heardAll()
	})
}

// heardAll reports whether the capture ended before anybody listened.
func (s *server) heardAll() bool {
	b, err := s.get("/messagebus/all_messages.json")
	if err != nil {
		s.t.Fatal(err)
	}
	var list []map[string]any
	if err := json.Unmarshal(b, &list); err != nil {
		s.t.Fatal(err)
	}
	for _, m := range list {
		if text, _ := m["kismet.messagebus.message_string"].(string); strings.Contains(text, "ended after") {
			return true
		}
	}
	return false
}
