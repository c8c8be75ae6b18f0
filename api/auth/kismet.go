package auth

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/tocsin-wids/tocsin"
)

// maxKismetFile is far more than a file with two settings needs.
const maxKismetFile = 64 << 10

// takeOver makes the login of Kismet's file ours, hashed. The file itself stays as it is: Kismet may still use it.
// What cannot be taken over leaves set-up open and is logged.
func (k *Keeper) takeOver(path string) error {
	user, password, err := readKismet(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		k.logger.Warn("login of Kismet not taken over", "error", err)
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

// readKismet reads the two settings. As in Kismet the first line of a name counts, and names are not case-sensitive.
func readKismet(path string) (user, password string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxKismetFile+1))
	if err != nil {
		return "", "", fmt.Errorf("read %s: %w", path, err)
	}
	if len(b) > maxKismetFile {
		return "", "", fmt.Errorf("read %s: larger than %d bytes", path, maxKismetFile)
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
	for line := range bytes.SplitSeq(b, []byte("\n")) {
		text := strings.Trim(string(line), " \t\r")
		name, value, ok := strings.Cut(text, "=")
		if !ok || strings.HasPrefix(text, "#") {
			continue
		}
		value = strings.Trim(value, " \t")
		switch strings.ToLower(strings.TrimSpace(name)) {
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
