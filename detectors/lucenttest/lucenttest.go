// Package lucenttest recognises the link test of Lucent's cards.
package lucenttest

import (
	"bytes"
	"fmt"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// Spec declares LUCENTTEST.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "LUCENTTEST",
		Title:       "Lucent link test",
		Class:       tocsin.Probe,
		Severity:    tocsin.Low,
		Description: "A station sends the link test of cards with Lucent's chip, which old programs use to look for access points.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  90,
		Attack:      []string{"T1595"},
	},
	Frames:  dot11.Only(dot11.Data),
	Content: true,
}, detect.DefaultSignature, newDetector)

type detector struct{ *detect.Signature }

func newDetector(l detect.SignatureLimits, _ detect.Env) detect.Detector {
	return detector{detect.NewSignature(l)}
}

// A frame of Lucent's (Agere's, Proxim's) link test: LLC and SNAP with the OUI 00:60:1D and the type 1.
var linkTest = []byte{0xaa, 0xaa, 0x03, 0x00, 0x60, 0x1d, 0x00, 0x01}

// mostTest is what a link test has behind its header at most; programs that use it for their own ends have more.
const mostTest = 16

// isTest reports whether a body is a link test and nothing else.
func isTest(body []byte) bool {
	rest, ok := bytes.CutPrefix(body, linkTest)
	return ok && len(rest) <= mostTest
}

func (d detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	if !isTest(f.Body) {
		return
	}
	v := d.Judge(o, f.Body, 0)
	switch {
	case v.Several > 0:
		found.Add(d.Several(v.Several, "Many devices send Lucent's link test", "such frames"))
	case v.Speak:
		found.Add(tocsin.Finding{
			Text:    fmt.Sprintf("%s sends the link test of cards with Lucent's chip to %s", f.Source(), f.Destination()),
			Reason:  tocsin.Reason{What: "header of a data frame", Observed: "that of Lucent's link test"},
			Subject: detect.Subject(f),
		})
	}
}
