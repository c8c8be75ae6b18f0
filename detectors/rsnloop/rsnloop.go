// Package rsnloop recognises security elements that count more than they hold.
package rsnloop

import (
	"encoding/binary"
	"fmt"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// Spec declares RSNLOOP.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "RSNLOOP",
		Title:       "Security element that counts beyond its end",
		Class:       tocsin.Exploit,
		Severity:    tocsin.High,
		Description: "An RSN or WPA element counts more suites than it holds: it is made to lead drivers beyond the end of the frame, or into an endless loop.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  95,
		Attack:      []string{"T1210"},
	},
	Frames: dot11.Only(dot11.Beacon, dot11.ProbeReq, dot11.ProbeResp, dot11.AssocReq, dot11.AssocResp,
		dot11.ReassocReq, dot11.ReassocResp),
	Content: true,
	Defects: dot11.DefectRSNCount,
}, detect.DefaultSignature, newDetector)

type detector struct{ *detect.Signature }

func newDetector(l detect.SignatureLimits, _ detect.Env) detect.Detector {
	return detector{detect.NewSignature(l)}
}

func (d detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	c, data := worst(f)
	if c.said == 0 {
		return
	}
	v := d.Judge(o, data, dot11.DefectRSNCount|dot11.DefectDuplicate)
	switch {
	case v.Several > 0:
		text := fmt.Sprintf("Somebody sends security elements that count beyond their end under many addresses, the newest %d %s where there is room for %d: drivers may crash or hang", c.said, c.what, c.room)
		found.Add(d.Several(v.Several, text, "security elements that count beyond their end"))
	case v.Speak:
		found.Add(tocsin.Finding{
			Text: fmt.Sprintf("%s sends %s an element that counts %d %s where there is room for %d, which can make a driver crash or hang",
				f.Addr2, detect.Whom(f.Addr1), c.said, c.what, c.room),
			Reason: tocsin.Reason{
				What:     "number of " + c.what,
				Observed: fmt.Sprint(c.said),
				Limit:    fmt.Sprintf("%d in what is left of the element", c.room),
			},
			Subject: detect.Subject(f),
		})
	}
}

// count is a number that an element says and how many there is room for.
type count struct {
	what       string
	said, room int
}

// worst returns the highest count beyond the end of an element, and the element.
func worst(f *dot11.Frame) (highest count, data []byte) {
	for i := range f.Elements.Len() {
		e := f.Elements.At(i)
		if e.Defects()&dot11.DefectRSNCount == 0 {
			continue
		}
		list := e.Data
		if e.ID == dot11.ElementVendor {
			list = list[4:] // OUI and type; what follows is laid out as an RSN element
		}
		if c := overstated(list); c.said > highest.said {
			highest, data = c, e.Data
		}
	}
	return highest, data
}

// overstated returns the first count of d that goes beyond its end (802.11-2020 §9.4.2.24.1). Version and group suite
// come before the pairwise suites, capabilities before the PMKIDs.
func overstated(d []byte) count {
	at := 2 + 4
	for _, list := range [...]struct {
		what       string
		skip, size int
	}{{"pairwise suites", 0, 4}, {"AKM suites", 0, 4}, {"PMKIDs", 2, 16}} {
		at += list.skip
		if at+2 > len(d) {
			break
		}
		said, left := int(binary.LittleEndian.Uint16(d[at:])), len(d)-at-2
		if said*list.size > left {
			return count{list.what, said, left / list.size}
		}
		at += 2 + said*list.size
	}
	return count{}
}
