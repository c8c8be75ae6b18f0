package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// cases are the names of a detector's cases by what they want, without that, and the captures that they are cut from.
type cases struct {
	names    map[string][]string
	captures []string
}

// casesOf reads the folder of a detector's cases; an alert that no detector raises has none.
func casesOf(folder string) (cases, error) {
	c := cases{names: map[string][]string{}}
	files, err := filepath.Glob(filepath.Join(folder, "*.txt"))
	if err != nil {
		return c, err
	}
	for _, file := range files {
		want, name, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".txt"), "-")
		c.names[want] = append(c.names[want], strings.ReplaceAll(name, "-", " "))
		if want != "real" {
			continue
		}
		b, err := os.ReadFile(file)
		if err != nil {
			return c, err
		}
		head, _, _ := strings.Cut(string(b), "\n-- ")
		if m := captureName.FindStringSubmatch(head); m != nil {
			c.captures = append(c.captures, m[1]+m[2])
		}
	}
	slices.Sort(c.captures)
	c.captures = slices.Compact(c.captures)
	return c, nil
}

var captureName = regexp.MustCompile(`captures/lab/([\w-]+)|([\w-]+)\.pcap`)

func (c cases) any() bool { return len(c.names) > 0 }

func (c cases) list(want string) string { return strings.Join(c.names[want], ", ") }
