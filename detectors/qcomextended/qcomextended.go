// Package qcomextended recognises elements of extended capabilities that are longer than any standard fills.
package qcomextended

import (
	"fmt"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// Spec declares QCOMEXTENDED.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "QCOMEXTENDED",
		Title:       "Over-long extended capabilities",
		Class:       tocsin.Exploit,
		Severity:    tocsin.High,
		Description: "A frame has more extended capabilities than any standard defines: it is made to overflow the memory of radio chips.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  85,
		Attack:      []string{"T1210"},
	},
	Frames: dot11.Only(dot11.Beacon, dot11.ProbeReq, dot11.ProbeResp, dot11.AssocReq, dot11.AssocResp,
		dot11.ReassocReq, dot11.ReassocResp),
	Content: true,
}, limits{Octets: 20, Surely: 32, SignatureLimits: detect.DefaultSignature}, newDetector)

type limits struct {
	Octets int `help:"octets that the element may have; what is defined fills 14"`
	Surely int `help:"octets from which on the element is no new standard, below it the finding is of low severity"`
	detect.SignatureLimits
}

type detector struct {
	*detect.Signature
	limits limits
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return detector{detect.NewSignature(l.SignatureLimits), l}
}

func (d detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	element := longest(&f.Elements)
	if len(element) <= d.limits.Octets {
		return
	}
	v := d.Judge(o, element, dot11.DefectDuplicate)
	switch {
	case v.Several > 0:
		text := fmt.Sprintf("Somebody sends over-long extended capabilities under many addresses, the newest of %d octets: they can overflow the memory of radio chips", len(element))
		found.Add(d.Several(v.Several, text, "over-long extended capabilities"))
	case v.Speak:
		found.Add(d.finding(f, len(element)))
	}
}

func (d detector) finding(f *dot11.Frame, octets int) tocsin.Finding {
	finding := tocsin.Finding{
		Text: fmt.Sprintf("%s sends %s %d octets of extended capabilities, which can overflow the memory of a radio chip", f.Addr2, detect.Whom(f.Addr1), octets),
		Reason: tocsin.Reason{
			What:     "length of the extended capabilities",
			Observed: fmt.Sprintf("%d octets", octets),
			Limit:    fmt.Sprintf("%d octets", d.limits.Octets),
		},
		Subject: detect.Subject(f),
	}
	if octets < d.limits.Surely {
		low := tocsin.Low
		finding.Severity, finding.Confidence = &low, 40
	}
	return finding
}

// longest returns the longest element of extended capabilities (802.11-2020 §9.4.2.26): there may be several.
func longest(elements *dot11.Elements) []byte {
	var longest []byte
	for i := range elements.Len() {
		if e := elements.At(i); e.ID == dot11.ElementExtendedCapability && len(e.Data) > len(longest) {
			longest = e.Data
		}
	}
	return longest
}
