// Package psabuse recognises who says in the name of an awake client that it sleeps, or in that of an access point what it keeps.
package psabuse

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares PSABUSE.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "PSABUSE",
		Title:       "Power-save abuse",
		Class:       tocsin.Denial,
		Severity:    tocsin.Medium,
		Description: "Somebody tells an access point in the name of an awake client that it sleeps, fetches its frames, or forges the beacons that wake it: what is for the client is kept back or lost.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  75,
		Attack:      []string{"T1499"},
	},
	Frames: dot11.AnyData | dot11.Only(dot11.PSPoll, dot11.Beacon),
}, limits{
	Frames: 40, Unmeasured: 50, Awake: time.Second, Decibels: 15, Window: 3 * time.Second, Maps: 10, Again: time.Minute, Clients: 1024, Networks: 256,
}, newDetector)

type limits struct {
	Frames     int           `help:"frames within the window that say that an awake client sleeps, and have another signal" min:"2"`
	Unmeasured int           `help:"the same, where the sensor does not measure signals" min:"2"`
	Awake      time.Duration `help:"time for which a client is awake that sent data and did not say that it sleeps" min:"1ms"`
	Decibels   int           `help:"difference between the signals of such a frame and of the client's last data"`
	Window     time.Duration `help:"time in which frames are counted" min:"1s"`
	Maps       int           `help:"times within the window that beacons of one address come back to a period of the traffic map that others between them do not have" min:"2"`
	Again      time.Duration `help:"time between two findings about one client or network" min:"1s"`
	Clients    int           `help:"clients that are watched"`
	Networks   int           `help:"networks with forged beacons that are watched"`
}

// pair is a client and its access point.
type pair struct{ client, bssid dot11.Addr }

// act is what is done in the name of a client. Each is told by itself: one says that it sleeps, the other fetches what was kept.
type act struct {
	pair
	poll bool
}

// awake is the last data of a client that did not say that it sleeps; zero if none was sent since it is watched. Those that never
// sleep are not watched, so that most data costs nothing.
type awake struct {
	at     time.Duration
	sensor uint16
	signal int8 // dBm
}

type detector struct {
	limits limits
	awake  *window.Map[pair, awake]
	forged *window.Alarm[act]                // by their signal
	rapid  *window.Alarm[act]                // of unknown signal
	maps   *detect.Rivals[dot11.Addr, uint8] // DTIM periods of a BSSID
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits: l,
		awake:  window.NewMap[pair, awake](l.Clients),
		forged: window.NewAlarm[act](l.Frames, l.Window, l.Again, 2*l.Clients),
		rapid:  window.NewAlarm[act](l.Unmeasured, l.Window, l.Again, 2*l.Clients),
		maps:   detect.NewRivals[dot11.Addr, uint8](l.Maps, l.Window, l.Again, l.Networks),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	if f.Kind == dot11.Beacon {
		d.beacon(o, air, found)
		return
	}
	poll := f.Kind == dot11.PSPoll
	switch {
	case !poll && f.Control&(dot11.ToDS|dot11.FromDS) != dot11.ToDS:
	case poll || !f.Kind.HasBody() && f.Control&dot11.PowerMgmt != 0:
		if !f.IsRetry() {
			d.sleeps(pair{f.Addr2, f.BSSID}, o, found)
		}
	case f.Kind.HasBody() && f.Control&dot11.PowerMgmt == 0:
		if d.awake.Len() == 0 {
			return
		}
		if v := d.awake.Peek(pair{f.Addr2, f.BSSID}); v != nil {
			*v = awake{o.Time, o.Sensor, o.Radio.Signal}
		}
	}
}

// sleeps takes a frame that only a client that sleeps, or is about to, sends.
func (d *detector) sleeps(p pair, o *tocsin.Observation, found *detect.Findings) {
	v, created := d.awake.Put(p)
	if created {
		*v = awake{}
	}
	if v.at == 0 || v.sensor != o.Sensor || (o.Time-v.at).Abs() > d.limits.Awake {
		return
	}
	a := act{p, o.Frame.Kind == dot11.PSPoll}
	if o.Radio.Signal == 0 || v.signal == 0 {
		if n, ring := d.rapid.Add(a, o.Time); ring {
			low := tocsin.Low
			x := d.finding(p, o, "no client falls asleep that often", n, d.limits.Unmeasured)
			x.Severity, x.Confidence = &low, 50
			found.Add(x)
		}
		return
	}
	apart := int(o.Radio.Signal) - int(v.signal)
	if max(apart, -apart) < d.limits.Decibels {
		return
	}
	if n, ring := d.forged.Add(a, o.Time); ring {
		why := fmt.Sprintf("signal %d dBm, that of the client's data %d dBm", o.Radio.Signal, v.signal)
		found.Add(d.finding(p, o, why, n, d.limits.Frames))
	}
}

func (d *detector) finding(p pair, o *tocsin.Observation, why string, n, limit int) tocsin.Finding {
	does := "tells the access point %s in the name of its client %s that it sleeps"
	if o.Frame.Kind == dot11.PSPoll {
		does = "fetches frames from the access point %s in the name of its client %s as if it slept"
	}
	return tocsin.Finding{
		Text: fmt.Sprintf("Somebody "+does+", while it is awake and sends data: %s", p.bssid, p.client, why),
		Reason: tocsin.Reason{
			What: fmt.Sprintf("frames in %s that a client sends when it sleeps, within %s of data that it sent awake",
				d.limits.Window, d.limits.Awake),
			Observed: fmt.Sprintf("%d frames", n), Limit: fmt.Sprintf("%d frames", limit),
		},
		Subject: p.client.String(),
	}
}
