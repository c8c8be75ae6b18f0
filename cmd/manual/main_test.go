package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPagesTellWhatTheDefinitionAndTheCasesSay(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "pages")
	if err := write(filepath.Join("..", "..", "detectors"), folder); err != nil {
		t.Fatal(err)
	}
	for name, wants := range map[string][]string{
		"README.md":      {"| [DEAUTHFLOOD](deauthflood.md) | ", "| [ROOTUSER](rootuser.md) | ", "| [PROBENOJOIN](probenojoin.md) | "},
		"evidence.md":    {"| [LONGSSID](longssid.md) | beacon, ", "e-mdk4-beacon, u-probes, v1-exploit-beacons"},
		"deauthflood.md": {"# DEAUTHFLOOD: ", "DENIAL, MEDIUM, confidence ", "## What to do", "| `frames` | 11 | "},
		"rootuser.md":    {"# ROOTUSER: ", "## What to do"},
	} {
		b, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range wants {
			if !strings.Contains(string(b), want) {
				t.Errorf("%s lacks %q", name, want)
			}
		}
	}
}

func TestOldPagesAreRemoved(t *testing.T) {
	folder := t.TempDir()
	gone := filepath.Join(folder, "nosuchalert.md")
	if err := os.WriteFile(gone, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := write(filepath.Join("..", "..", "detectors"), folder); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(gone); !os.IsNotExist(err) {
		t.Errorf("the page of an alert that is gone is still there: %v", err)
	}
}
