package auth

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/crypto/argon2"
)

// Cost of hashing: the second recommendation of RFC 9106 §4 with 19 MiB and two passes, as a small board can afford.
const (
	hashPasses  = 2
	hashMemory  = 19 * 1024 // KiB
	hashThreads = 1
	hashLength  = 32
	saltLength  = 16
)

// stored is what the file holds.
type stored struct {
	Login  *login        `json:"login,omitempty"`
	Tokens []storedToken `json:"tokens,omitempty"`
}

type login struct {
	User   string `json:"user"`
	Salt   []byte `json:"salt"`
	Hash   []byte `json:"argon2id"`
	Passes uint32 `json:"passes"`
	Memory uint32 `json:"memory_kib"`
}

type storedToken struct {
	Name    string    `json:"name"`
	Role    string    `json:"role"`
	Hash    string    `json:"sha256"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires,omitzero"`
}

func (t *storedToken) expired(now time.Time) bool {
	return !t.Expires.IsZero() && !now.Before(t.Expires)
}

func (s *stored) role(sum [32]byte, now time.Time) string {
	want := hex.EncodeToString(sum[:])
	role := ""
	for i := range s.Tokens {
		t := &s.Tokens[i]
		if subtle.ConstantTimeCompare([]byte(t.Hash), []byte(want)) == 1 && !t.expired(now) {
			role = t.Role
		}
	}
	return role
}

func newLogin(user, password string) *login {
	l := &login{User: user, Salt: make([]byte, saltLength), Passes: hashPasses, Memory: hashMemory}
	rand.Read(l.Salt)
	l.Hash = l.hash(password)
	return l
}

func (l *login) hash(password string) []byte {
	return argon2.IDKey([]byte(password), l.Salt, l.Passes, l.Memory, hashThreads, hashLength)
}

// matches takes as long for a wrong name as for a wrong password.
func (l *login) matches(user, password string) bool {
	right := subtle.ConstantTimeCompare(l.hash(password), l.Hash) == 1
	return sameText(user, l.User) && right
}

func (l *login) validate() error {
	if l.User == "" || len(l.Salt) < 8 || len(l.Hash) != hashLength || l.Passes < 1 || l.Passes > 16 ||
		l.Memory < 8*1024 || l.Memory > 256*1024 {
		return errors.New("login is not complete")
	}
	return nil
}

func (k *Keeper) load() error {
	if k.file == "" {
		return nil
	}
	b, err := os.ReadFile(k.file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read logins: %w", err)
	}
	if err := json.Unmarshal(b, &k.stored); err != nil {
		return fmt.Errorf("read logins %s: %w", k.file, err)
	}
	if k.stored.Login != nil {
		if err := k.stored.Login.validate(); err != nil {
			return fmt.Errorf("read logins %s: %w", k.file, err)
		}
	}
	return nil
}

// save replaces the file; a crash leaves the old or the new one.
func (k *Keeper) save(s stored) (err error) {
	if k.file == "" {
		return nil
	}
	if k.operator {
		// The operator's password is not ours to keep: the file holds the login that it stands in for.
		s.Login = k.beneath
	}
	b, err := json.MarshalIndent(s, "", "\t")
	if err != nil {
		return fmt.Errorf("write logins: %w", err)
	}
	folder := filepath.Dir(k.file)
	f, err := os.CreateTemp(folder, ".logins-*") // mode 0600
	if err != nil {
		return fmt.Errorf("write logins: %w", err)
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	_, err = f.Write(append(b, '\n'))
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), k.file)
	}
	if err == nil {
		err = syncFolder(folder)
	}
	if err != nil {
		return fmt.Errorf("write logins %s: %w", k.file, err)
	}
	return nil
}

func syncFolder(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
