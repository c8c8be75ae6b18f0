package config

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"go.yaml.in/yaml/v4"

	"github.com/tocsin-wids/tocsin"
)

// maxNodes bounds what one file can make of aliases.
const maxNodes = 200_000

// Read adds the YAML file at path.
func (d *Draft) Read(path string) {
	b, err := readFile(path)
	if err != nil {
		d.problems = append(d.problems, fmt.Errorf("read configuration %s: %w", shownPath(path), err))
		return
	}
	d.add(shownPath(path), b)
}

func (d *Draft) add(name string, b []byte) {
	if saysNothing(b) {
		return
	}
	var document yaml.Node
	if err := yaml.Load(b, &document); err != nil {
		d.problems = append(d.problems, fmt.Errorf("configuration %s: %w", name, oneLine(err)))
		return
	}
	r := &yamlReader{draft: d, file: name}
	n := &document
	if n.Kind == yaml.DocumentNode && len(n.Content) > 0 {
		n = n.Content[0]
	}
	r.document(n)
}

// saysNothing reports whether b holds but blank lines and comments, which the YAML library takes for a mistake.
func saysNothing(b []byte) bool {
	for line := range bytes.Lines(b) {
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' {
			return false
		}
	}
	return true
}

// oneLine turns the many-line text of the YAML library into one line that still names every line of the file, and shows
// nothing of what a terminal could obey.
func oneLine(err error) error {
	return errors.New(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '\ufffd'
		}
		return r
	}, strings.Join(strings.Fields(err.Error()), " ")))
}

// yamlReader walks a document and sets what it says. A mistake is told and the walk goes on, so that all are told.
type yamlReader struct {
	draft *Draft
	file  string
	nodes int
	rule  string // name of the rule that is being read, if one is
}

// setter takes the value of a key. Key is its whole name, as in server.tls.cert.
type setter func(key string, n *yaml.Node)

// namedSetter takes the value of a key whose last part, name, is not known beforehand.
type namedSetter func(name, key string, n *yaml.Node)

// keys are what a mapping may hold.
type keys map[string]setter

func (r *yamlReader) place(n *yaml.Node) string { return r.file + ":" + strconv.Itoa(n.Line) }

func (r *yamlReader) mistake(key string, n *yaml.Node, format string, args ...any) {
	r.draft.problems = append(r.draft.problems, fmt.Errorf("%s: %w", r.place(n), problem{key, about(r.rule, fmt.Errorf(format, args...))}))
}

func (r *yamlReader) set(key string, n *yaml.Node) { r.draft.origins[key] = r.place(n) }

// resolve follows an alias. It returns nil for what says nothing, and once the document has grown too large.
func (r *yamlReader) resolve(key string, n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if r.nodes++; r.nodes >= maxNodes {
		if r.nodes == maxNodes {
			r.mistake(key, n, "the file says too much: at most %d values are read", maxNodes)
		}
		return nil
	}
	if n == nil || n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" {
		return nil
	}
	return n
}

// mapping walks the entries of a mapping; other takes those that are not in known, and may be nil.
func (r *yamlReader) mapping(key string, n *yaml.Node, known keys, other namedSetter) {
	if n = r.resolve(key, n); n == nil {
		return
	}
	if n.Kind != yaml.MappingNode {
		r.mistake(key, n, "here must stand names with values, such as name: value")
		return
	}
	r.draft.sections[key] = r.place(n)
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i].Value
		full := strings.TrimPrefix(key+"."+shown(name), ".")
		set, ok := known[name]
		switch {
		case n.Content[i].Kind != yaml.ScalarNode:
			r.mistake(key, n.Content[i], "a name must be a plain text")
		case seen[name]:
			r.mistake(full, n.Content[i], "is there twice")
		case ok:
			set(full, n.Content[i+1])
		case other != nil:
			other(name, full, n.Content[i+1])
		default:
			r.mistake(full, n.Content[i], "there is no such key; here may stand %s", strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
		seen[name] = true
	}
}

// list walks the items of a sequence.
func (r *yamlReader) list(key string, n *yaml.Node, item setter) {
	if n = r.resolve(key, n); n == nil {
		return
	}
	if n.Kind != yaml.SequenceNode {
		r.mistake(key, n, "here must stand a list, such as [one, two]")
		return
	}
	for i, c := range n.Content {
		item(fmt.Sprintf("%s[%d]", key, i), c)
	}
}

