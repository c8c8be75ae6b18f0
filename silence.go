package tocsin

import (
	"slices"
	"strings"
	"time"
)

// Silence says of which incidents people are not to be told for a while. They are recorded and shown all the same.
type Silence struct {
	ID      ID
	Matcher Matcher
	By      string // who made it
	Comment string // why, for people
	Made    time.Time
	Starts  time.Time
	Ends    time.Time // not included
	Weekly  bool      // in force again every 168 hours, until it is expired

	// Expired is when somebody ended it before its time, and ExpiredBy who that was; zero if nobody did.
	Expired   time.Time
	ExpiredBy string
}

// Week is after how long a weekly silence is in force again.
const Week = 7 * 24 * time.Hour

// InForce reports whether s holds at t.
func (s *Silence) InForce(t time.Time) bool {
	if t.Before(s.Starts) || s.Over(t) {
		return false
	}
	return !s.Weekly || t.Sub(s.Starts)%Week < s.Ends.Sub(s.Starts)
}

// Over reports whether s will not hold at t nor ever after.
func (s *Silence) Over(t time.Time) bool {
	if !s.Expired.IsZero() && !t.Before(s.Expired) {
		return true
	}
	return !s.Weekly && !t.Before(s.Ends)
}

// Matcher chooses incidents by their newest record. All that it names must fit; the zero Matcher chooses none.
type Matcher struct {
	Header  string    // upper case; "" for any
	Class   Class     // upper case; "" for any
	AtMost  *Severity // an incident that ever was worse is not chosen; nil for any
	Address *MACMask  // any of the four addresses; nil for any
	BSSID   *MACMask  // nil for any
	SSID    *Glob     // the name of the network, which must be known; nil for any
	Sensor  *Glob     // one of those that heard it; nil for any
}

// Names reports whether m names anything.
func (m *Matcher) Names() bool {
	return m.Header != "" || m.Class != "" || m.AtMost != nil || m.Address != nil || m.BSSID != nil || m.SSID != nil || m.Sensor != nil
}

// Match reports whether m chooses i.
func (m *Matcher) Match(i *Incident) bool {
	a := i.Last
	if !m.Names() ||
		m.Header != "" && m.Header != a.Header ||
		m.Class != "" && m.Class != Class(strings.ToUpper(string(a.Class))) ||
		m.AtMost != nil && i.MaxSeverity > *m.AtMost ||
		m.BSSID != nil && !m.BSSID.Match(a.Transmitter) ||
		m.SSID != nil && (a.SSID == "" || !m.SSID.Match([]byte(a.SSID))) {
		return false
	}
	if m.Address != nil && !slices.ContainsFunc([]MAC{a.Transmitter, a.Source, a.Dest, a.Other}, func(x MAC) bool {
		return x != MAC{} && m.Address.Match(x)
	}) {
		return false
	}
	return m.Sensor == nil || slices.ContainsFunc(a.Sensors, func(s string) bool { return m.Sensor.Match([]byte(s)) })
}
