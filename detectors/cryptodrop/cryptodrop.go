// Package cryptodrop recognises networks that suddenly ask for no encryption, or for WEP.
package cryptodrop

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares CRYPTODROP.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "CRYPTODROP",
		Title:       "Network lost its encryption",
		Class:       tocsin.Spoof,
		Severity:    tocsin.High,
		Description: "An access point that asked for encryption advertises the same network open, or with WEP: an impostor, or a mistake.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  60,
		Attack:      []string{"T1557.004", "T1562"},
		Explains:    []string{"ADVCRYPTCHANGE"},
	},
	Frames:  dot11.Only(dot11.Beacon, dot11.ProbeResp),
	Content: true,
}, limits{Again: time.Minute, Flips: 3, Window: 10 * time.Second, Networks: 1024}, newDetector)

type limits struct {
	Again    time.Duration `help:"time between two findings about one network" min:"1s"`
	Flips    int           `help:"changes within the window from which on two transmitters must be at work" min:"2"`
	Window   time.Duration `help:"time in which changes are counted" min:"1s"`
	Networks int           `help:"networks that are watched"`
}

type detector struct {
	limits limits
	told   *window.Set[dot11.Addr]
	flips  *window.Counter[dot11.Addr]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits: l,
		told:   window.NewSet[dot11.Addr](l.Again, l.Networks),
		flips:  window.NewCounter[dot11.Addr](l.Window, l.Networks),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	if air.Changed&track.SecurityChanged == 0 || air.Before.Security.Unreadable || air.Advert.Security.Unreadable {
		return
	}
	bssid := o.Frame.BSSID
	changes := d.flips.Add(bssid, o.Time)
	if !bare(air.Advert.Security) || !air.Advert.Security.WeakerThan(air.Before.Security) || !d.told.Once(bssid, o.Time) {
		return
	}
	ssid, before, now := tocsin.Quote([]byte(air.Advert.SSID)), air.Before.Security, air.Advert.Security
	f := tocsin.Finding{
		Text:   fmt.Sprintf("The access point %s advertises the network %s as %s; until now it was %s", bssid, ssid, now, before),
		Reason: tocsin.Reason{What: "encryption of a network", Observed: now.String(), Limit: "not weaker than " + before.String()},
	}
	if changes >= d.limits.Flips {
		f.Confidence = 90
		f.Text += fmt.Sprintf("; it changed %d times in %s, so two transmitters use the same address", changes, d.limits.Window)
	}
	found.Add(f)
}

// bare reports whether a network asks for nothing that keeps its frames secret.
func bare(s dot11.Security) bool { return !s.WPA.Present && !s.RSN.Present }