// scalar returns the text of a single value. Ok is false if there is none, or it is a mistake, which has been told.
func (r *yamlReader) scalar(key string, n *yaml.Node, want string) (text string, ok bool) {
	if n = r.resolve(key, n); n == nil {
		return "", false
	}
	if n.Kind != yaml.ScalarNode {
		r.mistake(key, n, "here must stand %s", want)
		return "", false
	}
	return n.Value, true
}

func (r *yamlReader) raw(to *string) setter {
	return func(key string, n *yaml.Node) {
		if text, ok := r.scalar(key, n, "one text"); ok {
			*to = text
			r.set(key, n)
		}
	}
}

// text refuses controls: what it reads gets into paths, headers and log lines.
func (r *yamlReader) text(to *string) setter {
	return func(key string, n *yaml.Node) {
		text, ok := r.scalar(key, n, "one text")
		if ok && strings.ContainsFunc(text, unicode.IsControl) {
			r.mistake(key, n, "%s holds a control character", tocsin.Quote([]byte(text)))
		} else if ok {
			*to = text
			r.set(key, n)
		}
	}
}

func (r *yamlReader) texts(to *[]string) setter {
	return func(key string, n *yaml.Node) {
		r.list(key, n, func(item string, n *yaml.Node) {
			var text string
			r.text(&text)(fmt.Sprintf("%s[%d]", key, len(*to)), n)
			*to = append(*to, text)
		})
	}
}

func (r *yamlReader) boolean(to *bool) setter {
	return func(key string, n *yaml.Node) {
		text, ok := r.scalar(key, n, "true or false")
		switch strings.ToLower(text) {
		case "true", "yes", "on":
			*to = true
		case "false", "no", "off":
			*to = false
		default:
			if ok {
				r.mistake(key, n, "%s is not true or false", shown(text))
			}
			return
		}
		r.set(key, n)
	}
}

func (r *yamlReader) number(to *int) setter {
	return func(key string, n *yaml.Node) {
		text, ok := r.scalar(key, n, "a whole number")
		if !ok {
			return
		}
		x, err := strconv.Atoi(text)
		if err != nil {
			r.mistake(key, n, "%s is not a whole number", shown(text))
			return
		}
		*to = x
		r.set(key, n)
	}
}

// duration takes an empty text for zero.
func (r *yamlReader) duration(to *time.Duration) setter {
	return func(key string, n *yaml.Node) {
		text, ok := r.scalar(key, n, "a duration such as 5m")
		if !ok {
			return
		}
		x, err := parseDuration(text)
		if err != nil {
			r.mistake(key, n, "%s", err)
			return
		}
		*to = x
		r.set(key, n)
	}
}

// positive refuses a zero that is written down, which elsewhere means a default.
func (r *yamlReader) positive(to *time.Duration) setter {
	return func(key string, n *yaml.Node) {
		before := *to
		r.duration(to)(key, n)
		if r.draft.origins[key] == r.place(n) && *to <= 0 {
			r.mistake(key, n, "%s is not positive", *to)
			*to = before
		}
	}
}

// parseDuration reads what time.ParseDuration does, and whole days as 30d.
func parseDuration(s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n >= 0 && n <= maxDays {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	x, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("%s is not a duration such as 5m, 12h or 30d", shown(s))
	}
	return x, nil
}

// maxDays is a little less than the 292 years that a time.Duration holds.
const maxDays = 106_000

// limit reads a value whose type only the detector knows.
func (r *yamlReader) limit(to map[string]any) namedSetter {
	return func(name, key string, n *yaml.Node) {
		text, ok := r.scalar(key, n, "one value")
		if !ok {
			return
		}
		value := any(text)
		if n = r.resolve(key, n); n == nil {
			return
		}
		switch n.ShortTag() {
		case "!!int", "!!float", "!!bool":
			if err := n.Load(&value); err != nil {
				value = text
			}
		}
		if f, ok := value.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
			r.mistake(key, n, "%s is not a number", shown(text))
			return
		}
		to[name] = value
		r.set(key, n)
	}
}
