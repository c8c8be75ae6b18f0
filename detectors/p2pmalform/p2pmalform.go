// Package p2pmalform recognises attributes of Wi-Fi Direct that are longer or shorter than they can be.
package p2pmalform

import (
	"fmt"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// Spec declares P2PMALFORM.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "P2PMALFORM",
		Title:       "Malformed Wi-Fi Direct attribute",
		Class:       tocsin.Exploit,
		Severity:    tocsin.High,
		Description: "An attribute of Wi-Fi Direct claims more octets than the frame has, or has a length that it cannot have: it is made to overflow the memory of drivers.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  80,
		Attack:      []string{"T1210"},
	},
	Frames: dot11.Only(dot11.Beacon, dot11.ProbeReq, dot11.ProbeResp, dot11.AssocReq, dot11.AssocResp, dot11.ReassocReq,
		dot11.ReassocResp, dot11.Action),
	Content: true,
}, detect.DefaultSignature, newDetector)

// lengths are those of attributes that have a fixed one (Wi-Fi Peer-to-Peer 1.9 §4.1.3, §4.1.4, §4.1.5, §4.1.6).
var lengths = map[uint8]int{1: 1, 2: 2, 3: 6, 4: 1}

type detector struct{ *detect.Signature }

func newDetector(l detect.SignatureLimits, _ detect.Env) detect.Detector {
	return detector{detect.NewSignature(l)}
}

func (d detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	for a := range o.Frame.Elements.P2P() {
		length, fixed := lengths[a.ID]
		if a.ID != dot11.P2PNoticeOfAbsence && (!a.Whole || fixed && a.Length != length) {
			d.judge(o, a, found)
			return
		}
	}
}

func (d detector) judge(o *tocsin.Observation, a dot11.P2PAttribute, found *detect.Findings) {
	f, what := o.Frame, [...]byte{a.ID, byte(a.Length), byte(a.Length >> 8)}
	switch v := d.Judge(o, what[:], 0); {
	case v.Several > 0:
		found.Add(d.Several(v.Several, "Somebody sends malformed attributes of Wi-Fi Direct under many addresses: they can overflow the memory of drivers", "malformed attributes"))
	case v.Speak:
		limit := fmt.Sprintf("%d octets, as it always has", lengths[a.ID])
		if !a.Whole {
			limit = fmt.Sprintf("%d octets are in the element where it begins", len(a.Data))
		}
		found.Add(tocsin.Finding{
			Text: fmt.Sprintf("%s sends %s attribute %d of Wi-Fi Direct with a length of %d octets, which can overflow the memory of a driver",
				f.Addr2, detect.Whom(f.Addr1), a.ID, a.Length),
			Reason:  tocsin.Reason{What: "length of an attribute of Wi-Fi Direct", Observed: fmt.Sprintf("%d octets", a.Length), Limit: limit},
			Subject: detect.Subject(f),
		})
	}
}
