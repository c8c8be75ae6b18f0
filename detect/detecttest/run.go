package detecttest

import (
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

var update = flag.Bool("update", false, "write what was found into the case files and golden files")

// Update reports whether the test runs with -update.
func Update() bool { return *update }

// Run runs all cases of the detector in the folder testdata, each as a subtest.
func Run(t *testing.T, spec detect.Spec) {
	t.Helper()
	RunIn(t, spec, "testdata")
}

// RunIn is Run for cases in another folder.
func RunIn(t *testing.T, spec detect.Spec, folder string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	prefixes := map[string]int{}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".txt")
		prefix, _, _ := strings.Cut(name, "-")
		prefixes[prefix]++
		t.Run(name, func(t *testing.T) { runFile(t, spec, path, prefix) })
	}
	if prefixes["fires"] == 0 || prefixes["quiet"] == 0 {
		t.Errorf("%s has %d cases fires- and %d cases quiet-, want at least one of each", folder, prefixes["fires"], prefixes["quiet"])
	}
}

func runFile(t *testing.T, spec detect.Spec, path, prefix string) {
	t.Helper()
	f, err := readFile(path)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	c, err := f.open(spec)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	got, err := c.run(c.detector)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	again, err := c.run(c.detector)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if !reflect.DeepEqual(got, again) {
		t.Errorf("%s: a second run found something else: %v, then %v", path, got, again)
	}
	problems := c.judge(path, prefix, got)
	// A finding in a quiet case is never what was wanted.
	if Update() && len(problems) > 0 && (len(got) == 0 || !wantsNone(prefix)) {
		c.rewrite(t, f, got)
		problems = nil
	}
	for _, p := range problems {
		t.Error(p)
	}
	if n := c.allocations(); n > 0 {
		t.Errorf("%s: the detector allocated %d times for frames that are no finding", path, n)
	}
}

// prepared is a case that is ready to run.
type prepared struct {
	spec   detect.Spec
	limits map[string]any
	policy tocsin.Policy
	air    *air
	frames []sent
	start  time.Duration
	want   []wanted
}

// caseStart is when the frames of air sections begin: 2026-01-01 00:00 UTC.
const caseStart = 1_767_225_600 * time.Second

func (f file) open(spec detect.Spec) (*prepared, error) {
	s := f.section("air")
	a, err := readAir(s.text, s.first)
	if err != nil {
		return nil, err
	}
	c := &prepared{spec: spec, air: a, start: caseStart}
	var problems [3]error
	c.limits, problems[0] = readLimits(f.section("limits"))
	c.policy, problems[1] = readPolicy(f.section("policy"), a)
	c.want, problems[2] = readWant(f.section("want"))
	if err := errors.Join(problems[:]...); err != nil {
		return nil, err
	}
	if s.first > 0 {
		c.frames, err = a.frames()
		return c, err
	}
	c.frames, c.start, err = readCapture(filepath.Join(filepath.Dir(f.path), f.section("capture").argument))
	return c, err
}

// detector makes the detector of the case.
func (c *prepared) detector() (detect.Detector, error) {
	return c.spec.New(c.limits, detect.Env{Policy: c.policy})
}

// run shows all frames to a new engine with the detector that make makes.
func (c *prepared) run(make func() (detect.Detector, error)) ([]tocsin.Detected, error) {
	d, err := make()
	if err != nil {
		return nil, err
	}
	var found []tocsin.Detected
	spec := detect.Define(c.spec, struct{}{}, func(struct{}, detect.Env) detect.Detector { return d })
	engine, err := detect.New(detect.Options{
		Specs: []detect.Spec{spec}, Tracker: track.New(track.Options{}),
		Report: func(d tocsin.Detected) { found = append(found, d) },
	})
	if err != nil {
		return nil, err
	}
	var frame dot11.Frame
	for i, s := range c.frames {
		o := tocsin.Observation{Time: c.start + s.at, BLE: s.packet, Radio: s.radio, Number: uint64(i + 1), Sensor: s.sensor, Cut: s.cut}
		if s.packet == nil {
			if o.Frame = &frame; frame.Decode(s.raw) != nil {
				continue
			}
		}
		engine.Observe(&o)
	}
	for i := range found {
		if found[i].Definition == &tocsin.DetectorFail {
			return nil, fmt.Errorf("the detector panicked: %s", found[i].Reason.Observed)
		}
		found[i].Definition = &c.spec.Definition
	}
	return found, nil
}

// judge tells in what was found differs from what was wanted, and the name of the case from both.
func (c *prepared) judge(path, prefix string, got []tocsin.Detected) (problems []error) {
	problem := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	switch {
	case prefix == "fires" && len(c.want) == 0:
		problem("%s: a case fires- must want a finding", path)
	case wantsNone(prefix) && len(c.want) > 0:
		problem("%s: a case %s- must want none", path, prefix)
	case prefix != "fires" && prefix != "real" && !wantsNone(prefix):
		problem("%s: the name must begin with fires-, quiet-, misses- or real-", path)
	}
	for i, w := range c.want {
		if i >= len(got) {
			problem("%s:%d: not found: %s %s", path, w.line, w.header, joined(w.words))
			continue
		}
		if err := w.compare(got[i], c.start, c.air); err != nil {
			problem("%s:%d: %w\nfound: %s", path, w.line, err, line(got[i], c.start, c.air))
		}
	}
	for _, d := range got[min(len(got), len(c.want)):] {
		problem("%s: found, but not wanted: %s", path, line(d, c.start, c.air))
	}
	return problems
}

func wantsNone(prefix string) bool { return prefix == "quiet" || prefix == "misses" }

func joined(words []word) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w.text)
	}
	return b.String()
}

func (c *prepared) rewrite(t *testing.T, f file, got []tocsin.Detected) {
	t.Helper()
	var b strings.Builder
	for _, d := range got {
		fmt.Fprintln(&b, line(d, c.start, c.air))
	}
	if err := f.rewrite(b.String()); err != nil {
		t.Fatal(err)
	}
}
