package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Bounds of what is read, so that neither a cycle nor a device can hold the program.
const (
	maxFile       = 1 << 20 // octets
	maxFiles      = 256
	maxDepth      = 16 // files that include each other
	maxDirectives = 50_000
	maxWild       = 2 // parts of a path with wildcards: each multiplies the folders that are looked through
)

// The files that a folder may hold. Without the first, the others are read.
const (
	kismetMain   = "kismet.conf"
	kismetAlerts = "kismet_alerts.conf"
	kismetMemory = "kismet_memory.conf"
	kismetSite   = "kismet_site.conf"
)

// byteOrderMark is what some editors put before UTF-8.
const byteOrderMark = "\ufeff"

// directive is one line of a configuration file.
type directive struct {
	name  string // lower case
	value string
	add   bool   // += was written
	path  string // the file that it stands in
	place string // the file and the line, to be told
}

// folder reads the files of a Kismet configuration folder into one list, in the order in which they count.
type folder struct {
	dir       string
	home      string
	draft     *Draft
	list      []directive
	overrides []override
	open      []string // the files being read, outermost first
	read      map[string]bool
	applied   map[string]bool // overrides
	files     int
	lines     int // that say something
	full      bool
}

// override is what an opt_override names; it is applied when everything else is read.
type override struct {
	pattern string
	place   string // of the line
}

// readFolder reads what dir says. Mistakes and notes go to d.
func readFolder(dir string, d *Draft) []directive {
	f := &folder{dir: dir, home: home(), draft: d, read: map[string]bool{}, applied: map[string]bool{}}
	// Without a home, %h is told as unknown.
	switch {
	case exists(filepath.Join(dir, kismetMain)):
		f.include(filepath.Join(dir, kismetMain), shownPath(dir))
	case exists(filepath.Join(dir, kismetAlerts)):
		f.include(filepath.Join(dir, kismetAlerts), shownPath(dir))
		if path := filepath.Join(dir, kismetMemory); exists(path) {
			f.include(path, shownPath(dir))
		}
		f.overrides = append(f.overrides, override{filepath.Join(globEscape(dir), kismetSite), shownPath(dir)})
	default:
		d.mistake(shownPath(dir), "this is no Kismet configuration folder: it holds neither %s nor %s", kismetMain, kismetAlerts)
	}
	for i := 0; i < len(f.overrides) && !f.full; i++ {
		f.apply(f.overrides[i])
	}
	f.noteUnread()
	return f.list
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// readFile reads a file of bounded size. Its errors do not repeat the path, which may hold anything.
func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, withoutPath(err)
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, withoutPath(err)
	}
	if len(b) > maxFile {
		return nil, fmt.Errorf("it is larger than %d octets", maxFile)
	}
	return b, nil
}

// readRegular reads only what opening cannot block on.
func readRegular(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, withoutPath(err)
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is no regular file")
	}
	return readFile(path)
}

