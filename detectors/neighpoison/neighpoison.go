// Package neighpoison recognises neighbour reports that others send in the name of an access point.
package neighpoison

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares NEIGHPOISON.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "NEIGHPOISON",
		Title:       "Forged neighbour report",
		Class:       tocsin.Spoof,
		Severity:    tocsin.Medium,
		Description: "Somebody tells clients in the name of their access point which others there are: they may roam to those.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  85,
		Attack:      []string{"T1557.004"},
	},
	Frames:  dot11.Only(dot11.Action),
	Content: true,
}, limits{Signs: 2, Frames: 3, Window: 10 * time.Second, Again: time.Minute, Networks: 1024}, newDetector)

type limits struct {
	Signs    int           `help:"of three signs against a report being the access point's: sequence number, signal, duration"`
	Frames   int           `help:"such reports in the name of one access point within the window"`
	Window   time.Duration `help:"time in which reports are counted" min:"1s"`
	Again    time.Duration `help:"time between two findings about one access point" min:"1s"`
	Networks int           `help:"access points that are watched"`
}

type detector struct {
	limits  limits
	reports *window.Alarm[dot11.Addr]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{l, window.NewAlarm[dot11.Addr](l.Frames, l.Window, l.Again, l.Networks)}
}

// response is the action of a neighbour report response (802.11-2020 table 9-364).
const response = 5

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	if f.Fixed.Category != dot11.RadioMeasurement || f.Fixed.Action != response {
		return
	}
	signs := air.Doubt.Signs()
	if signs < d.limits.Signs || air.BSS == nil || f.Addr2 != air.BSS.BSSID || f.IsRetry() || !o.Intact() || f.Defects != 0 {
		return
	}
	entries, first := 0, dot11.Neighbor{}
	for n := range f.Elements.Neighbors() {
		if entries == 0 {
			first = n
		}
		entries++
	}
	if entries == 0 {
		return
	}
	count, ring := d.reports.Add(f.BSSID, o.Time)
	if !ring {
		return
	}
	found.Add(tocsin.Finding{
		Text: fmt.Sprintf("Somebody tells %s in the name of the access point %s that %s on channel %d is its neighbour; the reports are not its own: %s",
			detect.Whom(f.Addr1), f.BSSID, first.BSSID, first.Channel, air.Doubt.Words(o)),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("neighbour reports with %d or more signs against their sender in %s", d.limits.Signs, d.limits.Window),
			Observed: fmt.Sprintf("%d reports, the newest with %d signs and %d neighbours", count, signs, entries),
			Limit:    fmt.Sprintf("%d reports", d.limits.Frames),
		},
	})
}
