// Package netstumbler recognises NetStumbler, a program that looks for networks.
package netstumbler

import (
	"bytes"
	"fmt"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// Spec declares NETSTUMBLER.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "NETSTUMBLER",
		Title:       "NetStumbler",
		Class:       tocsin.Probe,
		Severity:    tocsin.Low,
		Description: "A station sends what the program NetStumbler sends to access points that it has found.",
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

// What NetStumbler writes into its frames, by version.
var versions = []struct {
	text []byte
	name string
}{
	{[]byte("All your 802.11b are belong to us"), "3.2.3"},
	{[]byte("Flurble gronk bloopit"), "3.2.0"},
	{[]byte("intentionally blank"), "3.3.0"},
}

// versionOf returns the version that wrote a body, "" if none did.
func versionOf(body []byte) string {
	if len(body) > mostText || !bytes.HasPrefix(body, linkTest) {
		return ""
	}
	for _, v := range versions {
		if bytes.Contains(body[len(linkTest):], v.text) {
			return v.name
		}
	}
	return ""
}

// mostText is more than NetStumbler's frames have.
const mostText = 256

func (d detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	version := versionOf(f.Body)
	if version == "" {
		return
	}
	v := d.Judge(o, f.Body, 0)
	switch {
	case v.Several > 0:
		found.Add(d.Several(v.Several, "Many devices send frames of NetStumbler", "such frames"))
	case v.Speak:
		found.Add(tocsin.Finding{
			Text:    fmt.Sprintf("%s looks for networks with NetStumbler %s", f.Source(), version),
			Reason:  tocsin.Reason{What: "text in a frame of Lucent's link test", Observed: "that of NetStumbler " + version},
			Subject: detect.Subject(f),
		})
	}
}
