// Package dhcposchange recognises clients that run another system than before.
package dhcposchange

import (
	"bytes"
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/ip"
	"github.com/tocsin-wids/tocsin/track"
)

// Spec declares DHCPOSCHANGE.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "DHCPOSCHANGE",
		Title:       "Client changes its system",
		Class:       tocsin.Spoof,
		Severity:    tocsin.Low,
		Description: "A client of an open network tells DHCP another vendor class than before: another device may have taken its address.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  30,
		Attack:      []string{"T1036"},
	},
	Frames:  dot11.AnyData,
	Content: true,
}, detect.DHCPClaimLimits{Several: 5, Again: 10 * time.Minute, Clients: 1024}, newDetector)

type detector struct{ vendors *detect.DHCPClaims }

func newDetector(l detect.DHCPClaimLimits, _ detect.Env) detect.Detector {
	return &detector{detect.NewDHCPClaims(ip.OptionVendorClass, sameProduct, l)}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	for c := range d.vendors.Changes(o) {
		before, now := tocsin.Quote(c.Before), tocsin.Quote(c.Now)
		text := fmt.Sprintf("The client %s, whose DHCP vendor class was %s, now asks for an address as %s: another system or another device may use its hardware address",
			c.Client, before, now)
		found.Add(c.Finding("vendor class in DHCP (option 60)", text, "vendor classes"))
	}
}

// sameProduct reports whether two vendor classes are the same up to the first digit: there a version begins, and an
// update is no other system.
func sameProduct(a, b []byte) bool { return bytes.Equal(product(a), product(b)) }

func product(v []byte) []byte {
	if i := bytes.IndexAny(v, "0123456789"); i > 0 {
		return v[:i]
	}
	return v
}
