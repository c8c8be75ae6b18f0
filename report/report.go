// Package report prints what an analysis found: as a table for a terminal, as JSON for programs, as one
// self-contained web page for colleagues.
package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
)

// File is what became of one capture.
type File struct {
	Name      string // as somebody gave it, never shown raw
	Title     string // in words of ours, instead of the name on a page; may be empty
	Packets   uint64
	Bytes     uint64
	First     time.Duration // of the packets, since the Unix epoch
	Last      time.Duration
	Networks  int // BSSIDs heard
	Incidents []tocsin.Incident
	Warnings  []string // what could not be read or is not known, one line each
	Error     error    // why reading stopped early; nil if it did not
}

// Guide tells what a reader should know of a definition.
type Guide struct {
	Title  string
	Advice string // what to do, in sentences
}

// Options says how to print.
type Options struct {
	Guide    func(header string) Guide // of a definition; nothing if nil
	Colour   bool                      // ANSI colours in the table
	Width    int                       // columns of the terminal; 0: 100
	Location *time.Location            // UTC if nil
}

func (o Options) guide(header string) Guide {
	if o.Guide == nil {
		return Guide{}
	}
	return o.Guide(header)
}

func (o Options) at(t time.Time) time.Time {
	if o.Location != nil {
		return t.In(o.Location)
	}
	return t.UTC()
}

// Causes returns the incidents that no other of the file explains.
func (f File) Causes() []tocsin.Incident {
	var list []tocsin.Incident
	for _, i := range f.Incidents {
		if f.cause(i) == i.ID {
			list = append(list, i)
		}
	}
	return list
}

// cause returns the incident that explains i in the end, or i itself.
func (f File) cause(i tocsin.Incident) tocsin.ID {
	for range f.Incidents {
		at := slices.IndexFunc(f.Incidents, func(j tocsin.Incident) bool { return j.ID == i.Inhibitor })
		if at < 0 {
			break
		}
		i = f.Incidents[at]
	}
	return i.ID
}

// Effects names, in one line, what the incidents that cause explains are of; "" if there are none.
func (f File) Effects(cause tocsin.Incident) string {
	var headers []string
	findings := map[string]int{}
	for _, i := range f.Incidents {
		if i.ID == cause.ID || f.cause(i) != cause.ID {
			continue
		}
		if findings[i.Last.Header] == 0 {
			headers = append(headers, i.Last.Header)
		}
		findings[i.Last.Header] += int(i.Count)
	}
	for n, header := range headers {
		headers[n] = fmt.Sprintf("%s (%s)", header, plural(findings[header], "finding"))
	}
	return strings.Join(headers, ", ")
}

// done says what people did about an incident; nothing if they did not.
func done(i tocsin.Incident) string {
	var parts []string
	if i.Silence != (tocsin.ID{}) {
		parts = append(parts, "silenced: nobody is told of it")
	}
	if c := i.LastChange(); c.By != "" {
		text := i.State.String() + " by " + c.By
		if c.Comment != "" {
			text += ": " + c.Comment
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "; ")
}

// Span is how long the capture lasted.
func (f File) Span() time.Duration { return f.Last - f.First }

// Worst is the highest severity found; ok is false if nothing was.
func Worst(files []File) (worst tocsin.Severity, ok bool) {
	for _, f := range files {
		for _, i := range f.Incidents {
			worst, ok = max(worst, i.MaxSeverity), true
		}
	}
	return worst, ok
}
