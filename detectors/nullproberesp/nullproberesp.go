// Package nullproberesp recognises probe responses without a name that are sent to everybody.
package nullproberesp

import (
	"fmt"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// Spec declares NULLPROBERESP.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "NULLPROBERESP",
		Title:       "Probe responses without a name",
		Class:       tocsin.Denial,
		Severity:    tocsin.Medium,
		Description: "Somebody answers nobody's question, and with no name: such answers made old cards stop.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  70,
		Attack:      []string{"T1499.004"},
	},
	Frames:  dot11.Only(dot11.ProbeResp),
	Content: true,
}, detect.DefaultSignature, newDetector)

type detector struct{ *detect.Signature }

func newDetector(l detect.SignatureLimits, _ detect.Env) detect.Detector {
	return detector{detect.NewSignature(l)}
}

func (d detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	if !f.Addr1.IsGroup() {
		return
	}
	if ssid, ok := f.Elements.Find(dot11.ElementSSID); !ok || len(ssid) > 0 || isMesh(&f.Elements) {
		return
	}
	v := d.Judge(o, f.Addr2[:], 0)
	switch {
	case v.Several > 0:
		found.Add(d.Several(v.Several, "Somebody sends probe responses without a name to everybody under many addresses: they made old cards stop", "such responses"))
	case v.Speak:
		found.Add(tocsin.Finding{
			Text:   fmt.Sprintf("%s sends probe responses without a name to everybody: they made old cards stop", f.Addr2),
			Reason: tocsin.Reason{What: "length of the SSID in a group addressed probe response", Observed: "0 octets", Limit: "a name, or one receiver"},
		})
	}
}

// isMesh reports whether the sender is a mesh station, which has a mesh id instead of a name (802.11-2020 §9.4.2.2).
func isMesh(e *dot11.Elements) bool {
	_, ok := e.Find(dot11.ElementMeshID)
	return ok
}
