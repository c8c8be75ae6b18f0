package auth_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/api"
	"github.com/tocsin-wids/tocsin/api/auth"
)

func TestARunningServerSeesWhatACommandChanges(t *testing.T) {
	file := filepath.Join(t.TempDir(), "login.json")
	for name, o := range map[string]auth.Options{
		"login in the file":       {File: file},
		"login of the operator's": {File: file, User: "op", Password: "pw"},
	} {
		server, command := open(t, o), open(t, auth.Options{File: file})
		token, err := command.Generate("siem", "readonly", 0)
		if err != nil {
			t.Fatal(err)
		}
		if c := session(server, token); c.Role != "readonly" {
			t.Errorf("%s: got %+v by a token that another process made", name, c)
		}
		if list := server.Tokens(); len(list) != 1 || list[0].Name != "siem" {
			t.Errorf("%s: got %v", name, list)
		}
		if err := command.Revoke("siem"); err != nil {
			t.Fatal(err)
		}
		if c := session(server, token); c.Role != "" {
			t.Errorf("%s: got %+v by a token that another process revoked", name, c)
		}
	}
}

func TestChangesOfSeveralProcessesAreAllKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "login.json")
	var wg sync.WaitGroup
	for i := range 4 {
		k := open(t, auth.Options{File: file})
		wg.Go(func() {
			for j := range 10 {
				if _, err := k.Generate(fmt.Sprint(i, "/", j), "readonly", 0); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := len(open(t, auth.Options{File: file}).Tokens()); n != 40 {
		t.Errorf("got %d tokens, want all 40", n)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(file), ".*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestANewLoginInTheFileEndsSessions(t *testing.T) {
	file := filepath.Join(t.TempDir(), "login.json")
	k := open(t, auth.Options{File: file})
	r := httptest.NewRequest("POST", "/", nil)
	if err := k.SetPassword(r, api.Caller{}, k.SetupSecret(), "admin", "old"); err != nil {
		t.Fatal(err)
	}
	c := login(k, "admin", "old")
	other := open(t, auth.Options{File: file})
	if err := other.SetPassword(r, api.Caller{Role: api.Admin}, "", "admin", "new"); err != nil {
		t.Fatal(err)
	}
	if session(k, c.Session).Role != "" || login(k, "admin", "old").Role != "" || login(k, "admin", "new").Role != api.Admin {
		t.Error("want the old session and password to end and the new password to count")
	}
}

func TestABrokenFileChangesNothingAndIsToldOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "login.json")
	var log bytes.Buffer
	k := open(t, auth.Options{File: file, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	token, err := k.Generate("siem", "readonly", 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(`{"tokens":[{"name":"x","role":"admin","sha256":"00"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if c := session(k, token); c.Role != "readonly" {
			t.Errorf("got %+v, want the token to count still", c)
		}
	}
	if n := strings.Count(log.String(), "\n"); n != 1 || !strings.Contains(log.String(), file) {
		t.Errorf("got %q, want one line that names the file", &log)
	}
	if _, err := k.Generate("more", "readonly", 0); err == nil {
		t.Error("a change replaced a file that could not be read")
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if c := session(k, token); c.Role != "readonly" {
		t.Errorf("got %+v without the file, want the token to count still", c)
	}
}

func TestNamesThatCannotBeShownAreRefused(t *testing.T) {
	k := open(t, auth.Options{})
	for _, bad := range []string{"", "a\r\nX: y", "a\x00", "\x1b[31m", "\xff", "\u202eevil", strings.Repeat("x", 129)} {
		if _, err := k.Generate(bad, "readonly", 0); tocsin.ErrorCode(err) != tocsin.Invalid {
			t.Errorf("token %q: got %v", bad, err)
		}
		if _, err := k.Generate("good", bad, 0); tocsin.ErrorCode(err) != tocsin.Invalid {
			t.Errorf("role %q: got %v", bad, err)
		}
		err := k.SetPassword(httptest.NewRequest("POST", "/", nil), api.Caller{}, k.SetupSecret(), bad, "pw")
		if tocsin.ErrorCode(err) != tocsin.Invalid || len(bad) > 0 && strings.Contains(err.Error(), bad) {
			t.Errorf("user %q: got %q", bad, err)
		}
	}
	if err := k.SetPassword(httptest.NewRequest("POST", "/", nil), api.Caller{}, k.SetupSecret(), "a:b", "pw"); tocsin.ErrorCode(err) != tocsin.Invalid {
		t.Errorf("a name that Basic cannot carry: got %v", err)
	}
	if _, err := k.Generate("Wächter 7", "my role", time.Hour); err != nil {
		t.Errorf("a name of words: got %v", err)
	}
}

func TestTheLoginOfKismetIsTakenOverOnce(t *testing.T) {
	folder := t.TempDir()
	old, file := filepath.Join(folder, "kismet_httpd.conf"), filepath.Join(folder, "login.json")
	text := "# mine\r\nHTTPD_Username = kis\r\nhttpd_password=se=cret word\r\nhttpd_password=later\nother=x"
	if err := os.WriteFile(old, []byte(text), 0o400); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	o := auth.Options{File: file, KismetFile: old, Logger: slog.New(slog.NewTextHandler(&log, nil))}
	k := open(t, o)
	if login(k, "kis", "se=cret word").Role != api.Admin || k.Setup() != api.SetByUser || k.SetupSecret() != "" {
		t.Error("the login does not count")
	}
	ours, err := os.ReadFile(file)
	if err != nil || bytes.Contains(ours, []byte("cret")) || !bytes.Contains(ours, []byte("argon2id")) {
		t.Errorf("got %s, %v, want it kept hashed", ours, err)
	}
	if !strings.Contains(log.String(), "taken over") || strings.Contains(log.String(), "cret") {
		t.Errorf("got log %s, want it told without the password", &log)
	}
	if b, err := os.ReadFile(old); err != nil || string(b) != text {
		t.Errorf("the old file is now %q, %v", b, err)
	}
	// Later the old file counts for nothing.
	if err := k.SetPassword(httptest.NewRequest("POST", "/", nil), login(k, "kis", "se=cret word"), "", "kis", "new"); err != nil {
		t.Fatal(err)
	}
	if again := open(t, o); login(again, "kis", "se=cret word").Role != "" || login(again, "kis", "new").Role != api.Admin {
		t.Error("the old file was read again")
	}
}

func TestALoginOfKismetThatIsNotWholeLeavesSetupOpen(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{
		"one": "httpd_username=kis\n", "other": "httpd_password=se\n", "long": "httpd_username=" + strings.Repeat("x", 200) + "\nhttpd_password=se\n",
		"control": "httpd_username=a\x1b[2Jb\nhttpd_password=se\n", "huge": strings.Repeat("#", 1<<17), "empty": "",
	} {
		old := filepath.Join(folder, name)
		if err := os.WriteFile(old, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		k := open(t, auth.Options{KismetFile: old, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		if k.SetupSecret() == "" || !strings.Contains(log.String(), old) || strings.Contains(log.String(), "\x1b") {
			t.Errorf("%s: got log %s, want set-up open and the reason told", name, &log)
		}
	}
	var log bytes.Buffer
	if k := open(t, auth.Options{KismetFile: filepath.Join(folder, "absent"), Logger: slog.New(slog.NewTextHandler(&log, nil))}); k.SetupSecret() == "" || log.Len() != 0 {
		t.Errorf("no file: got log %s", &log)
	}
}

func TestTheTokensOfKismetAreTakenOverOnce(t *testing.T) {
	folder := t.TempDir()
	old, file := filepath.Join(folder, "session.db"), filepath.Join(folder, "login.json")
	token := func(c string) string { return strings.Repeat(c, 32) }
	text := `[{"accessed":0,"created":1600000000,"expires":0,"name":"siem","role":"readonly","token":"` + token("A") + `"},
		{"accessed":0,"created":1600000000,"expires":1600000001,"name":"over","role":"admin","token":"` + token("B") + `"},
		{"created":1600000000,"expires":0,"name":"web logon","role":"admin","token":"` + token("C") + `"},
		{"name":"short","role":"admin","token":"DD"}, {"name":"none","role":"admin"}, {"name":"a\u001b","role":"admin","token":"` + token("E") + `"},
		{"name":"siem","role":"admin","token":"` + token("F") + `"}, {"name":"pos","role":"WEBGPS","token":"` + token("9") + `","more":[]}]`
	if err := os.WriteFile(old, []byte(text), 0o400); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	o := auth.Options{File: file, KismetTokens: old, Logger: slog.New(slog.NewTextHandler(&log, nil))}
	k := open(t, o)
	for c, role := range map[string]string{"A": "readonly", "B": "", "C": "", "D": "", "E": "", "F": "", "9": "WEBGPS"} {
		if got := session(k, token(c)).Role; got != role {
			t.Errorf("token %s has the role %q, want %q", c, got, role)
		}
	}
	kept, err := os.ReadFile(file)
	if err != nil || bytes.Contains(kept, []byte(token("A"))) || strings.Contains(log.String(), token("A")) || !strings.Contains(log.String(), "tokens=2 skipped=6") {
		t.Errorf("got %s, %v, log %s", kept, err, &log)
	}
	if err := k.Revoke("siem"); err != nil {
		t.Fatal(err)
	}
	if c := session(open(t, o), token("A")); c.Role != "" {
		t.Errorf("got %+v by a revoked token after a restart", c)
	}
	for name, text := range map[string]string{"broken": `[{"token":"` + token("A"), "an object": `{"token":1}`, "a number": `[{"token":1}]`} {
		if err := os.WriteFile(filepath.Join(folder, "bad"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		k := open(t, auth.Options{KismetTokens: filepath.Join(folder, "bad"), Logger: slog.New(slog.NewTextHandler(&log, nil))})
		if len(k.Tokens()) != 0 || !strings.Contains(log.String(), "not taken over") || strings.Contains(log.String(), token("A")) {
			t.Errorf("%s: got %v, log %s", name, k.Tokens(), &log)
		}
	}
}

func FuzzKismetTokens(f *testing.F) {
	f.Add([]byte(`[{"created":1600000000.5,"expires":0,"name":"siem","role":"readonly","token":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}]`))
	f.Add([]byte(`[{"expires":1e300,"name":"x","role":"y","token":"0123456789012345678901234567890123"},{"expires":-1}]`))
	now := time.Unix(1700000000, 0)
	f.Fuzz(func(t *testing.T, b []byte) {
		tokens, skipped, err := auth.ParseKismetTokens(b, now)
		if err != nil && (len(tokens) > 0 || skipped > 0) {
			t.Errorf("got %d tokens, %d skipped and %v", len(tokens), skipped, err)
		}
		for _, token := range tokens {
			if err := token.Validate(); err != nil || token.Expired(now) {
				t.Errorf("got %+v, %v", token, err)
			}
		}
	})
}

func FuzzKismetFile(f *testing.F) {
	f.Add([]byte("httpd_username=a\nhttpd_password=b"))
	f.Add([]byte("httpd_username = x=y\r\n#httpd_password=b\r\n HTTPD_PASSWORD= z \r"))
	f.Add([]byte("\ufeffhttpd_username+=a\nHTTPD_PASSWORD=\rz"))
	f.Fuzz(func(t *testing.T, b []byte) {
		user, password := auth.ParseKismet(b)
		for _, s := range []string{user, password} {
			if strings.ContainsRune(s, '\n') || s != strings.Trim(s, " \t\r") {
				t.Errorf("got %q of %q", s, b)
			}
		}
		// What was read is read again the same.
		if user != "" && password != "" {
			u, p := auth.ParseKismet([]byte("httpd_username=" + user + "\nhttpd_password=" + password))
			if u != user || p != password {
				t.Errorf("got %q, %q, want %q, %q", u, p, user, password)
			}
		}
	})
}
