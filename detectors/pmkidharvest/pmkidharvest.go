// Package pmkidharvest recognises stations that join networks for what the first message of the handshake gives away.
package pmkidharvest

import (
	"fmt"
	"hash/maphash"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/eapol"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares PMKIDHARVEST.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "PMKIDHARVEST",
		Title:       "PMKID harvesting",
		Class:       tocsin.Probe,
		Severity:    tocsin.High,
		Description: "A station asks one network after another to let it in and answers no handshake: it collects PMKIDs, from which passwords can be guessed.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  75,
		Attack:      []string{"T1110.002", "T1040"},
	},
	Frames:  dot11.Only(dot11.AssocReq, dot11.ReassocReq, dot11.Data, dot11.QoSData),
	Content: true,
	Gaps:    true,
}, limits{Networks: 3, Window: 15 * time.Second, Unanswered: 2, Within: time.Minute, Senders: 3, Again: time.Minute, Keys: 1024}, newDetector)

type limits struct {
	Networks   int           `help:"networks of different names that a station asks within the window, and answers none" min:"2"`
	Window     time.Duration `help:"time in which they are counted" min:"1s"`
	Unanswered int           `help:"handshakes within which a station gets a PMKID from one access point and leaves unanswered"`
	Within     time.Duration `help:"time in which they are counted" min:"1s"`
	Senders    int           `help:"stations within again that are one attack with invented addresses" min:"2"`
	Again      time.Duration `help:"time between two findings about one station" min:"1s"`
	Keys       int           `help:"stations that are remembered"`
}

// psk are the AKM suites whose PMKID comes from nothing but password, name and addresses.
const psk dot11.AKMSet = 1<<dot11.AKMPSK | 1<<dot11.AKMPSKSHA256

// pair is an access point and a station.
type pair struct{ bssid, station dot11.Addr }

// request is a station and the name, hashed, of a network that it asked.
type request struct {
	station dot11.Addr
	ssid    uint64
}

type detector struct {
	limits     limits
	seed       maphash.Seed
	asked      *window.Set[request]
	networks   *window.Counter[dot11.Addr]
	unanswered *window.Counter[pair]
	voice      *detect.Voice[dot11.Addr]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:     l,
		seed:       maphash.MakeSeed(),
		asked:      window.NewSet[request](l.Window, l.Keys),
		networks:   window.NewCounter[dot11.Addr](l.Window, l.Keys),
		unanswered: window.NewCounter[pair](l.Within, l.Keys),
		voice:      detect.NewVoice[dot11.Addr](l.Senders, l.Again, l.Keys),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	if air.Step == nil || !o.Intact() {
		return
	}
	switch {
	case o.Frame.Kind.IsManagement():
		d.ask(o, air, found)
	case air.Step.Resent:
	case air.Step.Message == eapol.Message1:
		d.leave(o, air, found)
	case air.Step.Message == eapol.Message2:
		d.networks.Reset(o.Frame.Addr2)
		d.unanswered.Reset(pair{air.Link.BSSID, air.Link.Station})
	}
}

// ask takes a request to be let in.
func (d *detector) ask(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	ssid, ok, hidden := f.Elements.SSID()
	if !ok || hidden || f.Addr2 == f.BSSID || f.Security().RSN.AKM&psk == 0 {
		return
	}
	if o.Radio.FCS != dot11.FCSGood && (f.Defects != 0 || air.BSS == nil || air.BSS.Advert(ssid) == nil) {
		return // damage makes names of its own
	}
	if !d.asked.Once(request{f.Addr2, maphash.Bytes(d.seed, ssid)}, o.Time) {
		return
	}
	count := d.networks.Add(f.Addr2, o.Time)
	if count < d.limits.Networks || !d.speak(o, f.Addr2, found) {
		return
	}
	found.Add(tocsin.Finding{
		Text: fmt.Sprintf("%s asks one network after another to let it in, the newest %s, %s, and answers no handshake: it collects PMKIDs, from which passwords can be guessed",
			f.Addr2, tocsin.Quote(ssid), f.BSSID),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("networks of different names asked in %s, with no message 2", d.limits.Window),
			Observed: fmt.Sprintf("%d networks", count),
			Limit:    fmt.Sprintf("%d networks", d.limits.Networks),
		},
		Subject: f.Addr2.String(),
	})
}

// leave takes a message 1. A second one with a higher counter shows that the access point as well had no answer to the first.
func (d *detector) leave(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	l := air.Link
	h := &l.Handshake
	if l.Request.RSN.AKM&psk == 0 || h.PMKID == [16]byte{} || h.Messages[eapol.Message2].Count > 0 || air.Step.Prior.Counters != 1 || h.Messages[eapol.Message1].Counters != 2 {
		return
	}
	count := d.unanswered.Add(pair{l.BSSID, l.Station}, o.Time)
	if count < d.limits.Unanswered || !d.speak(o, l.Station, found) {
		return
	}
	low := tocsin.Low
	found.Add(tocsin.Finding{
		Text: fmt.Sprintf("%s joins %s again and again, is given a PMKID each time and answers no handshake: it collects them to guess the password, or is too far away",
			l.Station, l.BSSID),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("handshakes with a PMKID in %s whose message 1 was repeated, with no message 2", d.limits.Within),
			Observed: fmt.Sprintf("%d handshakes", count),
			Limit:    fmt.Sprintf("%d handshakes", d.limits.Unanswered),
		},
		Severity:   &low,
		Confidence: 40,
		Subject:    l.Station.String(),
	})
}

// speak reports whether to speak of a station. It speaks of many itself.
func (d *detector) speak(o *tocsin.Observation, station dot11.Addr, found *detect.Findings) bool {
	v := d.voice.Tell(station, o.Time)
	if v.Several > 0 {
		text := fmt.Sprintf("Somebody collects PMKIDs under many addresses, the newest %s: passwords can be guessed from them", station)
		found.Add(d.voice.Several(v.Several, text, "PMKID harvesting"))
	}
	return v.Speak
}
