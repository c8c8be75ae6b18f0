// Package hscapture recognises clients that are made to join again, so that their handshakes can be recorded.
package hscapture

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

// Spec declares HSCAPTURE.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "HSCAPTURE",
		Title:       "Handshake capture",
		Class:       tocsin.Exploit,
		Severity:    tocsin.High,
		Description: "Somebody disconnects clients in the name of their access points, and they make handshakes that he can record: passwords can be guessed from them.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  80,
		Attack:      []string{"T1110.002", "T1040"},
	},
	Frames:  dot11.Only(dot11.Deauth, dot11.Disassoc, dot11.Data, dot11.QoSData),
	Content: true,
}, limits{Signs: 2, Frames: 2, Window: 10 * time.Second, Within: 10 * time.Second, Networks: 2, Clients: 3, Again: 10 * time.Minute, Keys: 1024}, newDetector)

type limits struct {
	Signs    int           `help:"of three signs against a disconnection being its sender's: sequence number, signal, duration"`
	Frames   int           `help:"such disconnections in one network within the window"`
	Window   time.Duration `help:"time in which they are counted" min:"1s"`
	Within   time.Duration `help:"time from a disconnection to the end of the client's handshake" min:"1s"`
	Networks int           `help:"networks within again that are a campaign" min:"2"`
	Clients  int           `help:"clients within again that are a campaign, or invented" min:"2"`
	Again    time.Duration `help:"time between two findings about one client" min:"1s"`
	Keys     int           `help:"networks, and clients, that are remembered"`
}

// psk are the AKM suites whose handshakes give away what passwords are guessed from.
const psk dot11.AKMSet = 1<<dot11.AKMPSK | 1<<dot11.AKMPSKSHA256 | 1<<dot11.AKMFTPSK

// pair is an access point and a client, which is Broadcast if all of them are meant.
type pair struct{ bssid, client dot11.Addr }

type detector struct {
	limits   limits
	forged   *window.Counter[dot11.Addr] // disconnections in a network
	gone     *window.Map[pair, time.Duration]
	networks *window.Set[dot11.Addr]
	several  *window.Counter[struct{}] // of networks
	voice    *detect.Voice[pair]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:   l,
		forged:   window.NewCounter[dot11.Addr](l.Window, l.Keys),
		gone:     window.NewMap[pair, time.Duration](l.Keys),
		networks: window.NewSet[dot11.Addr](l.Again, l.Keys),
		several:  window.NewCounter[struct{}](l.Again, 1),
		voice:    detect.NewVoice[pair](l.Clients, l.Again, l.Keys),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	switch {
	case o.Frame.Kind.IsManagement():
		d.disconnect(o, air)
	case air.Step == nil || air.Step.Message != eapol.Message4 || air.Step.Resent || !o.Intact():
	default:
		d.join(o, air.Link, found)
	}
}

// disconnect takes a disconnection, and remembers those that are not their sender's.
func (d *detector) disconnect(o *tocsin.Observation, air *track.Sight) {
	f := o.Frame
	if air.Doubt.Signs() < d.limits.Signs || f.IsProtected() || f.IsRetry() || !f.BSSID.IsStation() || !o.Intact() {
		return
	}
	count := d.forged.Add(f.BSSID, o.Time)
	p := pair{f.BSSID, f.Addr1}
	switch {
	case f.Addr2 != f.BSSID:
		p.client = f.Addr2
	case f.Addr1.IsGroup():
		p.client = dot11.Broadcast
	}
	if count >= d.limits.Frames {
		at, _ := d.gone.Put(p)
		*at = o.Time
	}
}

// join takes the end of a handshake.
func (d *detector) join(o *tocsin.Observation, l *track.Link, found *detect.Findings) {
	h := &l.Handshake
	begun := h.Messages[eapol.Message1].First
	if (l.Request.RSN.AKM|l.Request.WPA.AKM)&psk == 0 || begun == 0 || h.Messages[eapol.Message2].Count == 0 || h.Messages[eapol.Message3].Count == 0 {
		return // not a whole one, as far as heard
	}
	gone := max(d.left(pair{l.BSSID, l.Station}, begun), d.left(pair{l.BSSID, dot11.Broadcast}, begun))
	if gone == 0 || o.Time-gone > d.limits.Within {
		return
	}
	if d.networks.Once(l.BSSID, o.Time) {
		d.several.Add(struct{}{}, o.Time)
	}
	v := d.voice.Tell(pair{l.BSSID, l.Station}, o.Time)
	switch {
	case v.Several > 0:
		text := fmt.Sprintf("Somebody disconnects one client after the other, the newest %s of %s, and they make handshakes that he can record: passwords can be guessed from them",
			l.Station, l.BSSID)
		n := d.voice.Several(v.Several, text, "handshakes after forged disconnections")
		n.Reason.What = fmt.Sprintf("clients that made a handshake after a forged disconnection in %s", d.limits.Again)
		n.Reason.Observed = fmt.Sprintf("%d clients", v.Several)
		n.Reason.Limit = fmt.Sprintf("%d clients", d.limits.Clients)
		found.Add(n)
	case v.Speak:
		found.Add(d.finding(o, l, o.Time-gone))
	}
}

// left returns when a client was disconnected that begins its handshake now; 0 if not.
func (d *detector) left(p pair, begun time.Duration) time.Duration {
	if at := d.gone.Peek(p); at != nil && *at < begun {
		return *at
	}
	return 0
}

// finding is about the client of l, which ended its handshake so long after its disconnection.
func (d *detector) finding(o *tocsin.Observation, l *track.Link, after time.Duration) tocsin.Finding {
	f := tocsin.Finding{
		Text: fmt.Sprintf("Somebody disconnects %s from %s, and %s later it has made a handshake that he can record: the password can be guessed from it",
			l.Station, l.BSSID, after.Round(time.Millisecond)),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("time from %d or more forged disconnections to the end of the handshake", d.limits.Frames),
			Observed: after.Round(time.Millisecond).String(),
			Limit:    d.limits.Within.String(),
		},
		Subject: l.Station.String(),
	}
	if n := d.several.Count(struct{}{}, o.Time); n >= d.limits.Networks {
		f.Text += fmt.Sprintf("; this is network %d in %s", n, d.limits.Again)
		return f
	}
	medium := tocsin.Medium
	f.Severity, f.Confidence = &medium, 60
	return f
}
