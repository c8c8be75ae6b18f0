package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/tocsin-wids/tocsin/config"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/detectors"
)

// configured are the options by which a command is told how to behave.
type configured struct {
	Config     string `help:"Configuration in YAML." placeholder:"FILE" type:"path"`
	KismetConf string `help:"Read this Kismet configuration folder first." placeholder:"DIR" type:"path"`
}

// draft reads the files that c names.
func (c configured) draft() *config.Draft {
	d := config.NewDraft()
	if c.KismetConf != "" {
		d.ReadKismet(c.KismetConf)
	}
	if c.Config != "" {
		d.Read(c.Config)
	}
	return d
}

// load reads the configuration that c names and tells what of it is not used; warnings is what of that somebody misses.
// Mistakes in it are mistakes of usage.
func (c configured) load(t terminal) (conf config.Config, warnings []string, err error) {
	d := c.draft()
	if conf, err = d.Result(detectors.Headers()); err != nil {
		return conf, nil, exitError{exitUsage, err}
	}
	for _, line := range d.Notes() {
		fmt.Fprintln(t.err, "tocsin: note:", line)
	}
	return conf, d.Warnings(), nil
}

// limitProblems tells all limits that their detector refuses.
func limitProblems(conf config.Config) error {
	var problems []error
	specs := detectors.All()
	for _, name := range slices.Sorted(maps.Keys(conf.Detectors)) {
		at := slices.IndexFunc(specs, func(s detect.Spec) bool { return s.Header == name })
		if at < 0 {
			continue // told already
		}
		_, err := specs[at].New(conf.Detectors[name].Limits, detect.Env{Policy: conf.Policy})
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}
