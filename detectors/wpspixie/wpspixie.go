// Package wpspixie recognises registrars that collect what an offline attack on a WPS PIN needs.
package wpspixie

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/eapol"
	"github.com/tocsin-wids/tocsin/dot11/wps"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares WPSPIXIE.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "WPSPIXIE",
		Title:       "WPS material taken for an offline attack",
		Class:       tocsin.Exploit,
		Severity:    tocsin.Medium,
		Description: "Somebody takes from an access point what the Wi-Fi Protected Setup PIN can be computed from, and breaks off (pixie dust).",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  60,
		Attack:      []string{"T1110.002"},
	},
	Frames:  dot11.AnyData | dot11.Only(dot11.Deauth, dot11.Disassoc),
	Content: true,
	Gaps:    true,
}, limits{Sessions: 2, Window: 10 * time.Minute, Answer: time.Minute, Again: 10 * time.Minute, Several: 4, Networks: 256, Talks: 1024}, newDetector)

type limits struct {
	Sessions int           `help:"sessions broken off at one access point within the window that leave no doubt; one suffices if the registrar refuses to go on" min:"2"`
	Window   time.Duration `help:"time in which sessions are counted" min:"1s"`
	Answer   time.Duration `help:"time in which a session has to be broken off" min:"1s"`
	Again    time.Duration `help:"time between two findings about one access point that say the same" min:"1s"`
	Several  int           `help:"access points within again that are one attack with invented addresses" min:"2"`
	Networks int           `help:"access points that are watched"`
	Talks    int           `help:"conversations of an access point and a station that are watched"`
}

// offer is an M3 of an access point, which has the hashes of its PIN, that was not answered so far.
type offer struct {
	at     time.Duration
	number uint64
	id     uint8 // of the EAP packet
}

type detector struct {
	limits  limits
	offers  *window.Map[detect.EAPPair, offer]
	taken   *window.Counter[dot11.Addr]
	refused *window.Set[dot11.Addr] // access points at which a registrar refused to go on
	once    *detect.Voice[dot11.Addr]
	often   *detect.Voice[dot11.Addr]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:  l,
		offers:  window.NewMap[detect.EAPPair, offer](l.Talks),
		taken:   window.NewCounter[dot11.Addr](l.Window, l.Networks),
		refused: window.NewSet[dot11.Addr](l.Window, l.Networks),
		once:    detect.NewVoice[dot11.Addr](l.Several, l.Again, l.Networks),
		often:   detect.NewVoice[dot11.Addr](l.Several, l.Again, l.Networks),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	if !f.Kind.IsData() {
		d.leave(o, found)
		return
	}
	if p, ok := detect.ReadEAP(o); ok {
		d.follow(&p, o, found)
	}
}

// leave notes that a station leaves the access point instead of answering it, or is sent away.
func (d *detector) leave(o *tocsin.Observation, found *detect.Findings) {
	pair := detect.EAPPair{AP: o.Frame.BSSID, Station: o.Frame.Addr2}
	if pair.Station == pair.AP {
		pair.Station = o.Frame.Addr1
	}
	d.breakOff(pair, false, o, found)
}

// follow takes the next packet of a conversation.
func (d *detector) follow(p *detect.EAPPacket, o *tocsin.Observation, found *detect.Findings) {
	if p.FromAP && p.Message == wps.M3 {
		if waiting, created := d.offers.Put(p.EAPPair); created || o.Time-waiting.at > d.limits.Answer {
			*waiting = offer{o.Time, o.Number, p.EAP.ID}
		}
		return
	}
	waiting := d.offers.Peek(p.EAPPair)
	if waiting == nil {
		return
	}
	_, named := p.EAP.Identity()
	switch {
	case !p.FromAP && p.NACK():
		d.breakOff(p.EAPPair, true, o, found)
	case named, p.FromAP && p.Message == wps.M1, p.EAP.Code == eapol.EAPFailure && p.EAP.ID == waiting.id:
		// The number of the failure is that of the last request (RFC 3748 §4.2): nothing was missed in between.
		d.breakOff(p.EAPPair, false, o, found)
	case p.EAP.Code == eapol.EAPFailure, p.Message > wps.M3, p.FromAP && p.NACK():
		d.offers.Delete(p.EAPPair) // it was answered, whether the answer was heard or not
	}
}

// breakOff counts a session that ended after M3, which the registrar refused to answer or did not.
func (d *detector) breakOff(p detect.EAPPair, refused bool, o *tocsin.Observation, found *detect.Findings) {
	waiting := d.offers.Peek(p)
	if waiting == nil {
		return
	}
	m3 := *waiting
	d.offers.Delete(p)
	if o.Time-m3.at > d.limits.Answer {
		return
	}
	if refused {
		d.refused.Add(p.AP, o.Time)
	}
	count := d.taken.Add(p.AP, o.Time)
	voice := d.once
	if count >= d.limits.Sessions {
		voice = d.often
	} else if !refused {
		return
	}
	switch v := voice.Tell(p.AP, o.Time); {
	case v.Several > 0:
		text := fmt.Sprintf("WPS conversations of many access points, the newest %s, are broken off after M3: their PINs can be computed from it, or somebody invents them", p.AP)
		found.Add(voice.Several(v.Several, text, "M3 that is not answered"))
	case v.Speak:
		found.Add(d.finding(p, count, m3.number, o.Time))
	}
}

// finding tells of so many sessions at an access point, the last with an M3 of this number.
func (d *detector) finding(p detect.EAPPair, count int, m3 uint64, at time.Duration) tocsin.Finding {
	f := tocsin.Finding{
		Text: fmt.Sprintf("The station %s takes from the access point %s what its WPS PIN can be computed from (M3), and breaks off before it would have to prove the PIN", p.Station, p.AP),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("WPS sessions of registrars that end with M3, in %s", d.limits.Window),
			Observed: fmt.Sprintf("%d broken off", count),
			Limit:    "1 that the registrar refuses to go on with",
		},
		BSSID: p.AP, Source: p.Station, Dest: p.AP,
		Frames: []uint64{m3},
	}
	if count < d.limits.Sessions {
		return f
	}
	f.Reason.Limit = fmt.Sprintf("%d broken off", d.limits.Sessions)
	f.Confidence = 65
	if d.refused.Has(p.AP, at) {
		high := tocsin.High
		f.Severity, f.Confidence = &high, 85
	}
	return f
}
