// Package btmlure recognises requests to change the access point that the network did not make.
package btmlure

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares BTMLURE.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "BTMLURE",
		Title:       "Lure to another access point",
		Class:       tocsin.Spoof,
		Severity:    tocsin.High,
		Description: "Somebody tells clients in the name of their access point to go to another one, or to leave.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  85,
		Attack:      []string{"T1557.004", "T1499"},
		Explains:    []string{"DISASSOCTRAFFIC"},
	},
	Frames:  dot11.Only(dot11.Beacon, dot11.ProbeResp, dot11.Action),
	Content: true,
}, limits{Points: 3, Requests: 6, Window: 10 * time.Second, Again: time.Minute, Networks: 1024}, newDetector)

type limits struct {
	Points   int           `help:"signs in the requests of one network within the window that it did not make them" min:"2"`
	Requests int           `help:"requests to one client within the window, if nothing speaks against them" min:"2"`
	Window   time.Duration `help:"time in which signs and requests are counted" min:"1s"`
	Again    time.Duration `help:"time between two findings of one kind about one network" min:"1s"`
	Networks int           `help:"networks that are remembered, and clients that are counted"`
}

// fieldsLen is the length of a request up to its first optional field (802.11-2020 §9.6.13.9).
const fieldsLen = 7

// network is what a BSSID advertises.
type network struct {
	ssid     [maxSSID]byte
	n        uint8
	required bool // it wants management frames protected
}

// maxSSID is the length of the longest SSID (802.11-2020 §9.4.2.2).
const maxSSID = 32

func (n *network) name() []byte { return n.ssid[:n.n] }

// pair is an access point and one of its clients.
type pair struct{ bssid, client dot11.Addr }

type detector struct {
	limits   limits
	policy   []tocsin.NetworkRule
	networks *window.Map[dot11.Addr, network]
	signs    *window.Alarm[dot11.Addr]
	requests *window.Alarm[pair]
}

func newDetector(l limits, env detect.Env) detect.Detector {
	return &detector{
		limits:   l,
		policy:   env.Policy.Networks,
		networks: window.NewMap[dot11.Addr, network](l.Networks),
		signs:    window.NewAlarm[dot11.Addr](l.Points, l.Window, l.Again, l.Networks),
		requests: window.NewAlarm[pair](l.Requests, l.Window, l.Again, l.Networks),
	}
}

// ReadPolicy implements detect.PolicyReader.
func (d *detector) ReadPolicy(p tocsin.Policy) { d.policy = p.Networks }

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	if f.Kind != dot11.Action {
		d.learn(f, air)
		return
	}
	if f.Fixed.Category != dot11.WNM || f.Fixed.Action != dot11.ActionBTMRequest || f.Addr2 != f.BSSID ||
		f.IsRetry() || len(f.Body) < fieldsLen {
		return
	}
	s := d.suspect(f, &air.Doubt, d.networks.Get(f.BSSID))
	points := s.points()
	count, ring := 0, false
	for range points {
		c, rings := d.signs.Add(f.BSSID, o.Time)
		count, ring = c, ring || rings
	}
	if ring {
		found.Add(d.lure(f, count, s.words(o)))
	}
	if c, ring := d.requests.Add(pair{f.BSSID, f.Addr1}, o.Time); ring && points == 0 {
		found.Add(d.many(f, c))
	}
}

// learn takes what a network advertises.
func (d *detector) learn(f *dot11.Frame, air *track.Sight) {
	if air.Advert == nil || air.Advert.SSID == "" || len(air.Advert.SSID) > maxSSID || f.Addr2 != f.BSSID {
		return
	}
	n, _ := d.networks.Put(f.BSSID)
	n.n = uint8(copy(n.ssid[:], air.Advert.SSID))
	n.required = air.Advert.Security.MFPRequired
}

