package archtest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestArchitectureNamesWhatIsThere reads the folders that ARCHITECTURE.md sets in backquotes with a closing slash.
func TestArchitectureNamesWhatIsThere(t *testing.T) {
	text := read(t, "ARCHITECTURE.md")
	named := map[string]bool{}
	for _, m := range regexp.MustCompile("`([a-z0-9][a-z0-9/]*)/`").FindAllStringSubmatch(text, -1) {
		named[m[1]] = true
		if _, err := os.Stat(filepath.Join("..", "..", filepath.FromSlash(m[1]))); err != nil {
			t.Errorf("ARCHITECTURE.md names %s/, which is not there", m[1])
		}
	}
	for _, folder := range folders(tree(t)) {
		top, _, _ := strings.Cut(folder, "/")
		if top != "." && !named[top] {
			t.Errorf("ARCHITECTURE.md has no paragraph that names `%s/`", top)
		}
	}
}

// TestLinksLeadSomewhere follows the relative links of all documents.
func TestLinksLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:\s]+)(#[^)]*)?\)`)
	documents, err := filepath.Glob(filepath.Join("..", "..", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	more, err := filepath.Glob(filepath.Join("..", "..", "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, doc := range append(documents, more...) {
		b, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(b), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(doc), filepath.FromSlash(m[1]))); err != nil {
				t.Errorf("%s links to %s, which is not there", filepath.Base(doc), m[1])
			}
		}
	}
}
