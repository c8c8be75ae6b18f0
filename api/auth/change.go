package auth

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/api"
)

const (
	maxTokens = 1024
	// maxTokenLife keeps the time at which a token ends within what a time.Duration can hold.
	maxTokenLife = 100 * 365 * 24 * time.Hour
)

// SetPassword makes user and password the login and ends all sessions. While there is none, setup must be the
// set-up secret; later the caller must be the administrator.
func (k *Keeper) SetPassword(r *http.Request, caller api.Caller, setup, user, password string) error {
	switch k.Setup() {
	case api.SetByOperator:
		return tocsin.Errorf(tocsin.Forbidden, "Login configured by the operator of the server, it cannot be changed here")
	case api.SetByUser:
		if caller.Role != api.Admin {
			return tocsin.Errorf(tocsin.Forbidden, "Changing the login requires the existing login")
		}
	case api.NotSetUp:
		address := remote(r)
		if k.failures.blocked(address, k.now()) {
			return tocsin.Errorf(tocsin.Throttled, "Too many wrong attempts from this address, try later")
		}
		if want := k.SetupSecret(); want == "" || !sameText(setup, want) {
			k.guessed(address)
			return tocsin.Errorf(tocsin.Forbidden, "The first login needs the set-up secret that the server printed, as setup=")
		}
	}
	if user == "" || password == "" {
		return tocsin.Errorf(tocsin.Invalid, "Missing username or password in request")
	}
	if len(user) > maxName || len(password) > maxPassword {
		return tocsin.Errorf(tocsin.Invalid, "Username or password too long")
	}
	// A colon ends the name in a Basic login: nobody could log in.
	if strings.Contains(user, ":") || !printable(user) {
		return tocsin.Errorf(tocsin.Invalid, "The username must be text without a colon")
	}
	k.hashing <- struct{}{}
	login := newLogin(user, password)
	<-k.hashing
	return k.change(func(s *stored) error {
		// Two set-ups may have passed the check above: the first one wins.
		if s.Login != nil && caller.Role != api.Admin {
			return tocsin.Errorf(tocsin.Forbidden, "Changing the login requires the existing login")
		}
		s.Login = login
		return nil
	})
}

// Tokens lists the API tokens that are valid, oldest first.
func (k *Keeper) Tokens() []api.Token {
	k.refresh()
	now := k.now()
	k.mu.Lock()
	defer k.mu.Unlock()
	var list []api.Token
	for _, t := range k.disk.Tokens {
		if !t.expired(now) {
			list = append(list, api.Token{Name: t.Name, Role: t.Role, Created: t.Created, Expires: t.Expires})
		}
	}
	return list
}

// Generate makes a token that is valid for life, for ever if that is 0, and returns it: it cannot be read again.
func (k *Keeper) Generate(name, role string, life time.Duration) (string, error) {
	if !nameable(name) || !nameable(role) {
		return "", tocsin.Errorf(tocsin.Invalid, "name and role must be text of 1 to %d bytes without control characters", maxName)
	}
	if life < 0 || life > maxTokenLife {
		return "", tocsin.Errorf(tocsin.Invalid, "duration must be 0 for ever, or seconds up to a hundred years")
	}
	// Only the hash is kept: who can read the file, or a copy of it, can use no token of it.
	token, now := secret(), k.now()
	sum := sha256.Sum256([]byte(token))
	t := storedToken{Name: name, Role: role, Hash: hex.EncodeToString(sum[:]), Created: now}
	if life > 0 {
		t.Expires = now.Add(life)
	}
	err := k.change(func(s *stored) error {
		s.Tokens = slices.DeleteFunc(slices.Clone(s.Tokens), func(t storedToken) bool { return t.expired(now) })
		if slices.ContainsFunc(s.Tokens, func(t storedToken) bool { return t.Name == name }) {
			return tocsin.Errorf(tocsin.Exists, "cannot create duplicate auth")
		}
		if len(s.Tokens) >= maxTokens {
			return tocsin.Errorf(tocsin.Throttled, "there are %d tokens already, revoke one", maxTokens)
		}
		s.Tokens = append(s.Tokens, t)
		return nil
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// Revoke ends the token of the given name.
func (k *Keeper) Revoke(name string) error {
	return k.change(func(s *stored) error {
		i := slices.IndexFunc(s.Tokens, func(t storedToken) bool { return t.Name == name })
		if i < 0 {
			return tocsin.Errorf(tocsin.NotFound, "cannot delete unknown auth record")
		}
		s.Tokens = slices.Delete(slices.Clone(s.Tokens), i, i+1)
		return nil
	})
}

// nameable reports whether s may name a token or a role.
func nameable(s string) bool { return s != "" && len(s) <= maxName && printable(s) }

// printable reports whether s can be shown on one line anywhere.
func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}
