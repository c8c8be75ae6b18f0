// Command new makes the folder of a new detector: code, page and cases that compile and pass, to be changed.
package main

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"text/template"
)

//go:embed skeleton
var skeleton embed.FS

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: go run ./detectors/new HEADER, for example PROBEFLOOD")
	}
	folder, err := scaffold("detectors", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("%s is there: begin with the cases in %s, then go generate ./detectors ./cmd/manual", folder, filepath.Join(folder, "testdata"))
}

// names are what the skeleton's files are filled with.
type names struct {
	Header  string // PROBEFLOOD
	Package string // probeflood
}

// files maps the files of the skeleton to those of the new folder.
func (n names) files() map[string]string {
	return map[string]string{
		"detector.go.tmpl":        n.Package + ".go",
		"detector_test.go.tmpl":   n.Package + "_test.go",
		"doc.md.tmpl":             "doc.md",
		"fires.txt.tmpl":          filepath.Join("testdata", "fires-at-limit.txt"),
		"quiet.txt.tmpl":          filepath.Join("testdata", "quiet-below-limit.txt"),
		"quiet-looks.txt.tmpl":    filepath.Join("testdata", "quiet-two-stations.txt"),
		"misses-example.txt.tmpl": filepath.Join("testdata", "misses-slow.txt"),
	}
}

// scaffold makes the folder of the detector header in root.
func scaffold(root, header string) (string, error) {
	if !regexp.MustCompile(`^[A-Z][A-Z0-9]{2,23}$`).MatchString(header) {
		return "", fmt.Errorf("%q is no header: 3 to 24 capital letters and digits, a letter first", header)
	}
	n := names{Header: header, Package: strings.ToLower(header)}
	folder := filepath.Join(root, n.Package)
	if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("%s is there already", folder)
	}
	if err := os.MkdirAll(filepath.Join(folder, "testdata"), 0o755); err != nil {
		return "", err
	}
	for from, to := range n.files() {
		t, err := template.ParseFS(skeleton, "skeleton/"+from)
		if err != nil {
			return "", err
		}
		var b bytes.Buffer
		if err := t.Execute(&b, n); err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(folder, to), b.Bytes(), 0o644); err != nil {
			return "", err
		}
	}
	return folder, nil
}
