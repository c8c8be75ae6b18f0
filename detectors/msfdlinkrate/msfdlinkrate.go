// Package msfdlinkrate recognises supported rates that are made to overflow a driver.
package msfdlinkrate

import (
	"bytes"
	"fmt"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// Spec declares MSFDLINKRATE.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "MSFDLINKRATE",
		Title:       "Over-long list of rates",
		Class:       tocsin.Exploit,
		Severity:    tocsin.Medium,
		Description: "A frame lists more rates than there can be: such a list overflows the memory of old drivers.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  85,
		Attack:      []string{"T1210"},
	},
	Frames:  dot11.Only(dot11.Beacon, dot11.ProbeReq, dot11.ProbeResp, dot11.AssocReq, dot11.ReassocReq),
	Content: true,
}, limits{Octets: 33, SignatureLimits: detect.DefaultSignature}, newDetector)

type limits struct {
	Octets int `help:"rates in one element, of which the standard allows eight" min:"9"`
	detect.SignatureLimits
}

type detector struct {
	octets int
	*detect.Signature
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return detector{l.Octets, detect.NewSignature(l.SignatureLimits)}
}

// mark is in the rates of Metasploit's exploit for D-Link's driver: a jump of its code.
var mark = []byte{0x75, 0xeb, 0x49}

func (d detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	rates := d.suspect(&f.Elements)
	if rates == nil {
		return
	}
	const own = dot11.DefectFixedLength | dot11.DefectDuplicate
	v := d.Judge(o, rates, own)
	switch {
	case v.Several > 0:
		text := fmt.Sprintf("Somebody sends lists of rates under many addresses, the newest of %d octets, that overflow the memory of old drivers", len(rates))
		found.Add(d.Several(v.Several, text, "such lists"))
	case v.Speak:
		found.Add(d.finding(f, rates))
	}
}

// suspect returns the rates that no honest device sends, nil if there are none.
func (d detector) suspect(e *dot11.Elements) []byte {
	for _, id := range [2]uint8{dot11.ElementRates, dot11.ElementExtendedRates} {
		rates, ok := e.Find(id)
		if ok && len(rates) > 8 && (bytes.Contains(rates, mark) || id == dot11.ElementRates && len(rates) >= d.octets) {
			return rates
		}
	}
	return nil
}

func (d detector) finding(f *dot11.Frame, rates []byte) tocsin.Finding {
	finding := tocsin.Finding{
		Text: fmt.Sprintf("%s sends a list of %d rates, which overflows the memory of old drivers", f.Addr2, len(rates)),
		Reason: tocsin.Reason{
			What: "length of the supported rates", Observed: fmt.Sprintf("%d octets", len(rates)), Limit: fmt.Sprintf("%d octets", d.octets),
		},
		Subject: detect.Subject(f),
	}
	if bytes.Contains(rates, mark) {
		finding.Text = fmt.Sprintf("%s sends the rates of Metasploit's exploit for D-Link's Windows driver", f.Addr2)
		finding.Reason = tocsin.Reason{What: "octets in the supported rates", Observed: "75 EB 49", Limit: "rates"}
		finding.Confidence = 95
	}
	return finding
}
