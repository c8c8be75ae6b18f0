// Package longssid recognises network names that are longer than any can be.
package longssid

import (
	"fmt"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// Spec declares LONGSSID.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "LONGSSID",
		Title:       "Over-long SSID",
		Class:       tocsin.Exploit,
		Severity:    tocsin.Critical,
		Description: "A frame names a network with more than 32 octets: it is made to overflow the memory of drivers.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  95,
		Attack:      []string{"T1210"},
	},
	Frames:  dot11.Only(dot11.Beacon, dot11.ProbeReq, dot11.ProbeResp, dot11.AssocReq, dot11.ReassocReq),
	Content: true,
	Defects: dot11.DefectSSIDLength,
}, detect.DefaultSignature, newDetector)

// maxSSID is the length of the longest SSID (802.11-2020 §9.4.2.2).
const maxSSID = 32

type detector struct{ *detect.Signature }

func newDetector(l detect.SignatureLimits, _ detect.Env) detect.Detector {
	return detector{detect.NewSignature(l)}
}

func (d detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	ssid := longest(f)
	v := d.Judge(o, ssid, dot11.DefectSSIDLength|dot11.DefectDuplicate)
	switch {
	case v.Several > 0:
		text := fmt.Sprintf("Somebody sends over-long SSIDs under many addresses, the newest %s of %d octets: they can overflow the memory of drivers",
			tocsin.Quote(ssid), len(ssid))
		found.Add(d.Several(v.Several, text, "over-long SSIDs"))
	case v.Speak:
		found.Add(tocsin.Finding{
			Text: fmt.Sprintf("%s %s %s, an SSID of %d octets, which can overflow the memory of a driver", f.Addr2, detect.Does(f.Kind), tocsin.Quote(ssid), len(ssid)),
			Reason: tocsin.Reason{
				What:     "length of the SSID",
				Observed: fmt.Sprintf("%d octets", len(ssid)),
				Limit:    fmt.Sprintf("%d octets", maxSSID),
			},
			Subject: detect.Subject(f),
		})
	}
}

// longest returns the longest SSID of the frame: there may be several elements.
func longest(f *dot11.Frame) []byte {
	var ssid []byte
	for i := range f.Elements.Len() {
		if e := f.Elements.At(i); e.ID == dot11.ElementSSID && len(e.Data) > len(ssid) {
			ssid = e.Data
		}
	}
	return ssid
}
