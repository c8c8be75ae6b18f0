package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/api"
	"github.com/tocsin-wids/tocsin/api/auth"
	"github.com/tocsin-wids/tocsin/app"
)

// tokenCommand works on the file that the server reads: a server that runs sees the change at its next request.
type tokenCommand struct {
	Add    tokenAdd    `cmd:"" help:"Make a token for a program and print it, once."`
	List   tokenList   `cmd:"" help:"List the tokens that are valid."`
	Revoke tokenRevoke `cmd:"" help:"End a token."`
}

// tokenData says which server's tokens are meant.
type tokenData struct {
	configured
	Data string `help:"Folder of what must survive a restart, as of serve." placeholder:"DIR" type:"path"`
}

// keeper opens the file of the tokens. The folder is made only if need be and create allows it: the name of one that is
// not there is a mistake for whoever wants to see or end a token.
func (c tokenData) keeper(t terminal, create bool) (*auth.Keeper, error) {
	conf, _, err := c.load(t)
	if err != nil {
		return nil, err
	}
	if c.Data != "" {
		conf.Server.Data = c.Data
	}
	if folder := conf.Server.Data; folder != "" && !create {
		if _, err := os.Stat(folder); err != nil {
			return nil, exitError{exitUsage, fmt.Errorf("open the data folder: %w", err)}
		}
	}
	file, err := app.LoginFile(conf)
	if err != nil {
		return nil, err
	}
	return auth.Open(auth.Options{File: file})
}

type tokenAdd struct {
	tokenData
	Name string `arg:"" help:"What the token is called in lists."`
	Role string `help:"What it opens: admin, operator, readonly, datasource, scanreport, WEBGPS, ADSB, or a word of your own." default:"readonly"`
	For  string `help:"How long it is valid, such as 90d or 12h; for ever without." placeholder:"TIME"`
}

// Run prints nothing but the token on standard output, so that a script can keep it.
func (c tokenAdd) Run(t terminal) error {
	life, err := lifetime(c.For)
	if err != nil {
		return exitError{exitUsage, err}
	}
	k, err := c.keeper(t, true)
	if err != nil {
		return err
	}
	token, err := k.Generate(c.Name, c.Role, life)
	if err != nil {
		return tokenError(c.Name, err)
	}
	// It cannot be shown again: only its hash is kept.
	_, err = fmt.Fprintln(t.out, token)
	return err
}

type tokenList struct {
	tokenData
	Format string `help:"How to print: ${enum}." enum:"table,json" default:"table"`
}

type jsonToken struct {
	Name    string     `json:"name"`
	Role    string     `json:"role"`
	Created time.Time  `json:"created"`
	Expires *time.Time `json:"expires"` // null: never
}

// Run prints the names, never the tokens: only their hashes are kept.
func (c tokenList) Run(t terminal) error {
	k, err := c.keeper(t, false)
	if err != nil {
		return err
	}
	list := k.Tokens()
	if c.Format == "json" {
		return tokensJSON(t, list)
	}
	w := tabwriter.NewWriter(t.out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tROLE\tMADE\tENDS")
	for _, token := range list {
		ends := "never"
		if !token.Expires.IsZero() {
			ends = token.Expires.UTC().Format(time.DateTime)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", token.Name, token.Role, token.Created.UTC().Format(time.DateTime), ends)
	}
	return w.Flush()
}

func tokensJSON(t terminal, list []api.Token) error {
	out := []jsonToken{}
	for _, token := range list {
		j := jsonToken{Name: token.Name, Role: token.Role, Created: token.Created.UTC()}
		if ends := token.Expires.UTC(); !token.Expires.IsZero() {
			j.Expires = &ends
		}
		out = append(out, j)
	}
	e := json.NewEncoder(t.out)
	e.SetIndent("", " ")
	return e.Encode(out)
}

type tokenRevoke struct {
	tokenData
	Name string `arg:"" help:"Name of the token."`
}

// Run ends the token at once, for a server that runs too.
func (c tokenRevoke) Run(t terminal) error {
	k, err := c.keeper(t, false)
	if err != nil {
		return err
	}
	return tokenError(c.Name, k.Revoke(c.Name))
}

// tokenError says a mistake in the words of the command line; those of the HTTP interface are for its clients.
func tokenError(name string, err error) error {
	quoted := tocsin.Quote([]byte(name))
	switch tocsin.ErrorCode(err) {
	case tocsin.Exists:
		return exitError{exitUsage, fmt.Errorf("token %s is there already: revoke it first", quoted)}
	case tocsin.NotFound:
		return exitError{exitUsage, fmt.Errorf("no token is called %s: see tocsin token list", quoted)}
	case tocsin.Invalid:
		return exitError{exitUsage, err}
	}
	return err
}

// lifetime reads what --for says; 0 for nothing.
func lifetime(s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	return span("--for", s)
}

// span reads a duration; days too, since that is what tokens live.
func span(option, s string) (time.Duration, error) {
	length, err := time.ParseDuration(s)
	if days, ok := strings.CutSuffix(s, "d"); ok {
		var n uint64
		n, err = strconv.ParseUint(days, 10, 16)
		length = time.Duration(n) * 24 * time.Hour
	}
	if err == nil && length < time.Second {
		err = errors.New("too short")
	}
	if err != nil {
		return 0, fmt.Errorf("%s %s: write for example 90d or 12h, at least 1s", option, plain(s))
	}
	return length, nil
}
