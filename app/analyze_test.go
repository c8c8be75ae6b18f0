package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/api/kismet"
	"github.com/tocsin-wids/tocsin/config"
	"github.com/tocsin-wids/tocsin/detectors"
	"github.com/tocsin-wids/tocsin/report"
)

// demoFile is the capture of `tocsin demo`.
var demoFile = filepath.Join("..", "cmd", "tocsin", "demo.pcap.gz")

func analyze(t testing.TB, paths ...string) (records []byte, files []report.File) {
	t.Helper()
	files, err := Analyze(context.Background(), AnalyzeOptions{
		Config: config.Default(), Paths: paths,
		Alert: func(a *tocsin.Alert) error {
			records = append(kismet.AppendAlert(records, a), '\n')
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return records, files
}

func TestSameCaptureGivesTheSameBytes(t *testing.T) {
	first, files := analyze(t, demoFile)
	if len(first) == 0 || len(files) != 1 || files[0].Error != nil {
		t.Fatalf("nothing found in the demo: %+v", files)
	}
	for range 3 {
		if again, _ := analyze(t, demoFile); !bytes.Equal(first, again) {
			t.Fatal("the same capture gave other records")
		}
	}
	both, _ := analyze(t, demoFile, demoFile)
	if !bytes.Equal(both, append(bytes.Clone(first), first...)) {
		t.Error("what one capture taught was held against the next")
	}
}

func TestWhatCanBeReadIsRead(t *testing.T) {
	whole, err := os.ReadFile(demoFile)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for name, b := range map[string][]byte{"a-cut.pcap.gz": whole[:len(whole)/2], "b-text.pcap": []byte("not a capture"), "c-whole": whole} {
		if err := os.WriteFile(filepath.Join(folder, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, files := analyze(t, folder)
	if len(files) != 2 || files[0].Packets == 0 || len(files[0].Incidents) == 0 {
		t.Fatalf("files %+v, want the cut and the whole one", files)
	}
	if files[0].Error == nil && len(files[0].Warnings) == 0 {
		t.Error("nobody is told that the first file is cut off")
	}
	if files[1].Error != nil {
		t.Error(files[1].Error)
	}
	_, files = analyze(t, filepath.Join(folder, "b-text.pcap"), demoFile)
	if files[0].Error == nil || files[1].Error != nil || len(files[1].Incidents) == 0 {
		t.Errorf("files %+v, want an error for the first alone", files)
	}
}

func TestMistakesAreToldBeforeAnythingIsRead(t *testing.T) {
	for name, c := range map[string]struct {
		path string
		conf func(*config.Config)
		want error
	}{
		"no such file": {"absent.pcap", nil, ErrUnreadable},
		"empty folder": {t.TempDir(), nil, ErrUnreadable},
		"unknown limit": {demoFile, func(c *config.Config) {
			c.Detectors = map[string]config.Detector{"DEAUTHFLOOD": {Limits: map[string]any{"x": 1}}}
		}, ErrSettings},
	} {
		conf := config.Default()
		if c.conf != nil {
			c.conf(&conf)
		}
		_, err := Analyze(context.Background(), AnalyzeOptions{Config: conf, Paths: []string{c.path}})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestReaderOfRecordsCanStop(t *testing.T) {
	stop := errors.New("enough")
	n := 0
	_, err := Analyze(context.Background(), AnalyzeOptions{
		Config: config.Default(), Paths: []string{demoFile}, Alert: func(*tocsin.Alert) error { n++; return stop },
	})
	if !errors.Is(err, stop) || n != 1 {
		t.Errorf("%d records and %v, want the first and the reader's error", n, err)
	}
}

// TestInterruptedAnalysisTellsWhatItRead is somebody who stops listening to a pipe.
func TestInterruptedAnalysisTellsWhatItRead(t *testing.T) {
	b, err := os.ReadFile(demoFile)
	if err != nil {
		t.Fatal(err)
	}
	in, out := io.Pipe()
	defer out.Close()
	ctx, stop := context.WithCancel(context.Background())
	go out.Write(b)
	files, err := Analyze(ctx, AnalyzeOptions{
		Config: config.Default(), Paths: []string{"-", demoFile}, Stdin: in,
		Alert: func(*tocsin.Alert) error { stop(); return nil },
	})
	if err != nil || len(files) != 1 || !errors.Is(files[0].Error, ErrInterrupted) || len(files[0].Incidents) == 0 {
		t.Errorf("%+v and %v, want the first file with what was found until then", files, err)
	}
}

// TestBenignCapturesAreQuiet reads captures in which nobody attacks: the one that is here, and the laboratory's where they are.
func TestBenignCapturesAreQuiet(t *testing.T) {
	paths := []string{benignFile}
	if folder := os.Getenv("TOCSIN_CAPTURES"); folder != "" {
		for _, pattern := range []string{"*benign*.gz", "a-baseline*.gz"} {
			found, err := filepath.Glob(filepath.Join(folder, "lab", pattern))
			if err != nil || len(found) == 0 {
				t.Fatalf("no %s in TOCSIN_CAPTURES, %v", pattern, err)
			}
			paths = append(paths, found...)
		}
	}
	_, files := analyze(t, paths...)
	if len(files) != len(paths) {
		t.Fatalf("%d files of %d were read", len(files), len(paths))
	}
	for _, f := range files {
		if f.Error != nil || f.Packets == 0 {
			t.Errorf("%s: %d packets, then %v", f.Name, f.Packets, f.Error)
		}
		for _, i := range f.Incidents {
			if i.MaxSeverity >= tocsin.Medium {
				t.Errorf("%s: %s %s: %s", filepath.Base(f.Name), i.MaxSeverity, i.Last.Header, i.Last.Text)
			}
		}
	}
}

// TestWhatGoesOnIsOneIncident holds that a detector that speaks again of what it sees does so before its incident ends,
// unless it is one that speaks once a day.
func TestWhatGoesOnIsOneIncident(t *testing.T) {
	for _, s := range detectors.All() {
		for _, l := range s.Limits() {
			if l.Name != "again" {
				continue
			}
			again, err := time.ParseDuration(l.Default)
			if err != nil || again >= config.Default().Alerts.Quiet && again < 24*time.Hour {
				t.Errorf("%s: again is %s, %v; incidents end after %s", s.Header, l.Default, err, config.Default().Alerts.Quiet)
			}
		}
	}
}

func BenchmarkAnalyzeDemo(b *testing.B) {
	var packets uint64
	for b.Loop() {
		_, files := analyze(b, demoFile)
		packets += files[0].Packets
	}
	b.ReportMetric(float64(packets)/b.Elapsed().Seconds(), "frames/s")
}

func TestGuideHasAdviceForEveryDetector(t *testing.T) {
	for _, header := range detectors.Headers() {
		if g := Guide(header); g.Title == "" || g.Advice == "" {
			t.Errorf("%s: %+v", header, g)
		}
	}
}
