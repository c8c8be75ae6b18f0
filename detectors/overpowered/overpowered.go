// Package overpowered recognises transmitters that are heard too loudly.
package overpowered

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares OVERPOWERED.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "OVERPOWERED",
		Title:       "Too strong a signal",
		Class:       tocsin.Other,
		Severity:    tocsin.High,
		Description: "A transmitter is heard so loudly that it must be beside the sensor or send with more power than is allowed.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.Throttle{Limit: tocsin.Rate{Unit: tocsin.Minute}, Burst: tocsin.Rate{Unit: tocsin.Second}},
		Confidence:  50,
	},
	Frames: dot11.AnyManagement | dot11.AnyData,
}, limits{Signal: 10, Frames: 20, Window: 10 * time.Second, Again: 10 * time.Minute, Transmitters: 1024}, newDetector)

type limits struct {
	Signal       int           `help:"decibels below one milliwatt; what is louder is too loud"`
	Frames       int           `help:"such frames of one transmitter at one sensor within the window"`
	Window       time.Duration `help:"time in which they are counted" min:"1s"`
	Again        time.Duration `help:"time between two findings about one transmitter" min:"1s"`
	Transmitters int           `help:"transmitters that are watched"`
}

// ear is a transmitter and the sensor that hears it.
type ear struct {
	transmitter dot11.Addr
	sensor      uint16
}

type detector struct {
	limits limits
	loud   *window.Alarm[ear]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{l, window.NewAlarm[ear](l.Frames, l.Window, l.Again, l.Transmitters)}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	signal := o.Radio.Signal
	if signal >= 0 || int(signal) <= -d.limits.Signal || signal == unknown {
		return
	}
	count, ring := d.loud.Add(ear{o.Frame.Addr2, o.Sensor}, o.Time)
	if !ring {
		return
	}
	found.Add(tocsin.Finding{
		Text: fmt.Sprintf("%s is heard with %d dBm: it is beside the sensor, or sends with more power than is allowed", o.Frame.Addr2, signal),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("frames above the limit in %s, and the signal of the newest", d.limits.Window),
			Observed: fmt.Sprintf("%d frames, %d dBm", count, signal),
			Limit:    fmt.Sprintf("%d frames, -%d dBm", d.limits.Frames, d.limits.Signal),
		},
		Subject: o.Frame.Addr2.String(),
	})
}

// unknown is what drivers report that know no signal: -1.
const unknown = -1
