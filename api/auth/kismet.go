package auth

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
)

// What the two files of Kismet may have at most.
const (
	maxKismetFile   = 64 << 10 // two settings
	maxKismetTokens = 1 << 20
)

// takeOver makes the login of Kismet's file ours, hashed. The file itself stays as it is: Kismet may still use it.
// What cannot be taken over leaves set-up open and is logged.
func (k *Keeper) takeOver(path string) error {
	user, password, err := readKismet(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		k.logger.Warn("login of Kismet not taken over", "error", err)
		k.warn(fmt.Sprintf("the login of Kismet is not taken over: %s", err))
		return nil
	}
	login := newLogin(user, password)
	taken := false
	err = k.change(func(s *stored) error {
		if s.Login == nil { // another process may have been faster
			s.Login, taken = login, true
		}
		return nil
	})
	if err != nil {
		return err
	}
	if taken {
		k.logger.Info("login of Kismet taken over, the password is kept hashed; the old file still has it in clear text",
			"file", path, "user", user)
	}
	return nil
}

// HoldsLogin reports whether the file at path holds a login as Kismet keeps it, in clear text.
func HoldsLogin(path string) bool {
	_, _, err := readKismet(path)
	return err == nil
}

// readKismet reads the two settings. As in Kismet the first line of a name counts, and names are not case-sensitive.
func readKismet(path string) (user, password string, err error) {
	b, err := readAtMost(path, maxKismetFile)
	if err != nil {
		return "", "", err
	}
	user, password = parseKismet(b)
	if user == "" || password == "" {
		return "", "", fmt.Errorf("read %s: httpd_username and httpd_password must both be there", path)
	}
	if len(user) > maxName || len(password) > maxPassword || !printable(user) {
		return "", "", fmt.Errorf("read %s: the name %s is not one line of text, or name or password is too long", path, tocsin.Quote([]byte(user)))
	}
	return user, password, nil
}

func parseKismet(b []byte) (user, password string) {
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	for line := range bytes.SplitSeq(b, []byte("\n")) {
		text := strings.Trim(string(line), " \t\r")
		name, value, ok := strings.Cut(text, "=")
		if !ok || strings.HasPrefix(text, "#") {
			continue
		}
		value = strings.Trim(value, " \t\r")
		switch strings.ToLower(strings.TrimRight(name, "+ \t")) {
		case "httpd_username":
			if user == "" {
				user = value
			}
		case "httpd_password":
			if password == "" {
				password = value
			}
		}
	}
	return user, password
}

// readAtMost reads a file that must not have more than most bytes.
func readAtMost(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if int64(len(b)) > most {
		return nil, fmt.Errorf("read %s: larger than %d bytes", path, most)
	}
	return b, nil
}

// takeOverTokens makes the tokens in Kismet's file ours, hashed, so that programs that have them need no new ones. That
// it was done is kept: a token that is revoked here must not come back from there.
func (k *Keeper) takeOverTokens(path string) error {
	b, err := readAtMost(path, maxKismetTokens)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var tokens []storedToken
	skipped := 0
	if err == nil {
		tokens, skipped, err = parseKismetTokens(b, k.now())
	}
	if err != nil {
		k.logger.Warn("tokens of Kismet not taken over", "file", path, "error", err)
		k.warn(fmt.Sprintf("the tokens of Kismet in %q are not taken over: %s", path, err))
		return nil
	}
	taken := 0
	err = k.change(func(s *stored) error {
		s.Tokens, s.TokensTaken = slices.Clone(s.Tokens), true
		for _, t := range tokens {
			if len(s.Tokens) >= maxTokens || slices.ContainsFunc(s.Tokens, func(o storedToken) bool { return o.Name == t.Name || o.Hash == t.Hash }) {
				skipped++
				continue
			}
			s.Tokens = append(s.Tokens, t)
			taken++
		}
		return nil
	})
	if err != nil {
		return err
	}
	k.logger.Info("tokens of Kismet taken over, they are kept hashed; the old file still has them in clear text",
		"file", path, "tokens", taken, "skipped", skipped)
	return nil
}

// parseKismetTokens reads a list of records. Those that are over, that name a browser's session, or that lack something
// are skipped.
func parseKismetTokens(b []byte, now time.Time) (tokens []storedToken, skipped int, err error) {
	var records []struct {
		Name, Role, Token string
		Created, Expires  float64
	}
	if err := json.Unmarshal(b, &records); err != nil {
		return nil, 0, errors.New("it is not a list of tokens") // the library's words may quote one
	}
	for _, r := range records {
		t := storedToken{Name: r.Name, Role: r.Role, Created: unixSeconds(r.Created), Expires: unixSeconds(r.Expires)}
		if !nameable(r.Name) || !nameable(r.Role) || len(r.Token) < minToken || len(r.Token) > maxName || r.Name == "web logon" || t.expired(now) {
			skipped++
			continue
		}
		sum := sha256.Sum256([]byte(r.Token))
		t.Hash = hex.EncodeToString(sum[:])
		tokens = append(tokens, t)
	}
	return tokens, skipped, nil
}

// minToken is what Kismet's own tokens have, 128 bits in hexadecimal: shorter ones could be guessed.
const minToken = 32

// unixSeconds reads a time as Kismet keeps it; 0 is none.
func unixSeconds(s float64) time.Time {
	if s <= 0 || s > 1e11 {
		return time.Time{}
	}
	return time.Unix(int64(s), 0).UTC()
}
