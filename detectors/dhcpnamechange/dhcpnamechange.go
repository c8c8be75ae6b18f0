// Package dhcpnamechange recognises clients that call themselves otherwise than before.
package dhcpnamechange

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

// Spec declares DHCPNAMECHANGE.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "DHCPNAMECHANGE",
		Title:       "Client changes its host name",
		Class:       tocsin.Spoof,
		Severity:    tocsin.Low,
		Description: "A client of an open network tells DHCP another host name than before: another device may have taken its address.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  30,
		Attack:      []string{"T1036"},
	},
	Frames:  dot11.AnyData,
	Content: true,
}, detect.DHCPClaimLimits{Several: 5, Again: 10 * time.Minute, Clients: 1024}, newDetector)

type detector struct{ names *detect.DHCPClaims }

func newDetector(l detect.DHCPClaimLimits, _ detect.Env) detect.Detector {
	return &detector{detect.NewDHCPClaims(ip.OptionHostName, sameHost, l)}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	for c := range d.names.Changes(o) {
		before, now := tocsin.Quote(c.Before), tocsin.Quote(c.Now)
		text := fmt.Sprintf("The client %s, which called itself %s, now asks for an address as %s: another device may use its hardware address",
			c.Client, before, now)
		found.Add(c.Finding("host name in DHCP (option 12)", text, "host names"))
	}
}

// sameHost reports whether two host names are of one host: their first labels are equal, in any case. A host may learn
// its domain later.
func sameHost(a, b []byte) bool {
	a, _, _ = bytes.Cut(a, []byte("."))
	b, _, _ = bytes.Cut(b, []byte("."))
	return bytes.EqualFold(a, b)
}
