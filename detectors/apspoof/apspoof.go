// Package apspoof recognises access points that advertise a network of the policy and are not of it.
package apspoof

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
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
		Description: "An access point advertises one of your networks and is not on its list, or does so on a channel or with encryption that the list lacks: an evil twin, or a change that the list does not know.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute10,
		Confidence:  90,
		Attack:      []string{"T1557.004", "T1583.008"},
	},
	Frames: dot11.Only(dot11.Beacon, dot11.ProbeResp),
}, limits{
	Again: 10 * time.Minute, Impostors: 5, Window: time.Minute, Announced: time.Minute, Repeats: 2, Resembling: 6, Unrelated: 20, Adverts: 4096,
}, newDetector)

type limits struct {
	Again      time.Duration `help:"time after which an access point is judged anew" min:"1s"`
	Impostors  int           `help:"breaches of one rule within the window that are told one by one; then once for all"`
	Window     time.Duration `help:"time in which breaches are counted" min:"1s"`
	Announced  time.Duration `help:"time after an announced switch in which a listed access point may turn up on its channel" min:"1s"`
	Repeats    int           `help:"frames with the same breach within the window, if their checksums are unknown"`
	Resembling int           `help:"as repeats, where the two addresses of the access point differ as damage makes them"`
	Unrelated  int           `help:"frames with any breach of one rule within the window, if their checksums are unknown"`
	Adverts    int           `help:"judged adverts that are remembered"`
}

// advert is what an access point is judged by.
type advert struct {
	source, bssid dot11.Addr
	ssid          [32]byte
	length        int
	channel       uint8        // 0 if no rule asks for it, or it is not said
	access        dot11.Access // 0 if no rule asks for it, or it could not be read
}

// place is where an announced switch led.
type place struct {
	bssid   dot11.Addr
	channel uint8
}

// breach is how an advert breaks a rule.
type breach uint8

const (
	none breach = iota
	stranger
	wrongChannel
	wrongAccess
)

// verdict is a breach of the rule of that number.
type verdict struct {
	rule int
	how  breach
}

// count is what is counted: strangers and listed access points of one rule apart.
type count struct {
	rule   int
	listed bool
}

type detector struct {
	limits   limits
	rules    []tocsin.NetworkRule
	channels bool // a rule asks for them
	access   bool
	judged   *window.Set[advert]
	doubted  *window.Counter[advert]
	doubts   *window.Counter[count]
	switched *window.Set[place]
	flood    *window.Counter[count]
}

func newDetector(l limits, env detect.Env) detect.Detector {
	d := &detector{
		limits: l, rules: env.Policy.Networks,
		judged:   window.NewSet[advert](l.Again, l.Adverts),
		doubted:  window.NewCounter[advert](l.Window, l.Adverts),
		doubts:   window.NewCounter[count](l.Window, 2*max(len(env.Policy.Networks), 1)),
		switched: window.NewSet[place](2*l.Again, l.Adverts), // outlives a judgement
		flood:    window.NewCounter[count](l.Window, 2*max(len(env.Policy.Networks), 1)),
	}
	for _, r := range d.rules {
		d.channels, d.access = d.channels || len(r.Channels) > 0, d.access || r.Access != 0
	}
	return d
}

// Idle implements detect.Idler.
func (d *detector) Idle() bool { return len(d.rules) == 0 }

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	if o.Cut {
		return
	}
	ssid, ok, hidden := f.Elements.SSID()
	if !ok || hidden {
		return
	}
	a := d.advert(o, air, ssid)
	if d.judged.Has(a, o.Time) {
		return
	}
	v := d.judge(a, ssid, o.Time, air.BSS)
	if v.how != none && o.Radio.FCS != dot11.FCSGood && !d.meant(a, v, o.Time) {
		return
	}
	d.judged.Once(a, o.Time)
	if v.how == none {
		return
	}
	switch n := d.flood.Add(count{v.rule, v.how != stranger}, o.Time); {
	case n <= d.limits.Impostors:
		found.Add(d.finding(a, ssid, v, f.Kind))
	case n == d.limits.Impostors+1:
		found.Add(d.many(ssid, v))
	}
}

// meant reports whether a breach in a frame whose checksum nobody verified is as its sender made it: damage does not hit
// the same bits of an address, name or element twice, and does not hit frames of one network that often.
func (d *detector) meant(a advert, v verdict, at time.Duration) bool {
	same, all := d.doubted.Add(a, at), d.doubts.Add(count{v.rule, v.how != stranger}, at)
	repeats := d.limits.Repeats
	if v.how == stranger && resembles(a.source, a.bssid) {
		repeats = d.limits.Resembling
	}
	return same >= repeats || all >= d.limits.Unrelated
}

// resembles reports whether a and b are two addresses that a few flipped bits make of each other: an access point gives its
// own twice.
func resembles(a, b dot11.Addr) bool {
	const few = 8
	n := 0
	for i := range a {
		n += bits.OnesCount8(a[i] ^ b[i])
	}
	return n > 0 && n <= few
}

