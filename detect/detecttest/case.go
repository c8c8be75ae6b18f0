package detecttest

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/dot11"
)

// file is one case file, taken apart.
type file struct {
	path     string
	comment  string // what stands before the first section
	sections []section
}

// section is what follows a line "-- NAME ARGUMENT --".
type section struct {
	name     string
	argument string
	text     string
	first    int // number of the first line of text
}

func readFile(path string) (file, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return file{}, err
	}
	f := file{path: path}
	for i, line := range strings.SplitAfter(string(b), "\n") {
		head := strings.TrimRight(line, " \r\n")
		inside, ok := strings.CutPrefix(head, "-- ")
		inside, closed := strings.CutSuffix(inside, " --")
		switch {
		case ok && closed:
			name, argument, _ := strings.Cut(inside, " ")
			f.sections = append(f.sections, section{name: name, argument: argument, first: i + 2})
		case len(f.sections) == 0:
			f.comment += line
		default:
			f.sections[len(f.sections)-1].text += line
		}
	}
	return f, f.check()
}

// check holds every file to the sections that it may have.
func (f file) check() error {
	if strings.TrimSpace(f.comment) == "" {
		return errors.New("the first lines must say what the case shows and where it is from")
	}
	count := map[string]int{}
	for _, s := range f.sections {
		count[s.name]++
		switch s.name {
		case "air", "policy", "limits", "want":
			if count[s.name] > 1 {
				return fmt.Errorf("there are two sections -- %s --", s.name)
			}
		case "capture":
		default:
			return fmt.Errorf("there is no section -- %s --: only air, capture, policy, limits, want", s.name)
		}
	}
	if count["air"]+count["capture"] != 1 || count["want"] != 1 {
		return errors.New("want one section -- air -- or -- capture FILE --, and one -- want --")
	}
	return nil
}

// section returns the section of that name; an empty one if there is none.
func (f file) section(name string) section {
	for _, s := range f.sections {
		if s.name == name {
			return s
		}
	}
	return section{}
}

// rewrite puts text in place of the want section.
func (f file) rewrite(text string) error {
	var b strings.Builder
	b.WriteString(f.comment)
	for _, s := range f.sections {
		head := s.name
		if s.argument != "" {
			head += " " + s.argument
		}
		if s.name == "want" {
			s.text = text
		}
		fmt.Fprintf(&b, "-- %s --\n%s", head, s.text)
	}
	return os.WriteFile(f.path, []byte(b.String()), 0o644)
}

// readLimits reads lines "name = value".
func readLimits(s section) (map[string]any, error) {
	limits := map[string]any{}
	for i, line := range strings.Split(s.text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		if strings.TrimSpace(line) == "" {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if !ok {
			return nil, fmt.Errorf("line %d: want name = value", s.first+i)
		}
		limits[strings.TrimSpace(name)] = strings.TrimSpace(value)
	}
	return limits, nil
}

// readPolicy reads lines "network NAME ssid PATTERN allow ADDRESS… channels N… security WAY…", "canary NAME ssid PATTERN" and "device NAME
// ADDRESS found lost timeout TIME severity WORD".
func readPolicy(s section, a *air) (tocsin.Policy, error) {
	var p tocsin.Policy
	for i, line := range strings.Split(s.text, "\n") {
		words, err := split(line)
		if err == nil && len(words) > 0 {
			err = addRule(&p, words, a)
		}
		if err != nil {
			return p, fmt.Errorf("line %d: %w", s.first+i, err)
		}
	}
	return p, nil
}

func addRule(p *tocsin.Policy, words []word, a *air) error {
	if words[0].text == "device" {
		return addDevice(p, words[1:], a)
	}
	if len(words) < 4 || words[2].text != "ssid" {
		return errors.New(`want network NAME ssid "SSID" allow ADDRESS…, or canary NAME ssid "SSID"`)
	}
	pattern, rest := tocsin.LiteralSSID(words[3].text), words[4:]
	if words[3].text == "~" && !words[3].quoted && len(words) > 4 {
		var err error
		if pattern, err = tocsin.CompileSSID(words[4].text); err != nil {
			return err
		}
		rest = words[5:]
	}
	switch words[0].text {
	case "canary":
		p.Canaries = append(p.Canaries, tocsin.CanaryRule{Name: words[1].text, SSID: pattern})
		return nil
	case "network":
		rule, err := networkRule(rest, a)
		rule.Name, rule.SSID = words[1].text, pattern
		p.Networks = append(p.Networks, rule)
		return err
	}
	return fmt.Errorf("%q is neither network nor canary", words[0].text)
}

// networkRule reads what is allowed.
func networkRule(words []word, a *air) (rule tocsin.NetworkRule, err error) {
	what := "allow"
	for _, w := range words {
		switch {
		case w.text == "allow" || w.text == "channels" || w.text == "security":
			what = w.text
		case what == "channels":
			var n uint64
			n, err = strconv.ParseUint(w.text, 10, 8)
			rule.Channels = append(rule.Channels, uint8(n))
		case what == "security":
			var way dot11.Access
			way, err = dot11.ParseAccess(w.text)
			rule.Access |= way
		default:
			var m tocsin.MACMask
			m, err = a.mask(w)
			rule.Allowed = append(rule.Allowed, m)
		}
		if err != nil {
			return rule, err
		}
	}
	return rule, nil
}

// mask reads a name, an address, or an address and its mask.
func (a *air) mask(w word) (tocsin.MACMask, error) {
	if addr, err := a.address(w, 0); err == nil {
		w.text = addr.String()
	}
	return tocsin.ParseMACMask(w.text)
}

func addDevice(p *tocsin.Policy, words []word, a *air) error {
	if len(words) < 3 {
		return errors.New("want device NAME ADDRESS, then found, lost or both")
	}
	rule := tocsin.DeviceRule{Name: words[0].text}
	var err error
	if rule.Device, err = a.mask(words[1]); err != nil {
		return err
	}
	for i := 2; i < len(words); i++ {
		switch key := words[i].text; {
		case key == "found":
			rule.Found = true
		case key == "lost":
			rule.Lost = true
		case key == "timeout" && i+1 < len(words):
			i++
			rule.Timeout, err = time.ParseDuration(words[i].text)
		case key == "severity" && i+1 < len(words):
			i++
			rule.Severity, err = severityOf(words[i].text)
		default:
			err = fmt.Errorf("device rules have no %q", key)
		}
		if err != nil {
			return err
		}
	}
	p.Devices = append(p.Devices, rule)
	return nil
}

func severityOf(text string) (*tocsin.Severity, error) {
	for _, s := range tocsin.Severities() {
		if strings.EqualFold(s.String(), text) {
			return &s, nil
		}
	}
	return nil, fmt.Errorf("%q is no severity", text)
}
