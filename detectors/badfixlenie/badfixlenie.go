// Package badfixlenie recognises elements that are longer or shorter than the standard lets them be.
package badfixlenie

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// reasons are the defects of elements whose length is wrong. Empty ones are left out: phones send some.
const reasons = dot11.DefectFixedLength | dot11.DefectTooShort

// Spec declares BADFIXLENIE.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "BADFIXLENIE",
		Title:       "Element of a wrong length",
		Class:       tocsin.Exploit,
		Severity:    tocsin.High,
		Description: "A frame has an element whose length the standard fixes, with another length: it is made to lead drivers beyond what they hold.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute10,
		Confidence:  75,
		Attack:      []string{"T1210"},
	},
	Frames: dot11.Only(dot11.Beacon, dot11.ProbeReq, dot11.ProbeResp, dot11.AssocReq, dot11.AssocResp,
		dot11.ReassocReq, dot11.ReassocResp),
	Content: true,
	Defects: reasons,
}, defaults(), newDetector)

// defaults are those of signatures; carelessness goes on, so that it is told of less often.
func defaults() detect.SignatureLimits {
	l := detect.DefaultSignature
	l.Again = 10 * time.Minute
	return l
}

type detector struct{ *detect.Signature }

func newDetector(l detect.SignatureLimits, _ detect.Env) detect.Detector {
	return detector{detect.NewSignature(l)}
}

func (d detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	e, ok := first(&f.Elements)
	if !ok {
		return
	}
	v := d.Judge(o, e.Data, reasons|dot11.DefectEmpty|dot11.DefectDuplicate)
	if v.Silent() {
		return
	}
	what, limit := describe(e)
	if v.Several > 0 {
		text := fmt.Sprintf("Somebody sends elements of wrong lengths under many addresses, the newest %s of %d octets: they can lead drivers astray", what, len(e.Data))
		found.Add(d.Several(v.Several, text, "elements of wrong lengths"))
		return
	}
	found.Add(tocsin.Finding{
		Text: fmt.Sprintf("%s sends %s %s of %d octets instead of %s, which can lead a driver astray", f.Addr2, detect.Whom(f.Addr1), what, len(e.Data), limit),
		Reason: tocsin.Reason{
			What:     "length of " + what,
			Observed: fmt.Sprintf("%d octets", len(e.Data)),
			Limit:    limit + " octets",
		},
		Subject: detect.Subject(f),
	})
}

// first returns the first element of a wrong length. Rates do not count: old access points put more into one than fit.
func first(elements *dot11.Elements) (dot11.Element, bool) {
	for i := range elements.Len() {
		if e := elements.At(i); e.Defects()&reasons != 0 && e.ID != dot11.ElementRates {
			return e, true
		}
	}
	return dot11.Element{}, false
}

// describe names an element and tells which lengths it may have.
func describe(e dot11.Element) (what, limit string) {
	if e.ID == dot11.ElementExtension {
		return fmt.Sprintf("extension element %d", e.Ext), fmt.Sprintf("at least %d", dot11.ExtensionLength(e.Ext))
	}
	what = fmt.Sprintf("element %d", e.ID)
	switch least, most := dot11.ElementLengths(e.ID); {
	case least == most:
		return what, fmt.Sprint(least)
	case most == 255:
		return what, fmt.Sprintf("at least %d", least)
	default:
		return what, fmt.Sprintf("%d to %d", least, most)
	}
}
