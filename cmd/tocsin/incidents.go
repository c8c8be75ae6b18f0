package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
	v1 "github.com/tocsin-wids/tocsin/api/v1"
	"github.com/tocsin-wids/tocsin/dot11"
)

// incidentsCommand is for people who work with what a running server found.
type incidentsCommand struct {
	List    incidentsList   `cmd:"" help:"List incidents, the newest first; without filters those that are not resolved."`
	Show    incidentsShow   `cmd:"" help:"Show one incident, and what was done about it."`
	Ack     incidentAck     `cmd:"" help:"Say that you look after an incident."`
	Resolve incidentResolve `cmd:"" help:"Say that an incident is over."`
	Reopen  incidentReopen  `cmd:"" help:"Say that an incident is not over."`
}

type incidentsList struct {
	asked
	State    []string `help:"Only in these states: open, acknowledged, resolved, or all." default:"open,acknowledged" enum:"open,acknowledged,resolved,all"`
	Severity string   `help:"At least as bad as this: INFO, LOW, MEDIUM, HIGH or CRITICAL." placeholder:"LEVEL"`
	Header   []string `help:"Only of these alerts." placeholder:"NAME"`
	Class    string   `help:"Only of this class." placeholder:"WORD"`
	MAC      string   `help:"Only with this address, such as 02:00:00:00:00:0A or 02:00:00:*." placeholder:"ADDRESS" name:"mac"`
	SSID     string   `help:"Only about a network of this name; * and ? stand for any." placeholder:"NAME" name:"ssid"`
	Since    string   `help:"Only seen within this time, such as 7d or 12h." placeholder:"TIME"`
	Limit    int      `help:"How many at most." default:"100" placeholder:"N"`
}

func (c incidentsList) query() (url.Values, error) {
	q := url.Values{}
	for name, value := range map[string]string{
		"state": strings.Join(c.State, ","), "severity": strings.ToUpper(c.Severity), "header": strings.Join(c.Header, ","),
		"class": c.Class, "mac": c.MAC, "ssid": c.SSID,
	} {
		if value != "" && !(name == "state" && strings.Contains(value, "all")) {
			q.Set(name, value)
		}
	}
	if c.Since != "" {
		ago, err := span("--since", c.Since)
		if err != nil {
			return nil, exitError{exitUsage, err}
		}
		q.Set("seen_since", time.Now().Add(-ago).UTC().Format(time.RFC3339))
	}
	if c.Limit < 1 || c.Limit > mostListed {
		return nil, exitError{exitUsage, fmt.Errorf("--limit %d: write 1 to %d", c.Limit, mostListed)}
	}
	return q, nil
}

// Run prints a line each.
func (c incidentsList) Run(ctx context.Context, t terminal) error {
	query, err := c.query()
	if err != nil {
		return err
	}
	server, err := c.client()
	if err != nil {
		return err
	}
	all, more, err := list[v1.Incident](ctx, server, "incidents", query, c.Limit)
	if err != nil {
		return err
	}
	if more {
		fmt.Fprintf(t.err, "tocsin: note: there are more than %d: see more with --limit\n", c.Limit)
	}
	if c.Format == "json" {
		return printJSON(t.out, all)
	}
	fmt.Fprintf(t.out, "%-8s  %-12s  %-8s  %-11s  %s\n", "ID", "STATE", "SEVERITY", "LAST (UTC)", "WHAT")
	for n := range all {
		i := &all[n]
		what := strings.TrimSpace(plain(i.Header) + " " + plain(who(i)))
		fmt.Fprintf(t.out, "%-8s  %-12s  %-8s  %-11s  %s\n", short(i.ID), standing(i), plain(i.MaxSeverity), i.LastSeen.UTC().Format(tableTime), cut(what, 33))
	}
	return nil
}

// standing returns the state, or why people are not told of an incident that is open.
func standing(i *v1.Incident) string {
	switch {
	case i.State == tocsin.Open.String() && i.SilencedBy != "":
		return "silenced"
	case i.State == tocsin.Open.String() && i.InhibitedBy != "":
		return "inhibited"
	}
	return plain(i.State)
}

