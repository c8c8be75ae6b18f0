// Package vdoo202027301 recognises over-long key data in message 3 of the four-way handshake, in all versions but one.
package vdoo202027301

import (
	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
)

// Spec declares VDOO202027301.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "VDOO202027301",
		Title:       "Over-long key data (other versions)",
		Class:       tocsin.Exploit,
		Severity:    tocsin.High,
		Description: "A message 3 of the four-way handshake has more key data than Realtek's Ameba modules have room for, in a version other than that of VDOO202027302 (CVE-2020-27301).",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  70,
		Attack:      []string{"T1210"},
	},
	Frames:  dot11.Only(dot11.Data, dot11.QoSData),
	Content: true,
}, detect.DefaultSignature, newDetector)

const (
	room = 257 // octets
	aes  = 2   // version of the key descriptor that is VDOO202027302's
)

func newDetector(l detect.SignatureLimits, _ detect.Env) detect.Detector {
	return &detect.KeyData{
		Signature: detect.NewSignature(l),
		Room:      room,
		Version:   func(v uint16) bool { return v != aes },
		Vendor:    0x00e04c,
		Device:    "Realtek's Ameba modules",
	}
}
