package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/tocsin-wids/tocsin/app"
	"github.com/tocsin-wids/tocsin/config"
	"github.com/tocsin-wids/tocsin/detectors"
)

type configCommand struct {
	Check  configCheckCommand  `cmd:"" help:"Print the configuration that counts, each value with where it is from; exit with 2 if there is a mistake."`
	Import configImportCommand `cmd:"" help:"Write a tocsin.yaml that says what a Kismet configuration folder says."`
}

// alertHeaders lists the names of all alerts that are raised here.
func alertHeaders() []string {
	var list []string
	for _, s := range app.Catalogue() {
		list = append(list, s.Header)
	}
	return list
}

type configCheckCommand struct {
	configured
}

// Run prints the effective configuration, or every mistake on a line of its own.
func (c configCheckCommand) Run(t terminal) error {
	d := c.draft()
	conf, err := d.Result(detectors.Headers())
	_, unreachable := app.Receivers(conf.Notify)
	if err = errors.Join(err, limitProblems(conf), unreachable); err != nil {
		return told(err, t)
	}
	for _, line := range append(d.Notes(), d.Unraised(alertHeaders())...) {
		fmt.Fprintln(t.err, "tocsin: note:", line)
	}
	_, err = t.out.Write(d.Effective())
	return err
}

// told prints the problems that err joins, one a line.
func told(err error, t terminal) error {
	for line := range strings.SplitSeq(err.Error(), "\n") {
		fmt.Fprintln(t.err, "tocsin:", line)
	}
	return exitError{exitUsage, nil}
}

type configImportCommand struct {
	Folder string `arg:"" name:"dir" help:"Kismet configuration folder, such as /etc/kismet." type:"path"`
	Output string `short:"o" help:"Write to this file, which must not be there yet, and not to standard output." placeholder:"FILE" type:"path"`
}

// Run writes the file. A folder with a mistake gives none.
func (c configImportCommand) Run(t terminal) error {
	d := config.NewDraft()
	d.ReadKismet(c.Folder)
	if _, err := d.Result(detectors.Headers()); err != nil {
		return told(err, t)
	}
	var text bytes.Buffer
	fmt.Fprintf(&text, "# What the Kismet configuration folder %q says. Check it with: tocsin config check --config FILE\n\n", c.Folder)
	text.Write(d.Import())
	if c.Output == "" {
		_, err := t.out.Write(text.Bytes())
		return err
	}
	return writeNew(c.Output, text.Bytes())
}

// writeNew never replaces a file: it may be somebody's only configuration.
func writeNew(path string, b []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		return exitError{exitUsage, fmt.Errorf("%s is there already: name another file, or remove it", path)}
	}
	if err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	_, err = file.Write(b)
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	return nil
}
