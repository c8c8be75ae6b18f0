package auth_test

import (
	"bytes"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/api"
	"github.com/tocsin-wids/tocsin/api/auth"
)

func open(t *testing.T, o auth.Options) *auth.Keeper {
	t.Helper()
	k, err := auth.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func login(k *auth.Keeper, user, password string) api.Caller {
	r := httptest.NewRequest("GET", "/", nil)
	r.SetBasicAuth(user, password)
	return k.Identify(r, nil)
}

func session(k *auth.Keeper, token string) api.Caller {
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Cookie", "a=b; KISMET="+token)
	return k.Identify(r, nil)
}

func TestNobodyMayAnythingBeforeSetup(t *testing.T) {
	k := open(t, auth.Options{})
	for _, user := range []string{"", "admin"} {
		if c := login(k, user, ""); c.Role != "" {
			t.Errorf("%q without a password got %+v", user, c)
		}
	}
	r := httptest.NewRequest("POST", "/", nil)
	for _, secret := range []string{"", "x", strings.ToLower(k.SetupSecret()) + "x"} {
		if err := k.SetPassword(r, api.Caller{}, secret, "admin", "pw"); tocsin.ErrorCode(err) != tocsin.Forbidden {
			t.Errorf("set-up with secret %q: got %v, want it refused", secret, err)
		}
	}
	secret := k.SetupSecret()
	if err := k.SetPassword(r, api.Caller{}, secret, "admin", "pw"); err != nil {
		t.Fatal(err)
	}
	if err := k.SetPassword(r, api.Caller{}, secret, "admin", "other"); tocsin.ErrorCode(err) != tocsin.Forbidden {
		t.Errorf("a second set-up with the same secret: got %v, want it refused", err)
	}
	if c := login(k, "admin", "pw"); c.Role != api.Admin {
		t.Errorf("got %+v, want the administrator", c)
	}
}

func TestLoginAndTokensOutliveTheProcess(t *testing.T) {
	file := filepath.Join(t.TempDir(), "logins.json")
	k := open(t, auth.Options{File: file})
	if err := k.SetPassword(httptest.NewRequest("POST", "/", nil), api.Caller{}, k.SetupSecret(), "admin", "pw"); err != nil {
		t.Fatal(err)
	}
	token, err := k.Generate("siem", api.ReadOnly, 0)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(file); info.Mode().Perm() != 0o600 || strings.Contains(string(b), token) || strings.Contains(string(b), `"pw"`) {
		t.Errorf("got mode %v and %s, want secrets hashed and private", info.Mode(), b)
	}
	again := open(t, auth.Options{File: file})
	if c := login(again, "admin", "pw"); c.Role != api.Admin || again.SetupSecret() != "" {
		t.Errorf("got %+v after a restart, want the administrator", c)
	}
	if c := session(again, token); c.Role != api.ReadOnly {
		t.Errorf("got %+v after a restart, want the token's role", c)
	}
	// The operator's login stands in for the one in the file, which stays.
	operator := open(t, auth.Options{File: file, User: "op", Password: "x"})
	if _, err := operator.Generate("other", api.ReadOnly, 0); err != nil {
		t.Fatal(err)
	}
	if c := login(operator, "admin", "pw"); c.Role != "" {
		t.Errorf("got %+v by the login that is stood in for", c)
	}
	if c := login(open(t, auth.Options{File: file}), "admin", "pw"); c.Role != api.Admin {
		t.Errorf("got %+v after the operator's login is gone, want the administrator", c)
	}
}

func TestAFileThatCannotBeReadIsAnError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "logins.json")
	for _, content := range []string{"{", `{"login":{"user":"a"}}`, `{"login":{"user":"a","salt":"AAAAAAAAAAAAAAAA","argon2id":"AA==","passes":4000000000}}`} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := auth.Open(auth.Options{File: file}); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: got %v, want an error that names the file", content, err)
		}
	}
}

