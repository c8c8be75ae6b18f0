// Package msfnetgearbeacon recognises beacons that are made to overflow Netgear's driver.
package msfnetgearbeacon

import (
	"fmt"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// Spec declares MSFNETGEARBEACON.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "MSFNETGEARBEACON",
		Title:       "Over-long beacon",
		Class:       tocsin.Exploit,
		Severity:    tocsin.Medium,
		Description: "A beacon is longer than any access point makes it, filled up with one vendor's elements: such beacons overflow the memory of old drivers.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  80,
		Attack:      []string{"T1210"},
	},
	Frames:  dot11.Only(dot11.Beacon),
	Content: true,
}, limits{Octets: 1100, Vendor: 800, SignatureLimits: detect.DefaultSignature}, newDetector)

type limits struct {
	Octets int `help:"octets of the beacon" min:"500"`
	Vendor int `help:"octets of these in elements of one vendor" min:"300"`
	detect.SignatureLimits
}

type detector struct {
	limits limits
	*detect.Signature
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return detector{l, detect.NewSignature(l.SignatureLimits)}
}

// The return address of Metasploit's exploit for Netgear's driver, and where it is in the frame.
const (
	mark   = "\x6a\x39\x58\x01"
	markAt = 1180
)

func (d detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	if len(f.Raw) < d.limits.Octets {
		return
	}
	marked := len(f.Raw) >= markAt+len(mark) && string(f.Raw[markAt:markAt+len(mark)]) == mark
	oui, most := mostOfOne(&f.Elements)
	if !marked && most < d.limits.Vendor {
		return
	}
	v := d.Judge(o, f.Elements.Raw(), 0)
	switch {
	case v.Several > 0:
		text := fmt.Sprintf("Somebody sends beacons of up to %d octets under many addresses, that overflow the memory of old drivers", len(f.Raw))
		found.Add(d.Several(v.Several, text, "such beacons"))
	case v.Speak && marked:
		found.Add(tocsin.Finding{
			Text:       fmt.Sprintf("%s sends the beacon of Metasploit's exploit for Netgear's Windows driver", f.Addr2),
			Reason:     tocsin.Reason{What: fmt.Sprintf("octets %d to %d of a beacon", markAt, markAt+len(mark)-1), Observed: "6A 39 58 01"},
			Confidence: 95,
		})
	case v.Speak:
		found.Add(tocsin.Finding{
			Text: fmt.Sprintf("%s sends beacons of %d octets, %d of them in elements of the vendor %06X: they overflow the memory of old drivers", f.Addr2, len(f.Raw), most, oui),
			Reason: tocsin.Reason{
				What: "octets of a beacon, and of these in elements of one vendor", Observed: fmt.Sprintf("%d, %d", len(f.Raw), most),
				Limit: fmt.Sprintf("%d, %d", d.limits.Octets, d.limits.Vendor),
			},
		})
	}
}

// mostOfOne returns the vendor of the longest row of vendor-specific elements of one vendor, between which no other vendor has one, and the
// octets in it.
func mostOfOne(e *dot11.Elements) (oui uint32, most int) {
	now, run := uint32(0), 0
	for i := range e.Len() {
		x := e.At(i)
		if x.ID != dot11.ElementVendor || len(x.Data) < 3 {
			continue
		}
		if v := uint32(x.Data[0])<<16 | uint32(x.Data[1])<<8 | uint32(x.Data[2]); v != now {
			now, run = v, 0
		}
		if run += len(x.Data); run > most {
			oui, most = now, run
		}
	}
	return oui, most
}
