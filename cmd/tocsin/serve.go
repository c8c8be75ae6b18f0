package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/tocsin-wids/tocsin/app"
)

type serveCommand struct {
	configured
	Listen        string   `help:"Address to answer on, host:port." placeholder:"ADDR"`
	Data          string   `help:"Folder of what must survive a restart." placeholder:"DIR" type:"path"`
	User          string   `help:"Name of the login; with --password-file." placeholder:"NAME"`
	PasswordFile  string   `help:"File whose first line is the password." placeholder:"FILE" type:"path"`
	Source        []string `help:"What to hear: a capture file or -; repeat for several." placeholder:"DEF" sep:"none"`
	SetStoreAside bool     `help:"Rename a damaged store of alerts and begin an empty one."`
	Verbose       bool     `short:"v" help:"Log more."`
}

// Run serves until it is interrupted.
func (c serveCommand) Run(ctx context.Context, t terminal) error {
	conf, err := c.load(t)
	if err != nil {
		return err
	}
	if c.Listen != "" {
		conf.Server.Listen = c.Listen
	}
	if c.Data != "" {
		conf.Server.Data = c.Data
	}
	conf.Server.Sources = append(conf.Server.Sources, c.Source...)
	password, err := c.password()
	if err != nil {
		return exitError{exitUsage, err}
	}
	server, err := app.New(app.Options{Config: conf, User: c.User, Password: password, SetStoreAside: c.SetStoreAside, Logger: logger(t, c.Verbose)})
	if errors.Is(err, app.ErrSettings) {
		return exitError{exitUsage, err}
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(t.out, "Tocsin answers at", server.URL())
	if link := server.SetupURL(); link != "" {
		fmt.Fprintln(t.out, "No login is set yet. Set it here, once:", link)
	}
	return server.Run(ctx)
}

// password reads the file that holds it: an option would show in the list of processes.
func (c serveCommand) password() (string, error) {
	if (c.User == "") != (c.PasswordFile == "") {
		return "", errors.New("--user and --password-file go together")
	}
	if c.PasswordFile == "" {
		return "", nil
	}
	b, err := os.ReadFile(c.PasswordFile)
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	line, _, _ := strings.Cut(string(b), "\n")
	if line = strings.TrimRight(line, "\r"); line == "" {
		return "", fmt.Errorf("the first line of %s is empty: write the password there", c.PasswordFile)
	}
	return line, nil
}

func logger(t terminal, verbose bool) *slog.Logger {
	level := slog.LevelInfo
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(t.err, &slog.HandlerOptions{Level: level}))
}
