// Package noncedegrade recognises handshakes that are bent so that the client uses a key which others know.
package noncedegrade

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/eapol"
	"github.com/tocsin-wids/tocsin/track"
)

// Spec declares NONCEDEGRADE.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "NONCEDEGRADE",
		Title:       "Handshake without a nonce or a pairwise key",
		Class:       tocsin.Exploit,
		Severity:    tocsin.Medium,
		Description: "An access point gives no nonce, or the group key in the clear before there is a pairwise key: the client uses a key that others know, or none.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  85,
		Attack:      []string{"T1557"},
	},
	Frames:  dot11.Only(dot11.Data, dot11.QoSData),
	Content: true,
}, limits{SignatureLimits: detect.DefaultSignature, Handshake: 10 * time.Second}, newDetector)

type limits struct {
	detect.SignatureLimits
	Handshake time.Duration `help:"time after message 2 in which the access point goes on" min:"1s"`
}

type detector struct {
	*detect.Signature
	handshake time.Duration
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return detector{detect.NewSignature(l.SignatureLimits), l.Handshake}
}

func (d detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	step := air.Step
	if step == nil || step.Message == eapol.NoMessage || step.Resent {
		return
	}
	if !d.lacksNonce(air) && !d.skips(o, air) {
		return
	}
	what := [...]byte{byte(step.Message)}
	v := d.Judge(o, what[:], 0)
	switch {
	case v.Several > 0:
		text := fmt.Sprintf("Somebody bends handshakes in the name of many access points, the newest %s, so that clients use keys which others know", o.Frame.Addr2)
		found.Add(d.Several(v.Several, text, "bent handshakes"))
	case v.Speak && step.Message == eapol.GroupMessage1:
		found.Add(order(air.Link))
	case v.Speak:
		found.Add(nonce(air.Link, step.Message))
	}
}

// lacksNonce reports whether the access point sends a message without the nonce that it must have.
func (d detector) lacksNonce(air *track.Sight) bool {
	m := air.Step.Message
	return (m == eapol.Message1 || m == eapol.Message3) && air.Link.Handshake.Messages[m].Nonce == 0
}

// skips reports whether the access point sends the group key while the client waits for message 3.
func (d detector) skips(o *tocsin.Observation, air *track.Sight) bool {
	m := &air.Link.Handshake.Messages
	second := &m[eapol.Message2]
	return air.Step.Message == eapol.GroupMessage1 && second.Count > 0 && o.Time-second.Last <= d.handshake &&
		m[eapol.Message3].Count == 0 && m[eapol.Message4].Count == 0
}

// nonce is about a message without a nonce.
func nonce(l *track.Link, m eapol.Message) tocsin.Finding {
	return tocsin.Finding{
		Text: fmt.Sprintf("%s, or somebody in its name, sends %s %s of the handshake with a nonce of zeros: the key hangs on the client's nonce alone",
			l.BSSID, l.Station, m),
		Reason:  tocsin.Reason{What: fmt.Sprintf("nonce in %s", m), Observed: "32 octets of 0", Limit: "a random number"},
		Subject: l.Station.String(),
	}
}

// order is about a group key that comes too early.
func order(l *track.Link) tocsin.Finding {
	return tocsin.Finding{
		Text: fmt.Sprintf("%s, or somebody in its name, sends %s the group key in the clear in place of message 3: the client does without a pairwise key",
			l.BSSID, l.Station),
		Reason:  tocsin.Reason{What: "message after M2 of the handshake", Observed: "G1, not encrypted", Limit: "M3"},
		Subject: l.Station.String(),
		Frames:  []uint64{l.Handshake.Messages[eapol.Message2].Number},
	}
}
