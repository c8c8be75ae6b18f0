package detectors

import (
	"embed"
	"strings"
)

//go:embed */doc.md
var pages embed.FS

// Headers lists the catalogue's headers in order.
func Headers() []string {
	var list []string
	for _, s := range All() {
		list = append(list, s.Header)
	}
	return list
}

// Page returns the page of a detector in Markdown, "" if there is none of that header.
func Page(header string) string {
	b, err := pages.ReadFile(strings.ToLower(header) + "/doc.md")
	if err != nil {
		return ""
	}
	return string(b)
}

// Explains returns the headers that a detector's findings explain, see tocsin.Definition.
func Explains(header string) []string {
	for _, s := range All() {
		if s.Header == header {
			return s.Explains
		}
	}
	return nil
}
