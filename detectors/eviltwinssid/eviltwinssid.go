// Package eviltwinssid recognises access points that turn up with the name of a network that is known, and are not like it.
package eviltwinssid

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares EVILTWINSSID.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "EVILTWINSSID",
		Title:       "Evil twin under another address",
		Class:       tocsin.Spoof,
		Severity:    tocsin.Medium,
		Description: "An access point turns up with the name of a network that is known, and lets clients in without the encryption of that, or is of another make.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  60,
		Attack:      []string{"T1557.004"},
		Explains:    []string{"APSPOOF"},
	},
	Frames: dot11.Only(dot11.Beacon, dot11.ProbeResp),
}, limits{
	Frames: 3, Learn: 5 * time.Second, Settled: 24 * time.Hour, Live: 10 * time.Second, Memory: 72 * time.Hour,
	Senders: 3, Again: 10 * time.Minute, Names: 1024,
}, newDetector)

type limits struct {
	Frames  int           `help:"beacons and probe responses by which an access point is judged"`
	Learn   time.Duration `help:"time of listening to a channel after which an access point on it is new, and for which one must stay to be known" min:"1s"`
	Settled time.Duration `help:"time for which a network of one make must be known before one of another make is strange" min:"1s"`
	Live    time.Duration `help:"time within which an access point of the known network must have been heard" min:"1s"`
	Memory  time.Duration `help:"silence after which an access point is forgotten" min:"1s"`
	Senders int           `help:"twins within again that are one attack with invented addresses" min:"2"`
	Again   time.Duration `help:"time between two findings about one twin" min:"1s"`
	Names   int           `help:"network names that are remembered"`
}

// twin is an access point and the name that it has taken.
type twin struct {
	bssid dot11.Addr
	ssid  detect.SSID
}

type detector struct {
	limits   limits
	rules    []tocsin.NetworkRule
	networks *window.Map[detect.SSID, network]
	voice    *detect.Voice[twin]
}

func newDetector(l limits, env detect.Env) detect.Detector {
	return &detector{
		limits: l, rules: env.Policy.Networks,
		networks: window.NewMap[detect.SSID, network](l.Names),
		voice:    detect.NewVoice[twin](l.Senders, l.Again, l.Names),
	}
}

// Of what says the same for long, one frame in sample is enough to know that it is still there.
const (
	familiar = 64
	sample   = 16
)

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	if air.Advert == nil || air.Repeated && air.Advert.Frames > familiar && air.Advert.Frames%sample != 0 || !o.Intact() || f.Addr2 != f.BSSID || air.Advert.Security.Unreadable {
		return
	}
	ssid, ok := detect.Named(f)
	if !ok {
		return
	}
	n, created := d.networks.Put(ssid)
	if created {
		n.first = o.Time
	}
	m := n.member(f.BSSID, o.Time, d.limits.Memory)
	if m == nil {
		return
	}
	if m.frames == 0 {
		m.isNew = air.Listened >= d.limits.Learn
		m.rule, m.listed = d.rule(f)
	}
	m.hear(o, air)
	if m.known(d.limits.Learn) || m.frames < d.limits.Frames {
		return
	}
	what := d.judge(n, m, o.Time)
	if what == nothing {
		return
	}
	m.twin = true
	switch v := d.voice.Tell(twin{f.BSSID, ssid}, o.Time); {
	case v.Several > 0:
		text := fmt.Sprintf("Somebody advertises networks that are known under many addresses, the newest %s as %s", tocsin.Quote(ssid.Octets()), f.BSSID)
		found.Add(d.voice.Several(v.Several, text, "twins of known networks"))
	case v.Speak:
		found.Add(d.finding(n, m, ssid, what))
	}
}

// rule returns whether the policy has the network of f, and whether it lists its address.
func (d *detector) rule(f *dot11.Frame) (has, listed bool) {
	ssid, _, _ := f.Elements.SSID()
	for i := range d.rules {
		if !d.rules[i].SSID.Match(ssid) {
			continue
		}
		has = true
		for _, mask := range d.rules[i].Allowed {
			listed = listed || mask.Match(f.BSSID)
		}
	}
	return has, listed
}

func (d *detector) finding(n *network, m *member, ssid detect.SSID, what oddity) tocsin.Finding {
	model := n.model(m, d.limits.Learn)
	name := tocsin.Quote(ssid.Octets())
	f := tocsin.Finding{
		Text: fmt.Sprintf("The access point %s advertises the network %s with the security %s, while %s asks for %s: it may be an evil twin",
			m.bssid, name, m.access, model.bssid, model.access),
		Reason:  tocsin.Reason{What: "security of a new access point of a known network", Observed: m.access.String(), Limit: model.access.String()},
		Subject: name,
	}
	if what == foreign {
		f.Text = fmt.Sprintf("The access point %s is new in the network %s and of another make than all the others of it: it may be an evil twin", m.bssid, name)
		f.Reason = tocsin.Reason{
			What:     "vendor and elements of a new access point of a known network",
			Observed: m.bssid.String()[:len("00:00:00")], Limit: "as " + model.bssid.String(),
		}
		f.Confidence = 45
	}
	if m.rule {
		high := tocsin.High
		f.Severity, f.Confidence = &high, 85
	}
	return f
}
