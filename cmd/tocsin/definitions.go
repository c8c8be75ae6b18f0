package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/tocsin-wids/tocsin/app"
	"github.com/tocsin-wids/tocsin/detect"
)

type definitionsCommand struct {
	Format string `help:"How to print: ${enum}." enum:"table,json,markdown" default:"table"`
}

// Run prints the catalogue.
func (c definitionsCommand) Run(t terminal) error {
	switch c.Format {
	case "json":
		return definitionsJSON(t.out)
	case "markdown":
		return definitionsMarkdown(t.out)
	}
	w := tabwriter.NewWriter(t.out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "ALERT\tCLASS\tSEVERITY\tTHROTTLE\tWHAT IT IS")
	for _, s := range app.Catalogue() {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", s.Header, s.Class, s.Severity, s.Throttle, s.Title)
	}
	return w.Flush()
}

type jsonDefinition struct {
	Header      string         `json:"header"`
	Title       string         `json:"title"`
	Class       string         `json:"class"`
	Severity    string         `json:"severity"`
	Throttle    string         `json:"throttle"`
	Confidence  uint8          `json:"confidence"`
	Description string         `json:"description"`
	Attack      []string       `json:"attack"`
	Explains    []string       `json:"explains"`
	Advice      string         `json:"advice"`
	Limits      []detect.Limit `json:"limits"`
}

func definitionsJSON(w io.Writer) error {
	list := []jsonDefinition{}
	for _, s := range app.Catalogue() {
		list = append(list, jsonDefinition{
			Header: s.Header, Title: s.Title, Class: string(s.Class), Severity: s.Severity.String(), Throttle: s.Throttle.String(),
			Confidence: uint8(s.Confidence), Description: s.Description, Attack: append([]string{}, s.Attack...),
			Explains: append([]string{}, s.Explains...),
			Advice:   app.Guide(s.Header).Advice, Limits: append([]detect.Limit{}, s.Limits()...),
		})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(list)
}

func definitionsMarkdown(w io.Writer) error {
	for _, s := range app.Catalogue() {
		fmt.Fprintf(w, "## %s\n\n%s. %s, %s, at most %s.\n\n%s\n", s.Header, s.Title, s.Class, s.Severity, s.Throttle, s.Description)
		if limits := s.Limits(); len(limits) > 0 {
			fmt.Fprint(w, "\n| Limit | Default | Least | Meaning |\n|---|---|---|---|\n")
			for _, l := range limits {
				fmt.Fprintf(w, "| `%s` | %s | %s | %s |\n", l.Name, l.Default, l.Min, l.Help)
			}
		}
		fmt.Fprintln(w)
	}
	return nil
}
