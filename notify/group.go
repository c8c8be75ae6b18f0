package notify

import (
	"cmp"
	"slices"
	"time"

	"github.com/tocsin-wids/tocsin"
)

const (
	// maxGroups and maxCases bound what an attacker who invents addresses can make: the cases beyond are counted.
	maxGroups = 1024
	maxCases  = 1024
)

// group is what one route tells of cases that belong together.
type group struct {
	route *Route
	name  string
	to    []string            // receivers
	known map[tocsin.ID]Known // what people knew before the start of which nothing was heard since
	cases map[tocsin.ID]*entry
	over  int             // cases for which there was no room since the last message
	due   time.Time       // of the next message; zero: there is nothing to tell
	last  time.Time       // of the last message; zero: there was none
	worst tocsin.Severity // that people know of
	gone  []Known         // what need not be remembered any more
}

// entry is a case of a group.
type entry struct {
	Change
	told tocsin.Severity // people know of it as that
	news bool            // they do not, or it is worse
	ever bool            // they know of it
}

// change takes in what happened to a case.
func (g *group) change(c Change, now time.Time) {
	e := g.cases[c.Case.ID]
	if e == nil {
		k, known := g.known[c.Case.ID]
		if c.Standing != Open && !known {
			return // nobody was told
		}
		if len(g.cases) >= maxCases {
			g.dropEnded()
		}
		if len(g.cases) >= maxCases {
			g.over++
			g.plan(now, c.Case.Severity)
			return
		}
		e = &entry{told: k.Severity, ever: known}
		g.cases[c.Case.ID] = e
		delete(g.known, c.Case.ID)
	}
	e.Change = c
	switch {
	case c.Standing != Open:
		e.news = false
		if c.Standing == Muted || c.Standing == Ended && !(e.ever && g.route.Relief) {
			g.drop(e)
		}
		g.ease(now)
	case !e.ever || c.Case.Severity > e.told:
		e.news = true
		g.plan(now, c.Case.Severity)
	}
}

// drop forgets a case.
func (g *group) drop(e *entry) {
	delete(g.cases, e.Case.ID)
	if e.ever {
		g.gone = append(g.gone, Known{Group: g.name, Case: e.Case.ID})
	}
}

func (g *group) dropEnded() {
	for _, e := range g.cases {
		if e.Standing == Ended {
			g.drop(e)
		}
	}
}

// forget returns what need not be remembered any more since the last call.
func (g *group) forget() []Known {
	gone := g.gone
	g.gone = nil
	return gone
}

// plan sets when the next message is due, given that there is news of that severity.
func (g *group) plan(now time.Time, s tocsin.Severity) {
	due := now.Add(g.route.Wait)
	if next := g.last.Add(g.route.Interval); !g.last.IsZero() && s <= g.worst && next.After(due) {
		due = next
	}
	if end := g.route.Rest.End(due); !end.IsZero() && s < g.route.Urgent {
		due = end
	}
	if g.due.IsZero() || due.Before(g.due) {
		g.due = due
	}
}

// ease sets when the next message is due after something is no longer news.
func (g *group) ease(now time.Time) {
	g.due = time.Time{}
	ended := true
	for _, e := range g.cases {
		if e.news {
			g.plan(now, e.Case.Severity)
		}
		ended = ended && e.Standing == Ended
	}
	if g.over > 0 {
		g.plan(now, 0)
	}
	switch {
	case !g.due.IsZero():
	case len(g.cases) > 0 && ended && g.route.Relief:
		g.plan(now, 0)
	case len(g.cases) > 0 && !ended:
		g.remind()
	}
}

// remind plans a reminder, if the route has any and something is open of which people know.
func (g *group) remind() {
	if g.route.Repeat == 0 || g.last.IsZero() {
		return
	}
	for _, e := range g.cases {
		if e.Standing == Open {
			due := g.last.Add(g.route.Repeat)
			if end := g.route.Rest.End(due); !end.IsZero() && e.Case.Severity < g.route.Urgent {
				due = end
			}
			g.due = due
			return
		}
	}
}

// tell returns the message that is due; nil if there is nothing to tell after all. What it tells people know from then on.
func (g *group) tell(now time.Time) (m *Message, known []Known) {
	m = &Message{Group: g.name, Time: now, More: g.over}
	var news, open, ended []*entry
	for _, e := range g.cases {
		switch {
		case e.Standing == Ended:
			ended = append(ended, e)
		case e.news:
			news = append(news, e)
		}
		if e.Standing == Open {
			open = append(open, e)
		}
	}
	var of []*entry
	switch {
	case len(news) > 0 || g.over > 0:
		of = news
	case len(open) > 0:
		m.Kind, of = Reminder, open
	case len(ended) == len(g.cases) && len(ended) > 0 && g.route.Relief:
		m.Kind, of = Relief, ended
	default:
		g.due = time.Time{}
		return nil, nil
	}
	m.Open = len(open) + g.over
	slices.SortFunc(of, func(a, b *entry) int {
		return cmp.Or(-cmp.Compare(a.Case.Severity, b.Case.Severity), a.Case.First.Compare(b.Case.First), slices.Compare(a.Case.ID[:], b.Case.ID[:]))
	})
	for _, e := range of {
		if len(m.Cases) < maxTold {
			m.Cases = append(m.Cases, e.Case)
		} else {
			m.More++
		}
		e.told, e.news, e.ever = e.Case.Severity, false, true
		g.worst = max(g.worst, e.told)
		if m.Kind != Relief {
			known = append(known, Known{g.name, e.Case.ID, e.told, now})
		}
	}
	g.last, g.over = now, 0
	if m.Kind == Relief {
		g.dropEnded()
	}
	g.ease(now)
	return m, known
}

// idle reports whether the group can be forgotten: nothing in it goes on, and the time between its messages is over.
func (g *group) idle(now time.Time) bool {
	return g.due.IsZero() && now.Sub(g.last) >= g.route.Interval && !slices.ContainsFunc(g.entries(), func(e *entry) bool { return e.Standing != Ended })
}

func (g *group) entries() []*entry {
	list := make([]*entry, 0, len(g.cases))
	for _, e := range g.cases {
		list = append(list, e)
	}
	return list
}
