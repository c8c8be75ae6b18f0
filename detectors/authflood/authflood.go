// Package authflood recognises floods of authentications that no client means.
package authflood

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares AUTHFLOOD.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "AUTHFLOOD",
		Title:       "Authentication flood",
		Class:       tocsin.Denial,
		Severity:    tocsin.High,
		Description: "An access point is flooded with requests to authenticate, mostly under invented addresses, until it has no room for clients.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  90,
		Attack:      []string{"T1499"},
	},
	Frames: dot11.Only(dot11.Auth, dot11.AssocReq, dot11.AssocResp, dot11.ReassocReq, dot11.ReassocResp, dot11.Deauth, dot11.Disassoc),
}, limits{Requests: 40, ClientRequests: 100, Window: 10 * time.Second, Again: time.Minute, Networks: 512, Clients: 2048}, newDetector)

type limits struct {
	Requests       int           `help:"requests of several stations to one network within the window that lead to no association" min:"2"`
	ClientRequests int           `help:"requests of one station to one network within the window that lead to no association" min:"2"`
	Window         time.Duration `help:"time in which requests are counted" min:"2s"`
	Again          time.Duration `help:"time between two findings about a flood that goes on" min:"1s"`
	Networks       int           `help:"networks that are watched"`
	Clients        int           `help:"pairs of network and station that are watched"`
}

// pair is a network and who wants to join it.
type pair struct{ bssid, station dot11.Addr }

type detector struct {
	limits   limits
	networks *window.Map[dot11.Addr, network]
	floods   *window.Alarm[dot11.Addr] // requests that no client makes
	crowds   *window.Alarm[dot11.Addr] // those of which that cannot be said
	clients  *window.Alarm[pair]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:   l,
		networks: window.NewMap[dot11.Addr, network](l.Networks),
		floods:   window.NewAlarm[dot11.Addr](l.Requests, l.Window, l.Again, l.Networks),
		crowds:   window.NewAlarm[dot11.Addr](l.Requests, l.Window, l.Again, l.Networks),
		clients:  window.NewAlarm[pair](l.ClientRequests, l.Window, l.Again, l.Clients),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	if !f.BSSID.IsStation() || f.Defects&dot11.DefectShortFixed != 0 {
		return
	}
	if f.Kind == dot11.Auth && f.Addr1 == f.BSSID {
		if begins(f) {
			d.asked(o, found)
		}
		return
	}
	if n := d.networks.Peek(f.BSSID); n != nil {
		n.settle(f)
	}
}

// Authentication algorithms and transactions (802.11-2020 §9.4.1.1, §9.4.1.2; PASN: 802.11az).
const (
	open = 0
	sae  = 3
	pasn = 7

	first = 1
)

// begins reports whether f is the first frame of an authentication that an association is to follow. SAE is left to
// SAEFLOOD; PASN may precede the measuring of a distance only. An encrypted frame is never the first, and an open
// authentication has no second one of the station: tools put any number there.
func begins(f *dot11.Frame) bool {
	algorithm := f.Fixed.AuthAlgorithm
	if f.IsProtected() || algorithm == sae || algorithm == pasn {
		return false
	}
	return algorithm == open || f.Fixed.AuthTransaction <= first
}

// patience is how long a client may take from its request to its association: milliseconds in a quiet place, some
// hundred in a crowd.
const patience = time.Second

// asked notes a request, and judges those that are old enough, or that make room.
func (d *detector) asked(o *tocsin.Observation, found *detect.Findings) {
	f := o.Frame
	n, _ := d.networks.Put(f.BSSID)
	if n.repeated(f) {
		return
	}
	forged := n.chain.holds(f, o.Time) || f.Addr2.IsGroup()
	for n.judged != n.asked {
		r := n.at(n.judged)
		age := o.Time - r.time
		if age < patience && n.asked-n.judged < places {
			break
		}
		n.judged++
		if age < d.limits.Window {
			d.judge(f.BSSID, n, r, found)
		}
	}
	*n.at(n.asked) = request{station: f.Addr2, forged: forged, time: o.Time, number: o.Number}
	n.asked++
}

// judge counts a request that came to nothing.
func (d *detector) judge(bssid dot11.Addr, n *network, r *request, found *detect.Findings) {
	switch {
	case r.excused():
	case !r.forged && r.outcome == dismissed, n.alone(r, d.limits.Window):
		if count, ring := d.clients.Add(pair{bssid, r.station}, r.time); ring {
			found.Add(d.clientFinding(bssid, r, count))
		}
	case r.forged || r.outcome == accepted:
		if count, ring := d.floods.Add(bssid, r.time); ring {
			found.Add(d.finding("Somebody floods the network %s with authentications under %s: %d requests in %s", bssid, n, count))
		}
	default:
		if count, ring := d.crowds.Add(bssid, r.time); ring {
			low := tocsin.Low
			f := d.finding("Stations keep asking the network %s for authentication without joining, under %s: %d requests in %s", bssid, n, count)
			f.Severity, f.Confidence = &low, 50
			found.Add(f)
		}
	}
}

func (d *detector) finding(text string, bssid dot11.Addr, n *network, count int) tocsin.Finding {
	stations, frames := n.evidence(d.limits.Window)
	return tocsin.Finding{
		Text: fmt.Sprintf(text, bssid, addresses(stations), count, d.limits.Window),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("authentications that lead to no association in %s", d.limits.Window),
			Observed: fmt.Sprintf("%d requests under %s", count, addresses(stations)),
			Limit:    fmt.Sprintf("%d requests", d.limits.Requests),
		},
		Frames: frames,
	}
}

func (d *detector) clientFinding(bssid dot11.Addr, r *request, count int) tocsin.Finding {
	medium := tocsin.Medium
	return tocsin.Finding{
		Text: fmt.Sprintf("%s, or somebody under its address, keeps asking the network %s for authentication without joining: %d requests in %s", r.station, bssid, count, d.limits.Window),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("authentications of one station that lead to no association in %s", d.limits.Window),
			Observed: fmt.Sprintf("%d requests", count),
			Limit:    fmt.Sprintf("%d requests", d.limits.ClientRequests),
		},
		Source:     r.station,
		Severity:   &medium,
		Confidence: 60,
		Frames:     []uint64{r.number},
	}
}

func addresses(n int) string {
	if n >= places/2 {
		return "many addresses"
	}
	return fmt.Sprintf("%d addresses", n)
}
