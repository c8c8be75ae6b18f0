// Package bleflood recognises floods of invented Bluetooth devices.
package bleflood

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/ble"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares BLEFLOOD.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "BLEFLOOD",
		Title:       "Flood of Bluetooth advertisements",
		Class:       tocsin.Denial,
		Severity:    tocsin.Medium,
		Description: "One transmitter advertises under hundreds of new Bluetooth addresses: lists of devices fill up, and scanners and sensors are kept busy.",
		Phy:         tocsin.PhyBTLE,
		Throttle:    tocsin.PerMinute5,
		Confidence:  85,
		Attack:      []string{"T1499"},
	},
	Packets: ble.Only(ble.AdvInd, ble.AdvDirectInd, ble.AdvNonconnInd, ble.AdvScanInd, ble.ExtendedInd),
}, limits{
	CrowdLimits: detect.CrowdLimits{Addresses: 201, Window: 10 * time.Second, Packets: 3, Band: 6, Weakest: -85, Keys: 4096},
	Again:       10 * time.Minute,
}, newDetector)

type limits struct {
	detect.CrowdLimits
	Again time.Duration `help:"time between two findings" min:"1s"`
}

type detector struct {
	limits    limits
	newcomers *detect.Newcomers
	told      *window.Set[struct{}]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{limits: l, newcomers: detect.NewNewcomers(l.CrowdLimits), told: window.NewSet[struct{}](l.Again, 1)}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	if o.Cut {
		return
	}
	crowd, one := d.newcomers.Add(o)
	if !one || !d.told.Once(struct{}{}, o.Time) {
		return
	}
	found.Add(tocsin.Finding{
		Text: fmt.Sprintf("Somebody invents Bluetooth devices: one transmitter advertises under %d new addresses within %s, which fills the lists of whoever looks for devices",
			crowd.Equal, (o.Time - crowd.Since).Round(100*time.Millisecond)),
		Reason: tocsin.Reason{
			What: fmt.Sprintf("new addresses that advertise in %s, within %d dB of each other, none heard more than %d times",
				d.limits.Window, d.limits.Band, d.limits.Packets),
			Observed: fmt.Sprintf("%d addresses from %d dBm up, %d others", crowd.Equal, crowd.Weak, crowd.Others),
			Limit:    fmt.Sprintf("%d addresses, and twice the others", d.limits.Addresses),
		},
		Source:  dot11.Broadcast,
		Subject: "many addresses",
	})
}
