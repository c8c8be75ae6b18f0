// Package p2pgo recognises access points of Wi-Fi Direct nearby.
package p2pgo

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// Spec declares P2PGO.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "P2PGO",
		Title:       "Wi-Fi Direct group nearby",
		Class:       tocsin.Other,
		Severity:    tocsin.Low,
		Description: "A device nearby has a network of its own by Wi-Fi Direct: whoever joins it gets past your access points.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  90,
	},
	Frames:  dot11.Only(dot11.Beacon),
	Content: true,
}, defaults(), newDetector)

type limits struct {
	Weakest int `help:"dBm; a group owner that is heard weaker is not on the premises" min:"-100"`
	detect.SignatureLimits
}

func defaults() limits {
	l := limits{Weakest: -60, SignatureLimits: detect.DefaultSignature}
	l.Again, l.Senders = 24*time.Hour, 5
	return l
}

type detector struct {
	limits limits
	policy tocsin.Policy
	*detect.Signature
}

func newDetector(l limits, env detect.Env) detect.Detector {
	return &detector{l, env.Policy, detect.NewSignature(l.SignatureLimits)}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	device, ok := f.Elements.GroupOwner()
	if !ok || o.Radio.Signal != 0 && int(o.Radio.Signal) < d.limits.Weakest || d.policy.Lists(f.BSSID) {
		return
	}
	switch v := d.Judge(o, device[:], 0); {
	case v.Several > 0:
		found.Add(d.Several(v.Several, "Many devices nearby have networks of their own by Wi-Fi Direct, or somebody invents them", "beacons of group owners"))
	case v.Speak:
		ssid, _, _ := f.Elements.SSID()
		found.Add(tocsin.Finding{
			Text: fmt.Sprintf("The device %s nearby has a network %s of its own by Wi-Fi Direct, as %s: whoever joins it gets past your access points",
				device, tocsin.Quote(ssid), f.BSSID),
			Reason: tocsin.Reason{What: "signal of a group owner", Observed: signal(o.Radio.Signal), Limit: fmt.Sprintf("%d dBm", d.limits.Weakest)},
		})
	}
}

func signal(dBm int8) string {
	if dBm == 0 {
		return "not measured"
	}
	return fmt.Sprintf("%d dBm", dBm)
}
