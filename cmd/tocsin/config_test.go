package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// TestManualCommandsAreUnderstood parses every command of the page on configuration.
func TestManualCommandsAreUnderstood(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "configuration.md"))
	if err != nil {
		t.Fatal(err)
	}
	commands := 0
	for line := range strings.Lines(string(page)) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "tocsin ") {
			continue
		}
		commands++
		parser, err := kong.New(&grammar{}, kong.Name("tocsin"), kong.Writers(io.Discard, io.Discard), kong.Exit(func(int) {}))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parser.Parse(strings.Fields(line)[1:]); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
	if commands < 6 {
		t.Errorf("the page has %d commands, want at least 6", commands)
	}
}
