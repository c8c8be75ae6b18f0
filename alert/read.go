package alert

import (
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
)

// Alerts returns the records kept, oldest first.
func (l *Ledger) Alerts() []*tocsin.Alert {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.alerts.list()
}

// Since returns the records kept that are newer than t, oldest first.
func (l *Ledger) Since(t time.Time) []*tocsin.Alert {
	list := l.Alerts()
	i, _ := slices.BinarySearchFunc(list, t, func(a *tocsin.Alert, t time.Time) int {
		if a.Time.After(t) {
			return 1
		}
		return -1
	})
	return list[i:]
}

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
func (l *Ledger) Incidents() []Incident {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.incidents.sorted()
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
		list[i] = DefinitionState{Definition: d, BurstSent: k.gate.all.burst, TotalSent: k.gate.all.total, Last: k.gate.all.last, Suppressed: k.gate.suppressed}
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
