package app

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/tocsin-wids/tocsin/config"
)

// prepared is a server that is not run: its handler is asked directly.
func prepared(t *testing.T, o Options) *Server {
	t.Helper()
	o.Config = config.Default()
	o.Config.Server.Listen = "127.0.0.1:0"
	o.Memory = true
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.listener.Close() })
	return s
}

// TestPagesAndLogins asks for the pages in every manner of logging in.
func TestPagesAndLogins(t *testing.T) {
	s := prepared(t, Options{User: "admin", Password: "a+b&c"})
	tokens := map[string]string{}
	for _, role := range []string{"admin", "readonly", "datasource", "mine"} {
		token, err := s.keeper.Generate(role, role, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		tokens[role] = token
	}
	header := func(k, v string) func(*http.Request) { return func(r *http.Request) { r.Header.Set(k, v) } }
	query := func(q string) func(*http.Request) { return func(r *http.Request) { r.URL.RawQuery = q } }
	ways := map[string]struct {
		set func(*http.Request)
		may bool
	}{
		"nothing":               {func(*http.Request) {}, false},
		"Basic":                 {func(r *http.Request) { r.SetBasicAuth("admin", "a+b&c") }, true},
		"wrong":                 {func(r *http.Request) { r.SetBasicAuth("admin", "a b&c") }, false},
		"password in the query": {query("user=admin&password=a+b%26c"), true},
		"unknown token":         {header("KISMET", strings.Repeat("0", 32)), false},
	}
	for role, token := range tokens {
		for name, set := range map[string]func(*http.Request){
			"cookie": header("Cookie", "KISMET="+token), "header": header("KISMET", token), "bearer": header("Authorization", "Bearer "+token), "query": query("KISMET=" + token),
		} {
			ways[role+" by "+name] = struct {
				set func(*http.Request)
				may bool
			}{set, role == "admin" || role == "readonly"}
		}
	}
	for name, way := range ways {
		r := httptest.NewRequest("GET", "/", nil)
		way.set(r)
		w := httptest.NewRecorder()
		s.http.Handler.ServeHTTP(w, r)
		if way.may != (w.Code == http.StatusOK) || !way.may && (w.Code != http.StatusUnauthorized || w.Header().Get("WWW-Authenticate") == "") {
			t.Errorf("%s: got status %d, want it let in: %v", name, w.Code, way.may)
		}
		// There is a login: the page that sets the first one leads away, and sets none.
		for _, method := range []string{"GET", "POST"} {
			r := httptest.NewRequest(method, "/setup?setup=x", strings.NewReader("username=eve&password=evil"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			way.set(r)
			w := httptest.NewRecorder()
			s.http.Handler.ServeHTTP(w, r)
			if want := map[string]int{"GET": http.StatusSeeOther, "POST": http.StatusForbidden}[method]; w.Code != want {
				t.Errorf("%s: %s of the set-up page: got status %d, want %d", name, method, w.Code, want)
			}
		}
	}
}

func TestSetUpUnderAPrefixLeadsToItsOwnHome(t *testing.T) {
	s := prepared(t, Options{Prefix: "wids/"})
	form := url.Values{"username": {"admin"}, "password": {"secret word"}}.Encode()
	r := httptest.NewRequest("POST", "/wids/setup?setup="+s.keeper.SetupSecret(), strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	s.http.Handler.ServeHTTP(w, r)
	home, err := r.URL.Parse(w.Header().Get("Location"))
	if err != nil || w.Code != http.StatusSeeOther || home.Path != "/wids/" {
		t.Errorf("got status %d to %v, %v, want /wids/", w.Code, home, err)
	}
}

func TestAnOpenWebsocketEndsWhenItsTokenIsRevoked(t *testing.T) {
	s := start(t, Options{Config: config.Default(), User: "admin", Password: "secret word", Memory: true})
	token, err := s.keeper.Generate("siem", "readonly", 0)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	c, _, err := websocket.Dial(ctx, strings.Replace(s.URL(), "http", "ws", 1)+"eventbus/events.ws?KISMET="+token, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	if err := c.Write(ctx, websocket.MessageText, []byte(`{"SUBSCRIBE":"TIMESTAMP"}`)); err != nil {
		t.Fatal(err)
	}
	await(ctx, t, c, "TIMESTAMP")
	if err := s.keeper.Revoke("siem"); err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, _, err = c.Read(ctx)
	}
	if ctx.Err() != nil {
		t.Error("the connection outlives its token")
	}
}
