// Package rtl8195vd1406 recognises EAPOL-Key frames whose lengths overflow what they are copied into.
package rtl8195vd1406

import (
	"encoding/binary"
	"fmt"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/eapol"
	"github.com/tocsin-wids/tocsin/track"
)

// Spec declares RTL8195VD1406.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "RTL8195VD1406",
		Title:       "EAPOL-Key frame of a false length",
		Class:       tocsin.Exploit,
		Severity:    tocsin.High,
		Description: "A message of a key handshake claims more key data than it has, or is longer than any needs to be: it is made to overflow the memory of Realtek's Wi-Fi modules.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  90,
		Attack:      []string{"T1210"},
	},
	Frames:  dot11.Only(dot11.Data, dot11.QoSData),
	Content: true,
}, detect.DefaultSignature, newDetector)

const (
	buffer = 512  // octets, of the vulnerable modules
	needed = 1024 // octets, more than a handshake for several links takes
)

type detector struct{ *detect.Signature }

func newDetector(l detect.SignatureLimits, _ detect.Env) detect.Detector {
	return detector{detect.NewSignature(l)}
}

func (d detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	if f.EtherType != eapol.EtherType || f.Fragment != 0 || f.Control&dot11.MoreFrag != 0 {
		return
	}
	var p eapol.Packet
	err := p.Decode(f.Payload)
	if p.Type != eapol.TypeKey || len(p.Body) == 0 {
		return
	}
	if descriptor := p.Body[0]; descriptor == eapol.DescriptorRSN || descriptor == eapol.DescriptorWPA {
		if claimed, room, ok := eapol.Claim(p.Body); ok && claimed > room {
			d.overclaims(o, claimed, room, found)
			return
		}
	}
	if err == nil && len(p.Body) > buffer {
		d.isLong(o, len(p.Body), found)
	}
}

// overclaims takes a frame that claims more key data than it has room for.
func (d detector) overclaims(o *tocsin.Observation, claimed, room int, found *detect.Findings) {
	v := d.judge(o, claimed)
	switch {
	case v.Several > 0:
		found.Add(d.several(v, fmt.Sprintf("claiming %d octets of key data", claimed)))
	case v.Speak:
		found.Add(tocsin.Finding{
			Text: fmt.Sprintf("%s, or somebody in its name, sends %s a key message that claims %d octets of key data and has room for %d: it can overflow the memory of Realtek's Wi-Fi modules",
				o.Frame.Addr2, o.Frame.Addr1, claimed, room),
			Reason: tocsin.Reason{
				What:     "key data that an EAPOL-Key frame claims",
				Observed: fmt.Sprintf("%d octets", claimed),
				Limit:    fmt.Sprintf("%d octets, which it has room for", room),
			},
			Subject: detect.Subject(o.Frame),
		})
	}
}

// isLong takes a frame that is longer than the buffer of the vulnerable modules.
func (d detector) isLong(o *tocsin.Observation, length int, found *detect.Findings) {
	v := d.judge(o, length)
	switch {
	case v.Several > 0:
		found.Add(d.several(v, fmt.Sprintf("of %d octets", length)))
	case v.Speak:
		finding := tocsin.Finding{
			Text: fmt.Sprintf("%s, or somebody in its name, sends %s a key message of %d octets, more than any handshake needs: it can overflow the memory of Realtek's Wi-Fi modules",
				o.Frame.Addr2, o.Frame.Addr1, length),
			Reason: tocsin.Reason{
				What:     "length of an EAPOL-Key frame",
				Observed: fmt.Sprintf("%d octets", length),
				Limit:    fmt.Sprintf("%d octets", needed),
			},
			Confidence: 70,
			Subject:    detect.Subject(o.Frame),
		}
		if length <= needed {
			low := tocsin.Low
			finding.Severity, finding.Confidence = &low, 40
			finding.Text = fmt.Sprintf("%s, or somebody in its name, sends %s a key message of %d octets, more than Realtek's Wi-Fi modules have room for and as much as a handshake for several links may take",
				o.Frame.Addr2, o.Frame.Addr1, length)
			finding.Reason.Limit = fmt.Sprintf("%d octets", buffer)
		}
		found.Add(finding)
	}
}

func (d detector) judge(o *tocsin.Observation, length int) detect.Verdict {
	var what [2]byte
	binary.BigEndian.PutUint16(what[:], uint16(length))
	return d.Judge(o, what[:], 0)
}

// several is about many transmitters, whose newest frame is so.
func (d detector) several(v detect.Verdict, newest string) tocsin.Finding {
	text := fmt.Sprintf("Somebody sends over-long key messages under many addresses, the newest %s: they can overflow the memory of Realtek's Wi-Fi modules", newest)
	return d.Several(v.Several, text, "over-long key messages")
}