func TestSessionsAndTokensExpire(t *testing.T) {
	now := time.Unix(1700000000, 0)
	k := open(t, auth.Options{User: "admin", Password: "pw", Now: func() time.Time { return now }})
	s := login(k, "admin", "pw").Session
	token, err := k.Generate("short", "ADSB", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if got := login(k, "admin", "pw").Session; got != s {
		t.Error("each request opens a session, want one for all")
	}
	now = now.Add(59 * time.Second)
	if session(k, token).Role != "ADSB" || session(k, s).Role != api.Admin {
		t.Error("they ended too early")
	}
	now = now.Add(time.Second)
	if c := session(k, token); c.Role != "" || len(k.Tokens()) != 0 {
		t.Errorf("got %+v for a token that ended", c)
	}
	now = now.Add(24 * time.Hour)
	if c := session(k, s); c.Role != "" {
		t.Errorf("got %+v for a session that ended", c)
	}
}

func TestCallersHaveTheirNames(t *testing.T) {
	k := open(t, auth.Options{User: "root", Password: "pw"})
	token, err := k.Generate("ann", api.Operator, 0)
	if err != nil {
		t.Fatal(err)
	}
	c := login(k, "root", "pw")
	for want, c := range map[string]api.Caller{"root": c, "ann": session(k, token), "": login(k, "root", "x")} {
		if c.Name != want {
			t.Errorf("got %+v, want the name %q", c, want)
		}
	}
	if c := session(k, c.Session); c.Name != "root" {
		t.Errorf("a session has the name %q", c.Name)
	}
}

func TestANewPasswordEndsSessions(t *testing.T) {
	k := open(t, auth.Options{})
	r := httptest.NewRequest("POST", "/", nil)
	if err := k.SetPassword(r, api.Caller{}, k.SetupSecret(), "admin", "old"); err != nil {
		t.Fatal(err)
	}
	c := login(k, "admin", "old")
	if err := k.SetPassword(r, c, "", "admin", "new"); err != nil {
		t.Fatal(err)
	}
	if session(k, c.Session).Role != "" || login(k, "admin", "old").Role != "" || login(k, "admin", "new").Role != api.Admin {
		t.Error("want the old session and password to end and the new password to count")
	}
}

func TestGuessingIsSlowedDownForOneAddressOnly(t *testing.T) {
	now := time.Unix(1700000000, 0)
	var log bytes.Buffer
	k := open(t, auth.Options{User: "admin", Password: "pw", Now: func() time.Time { return now }, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	for range 20 {
		if c := login(k, "admin", "x"); c.Refused || c.Role != "" {
			t.Fatalf("got %+v, want a wrong password to be looked at", c)
		}
	}
	if c := login(k, "admin", "pw"); !c.Refused {
		t.Errorf("got %+v, want even the right password to wait", c)
	}
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = "[2001:db8::1]:5"
	r.SetBasicAuth("admin", "pw")
	if c := k.Identify(r, nil); c.Role != api.Admin {
		t.Errorf("another address got %+v", c)
	}
	now = now.Add(3 * time.Second)
	if c := login(k, "admin", "pw"); c.Role != api.Admin {
		t.Errorf("got %+v after a while", c)
	}
	for range 5 {
		now = now.Add(3 * time.Second)
		login(k, "admin", "xsecretx")
	}
	if n := strings.Count(log.String(), "\n"); n != 1 || !strings.Contains(log.String(), "192.0.2.1/32") || strings.Contains(log.String(), "secret") {
		t.Errorf("got log %s, want one line that names the address only", &log)
	}
}

func BenchmarkBasicLogin(b *testing.B) {
	k, err := auth.Open(auth.Options{User: "admin", Password: "pw"})
	if err != nil {
		b.Fatal(err)
	}
	r := httptest.NewRequest("GET", "/", nil)
	r.SetBasicAuth("admin", "pw")
	b.ReportAllocs()
	for b.Loop() {
		if k.Identify(r, nil).Role != api.Admin {
			b.Fatal("refused")
		}
	}
}
