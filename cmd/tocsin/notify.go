package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/app"
	"github.com/tocsin-wids/tocsin/notify"
)

type notifyCommand struct {
	Test notifyTest `cmd:"" help:"Send a test message to receivers and tell what became of it."`
}

type notifyTest struct {
	configured
	Names []string `arg:"" optional:"" name:"name" help:"Receivers of the configuration; all without."`
}

// testTime is for how long a receiver may take.
const testTime = 30 * time.Second

// Run sends to each receiver, whatever became of the others.
func (c notifyTest) Run(ctx context.Context, t terminal) error {
	conf, _, err := c.load(t)
	if err != nil {
		return err
	}
	receivers, err := app.Receivers(conf.Notify)
	if err != nil {
		return exitError{exitUsage, err}
	}
	known := slices.Sorted(maps.Keys(receivers))
	if len(known) == 0 {
		return exitError{exitUsage, errors.New("the configuration has no receivers: name one below notify.receivers")}
	}
	names := c.Names
	if len(names) == 0 {
		names = known
	}
	for _, name := range names {
		if receivers[name] == nil {
			return exitError{exitUsage, fmt.Errorf("there is no receiver %s; there are %s", tocsin.Quote([]byte(name)), strings.Join(known, ", "))}
		}
	}
	failed := 0
	for _, name := range names {
		if err := try(ctx, receivers[name]); err != nil {
			failed++
			fmt.Fprintf(t.out, "%s: not taken: %s\n", name, err)
		} else {
			fmt.Fprintf(t.out, "%s: taken\n", name)
		}
	}
	if failed > 0 {
		return exitError{exitFailed, fmt.Errorf("%d of %d receivers did not take the message", failed, len(names))}
	}
	return nil
}

func try(ctx context.Context, s notify.Sender) error {
	ctx, cancel := context.WithTimeout(ctx, testTime)
	defer cancel()
	now := time.Now()
	c := app.TestCase(now)
	return s.Send(ctx, &notify.Message{ID: c.ID, Kind: notify.Test, Group: "test", Time: now, Cases: []notify.Case{c}, Open: 1})
}
