// Package karmaoui recognises access points whose address is that of a WiFi Pineapple.
package karmaoui

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares KARMAOUI.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "KARMAOUI",
		Title:       "Access point with a WiFi Pineapple's address",
		Class:       tocsin.Probe,
		Severity:    tocsin.Medium,
		Description: "An access point has an address of a WiFi Pineapple, a tool that offers clients the networks that they look for.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  85,
		Attack:      []string{"T1557.004"},
	},
	Frames: dot11.Only(dot11.Beacon, dot11.ProbeResp),
}, limits{Beacons: 3, Window: time.Minute, Again: 10 * time.Minute, Devices: 5, Keys: 256}, newDetector)

type limits struct {
	Beacons int           `help:"beacons of one address within the window; of probe responses one is enough"`
	Window  time.Duration `help:"time in which beacons are counted" min:"1s"`
	Again   time.Duration `help:"time between two findings about one address" min:"1s"`
	Devices int           `help:"addresses within again that are told of together" min:"2"`
	Keys    int           `help:"addresses that are remembered"`
}

// The first three octets of a Pineapple's addresses: of its radios, and of the second access point of a radio, which
// has the bit of locally administered addresses set.
const (
	pineapple      = 0x001337
	pineappleLocal = 0x021337
)

type detector struct {
	limits  limits
	beacons *window.Counter[dot11.Addr]
	told    *window.Set[dot11.Addr]
	devices *window.Alarm[struct{}]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:  l,
		beacons: window.NewCounter[dot11.Addr](l.Window, l.Keys),
		told:    window.NewSet[dot11.Addr](l.Again, l.Keys),
		devices: window.NewAlarm[struct{}](l.Devices, l.Again, l.Again, 1),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	if oui := f.Addr2.OUI(); oui != pineapple && oui != pineappleLocal || !sound(o) {
		return
	}
	if f.Kind == dot11.Beacon && d.beacons.Add(f.Addr2, o.Time) < d.limits.Beacons {
		return
	}
	if !d.told.Once(f.Addr2, o.Time) {
		return
	}
	count, ring := d.devices.Add(struct{}{}, o.Time)
	switch {
	case ring:
		found.Add(d.several(f.Addr2, count))
	case count < d.limits.Devices:
		found.Add(d.finding(f))
	}
}

// sound reports whether the transmitter's address is as it was sent. Many vendors' OUIs are one bit away from
// 00:13:37; where nobody verified the checksum, the BSSID must say the same, as it does in these frames
// (802.11-2020 §9.3.3.1).
func sound(o *tocsin.Observation) bool {
	return o.Intact() && (o.Radio.FCS == dot11.FCSGood || o.Frame.Addr2 == o.Frame.BSSID)
}

func (d *detector) finding(f *dot11.Frame) tocsin.Finding {
	name, does, seen := "a hidden network", "answers as", "1 probe response"
	if ssid, ok, hidden := f.Elements.SSID(); ok && !hidden {
		name = tocsin.Quote(ssid)
	}
	if f.Kind == dot11.Beacon {
		does, seen = "advertises", fmt.Sprintf("%d beacons in %s", d.limits.Beacons, d.limits.Window)
	}
	finding := tocsin.Finding{
		Text: fmt.Sprintf("%s %s %s; its address is that of a WiFi Pineapple, a tool that lures clients into false networks", f.Addr2, does, name),
		Reason: tocsin.Reason{
			What:     "access point with an address that begins with " + prefix(f.Addr2),
			Observed: seen,
			Limit:    fmt.Sprintf("1 probe response or %d beacons in %s", d.limits.Beacons, d.limits.Window),
		},
	}
	if f.Addr2 != f.BSSID {
		finding.Subject = f.Addr2.String()
	}
	return finding
}

func (d *detector) several(newest dot11.Addr, count int) tocsin.Finding {
	return tocsin.Finding{
		Text: fmt.Sprintf("Many access points have addresses of WiFi Pineapples, tools that lure clients into false networks, the newest %s", newest),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("access points with an address of a WiFi Pineapple in %s", d.limits.Again),
			Observed: fmt.Sprintf("%d addresses", count),
			Limit:    fmt.Sprintf("%d addresses", d.limits.Devices),
		},
		BSSID:   dot11.Broadcast,
		Source:  dot11.Broadcast,
		Subject: "many addresses",
	}
}

// prefix returns the first three octets of a.
func prefix(a dot11.Addr) string { return a.String()[:len("00:13:37")] }
