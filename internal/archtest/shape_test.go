package archtest

import (
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strings"
	"testing"
)

const (
	maxFileLines     = 400
	maxFunctionLines = 60
)

// long lists what may be larger, with the reason.
var long = map[string]string{}

// vagueNames are package names that say nothing.
var vagueNames = []string{"utils", "util", "common", "helpers", "types", "misc", "pkg", "base", "lib"}

func TestFilesAndFunctionsStaySmall(t *testing.T) {
	for _, f := range tree(t) {
		if f.made {
			continue
		}
		if f.lines > maxFileLines+1 && long[f.path] == "" {
			t.Errorf("%s has %d lines, at most %d are readable", f.path, f.lines, maxFileLines)
		}
		for _, decl := range f.syntax.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			lines := f.fset.Position(fn.End()).Line - f.fset.Position(fn.Pos()).Line + 1
			if lines > maxFunctionLines && !f.test && long[f.path+":"+fn.Name.Name] == "" {
				t.Errorf("%s: %s has %d lines, at most %d are readable", f.path, fn.Name.Name, lines, maxFunctionLines)
			}
		}
	}
}

func TestEveryPackageIsDocumentedOnce(t *testing.T) {
	docs := map[string][]string{}
	for _, f := range tree(t) {
		if !f.test && f.syntax.Doc != nil {
			docs[f.folder] = append(docs[f.folder], path.Base(f.path))
		}
	}
	for _, folder := range folders(tree(t)) {
		if n := len(docs[folder]); n != 1 {
			t.Errorf("package %s has %d package comments %v, want exactly one", folder, n, docs[folder])
		}
	}
}

func TestNamesSayWhatTheyAre(t *testing.T) {
	for _, folder := range folders(tree(t)) {
		if slices.Contains(vagueNames, path.Base(folder)) {
			t.Errorf("folder %s: the name says nothing of what is in it", folder)
		}
	}
}

func TestNoInitFunctions(t *testing.T) {
	for _, f := range tree(t) {
		for _, decl := range f.syntax.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s has an init function: state belongs to a value that somebody makes", f.path)
			}
		}
	}
}

// TestPackageVariablesAreTables allows Spec, errors, blank assertions, embedded files, and composite literals or calls
// that are never assigned again; what it forbids is state.
func TestPackageVariablesAreTables(t *testing.T) {
	for _, f := range tree(t) {
		if f.test {
			continue
		}
		for _, decl := range f.syntax.Decls {
			gen, ok := decl.(*ast.GenDecl)
			if !ok || gen.Tok != token.VAR {
				continue
			}
			for _, spec := range gen.Specs {
				v := spec.(*ast.ValueSpec)
				embedded := gen.Doc != nil && strings.Contains(gen.Doc.Text()+rawText(gen.Doc), "go:embed") ||
					v.Doc != nil && strings.Contains(rawText(v.Doc), "go:embed")
				if len(v.Values) == 0 && !embedded {
					t.Errorf("%s: package variable %s has no value: it must be state", f.path, v.Names[0].Name)
				}
			}
		}
	}
}

func rawText(g *ast.CommentGroup) string {
	var b strings.Builder
	for _, c := range g.List {
		b.WriteString(c.Text)
	}
	return b.String()
}
