// Package rtlwifip2p recognises notices of absence that are longer than drivers have room for.
package rtlwifip2p

import (
	"fmt"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// Spec declares RTLWIFIP2P.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "RTLWIFIP2P",
		Title:       "Over-long notice of absence",
		Class:       tocsin.Exploit,
		Severity:    tocsin.High,
		Description: "A Wi-Fi Direct notice of absence holds more than can be: it is made to overflow the memory of Linux' driver for Realtek radios.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  90,
		Attack:      []string{"T1210"},
	},
	Frames:  dot11.Only(dot11.Beacon, dot11.ProbeResp, dot11.Action, dot11.ActionNoAck),
	Content: true,
}, detect.DefaultSignature, newDetector)

// Lengths of a notice: index, window, and 13 octets for each absence (Wi-Fi Peer-to-Peer 1.9 §4.1.14). A group owner has
// two absences at the most, and so has the driver's memory.
const (
	headLen    = 2
	absenceLen = 13
	longest    = headLen + 2*absenceLen
	overflow   = headLen + 3*absenceLen
)

type detector struct{ *detect.Signature }

func newDetector(l detect.SignatureLimits, _ detect.Env) detect.Detector {
	return detector{detect.NewSignature(l)}
}

func (d detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	for a := range o.Frame.Elements.P2P() {
		if a.ID == dot11.P2PNoticeOfAbsence && a.Length > longest {
			d.judge(o, a, found)
			return
		}
	}
}

func (d detector) judge(o *tocsin.Observation, a dot11.P2PAttribute, found *detect.Findings) {
	f, what := o.Frame, [...]byte{byte(a.Length), byte(a.Length >> 8)}
	v := d.Judge(o, what[:], 0)
	switch {
	case v.Several > 0:
		text := fmt.Sprintf("Somebody sends over-long notices of absence under many addresses, the newest of %d octets: they can overflow the memory of Linux' driver for Realtek radios", a.Length)
		found.Add(d.Several(v.Several, text, "over-long notices of absence"))
	case v.Speak:
		found.Add(finding(f, a))
	}
}

// finding is about the notice a in f.
func finding(f *dot11.Frame, a dot11.P2PAttribute) tocsin.Finding {
	n := tocsin.Finding{
		Text: fmt.Sprintf("%s sends a notice of absence of %d octets, which can overflow the memory of Linux' driver for Realtek radios", f.Addr2, a.Length),
		Reason: tocsin.Reason{
			What:     "length of the notice of absence",
			Observed: fmt.Sprintf("%d octets", a.Length),
			Limit:    fmt.Sprintf("%d octets", longest),
		},
		Subject: detect.Subject(f),
	}
	if a.Length < overflow {
		low := tocsin.Low
		n.Severity = &low
		n.Text = fmt.Sprintf("%s sends a notice of absence of %d octets, more than any can have and too few to overflow a driver", f.Addr2, a.Length)
	}
	if !a.Whole {
		n.Reason.Observed += ", of which the frame has only a part"
	}
	return n
}
