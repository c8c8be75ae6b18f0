// Package deauthforged recognises disconnections that others send in the name of an access point or a station.
package deauthforged

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares DEAUTHFORGED.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "DEAUTHFORGED",
		Title:       "Forged disconnection",
		Class:       tocsin.Denial,
		Severity:    tocsin.High,
		Description: "Somebody disconnects stations in the name of another: the frames go with neither the sequence numbers nor the signal of whom they name.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  85,
		Attack:      []string{"T1499"},
		Explains:    []string{"BCASTDISCON", "DEAUTHFLOOD", "DISASSOCTRAFFIC"},
	},
	Frames: dot11.Only(dot11.Deauth, dot11.Disassoc),
}, limits{Signs: 2, Frames: 3, Window: 10 * time.Second, Again: time.Minute, Networks: 1024}, newDetector)

type limits struct {
	Signs    int           `help:"of three signs against a frame being its sender's: sequence number, signal, duration"`
	Frames   int           `help:"such frames in one network within the window"`
	Window   time.Duration `help:"time in which they are counted" min:"1s"`
	Again    time.Duration `help:"time between two findings about one network" min:"1s"`
	Networks int           `help:"networks that are watched"`
}

type detector struct {
	limits   limits
	networks *window.Alarm[dot11.Addr]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{l, window.NewAlarm[dot11.Addr](l.Frames, l.Window, l.Again, l.Networks)}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	signs := air.Doubt.Signs()
	if signs < d.limits.Signs || f.IsProtected() || f.IsRetry() || !f.BSSID.IsStation() {
		return
	}
	count, ring := d.networks.Add(f.BSSID, o.Time)
	if !ring {
		return
	}
	finding := tocsin.Finding{
		Text: fmt.Sprintf("Somebody sends disconnections in the name of %s; they are not its own: %s", name(f), air.Doubt.Words(o)),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("disconnections with %d or more signs against their sender in %s", d.limits.Signs, d.limits.Window),
			Observed: fmt.Sprintf("%d frames, the newest with %d signs", count, signs),
			Limit:    fmt.Sprintf("%d frames", d.limits.Frames),
		},
	}
	if _, signed := f.Elements.Find(dot11.ElementMME); signed {
		finding.Confidence = 50 // it may be a replay, or the access point's own
	}
	found.Add(finding)
}

// name says in whose name f is sent, and to whom.
func name(f *dot11.Frame) string {
	switch {
	case f.Addr2 != f.BSSID:
		return fmt.Sprintf("%s to the network %s", f.Addr2, f.BSSID)
	case f.Addr1.IsGroup():
		return fmt.Sprintf("the network %s to everybody", f.BSSID)
	}
	return fmt.Sprintf("the network %s to %s", f.BSSID, f.Addr1)
}
