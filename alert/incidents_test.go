package alert

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tocsin-wids/tocsin"
)

// TestCauseExplainsItsEffects raises findings, each "header severity network second", where FLOOD explains EFFECT, EFFECT explains
// LATE, and LEFT and RIGHT explain each other, and compares which of the incidents another explains.
func TestCauseExplainsItsEffects(t *testing.T) {
	explains := func(header string) []string {
		return map[string][]string{"FLOOD": {"EFFECT"}, "EFFECT": {"LATE"}, "LEFT": {"RIGHT"}, "RIGHT": {"LEFT"}}[header]
	}
	for _, c := range []struct{ name, findings, want string }{
		{"effect after cause", "FLOOD 10 1 0, EFFECT 10 1 5", "EFFECT 1"},
		{"effect before cause", "EFFECT 10 1 0, FLOOD 15 1 5", "EFFECT 1"},
		{"each explains the other: the first is the cause", "RIGHT 10 1 0, LEFT 10 1 5", "LEFT 1"},
		{"another network", "FLOOD 10 1 0, EFFECT 10 2 5", ""},
		{"cause on many networks", "FLOOD 10 * 0, EFFECT 10 2 5", "EFFECT 2"},
		{"effect on many networks", "FLOOD 10 1 0, EFFECT 10 * 5", ""},
		{"worse than its cause", "FLOOD 10 1 0, EFFECT 15 1 5", ""},
		{"becomes worse", "FLOOD 10 1 0, EFFECT 10 1 5, EFFECT 15 1 6", ""},
		{"cause becomes worse", "EFFECT 15 1 0, FLOOD 10 1 5, FLOOD 20 1 6", "EFFECT 1"},
		{"nothing explains it", "FLOOD 10 1 0, OTHER 10 1 5", ""},
		{"long after", "FLOOD 10 1 0, EFFECT 10 1 125", ""},
		{"while it goes on", "FLOOD 10 1 0, FLOOD 10 1 100, EFFECT 10 1 125", "EFFECT 1"},
		{"long before", "EFFECT 10 1 0, FLOOD 10 1 35", ""},
		{"a chain", "FLOOD 10 1 0, EFFECT 10 1 5, LATE 10 1 6", "EFFECT 1, LATE 1"},
		{"no circle", "LEFT 10 1 0, RIGHT 10 1 5, RIGHT 15 1 6, LEFT 15 1 7", "LEFT 1"},
	} {
		clock := &clock{at(0)}
		l := New(Options{Now: clock.now, Explains: explains})
		for f := range strings.SplitSeq(c.findings, ", ") {
			var header, network string
			var severity tocsin.Severity
			var second float64
			if _, err := fmt.Sscan(f, &header, &severity, &network, &second); err != nil {
				t.Fatal(err)
			}
			d := found(&tocsin.Definition{Header: header, Throttle: tocsin.PerMinute10}, network[0], at(second))
			d.Severity = &severity
			if network == "*" {
				d.BSSID = tocsin.MAC{255, 255, 255, 255, 255, 255}
			}
			clock.t = at(second * 10) // the throttle is of no interest here
			if _, ok := l.Found(d); !ok {
				t.Fatalf("%s: the throttle held %s back", c.name, f)
			}
		}
		var got []string
		for _, i := range l.Incidents() {
			if i.Inhibitor != (tocsin.ID{}) {
				got = append(got, fmt.Sprintf("%s %c", i.Last.Header, i.Last.Transmitter[5]))
			}
		}
		slices.Sort(got)
		if got := strings.Join(got, ", "); got != c.want {
			t.Errorf("%s: %q are explained, want %q", c.name, got, c.want)
		}
	}
}
