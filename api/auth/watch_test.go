package auth_test

import (
	"context"
	"net/http/httptest"
	"path/filepath"
	"sync/atomic"
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
			var ends atomic.Int32
			t.Cleanup(k.Watch(c, func() { ends.Add(1) }))
			return func(ended bool) {
				t.Helper()
				synctest.Wait()
				if n := ends.Load(); (n == 1) != ended || n > 1 {
					t.Errorf("%s: ended %d times, want %v", name, n, ended)
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
		// What was revoked before it is watched ends at once; what is not watched any more does not.
		late := token("late", 0)
		stopped := 0
		stopLate := k.Watch(late, func() { stopped++ })
		stopLate()
		if err := k.Revoke("late"); err != nil {
			t.Fatal(err)
		}
		watch("late", late)(true)
		if stopped != 0 {
			t.Error("ended after it was stopped")
		}
	})
}
