package app

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/config"
)

func TestEvidenceHoldsTheFramesOfEachAlert(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "evidence")
	var alerts []*tocsin.Alert
	o := AnalyzeOptions{Config: config.Default(), Paths: []string{demoFile}, Evidence: folder, Alert: func(a *tocsin.Alert) error {
		alerts = append(alerts, a)
		return nil
	}}
	if _, err := Analyze(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	capture := packetsOf(t, demoFile)
	files, err := filepath.Glob(filepath.Join(folder, "*.pcapng"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	kept := map[string]map[string]string{} // comments of packets, by the header in the file's name
	for _, f := range files {
		header := strings.TrimSuffix(filepath.Base(f)[4:], ".pcapng")
		if kept[header] == nil {
			kept[header] = map[string]string{}
		}
		for _, p := range packetsOf(t, f) {
			kept[header][string(p.Data)] += p.Comment
		}
	}
	for _, a := range alerts {
		for i, n := range a.Frames {
			comment, there := kept[a.Header][string(capture[n-1].Data)]
			if !there || !strings.HasPrefix(comment, a.Header) {
				t.Errorf("frame %d of %s is not kept, or says %q", n, a.Header, comment)
			}
			if i == len(a.Frames)-1 && !strings.Contains(comment, a.Text) {
				t.Errorf("the last frame of %s says %q, want %q in it", a.Header, comment, a.Text)
			}
		}
	}
	around := 0
	for _, comments := range kept {
		for _, c := range comments {
			if c == "" {
				around++
			}
		}
	}
	if len(alerts) == 0 || around == 0 {
		t.Errorf("%d alerts, and %d frames around those that show them", len(alerts), around)
	}
	before, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Analyze(context.Background(), o); !errors.Is(err, ErrEvidence) || !strings.Contains(err.Error(), "choose a folder that is empty") {
		t.Errorf("the same folder again: %v", err)
	}
	if after, err := os.ReadFile(files[0]); err != nil || !bytes.Equal(before, after) {
		t.Errorf("what was there is not there any more: %v", err)
	}
}

func TestEvidenceNeedsAFolderAndFiles(t *testing.T) {
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]AnalyzeOptions{
		"standard input": {Paths: []string{"-"}, Stdin: strings.NewReader(""), Evidence: t.TempDir()},
		"a file":         {Paths: []string{demoFile}, Evidence: blocked},
	} {
		o.Config = config.Default()
		if _, err := Analyze(context.Background(), o); !errors.Is(err, ErrEvidence) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
