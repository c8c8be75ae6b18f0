// Package mlospoof recognises networks of several links (Wi-Fi 7) of which two transmitters claim the same part.
package mlospoof

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// Spec declares MLOSPOOF.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "MLOSPOOF",
		Title:       "Two claim one link of a Wi-Fi 7 network",
		Class:       tocsin.Spoof,
		Severity:    tocsin.Medium,
		Description: "What beacons say of the links of a Wi-Fi 7 device contradicts itself: one of those who send them is not part of that device.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  60,
		Attack:      []string{"T1557.004"},
	},
	Frames:  dot11.Only(dot11.Beacon),
	Content: true,
}, defaults(), newDetector)

type limits struct {
	Returns int           `help:"times that one of two claimants came back within live"`
	Live    time.Duration `help:"time within which both must be heard again to be there at once" min:"1s"`
	detect.SignatureLimits
}

func defaults() limits {
	l := limits{Returns: 3, Live: time.Minute, SignatureLimits: detect.DefaultSignature}
	l.Again = 10 * time.Minute
	return l
}

// link is one of a device's, by the address of the device.
type link struct {
	device dot11.Addr
	id     uint8
}

type detector struct {
	limits limits
	*detect.Signature
	links   *detect.Rivals[link, dot11.Addr]        // by their BSSID
	names   *detect.Rivals[dot11.Addr, detect.SSID] // of a device
	devices *detect.Rivals[dot11.Addr, dot11.Addr]  // of a BSSID
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits: l, Signature: detect.NewSignature(l.SignatureLimits),
		links:   detect.NewRivals[link, dot11.Addr](l.Returns, l.Live, l.Again, l.Keys),
		names:   detect.NewRivals[dot11.Addr, detect.SSID](l.Returns, l.Live, l.Again, l.Keys),
		devices: detect.NewRivals[dot11.Addr, dot11.Addr](l.Returns, l.Live, l.Again, l.Keys),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	m, ok := o.Frame.Elements.MultiLink()
	if !ok || m.MLD != 0 || !m.Device.IsStation() {
		return
	}
	what := [...]byte{m.Device[0], m.Device[1], m.Device[2], m.Device[3], m.Device[4], m.Device[5], m.Link}
	if !d.Believe(o, what[:], 0) {
		return
	}
	d.device(o, m, found)
	d.name(o, m, found)
	if m.HasLink {
		d.link(o, m, found)
	}
}

// device finds access points that are part of two devices.
func (d *detector) device(o *tocsin.Observation, m dot11.MultiLink, found *detect.Findings) {
	bssid := o.Frame.BSSID
	other, n, ring := d.devices.Claim(bssid, m.Device, o.Time)
	if !ring || !d.speak(o, found) {
		return
	}
	found.Add(d.finding(n, "times that the device of an access point was one that it had been before",
		fmt.Sprintf("The access point %s says in turn that it is part of the Wi-Fi 7 devices %s and %s: two transmitters use its address", bssid, other, m.Device)))
}

// name finds devices that have two names.
func (d *detector) name(o *tocsin.Observation, m dot11.MultiLink, found *detect.Findings) {
	ssid, ok := detect.Named(o.Frame)
	if !ok {
		return
	}
	other, n, ring := d.names.Claim(m.Device, ssid, o.Time)
	if !ring || !d.speak(o, found) {
		return
	}
	name := tocsin.Quote(ssid.Octets())
	f := d.finding(n, "times that the network of a device was one that it had been before",
		fmt.Sprintf("The Wi-Fi 7 device %s has the networks %s and %s in turn, which no device can: %s, which names %s, or the other is not part of it",
			m.Device, tocsin.Quote(other.Octets()), name, o.Frame.BSSID, name))
	f.Subject = m.Device.String()
	found.Add(f)
}

// link finds links that are at two addresses.
func (d *detector) link(o *tocsin.Observation, m dot11.MultiLink, found *detect.Findings) {
	bssid := o.Frame.BSSID
	other, n, ring := d.links.Claim(link{m.Device, m.Link}, bssid, o.Time)
	if !ring || !d.speak(o, found) {
		return
	}
	f := d.finding(n, "times that a link of a device was at an address where it had been before",
		fmt.Sprintf("%s and %s both say that they are link %d of the Wi-Fi 7 device %s: one of the two is not", other, bssid, m.Link, m.Device))
	f.Subject = m.Device.String()
	found.Add(f)
}

// speak reports whether to tell of the sender of o by itself, and tells of many together.
func (d *detector) speak(o *tocsin.Observation, found *detect.Findings) bool {
	v := d.Tell(o)
	if v.Several > 0 {
		found.Add(d.Several(v.Several, "Beacons under many addresses contradict each other about the links of Wi-Fi 7 devices", "contradicting beacons of Wi-Fi 7 devices"))
	}
	return v.Speak
}

func (d *detector) finding(returns int, what, text string) tocsin.Finding {
	return tocsin.Finding{
		Text: text,
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("%s, in %s", what, d.limits.Live),
			Observed: fmt.Sprintf("%d times", returns), Limit: fmt.Sprintf("%d times", d.limits.Returns),
		},
	}
}
