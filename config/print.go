package config

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Effective prints the whole of d as YAML, a comment behind each value with where it comes from.
func (d *Draft) Effective() []byte {
	p := &printer{draft: d, defaults: true}
	p.config(d.config)
	return p.b.Bytes()
}

// Import prints what was set as a tocsin.yaml, each value with the place that it is from, and in comments at its end
// what could not be taken over.
func (d *Draft) Import() []byte {
	p := &printer{draft: d}
	p.config(d.config)
	if len(d.notes) > 0 {
		p.b.WriteString("\n# Not taken over:\n")
	}
	for _, note := range d.notes {
		p.b.WriteString("# " + note + "\n")
	}
	return p.b.Bytes()
}

// printer writes YAML of the shape that yamlReader reads.
type printer struct {
	b        bytes.Buffer
	draft    *Draft
	defaults bool     // print those as well
	path     []string // the sections around what is printed
	item     bool     // the next line begins an item of a list
}

func (p *printer) line(text, comment string) {
	indent := strings.Repeat("  ", len(p.path))
	if p.item {
		indent = indent[:len(indent)-2] + "- "
		p.item = false
	}
	p.b.WriteString(indent + text)
	if comment != "" {
		p.b.WriteString(" # " + comment)
	}
	p.b.WriteByte('\n')
}

// section prints a name and what body prints below it; nothing if that is nothing.
func (p *printer) section(name string, body func()) {
	start := p.b.Len()
	p.line(name+":", "")
	begun := p.b.Len()
	p.path = append(p.path, name)
	body()
	p.path = p.path[:len(p.path)-1]
	if p.b.Len() == begun {
		p.b.Truncate(start)
	}
}

// comment says where key comes from. Printed is false for a default that is not to be seen.
func (p *printer) comment(key string) (text string, printed bool) {
	text = p.draft.origins[key]
	if text == "" && !p.defaults {
		return "", false
	}
	if text == "" {
		text = "default"
	}
	return text, true
}

func (p *printer) key(name string) string {
	return strings.Join(append(slices.Clone(p.path), name), ".")
}

func (p *printer) value(name, value string) {
	if comment, ok := p.comment(p.key(name)); ok {
		p.line(name+": "+value, comment)
	}
}

func (p *printer) text(name, value string)               { p.value(name, quote(value)) }
func (p *printer) boolean(name string, value bool)       { p.value(name, strconv.FormatBool(value)) }
func (p *printer) time(name string, value time.Duration) { p.value(name, value.String()) }

// texts prints a list of which each entry has an origin of its own.
func (p *printer) texts(name string, list []string) {
	if len(list) == 0 {
		p.value(name, "[]")
		return
	}
	p.section(name, func() {
		for i, text := range list {
			if comment, ok := p.comment(fmt.Sprintf("%s[%d]", strings.Join(p.path, "."), i)); ok {
				p.line("- "+quote(text), comment)
			}
		}
	})
}

// items prints a list of mappings. The first line of each carries the origin of all of it.
func items[T any](p *printer, name string, list []T, body func(T, func(name, value string))) {
	if len(list) == 0 {
		p.value(name, "[]")
		return
	}
	p.section(name, func() {
		key := strings.Join(p.path, ".")
		for i, item := range list {
			comment, ok := p.comment(fmt.Sprintf("%s[%d]", key, i))
			if !ok {
				continue
			}
			p.path = append(p.path, "")
			p.item = true
			body(item, func(name, value string) {
				p.line(name+": "+value, comment)
				comment = ""
			})
			p.path = p.path[:len(p.path)-1]
		}
	})
}

// quote writes a text as YAML reads it, whatever it holds: its escapes are Go's, but for octets that are not UTF-8.
func quote(s string) string { return strconv.Quote(strings.ToValidUTF8(s, "\ufffd")) }

// plainKey leaves the quotes out where a name needs none.
func plainKey(name string) string {
	if name != "" && strings.Trim(name, letters+"_") == "" {
		return name
	}
	return quote(name)
}

func quotes(list []string) string {
	var quoted []string
	for _, s := range list {
		quoted = append(quoted, quote(s))
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// limitValue writes a limit so that it is read with the same type.
func limitValue(v any) string {
	switch x := v.(type) {
	case string:
		return quote(x)
	case float64:
		text := strconv.FormatFloat(x, 'g', -1, 64)
		if strings.Trim(text, "-0123456789") == "" {
			text += ".0"
		}
		return text
	}
	return fmt.Sprint(v)
}

func (p *printer) detectors(detectors map[string]Detector) {
	for _, name := range slices.Sorted(maps.Keys(detectors)) {
		d := detectors[name]
		p.path = append(p.path, name)
		comment, _ := p.comment(strings.Join(p.path, "."))
		p.path = p.path[:len(p.path)-1]
		p.line(plainKey(name)+":", comment)
		p.path = append(p.path, name)
		p.boolean("enabled", !d.Off)
		p.section("limits", func() {
			for _, limit := range slices.Sorted(maps.Keys(d.Limits)) {
				comment, _ := p.comment(p.key(shown(limit)))
				p.line(plainKey(limit)+": "+limitValue(d.Limits[limit]), comment)
			}
		})
		p.path = p.path[:len(p.path)-1]
	}
}
