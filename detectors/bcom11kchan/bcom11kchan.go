// Package bcom11kchan recognises neighbour reports with channels that no radio has.
package bcom11kchan

import (
	"fmt"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// Spec declares BCOM11KCHAN.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "BCOM11KCHAN",
		Title:       "Impossible channel in a neighbour report",
		Class:       tocsin.Exploit,
		Severity:    tocsin.High,
		Description: "A neighbour report names a channel that does not exist: it is made to overflow a table in the firmware of Broadcom radios.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute10,
		Confidence:  90,
		Attack:      []string{"T1210"},
	},
	Frames:  dot11.Only(dot11.Action, dot11.ActionNoAck),
	Content: true,
}, detect.DefaultSignature, newDetector)

// Highest channel numbers (802.11-2020 annex E; 802.11ax-2021 for 6 GHz). The firmware's table has channels up to 224.
const (
	highest     = 224
	highest6GHz = 233
)

// Operating classes of 6 GHz (802.11ax-2021 and 802.11be-2024 table E-4).
const (
	first6GHz = 131
	last6GHz  = 137
)

type detector struct{ *detect.Signature }

func newDetector(l detect.SignatureLimits, _ detect.Env) detect.Detector {
	return detector{detect.NewSignature(l)}
}

func (d detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	const neighborReportResponse = 5 // 802.11-2020 table 9-364
	f := o.Frame
	if f.Fixed.Category != dot11.RadioMeasurement || f.Fixed.Action != neighborReportResponse {
		return
	}
	for n := range f.Elements.Neighbors() {
		if n.Channel > limit(n.Class) {
			d.judge(o, n, found)
			return
		}
	}
}

// limit returns the highest channel of an operating class.
func limit(class uint8) uint8 {
	if class >= first6GHz && class <= last6GHz {
		return highest6GHz
	}
	return highest
}

func (d detector) judge(o *tocsin.Observation, n dot11.Neighbor, found *detect.Findings) {
	f, what := o.Frame, [...]byte{n.Class, n.Channel}
	v := d.Judge(o, what[:], 0)
	switch {
	case v.Several > 0:
		text := fmt.Sprintf("Somebody sends neighbour reports with impossible channels under many addresses, the newest with channel %d: they can overflow a table in the firmware of Broadcom radios", n.Channel)
		found.Add(d.Several(v.Several, text, "neighbour reports with impossible channels"))
	case v.Speak:
		found.Add(tocsin.Finding{
			Text: fmt.Sprintf("%s, or somebody in its name, reports a neighbour on channel %d, which does not exist: it can overflow a table in the firmware of Broadcom radios", f.Addr2, n.Channel),
			Reason: tocsin.Reason{
				What:     fmt.Sprintf("channel in a neighbour report, operating class %d", n.Class),
				Observed: fmt.Sprintf("channel %d", n.Channel),
				Limit:    fmt.Sprintf("channel %d", limit(n.Class)),
			},
			Subject: detect.Subject(f),
		})
	}
}
