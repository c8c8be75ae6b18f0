package app

import (
	"runtime/debug"
	"strings"
)

// Version is the version of the module as the build recorded it, with the commit where there is one.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	version := info.Main.Version
	if version == "" || version == "(devel)" {
		version = "devel"
	}
	if commit := Commit(); commit != "" && !strings.Contains(version, commit) {
		version += "-" + commit
	}
	return version
}

// Commit is the short hash that the program was built from, "" if the build did not record one.
func Commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return s.Value[:12]
		}
	}
	return ""
}