// advert takes from the tracker what it read of this advert: it does not believe what a damaged end leaves out.
func (d *detector) advert(o *tocsin.Observation, air *track.Sight, ssid []byte) advert {
	a := advert{source: o.Frame.Addr2, bssid: o.Frame.BSSID, length: len(ssid)}
	copy(a.ssid[:], ssid)
	if air.Advert == nil || o.Radio.FCS != dot11.FCSGood && o.Frame.Defects&(dot11.DefectOverrun|dot11.DefectShortFixed) != 0 {
		return a
	}
	if d.channels {
		a.channel = air.Advert.Channel
	}
	if d.access && !air.Advert.Security.Unreadable {
		a.access = air.Advert.Security.Access()
	}
	return a
}

// judge returns how a breaks the rules that are about ssid, unless one of them allows it: the rule that it comes
// closest to, which is the first that lists its address, else the first.
func (d *detector) judge(a advert, ssid []byte, at time.Duration, b *track.BSS) (v verdict) {
	for i := range d.rules {
		r := &d.rules[i]
		if !r.SSID.Match(ssid) {
			continue
		}
		broken := stranger
		if allowed(r.Allowed, a.source) && allowed(r.Allowed, a.bssid) {
			broken = d.otherwise(r, a, at, b)
		}
		switch {
		case broken == none:
			return verdict{}
		case v.how == none || v.how == stranger && broken != stranger:
			v = verdict{i, broken}
		}
	}
	return v
}

// otherwise judges an access point that r lists.
func (d *detector) otherwise(r *tocsin.NetworkRule, a advert, at time.Duration, b *track.BSS) breach {
	switch {
	case r.Access != 0 && a.access&^r.Access != 0:
		return wrongAccess
	case len(r.Channels) > 0 && a.channel != 0 && !slices.Contains(r.Channels, a.channel) && !d.switchedTo(a, at, b):
		return wrongChannel
	}
	return none
}

// switchedTo reports whether the access point announced that it would go to its channel, and has been there since.
func (d *detector) switchedTo(a advert, at time.Duration, b *track.BSS) bool {
	p := place{a.bssid, a.channel}
	announced := b != nil && b.Switch.At > 0 && b.Switch.Channel == a.channel && at-b.Switch.At < d.limits.Announced
	if !announced && !d.switched.Has(p, at) {
		return false
	}
	d.switched.Add(p, at)
	return true
}

func allowed(masks []tocsin.MACMask, a dot11.Addr) bool {
	for _, m := range masks {
		if m.Match(a) {
			return true
		}
	}
	return false
}

func (d *detector) finding(a advert, ssid []byte, v verdict, kind dot11.Kind) tocsin.Finding {
	r := &d.rules[v.rule]
	name := tocsin.Quote([]byte(r.Name))
	does := "advertises"
	if kind == dot11.ProbeResp {
		does = "answers for"
	}
	what := fmt.Sprintf("The access point %s %s the network %s", a.source, does, tocsin.Quote(ssid))
	switch v.how {
	case wrongChannel:
		return tocsin.Finding{
			Text:       fmt.Sprintf("%s on channel %d, which the list of %s does not have, and announced no switch to it", what, a.channel, name),
			Reason:     tocsin.Reason{What: "channel of a listed access point", Observed: fmt.Sprint(a.channel), Limit: numbers(r.Channels)},
			Confidence: 70, Subject: r.Name + " channel",
		}
	case wrongAccess:
		return tocsin.Finding{
			Text:       fmt.Sprintf("%s with the security %s, which the list of %s does not have", what, a.access&^r.Access, name),
			Reason:     tocsin.Reason{What: "security of a listed access point", Observed: a.access.String(), Limit: r.Access.String()},
			Confidence: 85, Subject: r.Name + " security",
		}
	}
	observed := a.source
	if allowed(r.Allowed, a.source) {
		observed = a.bssid
		what += fmt.Sprintf(" for the BSSID %s, which", a.bssid)
	} else {
		what += " and"
	}
	return tocsin.Finding{
		Text:    fmt.Sprintf("%s is not on the list of %s", what, name),
		Reason:  tocsin.Reason{What: "transmitter and BSSID of a listed network", Observed: observed.String(), Limit: "the addresses of rule " + name},
		Subject: r.Name,
	}
}

// numbers lists the channels of a rule.
func numbers(channels []uint8) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(channels), "[]"), " ", ", ")
}

func (d *detector) many(ssid []byte, v verdict) tocsin.Finding {
	rule := d.rules[v.rule].Name
	name := tocsin.Quote([]byte(rule))
	f := tocsin.Finding{
		Text: fmt.Sprintf("More than %d access points that are not on the list of %s advertise the network %s within %s; further ones are not told one by one",
			d.limits.Impostors, name, tocsin.Quote(ssid), d.limits.Window),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("impostors of one rule in %s", d.limits.Window),
			Observed: fmt.Sprint(d.limits.Impostors + 1), Limit: fmt.Sprint(d.limits.Impostors),
		},
		Subject: rule + " many",
	}
	if v.how != stranger {
		f.Text = fmt.Sprintf("Access points of the list of %s advertise the network %s in more than %d ways that the list does not have within %s; further ones are not told one by one",
			name, tocsin.Quote(ssid), d.limits.Impostors, d.limits.Window)
		f.Reason.What = fmt.Sprintf("channels and ways in that a rule lacks, in %s", d.limits.Window)
		f.Subject = rule + " many listed"
	}
	return f
}
