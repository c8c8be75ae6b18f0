package auth

import (
	"context"
	"encoding/hex"
	"errors"
	"time"

	"github.com/tocsin-wids/tocsin/api"
)

// ErrEnded is why a watched context ends: the token was revoked or is over, or the login is another.
var ErrEnded = errors.New("the login or token of this connection has ended")

// watch is a connection that outlives its request.
type watch struct {
	token   string // hash, in hexadecimal; empty: the administrator's login
	login   *login // that was in force
	expires time.Time
	cancel  context.CancelCauseFunc
}

// Watch returns a context that also ends, with ErrEnded as its cause, when what c was let in by does. Sessions end for
// it only with the login. Run must be running for tokens to end in time; the function that is returned must be called.
func (k *Keeper) Watch(ctx context.Context, c api.Caller) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	w := &watch{cancel: cancel}
	if c.Token != [32]byte{} {
		w.token = hex.EncodeToString(c.Token[:])
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	w.login = k.active
	if t, ok := k.disk.byHash()[w.token]; ok {
		w.expires = t.Expires
	} else if w.token != "" {
		cancel(ErrEnded) // meanwhile
	}
	k.watches[w] = struct{}{}
	return ctx, func() {
		cancel(nil)
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
		now := k.now()
		k.mu.Lock()
		for w := range k.watches {
			// Revoked ones were ended when the file was read; only time passes by itself.
			if !w.expires.IsZero() && !now.Before(w.expires) {
				w.cancel(ErrEnded)
			}
		}
		k.mu.Unlock()
	}
}

// endWatches ends those whose login or token is no more. The lock is held.
func (k *Keeper) endWatches() {
	if len(k.watches) == 0 {
		return
	}
	tokens := k.disk.byHash()
	for w := range k.watches {
		if _, ok := tokens[w.token]; w.token != "" && !ok || w.token == "" && w.login != k.active {
			w.cancel(ErrEnded)
		}
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
