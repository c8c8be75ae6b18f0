package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/app"
	"github.com/tocsin-wids/tocsin/capture/channel"
	"github.com/tocsin-wids/tocsin/capture/monitor"
	"github.com/tocsin-wids/tocsin/capture/monitor/nl80211"
)

type sourcesCommand struct{}

// Run lists the radios of this machine and what they can do.
func (sourcesCommand) Run(t terminal) error {
	list, err := app.Radios()
	if errors.Is(err, nl80211.ErrAbsent) || err == nil && len(list) == 0 {
		fmt.Fprintln(t.out, "There is no radio on this machine"+because(err)+". Captures can be read, and a radio elsewhere can be listened to by a server there.")
		return nil
	}
	if err != nil {
		return err
	}
	for _, r := range list {
		printRadio(t.out, r)
	}
	if !monitor.Allowed() {
		fmt.Fprintln(t.out, "This program may not listen to them as it was started: "+monitor.Rights+".")
	}
	return nil
}

func because(err error) string {
	if err == nil {
		return ""
	}
	return ": " + err.Error()
}

func printRadio(w io.Writer, r app.Radio) {
	driver := r.Driver
	if driver == "" {
		driver = "unknown"
	}
	listen := "can listen"
	if !r.Can(nl80211.Monitor) {
		listen = "CANNOT listen: its driver has no monitor mode"
	}
	fmt.Fprintf(w, "%s, driver %s: %s\n", r.Name, driver, listen)
	for _, i := range r.Interfaces {
		fmt.Fprintf(w, "  %s: %s", i.Name, i.Mode)
		if i.MHz != 0 {
			fmt.Fprintf(w, " on %s", channel.At(i.MHz))
		}
		if i.SSID != "" {
			fmt.Fprintf(w, " in %s", tocsin.Quote([]byte(i.SSID)))
		}
		fmt.Fprintln(w)
	}
	for _, b := range r.Bands {
		fmt.Fprintf(w, "  %s: %s\n", b.Band, frequencies(b.Frequencies))
	}
}

// frequencies writes channels in groups of what may be done on them.
func frequencies(list []nl80211.Frequency) string {
	groups := []struct {
		name string
		is   func(nl80211.Frequency) bool
		of   []string
	}{
		{"not allowed here", func(f nl80211.Frequency) bool { return f.Disabled }, nil},
		{"radar", func(f nl80211.Frequency) bool { return f.Radar }, nil},
		{"listening only", func(f nl80211.Frequency) bool { return f.NoIR }, nil},
		{"", func(nl80211.Frequency) bool { return true }, nil},
	}
	for _, f := range list {
		for i := range groups {
			if groups[i].is(f) {
				groups[i].of = append(groups[i].of, channel.At(f.MHz).String())
				break
			}
		}
	}
	var parts []string
	for i := len(groups) - 1; i >= 0; i-- {
		g := groups[i]
		if len(g.of) == 0 {
			continue
		}
		text := strings.Join(g.of, " ")
		if g.name != "" {
			text = g.name + " " + text
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "; ")
}
