package config

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// multipart reads `label:key="value, with commas",key=value`.
func multipart(s string) (label string, options map[string]string, err error) {
	label, rest, ok := strings.Cut(s, ":")
	if !ok {
		return "", nil, errors.New("there is no label: write NAME:ssid=\"…\"")
	}
	options, err = pairs(rest)
	return strings.TrimSpace(label), options, err
}

// pairs reads `key="value, with commas",key=value`. Quotes may stand anywhere in a value, protect commas and are removed;
// there is no escape. Of a key that is there twice the last counts.
func pairs(s string) (map[string]string, error) {
	options := map[string]string{}
	for strings.TrimSpace(s) != "" {
		key, after, ok := strings.Cut(s, "=")
		if !ok {
			return nil, fmt.Errorf("%s is not key=value", shown(s))
		}
		key = strings.ToLower(strings.TrimSpace(key))
		value, rest, closed := pairValue(after)
		if !closed {
			return nil, fmt.Errorf("the quote of %s is not closed", shown(key))
		}
		options[key] = value
		s = rest
	}
	return options, nil
}

// pairValue reads up to the first comma that no quotes protect. Blanks outside the quotes do not count.
func pairValue(s string) (value, rest string, closed bool) {
	var b strings.Builder
	quoted, anyQuote := false, strings.Contains(s, `"`)
	for i, r := range s {
		switch {
		case r == '"':
			quoted = !quoted
		case r == ',' && !quoted:
			return trimUnless(anyQuote, b.String()), s[i+1:], true
		case quoted || r != ' ' && r != '\t' || !anyQuote:
			b.WriteRune(r)
		}
	}
	return trimUnless(anyQuote, b.String()), "", !quoted
}

func trimUnless(keep bool, s string) string {
	if keep {
		return s
	}
	return strings.TrimSpace(s)
}

func list(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// home is the user's home folder; empty if there is none.
func home() string {
	path, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return path
}
