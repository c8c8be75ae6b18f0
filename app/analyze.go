package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/capture/kismetdb"
	"github.com/tocsin-wids/tocsin/capture/replay"
	"github.com/tocsin-wids/tocsin/config"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/detectors"
	"github.com/tocsin-wids/tocsin/pcap"
	"github.com/tocsin-wids/tocsin/report"
)

// Errors that say whose mistake ended an analysis before it began, and who ended it later.
var (
	ErrSettings    = errors.New("detector settings")
	ErrUnreadable  = errors.New("nothing to read")
	ErrEvidence    = errors.New("evidence")
	ErrInterrupted = errors.New("interrupted")
)

// AnalyzeOptions says what to analyse and who wants to know what.
type AnalyzeOptions struct {
	Config   config.Config
	Paths    []string // files, folders, "-"
	Stdin    io.Reader
	Alert    func(*tocsin.Alert) error // each record as it is raised, in the order of the frames; may be nil
	Progress func(read, size int64)    // octets of all files; may be nil
	Evidence string                    // folder for the frames that the alerts rest on; empty: they are not kept
	Logger   *slog.Logger
}

// Analyze reads the captures one after the other. Each is a place and time of its own: nothing that was learnt from
// one is held against the next. What cannot be read is told in the File's Error, and the rest is read. When ctx is done
// the file at hand ends with ErrInterrupted, and is the last.
func Analyze(ctx context.Context, o AnalyzeOptions) ([]report.File, error) {
	paths, err := replay.Expand(o.Paths, kismetdb.IsLog)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	if _, err := newShard(o.Config, nil, o.Logger); err != nil {
		return nil, err
	}
	kept, err := o.evidences(paths)
	if err != nil {
		return nil, err
	}
	var files []report.File
	for _, path := range paths {
		kept.next()
		f, err := analyzeFile(ctx, path, o, kept)
		if err != nil {
			return files, err
		}
		files = append(files, f)
		if err := kept.write(ctx, path); err != nil && ctx.Err() == nil {
			return files, err
		}
		if ctx.Err() != nil {
			break
		}
	}
	return files, nil
}

// evidences makes the folder for evidence.
func (o AnalyzeOptions) evidences(paths []string) (*evidences, error) {
	if o.Evidence == "" {
		return nil, nil
	}
	if slices.Contains(paths, replay.Stdin) {
		return nil, fmt.Errorf("%w: each capture is read twice, which standard input does not allow", ErrEvidence)
	}
	if err := os.MkdirAll(o.Evidence, 0o755); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEvidence, err)
	}
	return &evidences{folder: o.Evidence}, nil
}

// analyzeFile takes one capture from its packets to its incidents. The error is one of o.Alert.
func analyzeFile(ctx context.Context, path string, o AnalyzeOptions, kept *evidences) (report.File, error) {
	source := newRecording(path, o.Stdin)
	var s *shard
	entropy := rand.NewPCG(0, 0) // equal captures give equal identifiers
	ledger := alert.New(alert.Options{
		Logger: o.Logger, Quiet: o.Config.Alerts.Quiet, Throttles: o.Config.Alerts.Throttles, Explains: detectors.Explains,
		Now:      func() time.Time { return tocsin.Moment(s.now) },
		Entropy:  entropy.Uint64,
		Sensor:   func(i uint16) string { return sensorName(source.Sensors(), i, path) },
		Location: carried,
	})
	var refused error
	s, err := newShard(o.Config, func(d tocsin.Detected) {
		a, sent := ledger.Found(d)
		if !sent {
			return
		}
		kept.add(a)
		if o.Alert != nil && refused == nil {
			refused = o.Alert(a)
		}
	}, o.Logger)
	if err != nil {
		return report.File{}, err
	}
	err = source.Run(ctx, func(batch []pcap.Packet) error {
		if len(source.Sensors()) > 1 {
			s.engine.ExpectSensors()
		}
		s.observe(batch)
		if o.Progress != nil {
			o.Progress(source.Progress())
		}
		return refused
	})
	if refused != nil {
		return report.File{}, refused
	}
	f := s.file(path)
	f.Incidents = ledger.Incidents()
	f.Warnings = append(f.Warnings, s.warnings()...)
	switch {
	case ctx.Err() != nil:
		f.Error = fmt.Errorf("%w after %d packets: this is what they show", ErrInterrupted, s.packets)
	case errors.Is(err, pcap.ErrTruncated) && s.packets > 0:
		f.Warnings = append(f.Warnings, err.Error())
	default:
		f.Error = err
	}
	return f, nil
}

// sensorName names a radio by its interface, where the capture tells one: the path says nothing of the air.
func sensorName(names []string, i uint16, path string) string {
	if int(i) < len(names) && names[i] != path {
		return names[i]
	}
	return ""
}

// Guide tells what a reader should know of a definition.
func Guide(header string) report.Guide {
	list := Catalogue()
	at, known := slices.BinarySearchFunc(list, header, func(s detect.Spec, header string) int { return strings.Compare(s.Header, header) })
	if !known {
		return report.Guide{}
	}
	g := report.Guide{Title: list[at].Title}
	for _, section := range sectionsOf(header) {
		if section.Title == "What to do" {
			g.Advice = firstParagraph(section.Text)
		}
	}
	return g
}
