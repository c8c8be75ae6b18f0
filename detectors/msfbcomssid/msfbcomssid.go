// Package msfbcomssid recognises the beacons of an exploit for Broadcom's Windows driver.
package msfbcomssid

import (
	"fmt"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// Spec declares MSFBCOMSSID.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "MSFBCOMSSID",
		Title:       "Exploit for a Broadcom driver",
		Class:       tocsin.Exploit,
		Severity:    tocsin.Medium,
		Description: "A network has the address that Metasploit's exploit for Broadcom's Windows driver of 2006 uses.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  80,
		Attack:      []string{"T1210"},
	},
	Frames:  dot11.Only(dot11.Beacon, dot11.ProbeResp),
	Content: true,
}, detect.DefaultSignature, newDetector)

// oui begins the addresses of the exploit's frames. It is assigned to nobody.
const oui = 0x90e975

type detector struct{ *detect.Signature }

func newDetector(l detect.SignatureLimits, _ detect.Env) detect.Detector {
	return detector{detect.NewSignature(l)}
}

func (d detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	if f.Addr2.OUI() != oui {
		return
	}
	v := d.Judge(o, f.Addr2[:], dot11.DefectSSIDLength|dot11.DefectDuplicate)
	switch {
	case v.Several > 0:
		found.Add(d.Several(v.Several, "Somebody sends the frames of Metasploit's exploit for Broadcom's Windows driver under many addresses", "frames with its address"))
	case v.Speak:
		found.Add(tocsin.Finding{
			Text: fmt.Sprintf("%s %s a network from the address that Metasploit's exploit for Broadcom's Windows driver uses", f.Addr2, does(f.Kind)),
			Reason: tocsin.Reason{
				What: "first three octets of the transmitter's address", Observed: f.Addr2.String()[:len("90:E9:75")], Limit: "an assigned or a local address",
			},
			Subject: detect.Subject(f),
		})
	}
}

func does(k dot11.Kind) string {
	if k == dot11.Beacon {
		return "advertises"
	}
	return "answers for"
}
