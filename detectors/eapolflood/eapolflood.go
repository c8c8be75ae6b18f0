// Package eapolflood recognises floods of EAPOL-Start.
package eapolflood

import (
	"fmt"
	"slices"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/eapol"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares EAPOLFLOOD.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "EAPOLFLOOD",
		Title:       "EAPOL flood",
		Class:       tocsin.Denial,
		Severity:    tocsin.High,
		Description: "An access point is flooded with EAPOL-Start, each of which makes it begin an authentication that nobody goes on with, or with EAPOL-Logoff.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  90,
		Attack:      []string{"T1499"},
		Explains:    []string{"DEAUTHFLOOD"},
	},
	Frames:  dot11.Only(dot11.Data, dot11.QoSData),
	Content: true,
}, limits{Starts: 50, Sources: 3, Window: 10 * time.Second, Again: time.Minute, Networks: 512}, newDetector)

type limits struct {
	Starts   int           `help:"EAPOL-Starts, or EAPOL-Logoffs, to one network within the window" min:"2"`
	Sources  int           `help:"stations that they name, from which on it is not one supplicant that loops" min:"2"`
	Window   time.Duration `help:"time in which they are counted" min:"1s"`
	Again    time.Duration `help:"time between two findings about a flood that goes on" min:"1s"`
	Networks int           `help:"networks that are watched"`
}

// target is a network and what it is flooded with.
type target struct {
	bssid dot11.Addr
	kind  eapol.Type
}

func (t target) String() string {
	if t.kind == eapol.TypeLogoff {
		return "EAPOL-Logoff"
	}
	return "EAPOL-Start"
}

type detector struct {
	limits  limits
	starts  *window.Alarm[target]
	sources *window.Map[target, sources]
}

// places is how many Starts of a network are remembered with who sent them.
const places = 16

// sources is who sent the newest Starts to a network.
type sources struct {
	stations [places]dot11.Addr
	times    [places]time.Duration
	next     uint8
}

func (s *sources) add(station dot11.Addr, at time.Duration) {
	s.stations[s.next%places], s.times[s.next%places] = station, at
	s.next++
}

// count returns how many stations they are, of those within span.
func (s *sources) count(at, span time.Duration) int {
	n := 0
	for i, station := range s.stations {
		if !station.IsZero() && at-s.times[i] < span && !slices.Contains(s.stations[:i], station) {
			n++
		}
	}
	return n
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:  l,
		starts:  window.NewAlarm[target](l.Starts, l.Window, l.Again, l.Networks),
		sources: window.NewMap[target, sources](l.Networks),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	if f.EtherType != eapol.EtherType || f.Addr1 != f.BSSID {
		return
	}
	var p eapol.Packet
	if p.Decode(f.Payload) != nil || p.Type != eapol.TypeStart && p.Type != eapol.TypeLogoff {
		return
	}
	t := target{f.BSSID, p.Type}
	from, _ := d.sources.Put(t)
	from.add(f.Addr2, o.Time)
	starts, ring := d.starts.Add(t, o.Time)
	if !ring {
		return
	}
	sources := from.count(o.Time, d.limits.Window)
	finding := tocsin.Finding{
		Text: fmt.Sprintf("Somebody floods the network %s with %s under %s: %d in %s", f.BSSID, t, addresses(sources), starts, d.limits.Window),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("%ss to one network in %s", t, d.limits.Window),
			Observed: fmt.Sprintf("%d under %s", starts, addresses(sources)),
			Limit:    fmt.Sprint(d.limits.Starts),
		},
		Source: dot11.Broadcast,
	}
	if sources < d.limits.Sources {
		medium := tocsin.Medium
		finding.Text = fmt.Sprintf("%s, or somebody under its address, keeps sending %s to the network %s: %d in %s", f.Addr2, t, f.BSSID, starts, d.limits.Window)
		finding.Source, finding.Severity, finding.Confidence = f.Addr2, &medium, 60
	}
	found.Add(finding)
}

func addresses(n int) string {
	switch {
	case n >= places:
		return "many addresses"
	case n == 1:
		return "one address"
	}
	return fmt.Sprintf("%d addresses", n)
}