// who returns the address that an incident is about, or else a name.
func who(i *v1.Incident) string {
	a := &i.LastAlert
	switch {
	case a.BSSID != "" && a.BSSID != dot11.Broadcast.String():
		return a.BSSID
	case a.Source != "":
		return a.Source
	case a.SSID != "":
		return tocsin.Quote([]byte(a.SSID))
	}
	return ""
}

type incidentsShow struct {
	asked
	ID string `arg:"" help:"Its id, or some characters of the end of it."`
}

// Run prints one incident.
func (c incidentsShow) Run(ctx context.Context, t terminal) error {
	server, err := c.client()
	if err != nil {
		return err
	}
	id, err := whole(ctx, server, "incidents", c.ID)
	if err != nil {
		return err
	}
	var i v1.Incident
	if err := server.do(ctx, http.MethodGet, "incidents/"+url.PathEscape(id), nil, nil, &i); err != nil {
		return err
	}
	return c.print(t.out, &i)
}

func (c asked) print(w io.Writer, i *v1.Incident) error {
	if c.Format == "json" {
		return printJSON(w, i)
	}
	a := &i.LastAlert
	fmt.Fprintf(w, "%s, %s, %s\n", plain(i.Header), plain(i.MaxSeverity), standing(i))
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "  %-12s  %s\n", name, wrapped(value, 16))
		}
	}
	line("id", plain(i.ID))
	line("text", plain(a.Text))
	if r := a.Reason; r != nil {
		why := r.What + ": " + r.Observed
		if r.Limit != "" {
			why += ", limit " + r.Limit
		}
		line("why", plain(why))
	}
	if a.SSID != "" {
		line("network", tocsin.Quote([]byte(a.SSID)))
	}
	line("bssid", plain(a.BSSID))
	line("source", plain(a.Source))
	line("destination", plain(a.Destination))
	line("sensors", plain(strings.Join(a.Sensors, ", ")))
	line("first seen", utc(i.FirstSeen))
	line("last seen", utc(i.LastSeen))
	line("findings", fmt.Sprint(i.Count))
	line("explained by", plain(i.InhibitedBy))
	line("silenced by", plain(i.SilencedBy))
	for _, change := range i.Changes {
		by := "by itself: an alert came"
		if change.By != "" {
			by = "by " + plain(change.By)
		}
		if change.Comment != "" {
			by += ": " + plain(change.Comment)
		}
		fmt.Fprintf(w, "  %s\n", wrapped(utc(change.Time)+"  "+plain(change.State)+" "+by, 4))
	}
	return nil
}

func utc(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") + " UTC" }

// changed is what the three commands that change an incident are given.
type changed struct {
	asked
	ID      string `arg:"" help:"Its id, or some characters of the end of it."`
	Comment string `help:"For whoever looks at it later." short:"m" placeholder:"TEXT"`
}

type (
	incidentAck     struct{ changed }
	incidentResolve struct{ changed }
	incidentReopen  struct{ changed }
)

func (c incidentAck) Run(ctx context.Context, t terminal) error { return c.send(ctx, t, "acknowledge") }

func (c incidentResolve) Run(ctx context.Context, t terminal) error { return c.send(ctx, t, "resolve") }

func (c incidentReopen) Run(ctx context.Context, t terminal) error { return c.send(ctx, t, "reopen") }

// send prints the incident as it is then: the server has kept it when it answers.
func (c changed) send(ctx context.Context, t terminal, act string) error {
	server, err := c.client()
	if err != nil {
		return err
	}
	id, err := whole(ctx, server, "incidents", c.ID)
	if err != nil {
		return err
	}
	body := map[string]string{}
	if c.Comment != "" {
		body["comment"] = c.Comment
	}
	var i v1.Incident
	if err := server.do(ctx, http.MethodPost, "incidents/"+url.PathEscape(id)+"/"+act, nil, body, &i); err != nil {
		return err
	}
	return c.print(t.out, &i)
}
