package app

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/capture/kismetdb"
	"github.com/tocsin-wids/tocsin/capture/kismetstream"
	"github.com/tocsin-wids/tocsin/capture/replay"
)

// recording is a source of what was heard before.
type recording interface {
	capture.Source
	Progress() (read, size int64)
}

// newRecording returns the source for a path of an analysis.
func newRecording(path string, stdin io.Reader) recording {
	o := replay.Options{Path: path}
	switch {
	case path == replay.Stdin:
		o.Open = func() (io.ReadCloser, error) { return replay.Interruptible(stdin), nil }
	case kismetdb.Is(path):
		return kismetdb.New(kismetdb.Options{Path: path})
	}
	return replay.New(o)
}

// logSource returns the source for a log of Kismet's or ours.
func logSource(path string, options []option) (*kismetdb.Source, error) {
	o := kismetdb.Options{Path: path}
	for _, option := range options {
		if option.key != "name" {
			return nil, fmt.Errorf("option %q is not known of logs; name=… names it", option.key)
		}
		o.Name = option.value
	}
	return kismetdb.New(o), nil
}

// namesFile reports whether a definition names a file that the source would send to a server of the definition's choice.
func namesFile(definition string) bool {
	_, text := cutDefinition(definition)
	options, _ := splitOptions(text) // whoever makes the source tells of mistakes
	return slices.ContainsFunc(options, func(o option) bool { return strings.HasSuffix(o.key, "-file") })
}

// kismetSource returns the source for what a running Kismet or Tocsin hears.
func kismetSource(options []option) (*kismetstream.Source, error) {
	var o kismetstream.Options
	var err error
	located := false
	for _, option := range options {
		switch option.key {
		case "name":
			o.Name = option.value
		case "url":
			located = true
			if o.Server, err = kismetstream.ParseServer(option.value); err != nil {
				return nil, fmt.Errorf("url: %w", err)
			}
		case "user":
			o.Login.User = option.value
		case "password-file":
			o.Login.PasswordFile = option.value
		case "apikey-file":
			o.Login.KeyFile = option.value
		case "ca-file":
			o.CA = option.value
		case "password", "apikey":
			return nil, fmt.Errorf("%s=… would be seen by everybody who sees the source: put it into a file and name that with %[1]s-file=…", option.key)
		default:
			return nil, fmt.Errorf("option %q is not known of a Kismet; there are url, name, user, password-file, apikey-file and ca-file", option.key)
		}
	}
	switch {
	case !located:
		return nil, errors.New("url=… is missing: where the Kismet is, such as url=http://192.168.1.5:2501")
	case (o.Login.User == "") != (o.Login.PasswordFile == ""):
		return nil, errors.New("user=… and password-file=… belong together")
	case o.Login.User != "" && o.Login.KeyFile != "":
		return nil, errors.New("user=… and apikey-file=… are two logins: one is enough")
	}
	return kismetstream.New(o), nil
}

// secretsIn finds what is no part of a Kismet as a source, and may be a login that somebody wrote there all the same.
var secretsIn = regexp.MustCompile(`(?i)(://).*@|(\b(?:password|apikey)=).*|(\?).*`)

// withoutSecrets returns a definition as it may be shown where it is refused.
func withoutSecrets(definition string) string {
	if !strings.HasPrefix(definition, "kismet:") {
		return definition
	}
	return secretsIn.ReplaceAllString(definition, "$1$2$3…")
}
