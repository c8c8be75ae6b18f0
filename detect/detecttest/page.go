package detecttest

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/tocsin-wids/tocsin/detect"
)

// Sections lists the headings that the page of every detector has, in their order.
func Sections() []string {
	return []string{"What it sees", "Why it matters", "When it is wrong", "What to do", "References"}
}

// Doc holds the page of a detector, doc.md, to its sections, in order and none empty, and to naming every limit.
func Doc(t *testing.T, spec detect.Spec, path string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page := string(b)
	if title, _, _ := strings.Cut(page, "\n"); title != "# "+spec.Header {
		t.Errorf("%s begins with %q, want %q", path, title, "# "+spec.Header)
	}
	var headings []string
	for i, part := range strings.Split(page, "\n## ") {
		heading, text, _ := strings.Cut(part, "\n")
		if i == 0 {
			continue
		}
		headings = append(headings, heading)
		if strings.TrimSpace(text) == "" {
			t.Errorf("%s: section %q is empty", path, heading)
		}
	}
	if !slices.Equal(headings, Sections()) {
		t.Errorf("%s has the sections %q, want %q", path, headings, Sections())
	}
	for _, l := range spec.Limits() {
		if !strings.Contains(page, "`"+l.Name+"`") {
			t.Errorf("%s does not name the limit `%s`", path, l.Name)
		}
	}
}
