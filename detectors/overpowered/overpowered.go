// Package overpowered recognises transmitters that are heard louder than they should be.
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
		Title:       "Signal too strong",
		Class:       tocsin.Other,
		Severity:    tocsin.High,
		Description: "A transmitter is heard so loudly, for seconds, that it stands beside the sensor or sends with too much power; the sensor may be deaf to others.",
		Phy:         tocsin.PhyWiFi,
		// Off: an access point on the sensor's desk does the same.
		Throttle:   tocsin.Throttle{Limit: tocsin.Rate{Count: 0, Unit: tocsin.Minute}, Burst: tocsin.Rate{Count: 0, Unit: tocsin.Second}},
		Confidence: 40,
	},
	Frames: dot11.AnyKind,
}, limits{Signal: -10, Seconds: 10, Window: 30 * time.Second, Transmitters: 3, Again: 10 * time.Minute, Keys: 1024}, newDetector)

type limits struct {
	Signal       int           `help:"dBm above which a signal is too strong" min:"-100"`
	Seconds      int           `help:"seconds within the window in which one transmitter is that strong"`
	Window       time.Duration `help:"time in which these seconds are counted" min:"1s"`
	Transmitters int           `help:"transmitters within again of which the sensor is the likelier cause" min:"2"`
	Again        time.Duration `help:"time between two findings about one transmitter" min:"1s"`
	Keys         int           `help:"transmitters that are remembered"`
}

type detector struct {
	limits       limits
	counted      *window.Set[tocsin.MAC] // in this second
	seconds      *window.Alarm[tocsin.MAC]
	transmitters *window.Alarm[struct{}]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:       l,
		counted:      window.NewSet[tocsin.MAC](time.Second, l.Keys),
		seconds:      window.NewAlarm[tocsin.MAC](l.Seconds, l.Window, l.Again, l.Keys),
		transmitters: window.NewAlarm[struct{}](l.Transmitters, l.Again, l.Again, 1),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	signal := int(o.Radio.Signal)
	if signal <= d.limits.Signal || signal >= 0 { // 0 is not known, and above it are no dBm but a driver's own scale
		return
	}
	sender, ok := o.Sender()
	if !ok || !d.counted.Once(sender, o.Time) {
		return
	}
	seconds, ring := d.seconds.Add(sender, o.Time)
	if !ring {
		return
	}
	count, several := d.transmitters.Add(struct{}{}, o.Time)
	switch {
	case several:
		found.Add(d.several(count))
	case count < d.limits.Transmitters:
		found.Add(d.finding(o.Frame, signal, seconds))
	}
}

func (d *detector) finding(f *dot11.Frame, signal, seconds int) tocsin.Finding {
	return tocsin.Finding{
		Text: fmt.Sprintf("%s is heard with %d dBm: it is beside the sensor, or sends with too much power", f.Addr2, signal),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("seconds in %s with a signal above %d dBm, the last of %d dBm", d.limits.Window, d.limits.Signal, signal),
			Observed: fmt.Sprintf("%d seconds", seconds),
			Limit:    fmt.Sprintf("%d seconds", d.limits.Seconds),
		},
		Subject: detect.Subject(f),
	}
}

func (d *detector) several(count int) tocsin.Finding {
	return tocsin.Finding{
		Text: fmt.Sprintf("Many transmitters are heard with more than %d dBm: more likely the sensor measures wrongly, or they are all beside it", d.limits.Signal),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("transmitters with a signal above %d dBm in %s", d.limits.Signal, d.limits.Again),
			Observed: fmt.Sprintf("%d transmitters", count),
			Limit:    fmt.Sprintf("%d transmitters", d.limits.Transmitters),
		},
		BSSID:   dot11.Broadcast,
		Source:  dot11.Broadcast,
		Subject: "many transmitters",
	}
}
