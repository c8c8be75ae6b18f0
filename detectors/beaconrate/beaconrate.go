// Package beaconrate recognises access points whose beacons come at another interval than before.
package beaconrate

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares BEACONRATE.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "BEACONRATE",
		Title:       "Beacon interval changed",
		Class:       tocsin.Spoof,
		Severity:    tocsin.High,
		Description: "An access point advertises another beacon interval than before: an impostor with other settings, or a change of settings.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  40,
		Attack:      []string{"T1557.004"},
	},
	Frames:  dot11.Only(dot11.Beacon),
	Content: true,
}, limits{Again: time.Minute, Changes: 3, Window: 10 * time.Second, Networks: 1024}, newDetector)

type limits struct {
	Again    time.Duration `help:"time between two findings about one network" min:"1s"`
	Changes  int           `help:"changes within the window from which on two transmitters must be at work" min:"2"`
	Window   time.Duration `help:"time in which changes are counted" min:"1s"`
	Networks int           `help:"networks that are watched"`
}

type detector struct {
	limits  limits
	told    *window.Set[dot11.Addr]
	changes *window.Counter[dot11.Addr]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:  l,
		told:    window.NewSet[dot11.Addr](l.Again, l.Networks),
		changes: window.NewCounter[dot11.Addr](l.Window, l.Networks),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	if air.Changed&track.IntervalChanged == 0 || air.Before.Interval == 0 || air.Advert.Interval == 0 {
		return
	}
	bssid, before, now := o.Frame.BSSID, air.Before.Interval, air.Advert.Interval
	changes := d.changes.Add(bssid, o.Time)
	if !d.told.Once(bssid, o.Time) {
		return
	}
	f := tocsin.Finding{
		Text: fmt.Sprintf("The access point %s of the network %s changed its beacon interval from %d to %d TU",
			bssid, tocsin.Quote([]byte(air.Advert.SSID)), before, now),
		Reason: tocsin.Reason{What: "beacon interval", Observed: fmt.Sprintf("%d TU", now), Limit: fmt.Sprintf("%d TU", before)},
	}
	if changes >= d.limits.Changes {
		f.Confidence = 85
		f.Text += fmt.Sprintf("; it changed %d times in %s, so two transmitters use the same address", changes, d.limits.Window)
	}
	found.Add(f)
}
