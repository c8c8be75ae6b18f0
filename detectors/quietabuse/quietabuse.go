// Package quietabuse recognises beacons that tell clients to be silent or to whisper.
package quietabuse

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares QUIETABUSE.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "QUIETABUSE",
		Title:       "Abuse of quiet intervals or power limits",
		Class:       tocsin.Denial,
		Severity:    tocsin.Medium,
		Description: "Beacons tell the clients of a network to be silent for as long as a beacon interval lasts, or again and again to send much weaker.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  85,
		Attack:      []string{"T1499"},
	},
	Frames: dot11.Only(dot11.Beacon, dot11.ProbeResp),
}, limits{Percent: 80, Jump: 10, Frames: 3, Window: 10 * time.Second, Senders: 3, Again: time.Minute, Networks: 1024}, newDetector)

type limits struct {
	Percent  int           `help:"quiet duration, in percent of the beacon interval, that no honest network asks for"`
	Jump     int           `help:"dB by which a power constraint rises from one beacon to the next"`
	Frames   int           `help:"such frames of one network within the window"`
	Window   time.Duration `help:"time in which frames are counted" min:"1s"`
	Senders  int           `help:"networks within again that are one attack with invented addresses" min:"2"`
	Again    time.Duration `help:"time between two findings about one network" min:"1s"`
	Networks int           `help:"networks that are watched"`
}

type detector struct {
	limits limits
	quiet  *window.Alarm[dot11.Addr]
	jumps  *window.Alarm[dot11.Addr]
	power  *window.Map[dot11.Addr, uint8] // constraint of the last beacon, dB
	voice  *detect.Voice[dot11.Addr]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits: l,
		quiet:  window.NewAlarm[dot11.Addr](l.Frames, l.Window, l.Again, l.Networks),
		jumps:  window.NewAlarm[dot11.Addr](l.Frames, l.Window, l.Again, l.Networks),
		power:  window.NewMap[dot11.Addr, uint8](l.Networks),
		voice:  detect.NewVoice[dot11.Addr](l.Senders, l.Again, l.Networks),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	if !o.Intact() || f.Defects != 0 {
		return
	}
	if e, ok := f.Elements.Find(dot11.ElementQuiet); ok && len(e) == 6 {
		d.silenced(o, binary.LittleEndian.Uint16(e[2:]), found)
	}
	if f.Kind == dot11.Beacon && !air.Repeated {
		d.weakened(o, found)
	}
}

// silenced takes the quiet interval that a frame announces, in TU (802.11-2020 §9.4.2.22).
func (d *detector) silenced(o *tocsin.Observation, duration uint16, found *detect.Findings) {
	f := o.Frame
	if f.Fixed.Interval == 0 || int(duration)*100 < d.limits.Percent*int(f.Fixed.Interval) {
		return
	}
	n, ring := d.quiet.Add(f.Addr2, o.Time)
	if !ring {
		return
	}
	switch v := d.voice.Tell(f.Addr2, o.Time); {
	case v.Several > 0:
		found.Add(d.voice.Several(v.Several, "Somebody tells the clients of many networks to be silent for whole beacon intervals", "quiet intervals that are too long"))
	case v.Speak:
		found.Add(tocsin.Finding{
			Text: fmt.Sprintf("Beacons or probe responses of %s tell its clients to be silent for %d TU, with beacons every %d TU: nobody would get to send",
				f.Addr2, duration, f.Fixed.Interval),
			Reason: tocsin.Reason{
				What:     fmt.Sprintf("frames in %s with a quiet interval of at least %d %% of the beacon interval", d.limits.Window, d.limits.Percent),
				Observed: fmt.Sprintf("%d frames", n),
				Limit:    fmt.Sprintf("%d frames", d.limits.Frames),
			},
			Subject: "quiet",
		})
	}
}

// weakened takes the power constraint of a beacon, which is none where the element is not. A network that changes it once is
// honest; two transmitters that differ make it jump with each turn.
func (d *detector) weakened(o *tocsin.Observation, found *detect.Findings) {
	f := o.Frame
	var now uint8
	if e, ok := f.Elements.Find(dot11.ElementPowerConstraint); ok && len(e) == 1 {
		now = e[0]
	}
	last, created := d.power.Put(f.Addr2)
	before := *last
	*last = now
	if created || int(now)-int(before) < d.limits.Jump {
		return
	}
	if n, ring := d.jumps.Add(f.Addr2, o.Time); ring {
		found.Add(tocsin.Finding{
			Text: fmt.Sprintf("Beacons of %s tell its clients again and again to send %d dB weaker than allowed, and between them that they need send only %d dB weaker: two transmitters use the address",
				f.Addr2, now, before),
			Reason: tocsin.Reason{
				What:     fmt.Sprintf("beacons in %s whose power constraint is higher by %d dB or more than in the one before", d.limits.Window, d.limits.Jump),
				Observed: fmt.Sprintf("%d frames", n),
				Limit:    fmt.Sprintf("%d frames", d.limits.Frames),
			},
			Subject:    "power",
			Confidence: 75,
		})
	}
}
