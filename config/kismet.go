package config

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/tocsin-wids/tocsin"
)

// kismetAlerts and kismetMemory are the files of a Kismet configuration folder that are read.
const (
	kismetAlerts = "kismet_alerts.conf"
	kismetMemory = "kismet_memory.conf"
)

// ReadKismet adds what the alert settings of the Kismet configuration folder dir say. Ignored lists, one a line of
// the files, what is not used. On error c is unchanged.
func (c *Config) ReadKismet(dir string) (ignored []string, err error) {
	next := c.clone()
	for _, name := range []string{kismetAlerts, kismetMemory} {
		path := filepath.Join(dir, name)
		b, err := os.ReadFile(path)
		if os.IsNotExist(err) && name != kismetAlerts {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read Kismet configuration: %w", err)
		}
		more, err := next.addKismet(name, b)
		if err != nil {
			return nil, err
		}
		ignored = append(ignored, more...)
	}
	*c = next
	return ignored, nil
}

// addKismet reads "name = value" lines. Unlike the peer it takes the last line without a line end, trims a carriage
// return, and lets the last rate of an alert win.
func (c *Config) addKismet(file string, b []byte) (ignored []string, err error) {
	for i, line := range bytes.Split(b, []byte("\n")) {
		text := strings.TrimSpace(string(line))
		name, value, ok := strings.Cut(text, "=")
		if !ok || strings.HasPrefix(text, "#") {
			continue
		}
		used, err := c.addDirective(strings.ToLower(strings.TrimRight(name, "+ \t")), strings.TrimSpace(value))
		if err != nil {
			return nil, fmt.Errorf("%s line %d: %w", file, i+1, err)
		}
		if !used {
			ignored = append(ignored, fmt.Sprintf("%s line %d: %s is not used", file, i+1, name))
		}
	}
	return ignored, nil
}

func (c *Config) addDirective(name, value string) (used bool, err error) {
	switch name {
	case "alert":
		header, rates, _ := strings.Cut(value, ",")
		t, err := tocsin.ParseThrottle(rates)
		if err != nil {
			return true, fmt.Errorf("alert=%s: %w", value, err)
		}
		c.Alerts.Throttles[strings.ToUpper(strings.TrimSpace(header))] = t
	case "apspoof":
		label, options, err := multipart(value)
		if err != nil {
			return true, fmt.Errorf("apspoof=%s: %w", value, err)
		}
		rule, err := networkRule(networkDocument{
			ssidDocument: ssidDocument{Name: label, Regexp: options["ssid"]}, MACs: list(options["validmacs"]),
		})
		if err != nil {
			return true, fmt.Errorf("apspoof=%s: %w", value, err)
		}
		c.Policy.Networks = append(c.Policy.Networks, rule)
	case "ssidcanary":
		label, options, err := multipart(value)
		if err != nil {
			return true, fmt.Errorf("ssidcanary=%s: %w", value, err)
		}
		pattern, err := ssidDocument{Name: label, Regexp: options["ssid"]}.pattern()
		if err != nil {
			return true, fmt.Errorf("ssidcanary=%s: %w", value, err)
		}
		c.Policy.Canaries = append(c.Policy.Canaries, tocsin.CanaryRule{Name: label, SSID: pattern})
	case "alertbacklog":
		n, err := strconv.Atoi(value)
		if err != nil || n < 0 {
			return true, fmt.Errorf("alertbacklog=%s is not a count", value)
		}
		c.Alerts.Backlog = n
	default:
		return false, nil
	}
	return true, nil
}

// multipart reads `label:key="value, with commas",key=value`. Quotes protect commas; there is no escape.
func multipart(s string) (label string, options map[string]string, err error) {
	label, rest, ok := strings.Cut(s, ":")
	if !ok {
		return "", nil, fmt.Errorf("there is no label: write NAME:ssid=\"…\"")
	}
	options = map[string]string{}
	for rest != "" {
		key, after, ok := strings.Cut(rest, "=")
		if !ok {
			return "", nil, fmt.Errorf("%q is not key=value", rest)
		}
		var value string
		if quoted, isQuoted := strings.CutPrefix(after, `"`); isQuoted {
			var closed bool
			if value, rest, closed = strings.Cut(quoted, `"`); !closed {
				return "", nil, fmt.Errorf("the quote of %s is not closed", strings.TrimSpace(key))
			}
			rest = strings.TrimPrefix(strings.TrimSpace(rest), ",")
		} else {
			value, rest, _ = strings.Cut(after, ",")
		}
		options[strings.ToLower(strings.TrimSpace(key))] = value
	}
	return strings.TrimSpace(label), options, nil
}

func list(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}
