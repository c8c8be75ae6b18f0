package tocsin

import (
	"slices"
	"strings"
	"time"
)

// Incident is all alerts of one fingerprint that followed each other closely, and what people did about it.
type Incident struct {
	ID          ID            // that of the record that opened it
	First, Last *Alert        // the record that opened it, or the oldest that is still kept; and the newest
	FirstSeen   time.Time     // of frames, where there are any
	LastSeen    time.Time     // by the same clock
	Count       uint64        // findings, those held back by the throttle included
	MaxSeverity Severity      // of its worst record
	State       IncidentState // how far people are with it
	Changes     []Change      // of State, oldest first: the newest MaxChanges of them

	// Inhibitor is the incident that explains this one, see Definition.Explains: people are told of that alone. Zero
	// if there is none.
	Inhibitor ID
	// Silence is the silence in force that this one matches: people are not told of it. Zero if there is none.
	Silence ID
}

// MaxChanges bounds the changes that an incident remembers.
const MaxChanges = 100

// IncidentState is how far people are with an incident. Only they resolve one: silence on the air is no answer.
type IncidentState uint8

const (
	Open         IncidentState = iota // nobody has said anything
	Acknowledged                      // somebody looks after it
	Resolved                          // somebody says that it is over; the next record of it opens it again
)

var stateWords = [...]string{Open: "open", Acknowledged: "acknowledged", Resolved: "resolved"}

func (s IncidentState) String() string {
	if int(s) < len(stateWords) {
		return stateWords[s]
	}
	return "unknown"
}

// ParseIncidentState reads what String writes.
func ParseIncidentState(word string) (IncidentState, error) {
	if at := slices.Index(stateWords[:], word); at >= 0 {
		return IncidentState(at), nil
	}
	return Open, Errorf(Invalid, "the states are %s", strings.Join(stateWords[:], ", "))
}

// Change is one entry of the log of what was done about an incident. It never changes.
type Change struct {
	Incident ID
	Time     time.Time     // by the server's clock, microseconds: later than all records and changes before it
	To       IncidentState // that the incident has since then
	By       string        // who did it; empty: the server, because a record of a resolved incident came
	Comment  string        // for people, as they wrote it
}

// Add appends c, forgetting the oldest if there are too many. Lists that were taken from i before stay as they are.
func (i *Incident) Add(c Change) {
	over := max(len(i.Changes)+1-MaxChanges, 0)
	i.Changes = append(slices.Clone(i.Changes[over:]), c)
	i.State = c.To
}

// LastChange returns the newest change; the zero Change if there is none.
func (i *Incident) LastChange() Change {
	if n := len(i.Changes); n > 0 {
		return i.Changes[n-1]
	}
	return Change{}
}

// Work is what a store keeps beside alerts, put there as one.
type Work struct {
	Incidents []Incident // as they are now, without their changes
	Changes   []Change   // new ones
	Silences  []Silence  // new, or as they are now
	Forget    []ID       // silences
}

// Empty reports whether there is nothing in w.
func (w *Work) Empty() bool {
	return len(w.Incidents)+len(w.Changes)+len(w.Silences)+len(w.Forget) == 0
}