// suspicion is what speaks against a request being the network's.
type suspicion struct {
	doubt  *track.Doubt
	bare   bool       // it is not protected, as the network requires
	target dot11.Addr // a candidate that is none of the network's, if why is not empty
	why    string
}

func (d *detector) suspect(f *dot11.Frame, doubt *track.Doubt, n *network) suspicion {
	s := suspicion{doubt: doubt}
	if n != nil {
		s.bare = n.required
		s.target, s.why = d.foreign(f, n)
	}
	return s
}

func (s *suspicion) points() int {
	points := s.doubt.Signs()
	if s.bare {
		points += 2
	}
	if s.why != "" {
		points++
	}
	return points
}

func (s *suspicion) words(o *tocsin.Observation) string {
	var words []string
	if s.doubt.Signs() > 0 {
		words = append(words, s.doubt.Words(o))
	}
	if s.bare {
		words = append(words, "it is not protected, as the network requires")
	}
	if s.why != "" {
		words = append(words, fmt.Sprintf("it leads to %s, %s", s.target, s.why))
	}
	return strings.Join(words, "; ")
}

// foreign returns the first candidate that is none of the network's access points, and why.
func (d *detector) foreign(f *dot11.Frame, n *network) (target dot11.Addr, why string) {
	for e := range f.Elements.All() {
		if e.ID != dot11.ElementNeighborReport || len(e.Data) < len(target) {
			continue
		}
		target = dot11.Addr(e.Data)
		if other := d.networks.Peek(target); other != nil && string(other.name()) != string(n.name()) {
			return target, "which advertises another network"
		}
		for i := range d.policy {
			if rule := &d.policy[i]; len(rule.Allowed) > 0 && rule.SSID.Match(n.name()) && !allows(rule, target) {
				return target, "which the policy does not allow"
			}
		}
	}
	return target, ""
}

func allows(rule *tocsin.NetworkRule, a dot11.Addr) bool {
	for _, m := range rule.Allowed {
		if m.Match(a) {
			return true
		}
	}
	return false
}

func (d *detector) lure(f *dot11.Frame, count int, words string) tocsin.Finding {
	return tocsin.Finding{
		Text: fmt.Sprintf("Somebody tells %s in the name of the access point %s to %s (%s): whoever follows meets the attacker's access point, or none",
			detect.Whom(f.Addr1), f.BSSID, wish(f), words),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("signs in %s that requests to change the access point are not the network's", d.limits.Window),
			Observed: fmt.Sprintf("%d signs", count), Limit: fmt.Sprintf("%d signs", d.limits.Points),
		},
		Subject: "forged",
	}
}

func (d *detector) many(f *dot11.Frame, count int) tocsin.Finding {
	low := tocsin.Low
	return tocsin.Finding{
		Text: fmt.Sprintf("The access point %s tells %s again and again to %s: it wants to be rid of it, or somebody speaks in its name", f.BSSID, detect.Whom(f.Addr1), wish(f)),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("requests to one client to change the access point in %s", d.limits.Window),
			Observed: fmt.Sprintf("%d requests", count), Limit: fmt.Sprintf("%d requests", d.limits.Requests),
		},
		Severity: &low, Confidence: 50, Subject: f.Addr1.String(),
	}
}

// wish says what the request asks of the client.
func wish(f *dot11.Frame) string {
	const imminent, closing = 0x04, 0x10 // bits of the request mode: disassociation, and of the whole network
	where := "leave"
	if report, ok := f.Elements.Find(dot11.ElementNeighborReport); ok && len(report) >= len(dot11.Addr{}) {
		where = "go to " + dot11.Addr(report[:6]).String()
	}
	mode, timer := f.Body[3], binary.LittleEndian.Uint16(f.Body[4:])
	switch {
	case mode&closing != 0:
		return where + ", as the network closes"
	case mode&imminent != 0:
		return fmt.Sprintf("%s within %d beacons", where, timer)
	}
	return where
}
