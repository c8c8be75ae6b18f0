package detectors_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors"
)

func folder(s detect.Spec) string { return strings.ToLower(s.Header) }

// TestEveryDetectorHasCases holds that each has a case that wants a finding, one that wants none, and a test that runs them and
// reads its page: the test of its own folder.
func TestEveryDetectorHasCases(t *testing.T) {
	for _, spec := range detectors.All() {
		for _, kind := range []string{"fires-*.txt", "quiet-*.txt"} {
			if found, err := filepath.Glob(filepath.Join(folder(spec), "testdata", kind)); err != nil || len(found) == 0 {
				t.Errorf("%s has no case %s (%v)", spec.Header, kind, err)
			}
		}
		test, err := os.ReadFile(filepath.Join(folder(spec), folder(spec)+"_test.go"))
		if err != nil {
			t.Error(err)
		}
		for _, call := range []string{"detecttest.Run(t, " + folder(spec) + ".Spec)", "detecttest.Doc(t, " + folder(spec) + `.Spec, "doc.md")`} {
			if !strings.Contains(string(test), call) {
				t.Errorf("the test of %s does not call %s", spec.Header, call)
			}
		}
	}
}

func TestListNamesEveryFolder(t *testing.T) {
	pages, err := filepath.Glob(filepath.Join("*", "doc.md"))
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, p := range pages {
		want = append(want, filepath.Dir(p))
	}
	for _, spec := range detectors.All() {
		got = append(got, folder(spec))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("folders and list differ; run go generate ./detectors (-folders +list):\n%s", diff)
	}
}

func TestDefinitionsAreWhole(t *testing.T) {
	known := map[string]bool{}
	for _, header := range detectors.Headers() {
		known[header] = true
	}
	technique := regexp.MustCompile(`^T\d{4}(\.\d{3})?$`)
	for _, s := range detectors.All() {
		if s.Title == "" || s.Description == "" || strings.HasSuffix(s.Title, ".") || !strings.HasSuffix(s.Description, ".") {
			t.Errorf("%s: want a title without and a description with a full stop", s.Header)
		}
		switch s.Class {
		case tocsin.Denial, tocsin.Exploit, tocsin.Probe, tocsin.Spoof, tocsin.Other, tocsin.System:
		default:
			t.Errorf("%s: class %q is none of the six", s.Header, s.Class)
		}
		if !s.Severity.Valid() {
			t.Errorf("%s: %s is no severity", s.Header, s.Severity)
		}
		if s.Confidence == 0 || s.Confidence > 100 {
			t.Errorf("%s: confidence %d, want 1 to 100", s.Header, s.Confidence)
		}
		if s.Frames == 0 && s.Packets == 0 {
			t.Errorf("%s asks for no frames", s.Header)
		}
		if s.Throttle == (tocsin.Throttle{}) {
			t.Errorf("%s has no throttle; one that is off by default has the units of one that is on", s.Header)
		}
		for _, header := range s.Explains {
			if !known[header] || header == s.Header {
				t.Errorf("%s explains %s, which is no other detector", s.Header, header)
			}
		}
		for _, id := range s.Attack {
			if !technique.MatchString(id) {
				t.Errorf("%s: %q is no ATT&CK technique", s.Header, id)
			}
		}
	}
}

// TestCatalogueIsAsWritten makes every change that users of the catalogue notice show in a diff.
func TestCatalogueIsAsWritten(t *testing.T) {
	var b strings.Builder
	for _, s := range detectors.All() {
		fmt.Fprintf(&b, "%s  %s %s %s confidence %d %s\n", s.Header, s.Class, s.Severity, s.Throttle, s.Confidence, strings.Join(s.Attack, " "))
		if len(s.Explains) > 0 {
			fmt.Fprintf(&b, "\texplains %s\n", strings.Join(s.Explains, " "))
		}
		for _, l := range s.Limits() {
			fmt.Fprintf(&b, "\t%s %s %s\n", l.Name, l.Type, l.Default)
		}
	}
	path := filepath.Join("testdata", "catalogue.txt")
	if detecttest.Update() {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("the catalogue changed; if that is meant, run go test ./detectors -update (-written +is):\n%s", diff)
	}
}
