package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestNewDetectorIsGreen makes a detector in a copy of the tree and runs its tests and those of the catalogue.
func TestNewDetectorIsGreen(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a copy of the tree")
	}
	root := t.TempDir()
	for _, name := range []string{"go.mod", "go.sum", "ble", "ip", "remoteid", "dot11", "pcap", "window", "capture", "track", "detect", "detectors"} {
		copyTree(t, filepath.Join("..", "..", name), filepath.Join(root, name))
	}
	sources, err := filepath.Glob(filepath.Join("..", "..", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sources {
		copyTree(t, s, filepath.Join(root, filepath.Base(s)))
	}
	for _, command := range []string{
		"run ./detectors/new EXAMPLEOFNEW",
		"generate ./detectors",
		"test ./detectors/exampleofnew",
		"test ./detectors -run TestCatalogueIsAsWritten -update",
		"test ./detectors -run TestCatalogue|TestList|TestDefinitions",
	} {
		run(t, root, strings.Fields(command)...)
	}
}

func run(t *testing.T, folder string, arguments ...string) {
	t.Helper()
	c := exec.Command("go", arguments...)
	c.Dir = folder
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(arguments, " "), err, out)
	}
}

func copyTree(t *testing.T, from, to string) {
	t.Helper()
	info, err := os.Stat(from)
	if err != nil {
		t.Fatal(err)
	}
	if info.IsDir() {
		err = os.CopyFS(to, os.DirFS(from))
	} else {
		var b []byte
		if b, err = os.ReadFile(from); err == nil {
			err = os.WriteFile(to, b, 0o644)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestHeadersThatCannotBeFoldersAreRefused(t *testing.T) {
	for _, header := range []string{"", "ab", "probeflood", "../EVIL", "PROBE FLOOD", "1PROBE"} {
		if folder, err := scaffold(t.TempDir(), header); err == nil {
			t.Errorf("scaffold(%q) made %s, want an error", header, folder)
		}
	}
}

func TestFolderThatExistsIsLeftAlone(t *testing.T) {
	root := t.TempDir()
	if _, err := scaffold(root, "TWICE"); err != nil {
		t.Fatal(err)
	}
	if _, err := scaffold(root, "TWICE"); err == nil {
		t.Error("a second scaffold of the same header succeeded, want an error")
	}
}
