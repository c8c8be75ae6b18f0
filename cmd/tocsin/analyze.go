package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/api/kismet"
	"github.com/tocsin-wids/tocsin/app"
	"github.com/tocsin-wids/tocsin/report"
)

type analyzeCommand struct {
	configured
	Format   string   `help:"How to print: ${enum}." enum:"table,ndjson,json,html" default:"table"`
	FailOn   string   `help:"Exit with status 1 if something at least this severe is found: info, low, medium, high or critical." placeholder:"SEVERITY"`
	Evidence string   `help:"Write the frames that each alert rests on, and those of the same devices around them, as pcapng to this folder." placeholder:"DIR" type:"path"`
	Stats    bool     `help:"End with frames, bytes, seconds and frames/s on standard error."`
	Files    []string `arg:"" name:"file" help:"pcap or pcapng, plain or compressed with gzip or zstd; a folder of them; or - for standard input."`
}

// Run reads every file and prints what was found.
func (c analyzeCommand) Run(ctx context.Context, t terminal) error {
	threshold, err := severity(c.FailOn)
	if err != nil {
		return exitError{exitUsage, err}
	}
	conf, _, err := c.load(t)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(t.out, 64<<10)
	options := app.AnalyzeOptions{Config: conf, Paths: c.Files, Stdin: t.in, Evidence: c.Evidence}
	if c.Format == "ndjson" {
		options.Alert = func(a *tocsin.Alert) error { return writeRecord(out, a) }
	}
	bar := newProgress(t.err)
	options.Progress = bar.show
	start := time.Now()
	files, err := app.Analyze(ctx, options)
	bar.clear()
	if err != nil {
		return analyzeFailure(err)
	}
	if err := c.print(out, files, t); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if c.Stats {
		printStats(t.err, files, time.Since(start))
	}
	return c.verdict(files, threshold, t)
}

// writeRecord prints one alert record a line; a pipe should see each at once.
func writeRecord(out *bufio.Writer, a *tocsin.Alert) error {
	line := append(kismet.AppendAlert(out.AvailableBuffer(), a), '\n')
	if _, err := out.Write(line); err != nil {
		return err
	}
	return out.Flush()
}

func analyzeFailure(err error) error {
	if errors.Is(err, app.ErrUnreadable) {
		return exitError{exitUnreadable, err}
	}
	if errors.Is(err, app.ErrSettings) || errors.Is(err, app.ErrEvidence) {
		return exitError{exitUsage, err}
	}
	return err
}

func (c analyzeCommand) print(out *bufio.Writer, files []report.File, t terminal) error {
	o := report.Options{Guide: app.Guide, Colour: isTerminal(t.out), Width: width(t.out)}
	var err error
	switch c.Format {
	case "table":
		err = report.Table(out, files, o)
	case "json":
		err = report.JSON(out, files, o)
	case "html":
		err = report.HTML(out, files, o)
	case "ndjson":
		for _, f := range files {
			for _, w := range f.Warnings {
				fmt.Fprintf(t.err, "tocsin: %s: %s\n", f.Name, w)
			}
		}
	}
	return errors.Join(err, out.Flush())
}

// verdict turns what was read and found into the exit status.
func (c analyzeCommand) verdict(files []report.File, threshold tocsin.Severity, t terminal) error {
	var unreadable error
	for _, f := range files {
		if f.Error != nil {
			unreadable = exitError{exitUnreadable, nil}
			fmt.Fprintf(t.err, "tocsin: %s: %s\n", f.Name, oneLine(f.Error))
		}
	}
	if unreadable != nil {
		return unreadable
	}
	if worst, found := report.Worst(files); c.FailOn != "" && found && worst >= threshold {
		return exitError{exitFound, nil}
	}
	return nil
}

func severity(name string) (tocsin.Severity, error) {
	for _, s := range tocsin.Severities() {
		if strings.EqualFold(name, s.String()) {
			return s, nil
		}
	}
	if name == "" {
		return tocsin.Info, nil
	}
	return tocsin.Info, fmt.Errorf("--fail-on %s: the severities are info, low, medium, high and critical", name)
}

func printStats(w io.Writer, files []report.File, took time.Duration) {
	var packets, octets uint64
	for _, f := range files {
		packets += f.Packets
		octets += f.Bytes
	}
	seconds := max(took.Seconds(), 1e-9)
	fmt.Fprintf(w, "%d frames, %d bytes, %.3f seconds, %.0f frames/s\n", packets, octets, seconds, float64(packets)/seconds)
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == ""
}

func width(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil {
			return columns
		}
	}
	return 0
}
