package config

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/tocsin-wids/tocsin"
)

// Draft is a configuration in the making. Files are added to it one after the other; what a later one says counts,
// and its lists follow those of the earlier ones.
type Draft struct {
	config   Config
	notes    []string
	warnings []string // those of the notes that somebody should mend
	problems []error
	origins  map[string]string // where a key was set, as file:line; keys as Config.Validate writes them
	sections map[string]string // where a mapping of several keys stands
}

// problem is a mistake in what a key says.
type problem struct {
	key string
	err error
}

func (p problem) Error() string { return p.key + ": " + p.err.Error() }

func (p problem) Unwrap() error { return p.err }

// NewDraft begins with the defaults.
func NewDraft() *Draft {
	return &Draft{config: Default(), origins: map[string]string{}, sections: map[string]string{}}
}

// Result is the configuration. The error joins all mistakes of all files, each on one line with its place; with one,
// the configuration is what could be read, fit for nothing but to look for more. Headers is the catalogue's.
func (d *Draft) Result(headers []string) (Config, error) {
	problems := slices.Clone(d.problems)
	for _, p := range d.config.problems(headers) {
		if from := d.origin(p.key); from != "" {
			problems = append(problems, fmt.Errorf("%s: %w", from, p))
		} else {
			problems = append(problems, p)
		}
	}
	return d.config, errors.Join(problems...)
}

// Notes lists what was read and is not used, a line each with its place and a reason.
func (d *Draft) Notes() []string { return slices.Clone(d.notes) }

// Warnings lists those of the notes that tell of what somebody asked for and misses, or of what cannot be meant so.
func (d *Draft) Warnings() []string { return slices.Clone(d.warnings) }

// Unraised tells of the throttles of alerts that nothing raises, so that a name that is misspelt or not known here does
// not go unseen. They are kept: a client may define such an alert.
func (d *Draft) Unraised(headers []string) []string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(d.config.Alerts.Throttles)) {
		key := "alerts.throttle." + name
		if from := d.origins[key]; from != "" && !slices.Contains(headers, name) {
			list = append(list, fmt.Sprintf("%s: %s: nothing raises it here; the rate waits for a client that defines it", from, shown(name)))
		}
	}
	return list
}

// origin is where key, or what it is in, was set; empty for a default.
func (d *Draft) origin(key string) string {
	for {
		if from := cmp.Or(d.origins[key], d.sections[key]); from != "" {
			return from
		}
		at := strings.LastIndexAny(key, ".[")
		if at < 0 {
			return ""
		}
		key = key[:at]
	}
}

func (d *Draft) note(place, format string, args ...any) {
	d.notes = append(d.notes, place+": "+fmt.Sprintf(format, args...))
}

// warn makes a note that is a warning as well.
func (d *Draft) warn(place, format string, args ...any) {
	d.note(place, format, args...)
	d.warnings = append(d.warnings, d.notes[len(d.notes)-1])
}

func (d *Draft) mistake(place, format string, args ...any) {
	d.problems = append(d.problems, fmt.Errorf("%s: %w", place, fmt.Errorf(format, args...)))
}

// shown makes a text from a file fit for a terminal: as it is if that is safe, else quoted.
func shown(s string) string {
	if s != "" && len(s) <= 64 && strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) < 0 {
		return s
	}
	return tocsin.Quote([]byte(s))
}

// shownPath is shown for the name of a file, which is never cut.
func shownPath(path string) string {
	if path != "" && strings.IndexFunc(path, func(r rune) bool { return r <= ' ' || r > '~' }) < 0 {
		return path
	}
	return strconv.Quote(path)
}
