package auth

import (
	"context"
	"encoding/hex"
	"time"

	"github.com/tocsin-wids/tocsin/api"
)

// watch is a connection that outlives its request.
type watch struct {
	token   string // hash, in hexadecimal; empty: the administrator's login
	login   *login // that was in force
	expires time.Time
	end     func()
}

// Watch calls end, at most once, when what c was let in by ends: the token is revoked or over, or the login is another.
// Sessions count as the login. Run must be running for tokens to end in time. The function that is returned stops the
// watch and must be called when the connection is gone; neither function is called under a lock of the Keeper's.
func (k *Keeper) Watch(c api.Caller, end func()) (stop func()) {
	w := &watch{end: end}
	if c.Token != [32]byte{} {
		w.token = hex.EncodeToString(c.Token[:])
	}
	k.mu.Lock()
	w.login = k.active
	t, ok := k.disk.byHash()[w.token]
	gone := w.token != "" && !ok // meanwhile
	if ok {
		w.expires = t.Expires
	}
	if !gone {
		k.watches[w] = struct{}{}
	}
	k.mu.Unlock()
	if gone {
		end()
	}
	return func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		delete(k.watches, w)
	}
}

// Run looks once a second whether another process has changed the file or a token is over, until ctx ends.
func (k *Keeper) Run(ctx context.Context) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		k.refresh()
		// Revoked ones were ended when the file was read; only time passes by itself.
		now := k.now()
		k.endIf(func(w *watch) bool { return !w.expires.IsZero() && !now.Before(w.expires) })
	}
}

// endRevoked ends those whose login or token is no more.
func (k *Keeper) endRevoked() {
	var tokens map[string]*storedToken // made once, under the lock
	k.endIf(func(w *watch) bool {
		if w.token == "" {
			return w.login != k.active
		}
		if tokens == nil {
			tokens = k.disk.byHash()
		}
		return tokens[w.token] == nil
	})
}

// endIf asks over under the lock, and ends connections without it.
func (k *Keeper) endIf(over func(*watch) bool) {
	var ended []*watch
	k.mu.Lock()
	for w := range k.watches {
		if over(w) {
			ended = append(ended, w)
			delete(k.watches, w)
		}
	}
	k.mu.Unlock()
	for _, w := range ended {
		w.end()
	}
}

// byHash finds tokens when there are many connections: comparing each with each would take a second.
func (s *stored) byHash() map[string]*storedToken {
	m := make(map[string]*storedToken, len(s.Tokens))
	for i := range s.Tokens {
		m[s.Tokens[i].Hash] = &s.Tokens[i]
	}
	return m
}
