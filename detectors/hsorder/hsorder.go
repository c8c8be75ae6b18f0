// Package hsorder recognises handshakes whose messages do not follow from one another, or have bits that they cannot have.
package hsorder

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/eapol"
	"github.com/tocsin-wids/tocsin/track"
)

// Spec declares HSORDER.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "HSORDER",
		Title:       "Handshake out of order",
		Class:       tocsin.Exploit,
		Severity:    tocsin.High,
		Description: "Somebody skips messages of the four-way handshake: an access point or a client that goes along uses a key that everybody knows.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  85,
		Attack:      []string{"T1557", "T1212"},
	},
	Frames:  dot11.Only(dot11.Data, dot11.QoSData),
	Content: true,
	Gaps:    true,
}, defaults(), newDetector)

type limits struct {
	Fresh time.Duration `help:"time after message 1 in which what follows belongs to it" min:"100ms"`
	detect.SignatureLimits
}

func defaults() limits {
	l := limits{Fresh: 3 * time.Second, SignatureLimits: detect.DefaultSignature}
	l.Window = 5 * time.Minute
	return l
}

type detector struct {
	limits limits
	*detect.Signature
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return detector{l, detect.NewSignature(l.SignatureLimits)}
}

func (d detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	step := air.Step
	if step == nil || step.Resent || !o.Intact() {
		return
	}
	if foreign(&step.Packet) != 0 {
		d.tell(o, air, found, bits)
		return
	}
	switch step.Message {
	case eapol.Message4:
		if d.skips(o, air) {
			d.tell(o, air, found, skipped)
		}
	case eapol.GroupMessage1:
		if d.early(o, air) {
			d.tell(o, air, found, early)
		}
	}
}

// foreign returns those bits of the key information that the message at hand cannot have: reserved ones, and that to install the
// key, which message 3 alone has (802.11-2020 §12.7.2).
func foreign(p *track.Packet) uint16 {
	if p.Key.Descriptor != eapol.DescriptorRSN {
		return 0
	}
	switch p.Message {
	case eapol.Message1, eapol.Message2, eapol.Message4:
		return p.Key.Info & (eapol.InfoReserved | eapol.InfoInstall)
	case eapol.Message3:
		return p.Key.Info & eapol.InfoReserved
	}
	return 0
}

// skips reports whether message 4 answers message 1. The counter tells, whatever the sensor missed: a station repeats that of
// the message it answers, and that of message 3 is higher (802.11-2020 §12.7.2).
func (d detector) skips(o *tocsin.Observation, air *track.Sight) bool {
	m := &air.Link.Handshake.Messages
	m1 := &m[eapol.Message1]
	return m1.Count > 0 && o.Time-m1.Last <= d.limits.Fresh && air.Step.Key.Replay == m1.Replay &&
		!since(&m[eapol.Message2], m1) && !since(&m[eapol.Message3], m1)
}

// early reports whether a group key comes in the clear in the middle of a handshake: it is for stations that have a pairwise
// key, and encrypted with that.
func (d detector) early(o *tocsin.Observation, air *track.Sight) bool {
	l := air.Link
	m := &l.Handshake.Messages
	m1 := &m[eapol.Message1]
	return air.Step.Before == track.Keying && air.Step.Key.Descriptor == eapol.DescriptorRSN &&
		m1.Count > 0 && o.Time-m1.Last <= d.limits.Fresh &&
		!since(&m[eapol.Message3], m1) && !since(&m[eapol.Message4], m1)
}

// since reports whether m was heard since the message 1 of this handshake.
func since(m, m1 *track.Messages) bool { return m.Count > 0 && m.Last >= m1.First }

// tell reports what. Two handshakes of one transmitter bear each other out if nobody verified the checksums.
func (d detector) tell(o *tocsin.Observation, air *track.Sight, found *detect.Findings, what func(*tocsin.Observation, *track.Sight) tocsin.Finding) {
	bits := foreign(&air.Step.Packet)
	v := d.Judge(o, []byte{byte(air.Step.Message), byte(bits >> 8), byte(bits)}, 0)
	switch {
	case v.Several > 0:
		found.Add(d.Several(v.Several, "Messages of the four-way handshake are skipped or bent under many addresses", "handshakes out of order"))
	case v.Speak:
		found.Add(what(o, air))
	}
}

func skipped(_ *tocsin.Observation, air *track.Sight) tocsin.Finding {
	l := air.Link
	m1 := &l.Handshake.Messages[eapol.Message1]
	return tocsin.Finding{
		Text: fmt.Sprintf("%s answers message 1 of the handshake of %s with message 4: an access point that goes along lets it in without a password",
			l.Station, l.BSSID),
		Reason: tocsin.Reason{
			What:     "replay counter of message 4",
			Observed: fmt.Sprintf("%d, that of message 1, and no message 2 or 3", air.Step.Key.Replay),
			Limit:    fmt.Sprintf("above %d", m1.Replay),
		},
		Subject: l.Station.String(),
		Frames:  []uint64{m1.Number},
	}
}

func early(_ *tocsin.Observation, air *track.Sight) tocsin.Finding {
	l, medium := air.Link, tocsin.Medium
	m1 := &l.Handshake.Messages[eapol.Message1]
	return tocsin.Finding{
		Text: fmt.Sprintf("%s, or somebody in its name, sends %s a group key in the clear in the middle of the handshake: a client that takes it talks to whoever that is without a secret key",
			l.BSSID, l.Station),
		Reason: tocsin.Reason{
			What:     "messages before the first message of the group key handshake",
			Observed: "message 1, and neither 3 nor 4",
			Limit:    "the four-way handshake",
		},
		Subject:  l.Station.String(),
		Severity: &medium, Confidence: 60,
		Frames: []uint64{m1.Number},
	}
}

func bits(o *tocsin.Observation, air *track.Sight) tocsin.Finding {
	medium := tocsin.Medium
	p := &air.Step.Packet
	install := ""
	if foreign(p)&eapol.InfoInstall != 0 {
		install = ", among them the one to install a key"
	}
	return tocsin.Finding{
		Text: fmt.Sprintf("%s, or somebody in its name, sends %s %s of the handshake with bits that it cannot have%s: fuzzers and attacks make such messages, correct devices do not",
			o.Frame.Addr2, o.Frame.Addr1, p.Message, install),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("key information of %s", p.Message),
			Observed: fmt.Sprintf("%#04x", p.Key.Info),
			Limit:    fmt.Sprintf("%#04x", p.Key.Info&^foreign(p)),
		},
		Subject:  air.Link.Station.String(),
		Severity: &medium, Confidence: 60,
	}
}
