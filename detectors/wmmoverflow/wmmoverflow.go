// Package wmmoverflow recognises WMM elements that are longer than any can be.
package wmmoverflow

import (
	"fmt"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// Spec declares WMMOVERFLOW.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "WMMOVERFLOW",
		Title:       "Over-long WMM element",
		Class:       tocsin.Exploit,
		Severity:    tocsin.High,
		Description: "An access point sends a WMM element that is longer than any can be: it is made to overflow the memory of radio chips.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute10,
		Confidence:  95,
		Attack:      []string{"T1210"},
	},
	Frames:  dot11.Only(dot11.Beacon, dot11.ProbeResp, dot11.AssocResp, dot11.ReassocResp),
	Content: true,
}, detect.DefaultSignature, newDetector)

// Lengths with OUI, type and subtype (WMM specification §2.2).
const (
	parameterLen = 24 // of the longest element that beacons have: the information element has 7
	tspecLen     = 61 // of a traffic specification, which answers to a client may have
	tspec        = 2  // subtype
)

type detector struct{ *detect.Signature }

func newDetector(l detect.SignatureLimits, _ detect.Env) detect.Detector {
	return detector{detect.NewSignature(l)}
}

func (d detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	element, limit := overlong(f)
	if element == nil {
		return
	}
	v := d.Judge(o, element, dot11.DefectDuplicate)
	switch {
	case v.Several > 0:
		text := fmt.Sprintf("Somebody sends over-long WMM elements under many addresses, the newest of %d octets: they can overflow the memory of radio chips", len(element))
		found.Add(d.Several(v.Several, text, "over-long WMM elements"))
	case v.Speak:
		found.Add(tocsin.Finding{
			Text: fmt.Sprintf("%s sends %s a WMM element of %d octets, which can overflow the memory of a radio chip", f.Addr2, detect.Whom(f.Addr1), len(element)),
			Reason: tocsin.Reason{
				What:     "length of the WMM element",
				Observed: fmt.Sprintf("%d octets", len(element)),
				Limit:    fmt.Sprintf("%d octets", limit),
			},
			Subject: detect.Subject(f),
		})
	}
}

// overlong returns the first WMM element of f that is longer than its kind can be.
func overlong(f *dot11.Frame) (element []byte, limit int) {
	for i := range f.Elements.Len() {
		e := f.Elements.At(i)
		if e.ID != dot11.ElementVendor || len(e.Data) <= parameterLen || string(e.Data[:4]) != "\x00\x50\xf2\x02" {
			continue
		}
		limit = parameterLen
		if e.Data[4] == tspec && (f.Kind == dot11.AssocResp || f.Kind == dot11.ReassocResp) {
			limit = tspecLen
		}
		if len(e.Data) > limit {
			return e.Data, limit
		}
	}
	return nil, 0
}
