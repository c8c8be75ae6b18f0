// Package m1flood recognises clients that are given nonce after nonce until their handshakes fail.
package m1flood

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

// Spec declares M1FLOOD.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "M1FLOOD",
		Title:       "Message 1 flood",
		Class:       tocsin.Denial,
		Severity:    tocsin.Medium,
		Description: "A client is sent message 1 of the handshake with one nonce after another: each makes it forget the key that it had begun, and the handshake fails.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  75,
		Attack:      []string{"T1499"},
	},
	Frames:  dot11.Only(dot11.AssocReq, dot11.ReassocReq, dot11.Data, dot11.QoSData),
	Content: true,
}, limits{Nonces: 6, Window: 10 * time.Second, Senders: 3, Again: time.Minute, Keys: 1024}, newDetector)

type limits struct {
	Nonces  int           `help:"different nonces in messages 1 to one client, in one handshake and within the window" min:"2"`
	Window  time.Duration `help:"time in which they are counted" min:"1s"`
	Senders int           `help:"clients within again that are one attack, with invented addresses or on all of a network" min:"2"`
	Again   time.Duration `help:"time between two findings about one client" min:"1s"`
	Keys    int           `help:"clients, and nonces, that are remembered"`
}

// pair is an access point and a client.
type pair struct{ bssid, client dot11.Addr }

// nonce is the first or the second half of a nonce that a client was given, hashed.
type nonce struct {
	pair
	second bool
	half   uint64
}

type detector struct {
	limits limits
	seed   maphash.Seed
	seen   *window.Set[nonce]
	given  *window.Counter[pair]
	voice  *detect.Voice[pair]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits: l,
		seed:   maphash.MakeSeed(),
		seen:   window.NewSet[nonce](l.Window, l.Keys),
		given:  window.NewCounter[pair](l.Window, l.Keys),
		voice:  detect.NewVoice[pair](l.Senders, l.Again, l.Keys),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	step := air.Step
	if step == nil || step.Resent || !o.Intact() {
		return
	}
	p := pair{air.Link.BSSID, air.Link.Station}
	switch {
	case o.Frame.Kind.IsManagement(), step.Message == eapol.Message4:
		d.given.Reset(p) // another handshake
	case step.Message != eapol.Message1 || !d.fresh(p, o, &step.Key.Nonce):
	default:
		if count := d.given.Add(p, o.Time); count >= d.limits.Nonces {
			d.tell(o, air, p, count, found)
		}
	}
}

// fresh reports whether the client was not given the nonce lately. Damage, which a verified checksum rules out, makes another of
// one: it hardly ever hits both halves.
func (d *detector) fresh(p pair, o *tocsin.Observation, n *[32]byte) bool {
	first := d.seen.Once(nonce{p, false, maphash.Bytes(d.seed, n[:16])}, o.Time)
	second := d.seen.Once(nonce{p, true, maphash.Bytes(d.seed, n[16:])}, o.Time)
	return first && second || o.Radio.FCS == dot11.FCSGood && (first || second)
}

// tell reports that the client of p was given so many nonces.
func (d *detector) tell(o *tocsin.Observation, air *track.Sight, p pair, count int, found *detect.Findings) {
	v := d.voice.Tell(p, o.Time)
	switch {
	case v.Several > 0:
		text := fmt.Sprintf("Somebody sends many clients one message 1 after another, each with another nonce, the newest %s in the name of %s: their handshakes fail", p.client, p.bssid)
		n := d.voice.Several(v.Several, text, "message 1 floods")
		n.Reason.What = fmt.Sprintf("clients that were flooded with nonces in %s", d.limits.Again)
		n.Reason.Observed = fmt.Sprintf("%d clients", v.Several)
		n.Reason.Limit = fmt.Sprintf("%d clients", d.limits.Senders)
		found.Add(n)
	case v.Speak:
		f := tocsin.Finding{
			Text: fmt.Sprintf("%s, or somebody in its name, sends %s one message 1 after another, each with another nonce: its handshake fails", p.bssid, p.client),
			Reason: tocsin.Reason{
				What:     fmt.Sprintf("different nonces in messages 1 of one handshake in %s", d.limits.Window),
				Observed: fmt.Sprintf("%d nonces", count),
				Limit:    fmt.Sprintf("%d nonces", d.limits.Nonces),
			},
			Subject: p.client.String(),
		}
		if air.Doubt.Deviates {
			f.Text += fmt.Sprintf("; the newest does not look like the access point's: %s", air.Doubt.Words(o))
			f.Confidence = 90
		}
		found.Add(f)
	}
}
