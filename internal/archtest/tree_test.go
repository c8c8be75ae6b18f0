package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/tocsin-wids/tocsin"

// file is one Go file of the project.
type file struct {
	path   string // from the root, with slashes
	folder string // "." for the root package
	test   bool
	made   bool // generated
	syntax *ast.File
	fset   *token.FileSet
	lines  int
}

// tree reads all Go files of the project, testdata left out.
func tree(t *testing.T) []file {
	t.Helper()
	root := filepath.Join("..", "..")
	var files []file
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if name == "testdata" || name == "node_modules" || (strings.HasPrefix(name, ".") && p != root) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		fset := token.NewFileSet()
		syntax, err := parser.ParseFile(fset, p, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		files = append(files, file{
			path: rel, folder: path.Dir(rel), test: strings.HasSuffix(rel, "_test.go"), made: ast.IsGenerated(syntax),
			syntax: syntax, fset: fset, lines: fset.Position(syntax.FileEnd).Line,
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 20 {
		t.Fatalf("only %d Go files found: is the tree where this test looks?", len(files))
	}
	return files
}

// folders lists every folder that holds Go files, sorted.
func folders(files []file) []string {
	var list []string
	for _, f := range files {
		list = append(list, f.folder)
	}
	slices.Sort(list)
	return slices.Compact(list)
}
