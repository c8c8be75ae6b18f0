package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/tocsin-wids/tocsin/api/kismet"
	"github.com/tocsin-wids/tocsin/app"
	"github.com/tocsin-wids/tocsin/config"
	"github.com/tocsin-wids/tocsin/kismetdb"
)

type serveCommand struct {
	configured
	Listen        string   `help:"Address to answer on, host:port." placeholder:"ADDR"`
	Data          string   `help:"Folder of what must survive a restart." placeholder:"DIR" type:"path"`
	User          string   `help:"Name of the login; with --password-file." placeholder:"NAME"`
	PasswordFile  string   `help:"File whose first line is the password." placeholder:"FILE" type:"path"`
	Source        []string `help:"What to hear: a capture file or -; repeat for several." placeholder:"DEF" sep:"none"`
	Kismetdb      string   `help:"Write a log in Kismet's format to this folder." placeholder:"DIR" type:"existingdir"`
	LogPackets    bool     `help:"With --kismetdb: keep packets as well."`
	SetStoreAside bool     `help:"Rename a damaged store of alerts and begin an empty one."`
	Verbose       bool     `short:"v" help:"Log more."`
}

// Run serves until it is interrupted.
func (c serveCommand) Run(ctx context.Context, t terminal) error {
	conf, warnings, err := c.load(t)
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
	if c.LogPackets && c.Kismetdb == "" {
		return exitError{exitUsage, errors.New("--log-packets goes with --kismetdb")}
	}
	options := serverOptions(conf)
	options.User, options.Password, options.Logger = c.User, password, logger(t, c.Verbose)
	options.SetStoreAside, options.Root, options.Warnings = c.SetStoreAside, os.Geteuid() == 0, warnings
	if c.Kismetdb != "" {
		options.KismetDB = c.log()
	}
	server, err := app.New(options)
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

// serverOptions is a server as the configuration wants it.
func serverOptions(conf config.Config) app.Options {
	s := conf.Server
	o := app.Options{
		Config:       conf,
		KismetLogin:  s.KismetLogin,
		KismetTokens: s.KismetTokens,
		TLS:          app.TLS{Cert: s.TLS.Cert, Key: s.TLS.Key, Domains: s.ACME.Domains, Email: s.ACME.Email},
		CORS:         kismet.CORS{Allow: s.CORS.Allow, Origin: s.CORS.Origin},
		Prefix:       s.URIPrefix,
	}
	if log := conf.Logs.KismetDB; log.Enabled {
		o.KismetDB = &kismetdb.Options{Template: log.File, Alerts: log.Alerts, Messages: log.Messages, System: log.System, Packets: log.Packets}
	}
	return o
}

// log says what log the command line asks for.
func (c serveCommand) log() *kismetdb.Options {
	return &kismetdb.Options{Prefix: c.Kismetdb, Alerts: true, Messages: true, System: true, Packets: c.LogPackets}
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
