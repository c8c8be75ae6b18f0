package main

import (
	"fmt"

	"github.com/tocsin-wids/tocsin/app"
)

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(t terminal) error {
	_, err := fmt.Fprintln(t.out, "tocsin", app.Version())
	return err
}
