package auth

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/tocsin-wids/tocsin"
)

// Cost of hashing: the second recommendation of RFC 9106 §4 with 19 MiB and two passes, as a small board can afford.
const (
	hashPasses  = 2
	hashMemory  = 19 * 1024 // KiB
	hashThreads = 1
	hashLength  = 32
	saltLength  = 16
)

// maxFile is more than maxTokens tokens with the longest names take.
const maxFile = 4 << 20

// stored is what the file holds. Its slices are never written into once it is in a Keeper: readers share them.
type stored struct {
	Login  *login        `json:"login,omitempty"`
	Tokens []storedToken `json:"tokens,omitempty"`
	// TokensTaken says that those of Kismet were taken over.
	TokensTaken bool `json:"kismet_tokens_taken,omitempty"`
}

type login struct {
	User   string `json:"user"`
	Salt   []byte `json:"salt"`
	Hash   []byte `json:"argon2id"`
	Passes uint32 `json:"passes"` // kept, so that a later version may spend more on new passwords
	Memory uint32 `json:"memory_kib"`
}

type storedToken struct {
	Name    string    `json:"name"`
	Role    string    `json:"role"`
	Hash    string    `json:"sha256"` // hexadecimal; a token is random, so it needs no salt and no slow hash
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires,omitzero"` // zero: never
}

func (t *storedToken) expired(now time.Time) bool {
	return !t.Expires.IsZero() && !now.Before(t.Expires)
}

func (s *stored) holder(sum [32]byte, now time.Time) (holder *storedToken) {
	want := hex.EncodeToString(sum[:])
	for i := range s.Tokens {
		t := &s.Tokens[i]
		if subtle.ConstantTimeCompare([]byte(t.Hash), []byte(want)) == 1 && !t.expired(now) {
			holder = t
		}
	}
	return holder
}

// same reports whether a and b are one login; both may be nil.
func (l *login) same(other *login) bool {
	if l == nil || other == nil {
		return l == other
	}
	return l.User == other.User && bytes.Equal(l.Salt, other.Salt) && bytes.Equal(l.Hash, other.Hash)
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

func (t *storedToken) validate() error {
	if sum, err := hex.DecodeString(t.Hash); err != nil || len(sum) != sha256.Size || !nameable(t.Name) || !nameable(t.Role) {
		return fmt.Errorf("token %s is not complete", tocsin.Quote([]byte(t.Name)))
	}
	return nil
}

func (s *stored) validate() error {
	if s.Login != nil {
		if err := s.Login.validate(); err != nil {
			return err
		}
	}
	for i := range s.Tokens {
		if err := s.Tokens[i].validate(); err != nil {
			return err
		}
	}
	return nil
}

// readStored reads the file at path, and what the system says of it; nothing if it is not there.
func readStored(path string) (s stored, info fs.FileInfo, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil, nil
	}
	if err != nil {
		return s, nil, fmt.Errorf("read logins: %w", err)
	}
	defer f.Close()
	if info, err = f.Stat(); err != nil {
		return s, nil, fmt.Errorf("read logins: %w", err)
	}
	err = json.NewDecoder(io.LimitReader(f, maxFile)).Decode(&s)
	if err == nil {
		err = s.validate()
	}
	if err != nil {
		return stored{}, info, fmt.Errorf("read logins %s: %w", path, err)
	}
	return s, info, nil
}

// writeStored replaces the file at path; a crash leaves the old or the new one.
func writeStored(path string, s stored) (err error) {
	b, err := json.MarshalIndent(s, "", "\t")
	if err != nil {
		return fmt.Errorf("write logins: %w", err)
	}
	folder := filepath.Dir(path)
	f, err := os.CreateTemp(folder, ".logins-*") // mode 0600
	if err != nil {
		return fmt.Errorf("write logins: %w", err)
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
			err = fmt.Errorf("write logins %s: %w", path, err)
		}
	}()
	_, err = f.Write(append(b, '\n'))
	if err == nil {
		err = keepOwner(f, folder)
	}
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err == nil {
		err = syncFolder(folder)
	}
	return err
}

func syncFolder(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
