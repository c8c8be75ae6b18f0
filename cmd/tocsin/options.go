package main

import (
	"fmt"

	"github.com/tocsin-wids/tocsin/config"
	"github.com/tocsin-wids/tocsin/detectors"
)

// configured are the options by which a command is told how to behave.
type configured struct {
	Config     string `help:"Configuration in YAML." placeholder:"FILE" type:"path"`
	KismetConf string `help:"Read the alert settings of this Kismet configuration folder as well." placeholder:"DIR" type:"path"`
}

// load reads the configuration that c names. Mistakes in it are mistakes of usage.
func (c configured) load(t terminal) (config.Config, error) {
	conf := config.Default()
	if c.KismetConf != "" {
		ignored, err := conf.ReadKismet(c.KismetConf)
		if err != nil {
			return conf, exitError{exitUsage, err}
		}
		for _, line := range ignored {
			fmt.Fprintln(t.err, "tocsin: note:", line)
		}
	}
	if c.Config != "" {
		if err := conf.Read(c.Config); err != nil {
			return conf, exitError{exitUsage, err}
		}
	}
	if err := conf.Validate(detectors.Headers()); err != nil {
		return conf, exitError{exitUsage, err}
	}
	return conf, nil
}
