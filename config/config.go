// Package config reads how Tocsin is to behave: one strict YAML file, and the alert settings of a Kismet
// configuration folder.
package config

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
	"go.yaml.in/yaml/v4"
)

// Config is the whole configuration. Its zero value is not valid: begin with Default.
type Config struct {
	Server    Server
	Alerts    Alerts
	Detectors map[string]Detector // by header
	Policy    tocsin.Policy
}

// Server is what `tocsin serve` needs beside the alerts.
type Server struct {
	Listen      string // host:port
	Data        string // folder of what must survive; empty: a folder in the user's home
	Name        string
	Description string
	Location    string
	Sources     []string
}

// Alerts governs the records.
type Alerts struct {
	Backlog   int           // newest records that clients are given
	Quiet     time.Duration // findings of one subject at most this far apart are one incident
	Throttles map[string]tocsin.Throttle
	AtStart   []StartAlert
}

// StartAlert is an alert that every start of the server raises once.
type StartAlert struct {
	Header string // upper case
	Text   string
}

// Detector changes one detector.
type Detector struct {
	Off    bool
	Limits map[string]any // by name, as `tocsin definitions` lists them
}

// Default is the configuration without any file.
func Default() Config {
	return Config{
		Server: Server{Listen: ":2501"},
		Alerts: Alerts{Backlog: 50, Quiet: alert.DefaultQuiet, Throttles: map[string]tocsin.Throttle{}},
	}
}

// Validate tells all that is wrong with c, each problem with its key. Headers is the catalogue's.
func (c Config) Validate(headers []string) error {
	var problems []error
	known := map[string]bool{}
	for _, h := range headers {
		known[h] = true
	}
	for name := range c.Detectors {
		if !known[name] {
			problems = append(problems, fmt.Errorf("detectors.%s: no such detector; `tocsin definitions` lists them", name))
		}
	}
	if c.Alerts.Backlog < 0 {
		problems = append(problems, fmt.Errorf("alerts.backlog: %d is negative", c.Alerts.Backlog))
	}
	if c.Alerts.Backlog > maxBacklog {
		problems = append(problems, fmt.Errorf("alerts.backlog: %d is more than %d", c.Alerts.Backlog, maxBacklog))
	}
	if c.Alerts.Quiet <= 0 {
		problems = append(problems, fmt.Errorf("alerts.quiet: %s is not positive", c.Alerts.Quiet))
	}
	return errors.Join(problems...)
}

// maxBacklog keeps one answer of the API below some hundred megabytes.
const maxBacklog = 100_000

// document is the shape of the YAML file.
type document struct {
	Server struct {
		Listen      string   `yaml:"listen"`
		Data        string   `yaml:"data"`
		Name        string   `yaml:"name"`
		Description string   `yaml:"description"`
		Location    string   `yaml:"location"`
		Sources     []string `yaml:"sources"`
	} `yaml:"server"`
	Alerts struct {
		Backlog  *int              `yaml:"backlog"`
		Quiet    string            `yaml:"quiet"`
		Throttle map[string]string `yaml:"throttle"`
	} `yaml:"alerts"`
	Detectors map[string]struct {
		Enabled *bool          `yaml:"enabled"`
		Limits  map[string]any `yaml:"limits"`
	} `yaml:"detectors"`
	Policy struct {
		Networks []networkDocument `yaml:"networks"`
		Canaries []ssidDocument    `yaml:"canaries"`
	} `yaml:"policy"`
}

type ssidDocument struct {
	Name   string `yaml:"name"`
	SSID   string `yaml:"ssid"`
	Regexp string `yaml:"ssid_regexp"`
}

type networkDocument struct {
	ssidDocument `yaml:",inline"`
	MACs         []string `yaml:"macs"`
}

// Read adds the file at path to c. On error c is unchanged.
func (c *Config) Read(path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read configuration: %w", err)
	}
	next := c.clone()
	if err := next.add(b); err != nil {
		return fmt.Errorf("configuration %s: %w", path, err)
	}
	*c = next
	return nil
}

func (c *Config) add(b []byte) error {
	if strings.TrimSpace(string(b)) == "" {
		return nil
	}
	var d document
	if err := yaml.Load(b, &d, yaml.WithKnownFields()); err != nil {
		return oneLine(err)
	}
	var problems []error
	c.addServer(d)
	problems = append(problems, c.addAlerts(d)...)
	problems = append(problems, c.addPolicy(d)...)
	for name, det := range d.Detectors {
		if c.Detectors == nil {
			c.Detectors = map[string]Detector{}
		}
		c.Detectors[strings.ToUpper(name)] = Detector{Off: det.Enabled != nil && !*det.Enabled, Limits: det.Limits}
	}
	return errors.Join(problems...)
}

// oneLine turns the many-line text of the YAML library into one line that still names every line of the file.
func oneLine(err error) error {
	return errors.New(strings.Join(strings.Fields(err.Error()), " "))
}

func (c *Config) addServer(d document) {
	for _, s := range []struct {
		to   *string
		from string
	}{
		{&c.Server.Listen, d.Server.Listen}, {&c.Server.Data, d.Server.Data}, {&c.Server.Name, d.Server.Name},
		{&c.Server.Description, d.Server.Description}, {&c.Server.Location, d.Server.Location},
	} {
		if s.from != "" {
			*s.to = s.from
		}
	}
	c.Server.Sources = append(c.Server.Sources, d.Server.Sources...)
}

func (c *Config) addAlerts(d document) []error {
	var problems []error
	if d.Alerts.Backlog != nil {
		c.Alerts.Backlog = *d.Alerts.Backlog
	}
	if d.Alerts.Quiet != "" {
		quiet, err := time.ParseDuration(d.Alerts.Quiet)
		if err != nil {
			problems = append(problems, fmt.Errorf("alerts.quiet: %q is not a duration such as 5m", d.Alerts.Quiet))
		}
		c.Alerts.Quiet = quiet
	}
	for name, text := range d.Alerts.Throttle {
		t, err := tocsin.ParseThrottle(text)
		if err != nil {
			problems = append(problems, fmt.Errorf("alerts.throttle.%s: %w", name, err))
			continue
		}
		c.Alerts.Throttles[strings.ToUpper(name)] = t
	}
	return problems
}
