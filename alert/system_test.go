package alert

import (
	"testing"

	"github.com/tocsin-wids/tocsin"
)

func TestServerTellsOfItself(t *testing.T) {
	c := &clock{at(0)}
	l := New(Options{Now: c.now, Backlog: 10})
	for _, step := range []struct {
		at      float64
		subject string
		want    bool
	}{{0, "roof", true}, {0, "attic", true}, {0.5, "roof", false}, {5, "roof", true}} {
		c.t = at(step.at)
		if got := l.Tell(&tocsin.SourceError, step.subject, "gone"); got != step.want {
			t.Errorf("%s at %.1f s: raised %v, want %v", step.subject, step.at, got, step.want)
		}
	}
	list := l.Alerts()
	a := list[len(list)-1]
	if a.Header != "SOURCEERROR" || a.Class != tocsin.System || a.Severity != tocsin.Critical || a.Phy != tocsin.PhyAny || a.Confidence != 100 ||
		a.Channel != "" || !a.Transmitter.IsZero() || a.Fingerprint != "SOURCEERROR roof" || a.Suppressed != 1 {
		t.Errorf("%+v", a)
	}
	if n := len(l.Incidents()); n != 2 {
		t.Errorf("%d incidents of two sources", n)
	}
}

func TestConfiguredRateTurnsAlertsOfTheServerOff(t *testing.T) {
	l := New(Options{Backlog: 10, Throttles: map[string]tocsin.Throttle{"ROOTUSER": {}}})
	if l.Tell(&tocsin.RootUser, "", "x") || len(l.Alerts()) != 0 {
		t.Error("an alert of rate 0 was raised")
	}
}

func TestClientsCannotDefineAlertsOfTheServer(t *testing.T) {
	l := New(Options{Backlog: 10})
	known := map[string]int{}
	for _, d := range l.Definitions() {
		known[d.Header]++
	}
	for _, d := range tocsin.SystemAlerts {
		err := l.DefineExternal(tocsin.Definition{Header: d.Header, Throttle: tocsin.PerMinute5})
		if tocsin.ErrorCode(err) != tocsin.Exists || known[d.Header] != 1 {
			t.Errorf("%s is there %d times, and a client's is answered with %v", d.Header, known[d.Header], err)
		}
	}
}
