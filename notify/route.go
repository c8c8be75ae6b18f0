package notify

import (
	"path"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
)

// Route says which cases concern which receivers, and how they are told.
type Route struct {
	Match     Match
	Receivers []string
	By        []Label         // what the cases of one group have in common
	Wait      time.Duration   // from the first change of a group to the message, so that what begins together is told together
	Interval  time.Duration   // from one message of a group to the next
	Repeat    time.Duration   // of reminders while a case is open; 0: none
	Relief    bool            // tell the end too
	Rest      *Rest           // when only what is urgent is told; nil: never
	Urgent    tocsin.Severity // is told at any hour
}

// Match is what a case must be. What is left empty does not matter.
type Match struct {
	Severity   tocsin.Severity   // at least
	Confidence tocsin.Confidence // at least
	Classes    []tocsin.Class
	Headers    []string // shell patterns, as DHCP*
	Subjects   []string // shell patterns of who it is about, or of the network
	Sensors    []string // that heard it, shell patterns
	Sites      []string
}

// Accepts reports whether the route is for c.
func (m *Match) Accepts(c *Case) bool {
	return c.Severity >= m.Severity && c.Confidence >= m.Confidence &&
		(m.Classes == nil || slices.Contains(m.Classes, c.Class)) &&
		(m.Headers == nil || like(m.Headers, c.Header)) &&
		(m.Subjects == nil || like(m.Subjects, c.Subject, c.Network)) &&
		(m.Sensors == nil || like(m.Sensors, c.Sensors...)) &&
		(m.Sites == nil || slices.Contains(m.Sites, c.Site))
}

// like reports whether one of the texts is as one of the patterns, whose case does not count.
func like(patterns []string, texts ...string) bool {
	for _, p := range patterns {
		for _, t := range texts {
			if ok, err := path.Match(strings.ToUpper(p), strings.ToUpper(t)); ok && err == nil {
				return true
			}
		}
	}
	return false
}

// Label is a property by which cases are grouped.
type Label string

// The labels.
const (
	ByHeader  Label = "header"
	ByClass   Label = "class"
	ByNetwork Label = "network"
	BySubject Label = "subject"
	BySite    Label = "site"
)

// Labels are those that there are.
var Labels = []Label{ByHeader, ByClass, ByNetwork, BySubject, BySite}

// key is what cases of one group have in common.
func (r *Route) key(c *Case) string {
	parts := make([]string, len(r.By))
	for i, l := range r.By {
		switch l {
		case ByHeader:
			parts[i] = c.Header
		case ByClass:
			parts[i] = string(c.Class)
		case ByNetwork:
			parts[i] = c.Network
		case BySubject:
			parts[i] = c.Subject
		case BySite:
			parts[i] = c.Site
		}
	}
	return strings.Join(parts, "\x00")
}

// Rest is a time of day in which people are not to be disturbed.
type Rest struct {
	From, To time.Duration  // since midnight; From after To spans midnight
	Days     []time.Weekday // on which it begins; nil: on all
	Zone     *time.Location
}

// End returns when the rest that t is in is over; zero if t is in none.
func (r *Rest) End(t time.Time) time.Time {
	if r == nil {
		return time.Time{}
	}
	local := t.In(r.Zone)
	for _, back := range []int{0, 1} { // it may have begun yesterday
		begin := time.Date(local.Year(), local.Month(), local.Day()-back, 0, 0, 0, 0, r.Zone)
		if r.Days != nil && !slices.Contains(r.Days, begin.Weekday()) {
			continue
		}
		from, to := clock(begin, r.From), clock(begin, r.To)
		if r.To <= r.From {
			to = clock(begin.AddDate(0, 0, 1), r.To)
		}
		if !local.Before(from) && local.Before(to) {
			return to
		}
	}
	return time.Time{}
}

// clock returns when a clock on the wall shows the time of day, on a day that may have 23 or 25 hours.
func clock(midnight time.Time, of time.Duration) time.Time {
	y, m, d := midnight.Date()
	return time.Date(y, m, d, 0, 0, int(of/time.Second), 0, midnight.Location())
}