func withoutPath(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// include reads the file at path. From is who named it.
func (f *folder) include(path, from string) {
	path = filepath.Clean(path)
	switch {
	case f.full:
		return
	case slices.Contains(f.open, path):
		f.draft.mistake(from, "%s includes itself: %s", f.label(path), strings.Join(f.labels(append(f.open, path)), " > "))
		return
	case len(f.open) == maxDepth:
		f.draft.mistake(from, "%s is not read: more than %d files include each other", f.label(path), maxDepth)
		return
	case f.files == maxFiles:
		f.full = true
		f.draft.mistake(from, "%s is not read: more than %d files are named", f.label(path), maxFiles)
		return
	}
	f.files++
	b, err := readRegular(path)
	if err != nil {
		f.draft.mistake(from, "read Kismet configuration %s: %w", f.label(path), err)
		return
	}
	f.read[path] = true
	f.open = append(f.open, path)
	f.parse(path, b)
	f.open = f.open[:len(f.open)-1]
}

// parse reads "name = value" lines. Unlike the peer it takes the last line without a line end, a line of any length,
// and trims a carriage return.
func (f *folder) parse(path string, b []byte) {
	b = bytes.TrimPrefix(b, []byte(byteOrderMark))
	for i, line := range bytes.Split(b, []byte("\n")) {
		text := strings.TrimSpace(string(line))
		if text == "" || text[0] == '#' {
			continue
		}
		place := f.label(path) + ":" + strconv.Itoa(i+1)
		name, value, ok := strings.Cut(text, "=")
		value = strings.TrimSpace(value)
		d := directive{value: value, path: path, place: place}
		name, d.add = strings.CutSuffix(strings.TrimSpace(name), "+")
		d.name = strings.ToLower(strings.TrimSpace(name))
		switch {
		case !ok || d.name == "":
			// The first word says enough: the rest may be a password whose sign was forgotten.
			f.draft.warn(place, "the line that begins with %s is not used: it is no name=value", shown(strings.Fields(text)[0]))
		case !utf8.ValidString(value):
			f.draft.mistake(place, "%s is not UTF-8: save the file in that encoding", shown(d.name))
		case value == "":
			f.draft.warn(place, "%s is not used: it has no value", shown(d.name))
		case f.lines == maxDirectives:
			f.full = true
			f.draft.mistake(place, "more than %d lines say something", maxDirectives)
			return
		default:
			f.take(d)
		}
		if f.full {
			return
		}
	}
}

// take follows a line that names files, and keeps any other.
func (f *folder) take(d directive) {
	f.lines++
	switch d.name {
	case "include":
		if path, ok := f.path(d, false); ok {
			f.include(path, d.place)
		}
	case "opt_include":
		if path, ok := f.path(d, true); ok {
			for _, match := range f.matches(path, d.place) {
				f.include(match, d.place)
			}
		}
	case "opt_override":
		if path, ok := f.path(d, true); ok && len(f.overrides) < maxFiles {
			f.overrides = append(f.overrides, override{path, d.place})
		} else if ok {
			f.draft.mistake(d.place, "more than %d overrides are named", maxFiles)
		}
	default:
		f.list = append(f.list, d)
	}
}

// matches lists the regular files that a pattern means, in order. None is no mistake.
func (f *folder) matches(pattern, place string) []string {
	found, err := filepath.Glob(pattern)
	if err != nil {
		f.draft.mistake(place, "the pattern %s has an unclosed bracket", shown(pattern))
	}
	return slices.DeleteFunc(found, func(path string) bool {
		info, err := os.Stat(path)
		return err != nil || !info.Mode().IsRegular()
	})
}

// apply reads the files that o means: an option whose lines there all say += gets more values, any other has those of
// the override alone. Each alert's rate is an option of its own, so that a line here changes one and not all.
func (f *folder) apply(o override) {
	for _, path := range f.matches(o.pattern, o.place) {
		if f.applied[filepath.Clean(path)] {
			continue // named twice, or it names itself
		}
		f.applied[filepath.Clean(path)] = true
		before := f.list
		f.list = nil
		f.include(path, o.place)
		replaced := map[string]bool{}
		for _, d := range f.list {
			replaced[d.name] = replaced[d.name] || !d.add && d.name != "alert"
		}
		kept := slices.DeleteFunc(before, func(d directive) bool { return replaced[d.name] })
		f.list = append(kept, f.list...)
	}
}

// path expands the value of d to a path, or a pattern. A relative one begins in the configuration folder.
func (f *folder) path(d directive, pattern bool) (string, bool) {
	dir, home := f.dir, f.home
	if pattern {
		dir, home = globEscape(dir), globEscape(home)
	}
	path, unknown := expandPath(d.value, dir, home)
	if unknown != "" {
		f.draft.mistake(d.place, "%s=%s: it is not known here what %s stands for", d.name, shown(d.value), shown(unknown))
		return "", false
	}
	wild := 0
	for part := range strings.SplitSeq(d.value, "/") {
		if strings.ContainsAny(part, "*?[") {
			wild++
		}
	}
	if pattern && wild > maxWild {
		f.draft.mistake(d.place, "%s=%s: wildcards may stand in at most %d parts of the path", d.name, shown(d.value), maxWild)
		return "", false
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	return path, true
}

// expandPath replaces %E, the configuration folder, %h and a leading ~, the home folder. Unknown is the first other
// placeholder; those are removed, as in the peer.
func expandPath(s, dir, home string) (path, unknown string) {
	if rest, ok := strings.CutPrefix(s, "~/"); ok && home != "" {
		s = "%h/" + rest
	}
	return expand(s, func(sign rune) (string, bool) {
		switch {
		case sign == 'E':
			return dir, true
		case sign == 'h' && home != "":
			return home, true
		}
		return "", false
	})
}

// expand replaces each % with the sign after it by what meaning says.
func expand(s string, meaning func(sign rune) (string, bool)) (text, unknown string) {
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(s, "%")
		b.WriteString(before)
		if !ok {
			return b.String(), unknown
		}
		if after == "" {
			return b.String(), cmp.Or(unknown, "%")
		}
		sign, size := utf8.DecodeRuneInString(after)
		if value, ok := meaning(sign); ok {
			b.WriteString(value)
		} else {
			unknown = cmp.Or(unknown, "%"+after[:size])
		}
		s = after[size:]
	}
}

// label is how a file is called in what is told: without the folder if it is in it.
func (f *folder) label(path string) string {
	if rel, err := filepath.Rel(f.dir, path); err == nil && filepath.IsLocal(rel) {
		return shownPath(rel)
	}
	return shownPath(path)
}

func (f *folder) labels(paths []string) []string {
	var list []string
	for _, p := range paths {
		list = append(list, f.label(p))
	}
	return list
}

// noteUnread names the files of the folder that look like configuration and that nothing includes.
func (f *folder) noteUnread() {
	found, err := filepath.Glob(filepath.Join(globEscape(f.dir), "kismet*.conf"))
	if err != nil {
		return
	}
	for _, path := range found {
		if !f.read[filepath.Clean(path)] {
			f.draft.note(f.label(path), "the file is not read: no line that is used names it")
		}
	}
}

// globEscape makes a path mean itself in a pattern.
func globEscape(path string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(path)
}
