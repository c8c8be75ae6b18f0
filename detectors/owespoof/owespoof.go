// Package owespoof recognises open access points that only pretend to have an encrypted partner.
package owespoof

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares OWESPOOF.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "OWESPOOF",
		Title:       "False partner of an OWE network",
		Class:       tocsin.Spoof,
		Severity:    tocsin.Medium,
		Description: "An open access point names an encrypted partner that is not its own or is not there, or stops naming it: clients that could encrypt do not.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  80,
		Attack:      []string{"T1557.004"},
	},
	Frames:  dot11.Only(dot11.Beacon),
	Content: true,
	Gaps:    true,
}, limits{Beacons: 3, Absent: time.Minute, Live: 30 * time.Second, Again: 10 * time.Minute, Senders: 3, Networks: 1024}, newDetector)

type limits struct {
	Beacons  int           `help:"beacons that must say the same, of those that are looked at: the first three, then one every ten seconds"`
	Absent   time.Duration `help:"time for which a partner of another vendor must not have been heard" min:"1s"`
	Live     time.Duration `help:"time within which a partner must have been heard to be there" min:"1s"`
	Again    time.Duration `help:"time between two findings about one access point" min:"1s"`
	Senders  int           `help:"access points within again that are one attack with invented addresses" min:"2"`
	Networks int           `help:"access points that are watched"`
}

// half is one of the two access points of a network with and without encryption.
type half struct {
	partner     dot11.Addr // that it named last
	encrypted   bool
	names       bool // it names the partner now
	beacons     int  // in a row that say so
	since, last time.Duration
}

type detector struct {
	limits limits
	halves *window.Map[dot11.Addr, half]
	voice  *detect.Voice[dot11.Addr]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits: l,
		halves: window.NewMap[dot11.Addr, half](l.Networks),
		voice:  detect.NewVoice[dot11.Addr](l.Senders, l.Again, l.Networks),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	if air.Advert == nil || !o.Intact() || f.Addr2 != f.BSSID || air.Advert.Security.Unreadable {
		return
	}
	partner, names := f.Elements.OWEPartner()
	h := d.halves.Peek(f.BSSID)
	if h == nil {
		if !names && air.Advert.Security.Access()&dot11.AccessOWE == 0 {
			return
		}
		h, _ = d.halves.Put(f.BSSID)
		*h = half{since: o.Time}
	}
	h.hear(o, partner.BSSID, names, air.Advert.Security.Access() != dot11.AccessOpen)
	if h.encrypted || h.beacons < d.limits.Beacons {
		return
	}
	what := d.judge(f.BSSID, h, o.Time)
	if what == nothing {
		return
	}
	switch v := d.voice.Tell(f.BSSID, o.Time); {
	case v.Several > 0:
		text := fmt.Sprintf("Many open access points have no honest OWE partner, the newest %s: clients that could encrypt do not", f.BSSID)
		found.Add(d.voice.Several(v.Several, text, "false OWE partners"))
	case v.Speak:
		found.Add(d.finding(o, h, what))
	}
}

// hear takes a beacon of h.
func (h *half) hear(o *tocsin.Observation, partner dot11.Addr, names, encrypted bool) {
	h.last = o.Time
	if names != h.names || encrypted != h.encrypted || names && partner != h.partner {
		h.beacons = 0
		h.since = o.Time
		h.names, h.encrypted = names, encrypted
		if names {
			h.partner = partner
		}
	}
	h.beacons++
}

// oddity is what is wrong with an open half.
type oddity uint8

const (
	nothing oddity = iota
	unrequited
	vanished
	absent
)

// judge finds what is wrong with an open half.
func (d *detector) judge(bssid dot11.Addr, h *half, at time.Duration) oddity {
	p := d.halves.Peek(h.partner)
	live := p != nil && p.encrypted && at-p.last <= d.limits.Live
	switch {
	case live && h.names && p.names && p.beacons >= d.limits.Beacons && p.partner != bssid:
		return unrequited
	case live && !h.names:
		return vanished
	case h.names && p == nil && at-h.since >= d.limits.Absent && vendor(h.partner) != vendor(bssid):
		return absent
	}
	return nothing
}

func (d *detector) finding(o *tocsin.Observation, h *half, what oddity) tocsin.Finding {
	ssid, _, _ := o.Frame.Elements.SSID()
	who := fmt.Sprintf("The open access point %s of %s", o.Frame.BSSID, tocsin.Quote(ssid))
	beacons := fmt.Sprintf("%d beacons", d.limits.Beacons)
	switch what {
	case vanished:
		return tocsin.Finding{
			Text:       fmt.Sprintf("%s no longer names its encrypted partner %s, which is still there: clients stay without encryption", who, h.partner),
			Reason:     tocsin.Reason{What: "beacons without the partner that was named", Observed: beacons, Limit: beacons},
			Other:      h.partner,
			Confidence: 60,
		}
	case absent:
		return tocsin.Finding{
			Text: fmt.Sprintf("%s names the encrypted partner %s, which is of another vendor and was not heard: it may be false", who, h.partner),
			Reason: tocsin.Reason{
				What:     "time for which a partner of another vendor was not heard",
				Observed: (o.Time - h.since).Round(time.Second).String(), Limit: d.limits.Absent.String(),
			},
			Other:      h.partner,
			Confidence: 50,
		}
	}
	other := d.halves.Peek(h.partner).partner
	return tocsin.Finding{
		Text:   fmt.Sprintf("%s names %s as its encrypted partner, which names %s and not it: it may be a twin of that", who, h.partner, other),
		Reason: tocsin.Reason{What: "open partner that the encrypted access point names", Observed: other.String(), Limit: o.Frame.BSSID.String()},
		Other:  h.partner,
	}
}

// vendor is the OUI of a without the bit of locally administered addresses, which access points set for their second network.
func vendor(a dot11.Addr) uint32 { return a.OUI() &^ 0x020000 }
