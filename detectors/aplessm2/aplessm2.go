// Package aplessm2 recognises half handshakes that somebody takes from clients without the access point.
package aplessm2

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/eapol"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares APLESSM2.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "APLESSM2",
		Title:       "Half handshakes without an access point",
		Class:       tocsin.Exploit,
		Severity:    tocsin.High,
		Description: "Somebody plays the access point just long enough to get message 2 from clients: passwords can be guessed from it.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  80,
		Attack:      []string{"T1557.004", "T1110.002"},
	},
	Frames:  dot11.Only(dot11.Data, dot11.QoSData),
	Content: true,
	Gaps:    true,
}, limits{Halves: 2, Gap: time.Second, Within: time.Minute, Beacons: 2, Senders: 3, Again: time.Minute, Keys: 1024}, newDetector)

type limits struct {
	Halves  int           `help:"handshakes of an access point without beacons that it leaves after message 2, within the window"`
	Gap     time.Duration `help:"time between two that are apart" min:"1ms"`
	Within  time.Duration `help:"time from one to the next in which they are counted" min:"1s"`
	Beacons int           `help:"beacons that an access point which is none may have sent" min:"0"`
	Senders int           `help:"access points within again that are one attack with invented addresses" min:"2"`
	Again   time.Duration `help:"time between two findings about one access point" min:"1s"`
	Keys    int           `help:"access points, and nonces, that are remembered"`
}

// half is what an access point without beacons got.
type half struct {
	count int
	last  time.Duration
}

type detector struct {
	limits limits
	halves *window.Map[dot11.Addr, half]
	nonces *window.Map[uint64, dot11.Addr] // to whom the nonce of a message 1 went that was answered
	voice  *detect.Voice[dot11.Addr]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits: l,
		halves: window.NewMap[dot11.Addr, half](l.Keys),
		nonces: window.NewMap[uint64, dot11.Addr](l.Keys),
		voice:  detect.NewVoice[dot11.Addr](l.Senders, l.Again, l.Keys),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	step := air.Step
	if step == nil || step.Resent || !o.Intact() {
		return
	}
	l := air.Link
	m1 := &l.Handshake.Messages[eapol.Message1]
	switch step.Message {
	case eapol.Message1:
		if m1.Counters > 1 { // it waits for an answer that suits it, as access points do
			d.halves.Delete(l.BSSID)
		}
	case eapol.Message3:
		d.halves.Delete(l.BSSID)
	case eapol.Message2:
		if m1.Count == 0 || m1.Nonce == 0 {
			return
		}
		first, created := d.nonces.Put(m1.Nonce)
		if created {
			*first = l.Station
		}
		switch count := d.left(air, o.Time); {
		case *first != l.Station:
			d.tell(o, l, found, sameNonce, *first, count)
		case count >= d.limits.Halves:
			d.tell(o, l, found, noBeacons, *first, count)
		}
	}
}

// left counts the message 2 that an access point without beacons got, and returns how many it got so.
func (d *detector) left(air *track.Sight, at time.Duration) int {
	l := air.Link
	h := &l.Handshake
	if air.BSS != nil && air.BSS.Beacons > uint64(d.limits.Beacons) || h.Messages[eapol.Message1].Counters > 1 || h.Messages[eapol.Message3].Count > 0 {
		return 0
	}
	v, _ := d.halves.Put(l.BSSID)
	switch gap := at - v.last; {
	case v.count == 0 || gap > d.limits.Within:
		*v = half{1, at}
	case gap >= d.limits.Gap:
		*v = half{v.count + 1, at}
	}
	return v.count
}

// how is what gives the attacker away.
type how uint8

const (
	sameNonce how = iota
	noBeacons
)

// tell reports the access point of l, unless it was told lately, or that there are many. first is to whom else its nonce went.
func (d *detector) tell(o *tocsin.Observation, l *track.Link, found *detect.Findings, h how, first dot11.Addr, count int) {
	v := d.voice.Tell(l.BSSID, o.Time)
	switch {
	case v.Several > 0:
		text := fmt.Sprintf("Somebody takes half handshakes in the name of many access points, the newest %s: passwords can be guessed from them", l.BSSID)
		found.Add(d.voice.Several(v.Several, text, "half handshakes"))
	case v.Speak && h == sameNonce:
		f := tocsin.Finding{
			Text: fmt.Sprintf("Somebody plays the access point %s and gives %s the nonce that %s had: with message 2, which it answers, its password can be guessed",
				l.BSSID, l.Station, first),
			Reason:  tocsin.Reason{What: "clients that were given one nonce and answered", Observed: "2 clients", Limit: "1 client"},
			Subject: l.BSSID.String(),
		}
		if count == 0 { // it sends beacons, or waits as access points do
			medium := tocsin.Medium
			f.Text = fmt.Sprintf("%s, or somebody in its name, gives %s the nonce that %s had: an access point with poor nonces, or one that collects messages 2 to guess passwords from",
				l.BSSID, l.Station, first)
			f.Severity, f.Confidence = &medium, 60
		}
		found.Add(f)
	case v.Speak:
		found.Add(tocsin.Finding{
			Text: fmt.Sprintf("Somebody plays the access point %s without beacons and leaves after message 2, the newest of %s: its password can be guessed from it",
				l.BSSID, l.Station),
			Reason: tocsin.Reason{
				What:     fmt.Sprintf("handshakes without message 3, and %d beacons or fewer", d.limits.Beacons),
				Observed: fmt.Sprintf("%d handshakes", count),
				Limit:    fmt.Sprintf("%d handshakes", d.limits.Halves),
			},
			Confidence: 70,
			Subject:    l.BSSID.String(),
		})
	}
}
