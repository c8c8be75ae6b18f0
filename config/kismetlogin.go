package config

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// ReadKismetLogin reads the user and the password that the file at path, in Kismet's format, has in clear text. As there,
// the first line of each counts. The error never holds the password.
func ReadKismetLogin(path string) (user, password string, err error) {
	b, err := readRegular(path)
	if err != nil {
		return "", "", fmt.Errorf("read Kismet's login %s: %w", shownPath(path), err)
	}
	for line := range bytes.Lines(bytes.TrimPrefix(b, []byte(byteOrderMark))) {
		name, value, _ := strings.Cut(strings.TrimSpace(string(line)), "=")
		to := &user
		switch strings.ToLower(strings.TrimSpace(strings.TrimSuffix(name, "+"))) {
		case "httpd_username":
		case "httpd_password":
			to = &password
		default:
			continue
		}
		if *to == "" {
			*to = strings.TrimSpace(value)
		}
	}
	switch {
	case user == "" && password == "":
		err = errors.New("it has no login")
	case user == "" || password == "":
		err = errors.New("httpd_username and httpd_password go together")
	case !utf8.ValidString(user + password):
		err = errors.New("the login is not UTF-8")
	default:
		return user, password, nil
	}
	return "", "", fmt.Errorf("read Kismet's login %s: %w", shownPath(path), err)
}
