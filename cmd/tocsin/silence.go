package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	v1 "github.com/tocsin-wids/tocsin/api/v1"
)

// silenceCommand is for what people are not to be told of for a while.
type silenceCommand struct {
	Add    silenceAdd    `cmd:"" help:"Tell nobody of certain incidents for a while. They are recorded and shown all the same."`
	List   silenceList   `cmd:"" help:"List silences, the newest first; without --all those that are not over."`
	Expire silenceExpire `cmd:"" help:"End a silence now."`
}

type silenceAdd struct {
	asked
	Header  string `help:"Incidents of this alert." placeholder:"NAME"`
	Class   string `help:"Incidents of this class." placeholder:"WORD"`
	AtMost  string `help:"Incidents no worse than this: INFO, LOW, MEDIUM, HIGH or CRITICAL." placeholder:"LEVEL" name:"severity-at-most"`
	MAC     string `help:"Incidents with this address, such as 02:00:00:00:00:0A or 02:00:00:*." placeholder:"ADDRESS" name:"mac"`
	BSSID   string `help:"Incidents about this network, likewise." placeholder:"ADDRESS" name:"bssid"`
	SSID    string `help:"Incidents about a network of this name; * and ? stand for any, as whoever uses the name does." placeholder:"NAME" name:"ssid"`
	Sensor  string `help:"Incidents that this radio heard; * and ? stand for any." placeholder:"NAME"`
	For     string `help:"How long, such as 2h or 30d." placeholder:"TIME"`
	Until   string `help:"Until when, such as 2026-03-01T18:00 in the time of this machine, or with a zone." placeholder:"TIME"`
	From    string `help:"From when, likewise; at once without." placeholder:"TIME"`
	Weekly  bool   `help:"Again every week at that time, until it is expired."`
	Comment string `help:"Why." short:"m" required:"" placeholder:"TEXT"`
}

// Run makes the silence and prints it.
func (c silenceAdd) Run(ctx context.Context, t terminal) error {
	body, err := c.body(time.Now())
	if err != nil {
		return exitError{exitUsage, err}
	}
	server, err := c.client()
	if err != nil {
		return err
	}
	var s v1.Silence
	if err := server.do(ctx, http.MethodPost, "silences", nil, body, &s); err != nil {
		return err
	}
	return c.printSilences(t.out, &s)
}

// newSilence is what the server is sent.
type newSilence struct {
	Matcher v1.Matcher `json:"matcher"`
	Comment string     `json:"comment"`
	Starts  time.Time  `json:"starts,omitzero"`
	Ends    time.Time  `json:"ends"`
	Weekly  bool       `json:"weekly,omitempty"`
}

func (c silenceAdd) body(now time.Time) (newSilence, error) {
	n := newSilence{Comment: c.Comment, Weekly: c.Weekly, Matcher: v1.Matcher{
		Header: c.Header, Class: c.Class, AtMost: strings.ToUpper(c.AtMost), MAC: c.MAC, BSSID: c.BSSID, SSID: c.SSID, Sensor: c.Sensor,
	}}
	if n.Matcher == (v1.Matcher{}) {
		return n, errors.New("name what is to be silent: --header, --class, --severity-at-most, --mac, --bssid, --ssid or --sensor")
	}
	if (c.For == "") == (c.Until == "") {
		return n, errors.New("say how long with --for, such as 2h, or --until")
	}
	var err error
	if c.From != "" {
		if n.Starts, err = moment("--from", c.From); err != nil {
			return n, err
		}
		now = n.Starts
	}
	if c.Until != "" {
		n.Ends, err = moment("--until", c.Until)
		return n, err
	}
	length, err := span("--for", c.For)
	n.Ends = now.Add(length).Truncate(time.Second).UTC()
	return n, err
}

// moment reads a time, in the zone of this machine if none is given.
func moment(option, s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
		if at, err := time.Parse(layout, s); err == nil {
			return at.UTC(), nil
		}
	}
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04", time.DateOnly} {
		if at, err := time.ParseInLocation(layout, s, time.Local); err == nil {
			return at.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%s %s: write for example 2026-03-01T18:00 or 2026-03-01T18:00:00Z", option, plain(s))
}

type silenceList struct {
	asked
	All bool `help:"Those that are over too."`
}

// Run prints two lines each.
func (c silenceList) Run(ctx context.Context, t terminal) error {
	server, err := c.client()
	if err != nil {
		return err
	}
	query := url.Values{}
	if !c.All {
		query.Set("state", "active,pending")
	}
	all, _, err := list[*v1.Silence](ctx, server, "silences", query, mostListed)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return printJSON(t.out, all)
	}
	return c.printSilences(t.out, all...)
}

func (c asked) printSilences(w io.Writer, all ...*v1.Silence) error {
	if c.Format == "json" {
		return printJSON(w, all[0])
	}
	fmt.Fprintf(w, "%-8s  %-7s  %-12s  %-12s  %s\n", "ID", "STATE", "FROM (UTC)", "UNTIL (UTC)", "WHAT")
	for _, s := range all {
		ends := s.Ends
		if !s.Expired.IsZero() {
			ends = s.Expired
		}
		fmt.Fprintf(w, "%-8s  %-7s  %-12s  %-12s  %s\n", short(s.ID), plain(s.State), s.Starts.UTC().Format(tableTime), ends.UTC().Format(tableTime), cut(matched(&s.Matcher), 33))
		why := "by " + plain(s.By) + ": " + plain(s.Comment)
		if s.Weekly {
			why = "weekly, " + why
		}
		fmt.Fprintln(w, tableIndent+cut(why, tableWidth-len(tableIndent)))
	}
	return nil
}

// matched says what a silence is about, what tells most first.
func matched(m *v1.Matcher) string {
	var parts []string
	for _, p := range [][2]string{
		{"", m.Header}, {"bssid ", begun(m.BSSID)}, {"mac ", begun(m.MAC)}, {"ssid ", m.SSID}, {"class ", m.Class}, {"at most ", m.AtMost}, {"sensor ", m.Sensor},
	} {
		if p[1] != "" {
			parts = append(parts, p[0]+plain(p[1]))
		}
	}
	return strings.Join(parts, ", ")
}

// begun writes a mask of whole octets at the beginning as people do.
func begun(address string) string {
	const octets, separated = 6, 3
	for n := 1; n < octets; n++ {
		mask := "/" + strings.Repeat(":FF", n)[1:] + strings.Repeat(":00", octets-n)
		if whole, ok := strings.CutSuffix(address, mask); ok && len(whole) == octets*separated-1 {
			return whole[:n*separated] + "*"
		}
	}
	return address
}

type silenceExpire struct {
	asked
	ID string `arg:"" help:"Its id, or some characters of the end of it."`
}

// Run ends the silence and prints it.
func (c silenceExpire) Run(ctx context.Context, t terminal) error {
	server, err := c.client()
	if err != nil {
		return err
	}
	id, err := whole(ctx, server, "silences", c.ID)
	if err != nil {
		return err
	}
	var s v1.Silence
	if err := server.do(ctx, http.MethodDelete, "silences/"+url.PathEscape(id), nil, nil, &s); err != nil {
		return err
	}
	return c.printSilences(t.out, &s)
}
