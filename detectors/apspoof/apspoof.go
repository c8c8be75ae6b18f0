// Package apspoof recognises access points that advertise a network of the policy and are not of it.
package apspoof

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares APSPOOF.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "APSPOOF",
		Title:       "Access point not of the policy",
		Class:       tocsin.Spoof,
		Severity:    tocsin.High,
		Description: "An access point advertises one of your networks and is not on its list: an evil twin, or a new access point that the list lacks.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute10,
		Confidence:  90,
		Attack:      []string{"T1557.004", "T1583.008"},
	},
	Frames: dot11.Only(dot11.Beacon, dot11.ProbeResp),
}, limits{Again: 10 * time.Minute, Impostors: 5, Window: time.Minute, Adverts: 4096}, newDetector)

type limits struct {
	Again     time.Duration `help:"time after which an access point is judged anew" min:"1s"`
	Impostors int           `help:"impostors of one rule within the window that are told one by one; then once for all"`
	Window    time.Duration `help:"time in which impostors are counted" min:"1s"`
	Adverts   int           `help:"judged adverts that are remembered"`
}

// advert is what an access point was judged by.
type advert struct {
	source, bssid dot11.Addr
	ssid          [32]byte
	length        int
}

type detector struct {
	limits limits
	rules  []tocsin.NetworkRule
	judged *window.Set[advert]
	flood  *window.Counter[int] // by rule
}

func newDetector(l limits, env detect.Env) detect.Detector {
	return &detector{
		limits: l, rules: env.Policy.Networks,
		judged: window.NewSet[advert](l.Again, l.Adverts),
		flood:  window.NewCounter[int](l.Window, max(len(env.Policy.Networks), 1)),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	if len(d.rules) == 0 || o.Cut {
		return
	}
	ssid, ok, hidden := f.Elements.SSID()
	if !ok || hidden {
		return
	}
	a := advert{source: f.Addr2, bssid: f.BSSID, length: len(ssid)}
	copy(a.ssid[:], ssid)
	if !d.judged.Once(a, o.Time) {
		return
	}
	rule, broken := d.broken(a, ssid)
	if !broken {
		return
	}
	switch n := d.flood.Add(rule, o.Time); {
	case n <= d.limits.Impostors:
		found.Add(d.finding(a, ssid, d.rules[rule].Name, f.Kind))
	case n == d.limits.Impostors+1:
		found.Add(d.many(ssid, d.rules[rule].Name))
	}
}

// broken returns the first rule that is about ssid, unless one of those that are about it allows a.
func (d *detector) broken(a advert, ssid []byte) (rule int, broken bool) {
	rule = -1
	for i, r := range d.rules {
		if !r.SSID.Match(ssid) {
			continue
		}
		if allowed(r.Allowed, a.source) && allowed(r.Allowed, a.bssid) {
			return 0, false
		}
		if rule < 0 {
			rule = i
		}
	}
	return rule, rule >= 0
}

func allowed(masks []tocsin.MACMask, a dot11.Addr) bool {
	for _, m := range masks {
		if m.Match(a) {
			return true
		}
	}
	return false
}

func (d *detector) finding(a advert, ssid []byte, rule string, kind dot11.Kind) tocsin.Finding {
	does := "advertises"
	if kind == dot11.ProbeResp {
		does = "answers for"
	}
	return tocsin.Finding{
		Text: fmt.Sprintf("The access point %s %s the network %s and is not on the list of %s",
			a.source, does, tocsin.Quote(ssid), tocsin.Quote([]byte(rule))),
		Reason:  tocsin.Reason{What: "transmitter of a listed network", Observed: a.source.String(), Limit: "the addresses of rule " + tocsin.Quote([]byte(rule))},
		Subject: rule,
	}
}

func (d *detector) many(ssid []byte, rule string) tocsin.Finding {
	return tocsin.Finding{
		Text: fmt.Sprintf("More than %d access points that are not on the list of %s advertise the network %s within %s; further ones are not told one by one",
			d.limits.Impostors, tocsin.Quote([]byte(rule)), tocsin.Quote(ssid), d.limits.Window),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("impostors of one rule in %s", d.limits.Window),
			Observed: fmt.Sprint(d.limits.Impostors + 1), Limit: fmt.Sprint(d.limits.Impostors),
		},
		Subject: rule + " many",
	}
}
