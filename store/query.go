package store

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/tocsin-wids/tocsin"
)

// Query asks for a page of alerts. The zero Query finds nothing but counts: Most is to be set.
type Query struct {
	Sort       Column // the zero Column is Time
	Descending bool   // alerts that are equal in Sort are in the order of their times, and descend too
	Term       string // to be found in one of the columns In; empty: everything is found; with a NUL: nothing
	In         []Column
	Skip, Most int // alerts before the page, and on it
}

// Page is what a Query finds.
type Page struct {
	Alerts []*tocsin.Alert
	Found  int // by the term, on all pages
	Total  int // in the store
}

// Column is a member of an alert that can be sorted by and searched in.
type Column uint8

// The columns. Time is the order of the store.
const (
	Time Column = iota
	Header
	Class
	Severity
	Phy
	Transmitter
	Source
	Dest
	Other
	Channel
	Frequency
	Text
	Hash
	Fingerprint
	Confidence
	Signal
	FrameTime
	Suppressed
	columns
)

// Columns returns all columns.
func Columns() []Column {
	list := make([]Column, columns)
	for i := range list {
		list[i] = Column(i)
	}
	return list
}

// Kind says how the values of a column compare and what a term finds in them.
type Kind uint8

const (
	Number  Kind = iota // compares by value; no term is found in it
	Words               // compares by NaturalKey; a term is found anywhere, letters A to Z in either case
	Address             // compares by value; a term is found that is whole octets of it, see Octets
	Degree              // the severity: compares by value; a term is found in its word
)

// Kind returns the kind of c.
func (c Column) Kind() Kind {
	switch c {
	case Header, Class, Channel, Text, Fingerprint:
		return Words
	case Transmitter, Source, Dest, Other:
		return Address
	case Severity:
		return Degree
	}
	return Number
}

func (c Column) words(a *tocsin.Alert) string {
	switch c {
	case Header:
		return a.Header
	case Class:
		return string(a.Class)
	case Channel:
		return a.Channel
	case Text:
		return a.Text
	}
	return a.Fingerprint
}

func (c Column) address(a *tocsin.Alert) tocsin.MAC {
	switch c {
	case Transmitter:
		return a.Transmitter
	case Source:
		return a.Source
	case Dest:
		return a.Dest
	}
	return a.Other
}

func (c Column) number(a *tocsin.Alert) int64 {
	switch c {
	case Severity:
		return int64(a.Severity)
	case Phy:
		return int64(uint32(a.Phy))
	case Frequency:
		return int64(a.Frequency)
	case Hash:
		return int64(a.Hash)
	case Confidence:
		return int64(a.Confidence)
	case Signal:
		return int64(a.Signal)
	case FrameTime:
		if a.FrameTime.IsZero() {
			return 0
		}
		return a.FrameTime.UnixNano()
	case Suppressed:
		return int64(a.Suppressed)
	}
	return a.Time.UnixMicro()
}

// compare orders by c, and equal alerts by time.
func (c Column) compare(a, b *tocsin.Alert) int {
	byValue := 0
	switch c.Kind() {
	case Words:
		byValue = bytes.Compare(NaturalKey(c.words(a)), NaturalKey(c.words(b)))
	case Address:
		x, y := c.address(a), c.address(b)
		byValue = bytes.Compare(x[:], y[:])
	default:
		byValue = cmp.Compare(c.number(a), c.number(b))
	}
	return cmp.Or(byValue, a.Time.Compare(b.Time))
}

// Select answers q from a list in the order of time, which it leaves as it is: for stores and lists in memory.
func Select(list []*tocsin.Alert, q Query) Page {
	p := Page{Total: len(list)}
	if q.Term != "" {
		list = slices.DeleteFunc(slices.Clone(list), func(a *tocsin.Alert) bool { return !q.finds(a) })
	}
	p.Found = len(list)
	if q.Sort != Time {
		list = slices.SortedFunc(slices.Values(list), q.Sort.compare)
	}
	from := min(max(q.Skip, 0), len(list))
	to := min(from+max(q.Most, 0), len(list))
	if q.Descending {
		from, to = len(list)-to, len(list)-from
	}
	p.Alerts = slices.Clone(list[from:to])
	if q.Descending {
		slices.Reverse(p.Alerts)
	}
	return p
}

func (q Query) finds(a *tocsin.Alert) bool {
	if strings.Contains(q.Term, "\x00") {
		return false
	}
	octets := Octets(q.Term)
	return slices.ContainsFunc(q.In, func(c Column) bool {
		switch c.Kind() {
		case Words:
			return containsFold(c.words(a), q.Term)
		case Address:
			m := c.address(a)
			return len(octets) > 0 && bytes.Contains(m[:], octets)
		case Degree:
			return containsFold(a.Severity.String(), q.Term)
		}
		return false
	})
}

// Severities returns those in whose word term is found.
func Severities(term string) []tocsin.Severity {
	return slices.DeleteFunc(tocsin.Severities(), func(s tocsin.Severity) bool { return !containsFold(s.String(), term) })
}
