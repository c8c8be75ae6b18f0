// Package wmmtspec recognises answers to clients with more traffic specifications than drivers have room for.
package wmmtspec

import (
	"fmt"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// Spec declares WMMTSPEC.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "WMMTSPEC",
		Title:       "Too many traffic specifications",
		Class:       tocsin.Exploit,
		Severity:    tocsin.High,
		Description: "The answer to a client that joins has more WMM traffic specifications than there are queues: it is made to overflow the memory of drivers.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute10,
		Confidence:  95,
		Attack:      []string{"T1210"},
	},
	Frames:  dot11.Only(dot11.AssocResp, dot11.ReassocResp),
	Content: true,
}, detect.DefaultSignature, newDetector)

// queues is the number of access categories (802.11-2020 §10.2.3.2): one specification each is all that an answer needs.
const queues = 4

type detector struct{ *detect.Signature }

func newDetector(l detect.SignatureLimits, _ detect.Env) detect.Detector {
	return detector{detect.NewSignature(l)}
}

func (d detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	count := specifications(&f.Elements)
	if count <= queues {
		return
	}
	v := d.Judge(o, f.Elements.Raw(), dot11.DefectDuplicate)
	switch {
	case v.Several > 0:
		text := fmt.Sprintf("Somebody answers clients under many addresses with too many traffic specifications, the newest %d: they can overflow the memory of drivers", count)
		found.Add(d.Several(v.Several, text, "answers with too many traffic specifications"))
	case v.Speak:
		found.Add(tocsin.Finding{
			Text: fmt.Sprintf("%s answers %s with %d traffic specifications, which can overflow the memory of a driver", f.Addr2, f.Addr1, count),
			Reason: tocsin.Reason{
				What:     "WMM TSPEC elements in one response",
				Observed: fmt.Sprintf("%d elements", count),
				Limit:    fmt.Sprintf("%d elements", queues),
			},
			Subject: detect.Subject(f),
		})
	}
}

// specifications returns how many elements are TSPECs of WMM: OUI, type 2, subtype 2 (WMM specification §2.2.11).
func specifications(elements *dot11.Elements) int {
	n := 0
	for i := range elements.Len() {
		e := elements.At(i)
		if e.ID == dot11.ElementVendor && len(e.Data) > 4 && string(e.Data[:5]) == "\x00\x50\xf2\x02\x02" {
			n++
		}
	}
	return n
}
