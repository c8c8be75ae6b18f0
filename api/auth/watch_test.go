package auth_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tocsin-wids/tocsin/api"
	"github.com/tocsin-wids/tocsin/api/auth"
)

func TestConnectionsEndWithWhatOpenedThem(t *testing.T) {
	file := filepath.Join(t.TempDir(), "login.json")
	synctest.Test(t, func(t *testing.T) {
		k := open(t, auth.Options{File: file})
		running, stop := context.WithCancel(t.Context())
		ran := make(chan struct{})
		go func() { k.Run(running); close(ran) }()
		defer func() { stop(); <-ran }()
		r := httptest.NewRequest("POST", "/", nil)
		if err := k.SetPassword(r, api.Caller{}, k.SetupSecret(), "admin", "old"); err != nil {
			t.Fatal(err)
		}
		watch := func(name string, c api.Caller) func(ended bool) {
			if c.Role == "" {
				t.Fatalf("%s: nobody", name)
			}
			ctx, done := k.Watch(t.Context(), c)
			t.Cleanup(done)
			return func(ended bool) {
				t.Helper()
				synctest.Wait()
				if got := errors.Is(context.Cause(ctx), auth.ErrEnded); got != ended {
					t.Errorf("%s: ended %v, want %v", name, got, ended)
				}
			}
		}
		token := func(name string, life time.Duration) api.Caller {
			s, err := k.Generate(name, "readonly", life)
			if err != nil {
				t.Fatal(err)
			}
			return session(k, s)
		}
		forever, short, gone := watch("for ever", token("for ever", 0)), watch("short", token("short", time.Minute)), watch("gone", token("gone", 0))
		basic := login(k, "admin", "old")
		admin, cookie := watch("password", basic), watch("session", session(k, basic.Session))
		time.Sleep(59 * time.Second) // of the bubble
		forever(false)
		short(false)
		time.Sleep(2 * time.Second)
		short(true)
		gone(false)
		command := open(t, auth.Options{File: file}) // another process, and no request comes
		if err := command.Revoke("gone"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		gone(true)
		admin(false)
		if err := k.SetPassword(r, basic, "", "admin", "new"); err != nil {
			t.Fatal(err)
		}
		admin(true)
		cookie(true)
		forever(false)
	})
}
