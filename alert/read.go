package alert

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
)

// Topics of events.
const (
	TopicAlert     = "ALERT"
	TopicMessage   = "MESSAGE"
	TopicTimestamp = "TIMESTAMP"
	TopicIncident  = "INCIDENT"
	TopicSilence   = "SILENCE"
)

// Alerts returns the records kept, oldest first.
func (l *Ledger) Alerts() []*tocsin.Alert {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.alerts.list()
}

// Since returns the records kept that are newer than t, oldest first.
func (l *Ledger) Since(t time.Time) []*tocsin.Alert { return newer(l.Alerts(), t) }

func newer(list []*tocsin.Alert, t time.Time) []*tocsin.Alert {
	i, _ := slices.BinarySearchFunc(list, t, func(a *tocsin.Alert, t time.Time) int {
		if a.Time.After(t) {
			return 1
		}
		return -1
	})
	return list[i:]
}

// Recent returns what Since does; the time up to which nothing can come any more that is not in the list; and whether the
// list is whole, or records that are newer than t have left the backlog.
func (l *Ledger) Recent(t time.Time) (list []*tocsin.Alert, until time.Time, whole bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.queue) > 0 {
		until = l.queue[0].alert.Time.Add(-time.Microsecond)
	} else {
		until = later(l.options.Now().Truncate(time.Microsecond), l.last)
		l.last = until // the next record is later
	}
	return newer(l.alerts.list(), t), until, !t.Before(l.left)
}

// Version changes when a record is shown.
func (l *Ledger) Version() uint64 { return l.version.Load() }

// ByHash returns the oldest record kept with this hash.
func (l *Ledger) ByHash(h uint32) (*tocsin.Alert, bool) {
	for _, a := range l.Alerts() {
		if a.Hash == h {
			return a, true
		}
	}
	return nil, false
}

// Messages returns the messages kept, oldest first.
func (l *Ledger) Messages() []tocsin.Message {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.messages.list()
}

// Incidents returns the incidents kept, worst first, then newest first.
func (l *Ledger) Incidents() []tocsin.Incident {
	l.mu.Lock()
	list, silences, now := l.incidents.list(), l.silences, later(l.options.Now(), l.last)
	l.mu.Unlock()
	mark(list, silences, now)
	slices.SortFunc(list, func(a, b tocsin.Incident) int {
		return cmp.Or(-cmp.Compare(a.MaxSeverity, b.MaxSeverity), a.FirstSeen.Compare(b.FirstSeen), slices.Compare(a.ID[:], b.ID[:]))
	})
	return list
}

// Incident returns one incident, or an error of code NotFound.
func (l *Ledger) Incident(id tocsin.ID) (tocsin.Incident, error) {
	l.mu.Lock()
	i, silences, now := l.incidents.find(id), l.silences, later(l.options.Now(), l.last)
	if i == nil {
		l.mu.Unlock()
		return tocsin.Incident{}, errNoIncident()
	}
	list := []tocsin.Incident{*i}
	l.mu.Unlock()
	mark(list, silences, now)
	return list[0], nil
}

func errNoIncident() error {
	return tocsin.Errorf(tocsin.NotFound, "There is no incident of that id, or it is no longer kept.")
}

// Silences returns the silences kept, in the order in which they were made.
func (l *Ledger) Silences() []tocsin.Silence {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.silences)
}

// Definitions returns every definition in the order they were made.
func (l *Ledger) Definitions() []DefinitionState {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := make([]DefinitionState, len(l.order))
	for i, header := range l.order {
		k := l.kinds[header]
		d := k.Definition
		d.Throttle = k.gate.throttle
		list[i] = DefinitionState{Definition: d, BurstSent: k.gate.all.burst, TotalSent: k.gate.all.total, Last: k.gate.all.last, Raised: k.raised, Suppressed: k.gate.suppressed}
	}
	return list
}

// Define adds a built-in definition.
func (l *Ledger) Define(d tocsin.Definition) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	d.Header = strings.ToUpper(d.Header)
	if l.kinds[d.Header] != nil {
		return tocsin.Errorf(tocsin.Exists, "alert %s is defined already", d.Header)
	}
	l.add(d)
	return nil
}

func (l *Ledger) add(d tocsin.Definition) *kind {
	t := d.Throttle
	if configured, ok := l.options.Throttles[d.Header]; ok {
		t = configured
	}
	k := &kind{Definition: d, gate: newGate(t)}
	l.kinds[d.Header] = k
	l.order = append(l.order, d.Header)
	return k
}
