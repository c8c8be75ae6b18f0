// Command tocsin is the wireless intrusion detection server and its tools.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

// Exit codes that scripts rely on.
const (
	exitOK         = 0
	exitFound      = 1 // --fail-on reached
	exitUsage      = 2
	exitUnreadable = 3 // a file could not be read
	exitFailed     = 4 // a server could not start or stopped with an error
)

// grammar is the command line.
type grammar struct {
	Analyze     analyzeCommand     `cmd:"" help:"Read captures and tell what happened in them."`
	Serve       serveCommand       `cmd:"" help:"Listen, detect, and answer clients of Kismet on port 2501."`
	Demo        demoCommand        `cmd:"" help:"Serve a bundled capture with several attacks, replayed in real time."`
	Token       tokenCommand       `cmd:"" help:"Make, list and revoke tokens for programs, beside a running server too."`
	Incidents   incidentsCommand   `cmd:"" help:"Look at the incidents of a running server, and say what is done about them."`
	Silence     silenceCommand     `cmd:"" help:"Have nobody told of certain incidents for a while."`
	Notify      notifyCommand      `cmd:"" help:"Try whether those who are told of incidents can be reached."`
	Config      configCommand      `cmd:"" help:"Check a configuration, or make one from that of Kismet."`
	Sources     sourcesCommand     `cmd:"" help:"List the radios of this machine and what they can do."`
	Definitions definitionsCommand `cmd:"" help:"List every alert that this program can raise."`
	Version     versionCommand     `cmd:"" help:"Print the version."`
}

// terminal is what a command may read and write.
type terminal struct {
	in       io.Reader
	out, err io.Writer
}

// exitError carries an exit code beside its text; the text may be empty.
type exitError struct {
	code int
	err  error
}

func (e exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.code)
	}
	return e.err.Error()
}

func (e exitError) Unwrap() error { return e.err }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], terminal{in: os.Stdin, out: os.Stdout, err: os.Stderr})
	stop()
	os.Exit(code)
}

// run executes one command line and returns its exit code.
func run(ctx context.Context, args []string, t terminal) int {
	var g grammar
	exited := -1
	parser, err := kong.New(&g,
		kong.Name("tocsin"),
		kong.Description("Tocsin hears 802.11 frames, recognises attacks, and tells the people and programs that care."),
		kong.UsageOnError(),
		kong.Writers(t.out, t.err),
		kong.Exit(func(code int) { exited = code }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(t),
	)
	if err != nil {
		fmt.Fprintln(t.err, "tocsin:", err)
		return exitFailed
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	k, err := parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		command := "tocsin"
		var p *kong.ParseError
		if errors.As(err, &p) && p.Context != nil && p.Context.Selected() != nil {
			command = p.Context.Selected().FullPath()
		}
		fmt.Fprintf(t.err, "tocsin: %s; see %s --help\n", oneLine(err), command)
		return exitUsage
	}
	return exitCode(k.Run(), t)
}

func exitCode(err error, t terminal) int {
	if err == nil {
		return exitOK
	}
	var e exitError
	if !errors.As(err, &e) {
		e = exitError{exitFailed, err}
	}
	if e.err != nil {
		fmt.Fprintln(t.err, "tocsin:", oneLine(e.err))
	}
	return e.code
}

// oneLine keeps joined errors on one line, so that a log or a script sees one message.
func oneLine(err error) string {
	return strings.ReplaceAll(strings.TrimSpace(err.Error()), "\n", "; ")
}
