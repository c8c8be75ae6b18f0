// Package evildirect recognises group owners of Wi-Fi Direct that pose as another device.
package evildirect

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// Spec declares EVILDIRECT.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "EVILDIRECT",
		Title:       "Two group owners are one Wi-Fi Direct device",
		Class:       tocsin.Spoof,
		Severity:    tocsin.High,
		Description: "Two access points say that they are the same device of Wi-Fi Direct: one of them waits for those who want to connect to the other.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  70,
		Attack:      []string{"T1557.004"},
	},
	Frames:  dot11.Only(dot11.Beacon, dot11.ProbeResp),
	Content: true,
}, defaults(), newDetector)

type limits struct {
	Returns int           `help:"times that one of two group owners came back within live"`
	Live    time.Duration `help:"time within which both must be heard again to be there at once" min:"1s"`
	detect.SignatureLimits
}

func defaults() limits {
	l := limits{Returns: 2, Live: time.Minute, SignatureLimits: detect.DefaultSignature}
	l.Again = 10 * time.Minute
	return l
}

// owner is a group owner.
type owner struct {
	bssid dot11.Addr
	ssid  detect.SSID
}

type detector struct {
	limits limits
	*detect.Signature
	owners *detect.Rivals[dot11.Addr, owner] // by the address of the device
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	d := &detector{
		limits: l, Signature: detect.NewSignature(l.SignatureLimits),
		owners: detect.NewRivals[dot11.Addr, owner](l.Returns, l.Live, l.Again, l.Keys),
	}
	d.owners.Same = kin
	return d
}

// kin reports whether a and b may be interfaces of one device: drivers derive their addresses from one another by changes of
// the first octet, of the last, and of the highest bit of the last but one.
func kin(a, b owner) bool {
	return [3]byte(a.bssid[1:]) == [3]byte(b.bssid[1:]) && (a.bssid[4]^b.bssid[4])&0x7f == 0
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	device, ok := f.Elements.GroupOwner()
	if !ok || !d.Believe(o, device[:], 0) {
		return
	}
	ssid, _ := detect.Named(f)
	now := owner{f.BSSID, ssid}
	other, n, ring := d.owners.Claim(device, now, o.Time)
	if !ring {
		return
	}
	switch v := d.Tell(o); {
	case v.Several > 0:
		found.Add(d.Several(v.Several, "Pairs of group owners under many addresses are each one device of Wi-Fi Direct", "contradicting group owners"))
	case v.Speak:
		found.Add(d.finding(device, now, other, n))
	}
}

func (d *detector) finding(device dot11.Addr, now, other owner, returns int) tocsin.Finding {
	f := tocsin.Finding{
		Text: fmt.Sprintf("%s (%s) and %s (%s) both say that they are the group owner of the Wi-Fi Direct device %s: one of the two is not",
			other.bssid, tocsin.Quote(other.ssid.Octets()), now.bssid, tocsin.Quote(now.ssid.Octets()), device),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("times that the group owner of a device was one that it had been before, in %s", d.limits.Live),
			Observed: fmt.Sprintf("%d times", returns), Limit: fmt.Sprintf("%d times", d.limits.Returns),
		},
		Subject: device.String(),
	}
	if now.ssid != other.ssid { // a device can own two groups at once, but not two of one name
		medium := tocsin.Medium
		f.Severity, f.Confidence = &medium, 50
	}
	return f
}
