// Package assocflood recognises floods of association requests that no authentication precedes.
package assocflood

import (
	"fmt"
	"slices"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares ASSOCFLOOD.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "ASSOCFLOOD",
		Title:       "Association flood",
		Class:       tocsin.Denial,
		Severity:    tocsin.High,
		Description: "An access point is flooded with requests to associate of stations that did not authenticate before, mostly under invented addresses.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  90,
		Attack:      []string{"T1499"},
		Explains:    []string{"DEAUTHFLOOD"},
	},
	Frames: dot11.Only(dot11.Auth, dot11.AssocReq, dot11.ReassocReq),
}, limits{
	Requests: 20, Sources: 3, Window: 10 * time.Second, Authenticated: 30 * time.Second, Again: time.Minute, Networks: 512, Stations: 4096,
}, newDetector)

type limits struct {
	Requests      int           `help:"requests to one network within the window that no authentication precedes" min:"2"`
	Sources       int           `help:"stations that they name, from which on it is not one client in disorder" min:"2"`
	Window        time.Duration `help:"time in which requests are counted" min:"1s"`
	Authenticated time.Duration `help:"time for which an authentication excuses the requests of its station" min:"1s"`
	Again         time.Duration `help:"time between two findings about a flood that goes on" min:"1s"`
	Networks      int           `help:"networks that are watched"`
	Stations      int           `help:"stations whose authentication is remembered"`
}

// pair is a station and the network that it asks.
type pair struct{ bssid, station dot11.Addr }

// recent is who sent the newest requests to a network, and the last of their numbers.
type recent struct {
	stations [16]dot11.Addr
	next     uint8
	sequence uint16
}

type detector struct {
	limits        limits
	authenticated *window.Set[pair]
	recent        *window.Map[dot11.Addr, recent]
	requests      *window.Alarm[dot11.Addr]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:        l,
		authenticated: window.NewSet[pair](l.Authenticated, l.Stations),
		recent:        window.NewMap[dot11.Addr, recent](l.Networks),
		requests:      window.NewAlarm[dot11.Addr](l.Requests, l.Window, l.Again, l.Networks),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	if f.Kind == dot11.Auth {
		if f.Addr1 == f.BSSID {
			d.authenticated.Add(pair{f.BSSID, f.Addr2}, o.Time)
		} else {
			d.authenticated.Add(pair{f.BSSID, f.Addr1}, o.Time)
		}
		return
	}
	if f.Addr1 != f.BSSID || f.IsProtected() || d.authenticated.Has(pair{f.BSSID, f.Addr2}, o.Time) {
		return
	}
	r, _ := d.recent.Put(f.BSSID)
	if f.IsRetry() && f.Sequence == r.sequence {
		return
	}
	r.add(f)
	count, ring := d.requests.Add(f.BSSID, o.Time)
	if ring {
		found.Add(d.finding(f, r.sources(), count))
	}
}

func (r *recent) add(f *dot11.Frame) {
	r.stations[int(r.next)%len(r.stations)] = f.Addr2
	r.next++
	r.sequence = f.Sequence
}

// sources returns how many stations sent the newest requests.
func (r *recent) sources() int {
	n := 0
	for i, station := range r.stations {
		if !station.IsZero() && !slices.Contains(r.stations[:i], station) {
			n++
		}
	}
	return n
}

func (d *detector) finding(f *dot11.Frame, sources, count int) tocsin.Finding {
	finding := tocsin.Finding{
		Text: fmt.Sprintf("Somebody floods the network %s with requests to associate under many addresses that did not authenticate: %d in %s",
			f.BSSID, count, d.limits.Window),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("requests to associate in %s that no authentication precedes", d.limits.Window),
			Observed: fmt.Sprintf("%d, the newest of %d stations", count, sources),
			Limit:    fmt.Sprint(d.limits.Requests),
		},
		Source: dot11.Broadcast,
	}
	if sources < d.limits.Sources {
		medium := tocsin.Medium
		finding.Text = fmt.Sprintf("%s, or somebody under its address, keeps asking to associate with the network %s without having authenticated: %d requests in %s",
			f.Addr2, f.BSSID, count, d.limits.Window)
		finding.Source, finding.Severity, finding.Confidence = f.Addr2, &medium, 60
	}
	return finding
}
