package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/tocsin-wids/tocsin"
	v1 "github.com/tocsin-wids/tocsin/api/v1"
)

// tokenVariable is the environment variable that may have the token.
const tokenVariable = "TOCSIN_TOKEN"

// asked says which server a command asks, and as whom.
type asked struct {
	Server    string `help:"Server to ask." placeholder:"URL" default:"http://localhost:2501" env:"TOCSIN_SERVER"`
	TokenFile string `help:"File with a token of the server, of the role operator to change anything; TOCSIN_TOKEN may have the token instead." placeholder:"FILE" type:"path"`
	CA        string `help:"Certificate that the server's is signed with, if it is not one that this machine knows." placeholder:"FILE" type:"path" name:"ca"`
	Format    string `help:"How to print: ${enum}." enum:"table,json" default:"table"`
}

// client asks one server.
type client struct {
	base  *url.URL
	token string
	http  *http.Client
}

func (c asked) client() (*client, error) {
	base, err := url.Parse(c.Server)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, exitError{exitUsage, fmt.Errorf("--server %s: write for example http://localhost:2501", tocsin.Quote([]byte(c.Server)))}
	}
	base.RawQuery, base.Fragment, base.User = "", "", nil
	token := os.Getenv(tokenVariable)
	if c.TokenFile != "" {
		b, err := os.ReadFile(c.TokenFile)
		if err != nil {
			return nil, exitError{exitUsage, fmt.Errorf("read the token: %w", err)}
		}
		token = string(b)
	}
	trust := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.CA != "" {
		b, err := os.ReadFile(c.CA)
		if err != nil {
			return nil, exitError{exitUsage, fmt.Errorf("read the certificate: %w", err)}
		}
		trust.RootCAs = x509.NewCertPool()
		if !trust.RootCAs.AppendCertsFromPEM(b) {
			return nil, exitError{exitUsage, fmt.Errorf("%s has no certificate in PEM", c.CA)}
		}
	}
	return &client{base: base, token: strings.TrimSpace(token), http: &http.Client{
		Timeout:   time.Minute,
		Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: trust},
		// The token is for the server that was named and no other.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// maxAnswer bounds what is read of an answer: more than a full page of the largest incidents.
const maxAnswer = 256 << 20

// do sends body, unless it is nil, as JSON, and reads the answer into out.
func (c *client) do(ctx context.Context, method, path string, query url.Values, body, out any) error {
	address := c.base.JoinPath("api", "v1", path)
	address.RawQuery = query.Encode()
	var content io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(ctx, method, address.String(), content)
	if err != nil {
		return err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return c.unreachable(err)
	}
	defer answer.Body.Close()
	defer c.http.CloseIdleConnections()
	b, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return c.unreachable(err)
	}
	if answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusCreated {
		return c.refused(answer, b)
	}
	if err := json.Unmarshal(b, out); err != nil {
		return fmt.Errorf("%s does not answer as a Tocsin server does: name one with --server URL", c.base)
	}
	return nil
}

func (c *client) unreachable(err error) error {
	var inner *url.Error
	if errors.As(err, &inner) {
		err = inner.Err // without the address, which is said here
	}
	advice := "is it the right --server URL"
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		advice = "is the server running there? Name another with --server URL"
	case errors.As(err, &unknown):
		advice = "name its certificate with --ca FILE"
	}
	return fmt.Errorf("ask %s: %w: %s", c.base, err, advice)
}

// refused says what the server has against a request, and what can be done.
func (c *client) refused(answer *http.Response, body []byte) error {
	var p v1.Problem
	if json.Unmarshal(body, &p) != nil || p.Detail == "" {
		return fmt.Errorf("%s answers %s and not as a Tocsin server does: name one with --server URL", c.base, plain(answer.Status))
	}
	if answer.StatusCode == http.StatusUnauthorized {
		what := "wants a token"
		if c.token != "" {
			what = "does not know the token"
		}
		return exitError{exitUsage, fmt.Errorf(
			"%s %s: make one there with tocsin token add NAME --role operator, and give it in %s or by --token-file FILE", c.base, what, tokenVariable)}
	}
	text := plain(p.Detail)
	if len(p.Errors) > 0 {
		text = ""
		for n, m := range p.Errors {
			if n > 0 {
				text += "; "
			}
			text += plain(m.Location + ": " + m.Message)
		}
	}
	if answer.StatusCode >= 500 {
		return errors.New(text)
	}
	return exitError{exitUsage, errors.New(text)}
}

// page is one of several answers about a list.
type page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next_cursor"`
}

// list reads pages until there are no more, or most things were read, or enough says so. more tells that there are.
func list[T any](ctx context.Context, c *client, path string, query url.Values, most int) (all []T, more bool, err error) {
	all = []T{}
	for {
		query.Set("limit", fmt.Sprint(min(most-len(all), 500)))
		var p page[T]
		if err := c.do(ctx, http.MethodGet, path, query, nil, &p); err != nil {
			return nil, false, err
		}
		all = append(all, p.Items...)
		if p.Next == "" || len(all) >= most {
			return all, p.Next != "", nil
		}
		query.Set("cursor", p.Next)
	}
}

const (
	idLength    = 26
	shortID     = 8 // of its end, which tells apart what its beginning, the time, does not
	shortestID  = 4
	mostListed  = 10_000
	tableTime   = "01-02 15:04"
	tableWidth  = 80
	tableIndent = "          " // as wide as the column of IDs
)

// whole returns the ID of a list that ends as the given one does, which people read from a table.
func whole(ctx context.Context, c *client, path, given string) (string, error) {
	given = strings.ToUpper(given)
	if len(given) == idLength {
		return given, nil
	}
	if len(given) < shortestID {
		return "", exitError{exitUsage, fmt.Errorf("%s is too short for an id: give %d characters or more of its end", tocsin.Quote([]byte(given)), shortestID)}
	}
	all, _, err := list[struct{ ID string }](ctx, c, path, url.Values{}, mostListed)
	if err != nil {
		return "", err
	}
	var found []string
	for _, one := range all {
		if strings.HasSuffix(one.ID, given) {
			found = append(found, one.ID)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", exitError{exitUsage, fmt.Errorf("no id in %s ends with %s: see the list", path, tocsin.Quote([]byte(given)))}
	}
	return "", exitError{exitUsage, fmt.Errorf("%d ids in %s end with %s: give more of it", len(found), path, tocsin.Quote([]byte(given)))}
}

func short(id string) string { return plain(id[max(len(id)-shortID, 0):]) }

// plain makes text fit for a terminal: nothing in it moves the cursor or turns the direction of writing.
func plain(text string) string {
	var b strings.Builder
	for rest := text; rest != ""; {
		r, n := utf8.DecodeRuneInString(rest)
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, rest[0])
		case !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\u{%x}`, r)
		default:
			b.WriteRune(r)
		}
		rest = rest[n:]
	}
	return b.String()
}

// cut returns the beginning of text that fits.
func cut(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}

// wrapped breaks text at spaces so that it fits the terminal, where it stands behind an indent.
func wrapped(text string, indent int) string {
	var b strings.Builder
	length := 0
	for n, word := range strings.Split(text, " ") {
		size := utf8.RuneCountInString(word)
		switch {
		case n == 0:
		case length+1+size > tableWidth-indent:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			length = 0
		default:
			b.WriteByte(' ')
			length++
		}
		b.WriteString(word)
		length += size
	}
	return b.String()
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(v)
}
