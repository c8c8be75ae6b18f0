// Package advcryptchange recognises networks that change the encryption they advertise.
package advcryptchange

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares ADVCRYPTCHANGE.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "ADVCRYPTCHANGE",
		Title:       "Network changed its encryption",
		Class:       tocsin.Spoof,
		Severity:    tocsin.High,
		Description: "An access point advertises the same network with other encryption than before: an impostor that lures clients, or a change of settings.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  50,
		Attack:      []string{"T1557.004", "T1562"},
	},
	Frames:  dot11.Only(dot11.Beacon, dot11.ProbeResp),
	Content: true,
}, limits{Again: time.Minute, Networks: 1024}, newDetector)

type limits struct {
	Again    time.Duration `help:"time between two findings about one network" min:"1s"`
	Networks int           `help:"networks that are watched"`
}

type detector struct {
	told *window.Set[change]
}

// change is a network and the direction in which it changed: a fall is told even if a rise was told just before.
type change struct {
	bssid  dot11.Addr
	weaker bool
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{told: window.NewSet[change](l.Again, l.Networks)}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	if air.Changed&track.SecurityChanged == 0 || air.Before.Security.Unreadable || air.Advert.Security.Unreadable {
		return
	}
	before, now := asked(air.Before.Security), asked(air.Advert.Security)
	c := change{o.Frame.BSSID, now.WeakerThan(before)}
	dropped := c.weaker && !now.WPA.Present && !now.RSN.Present // CRYPTODROP's
	if before == now || dropped || !d.told.Once(c, o.Time) {
		return
	}
	f := tocsin.Finding{
		Text: fmt.Sprintf("The access point %s changed the encryption of the network %s from %s to %s",
			c.bssid, tocsin.Quote([]byte(air.Advert.SSID)), before, now),
		Reason: tocsin.Reason{What: "encryption of a network", Observed: now.String(), Limit: before.String()},
	}
	if c.weaker {
		f.Confidence = 65
		f.Text += ", which is weaker"
	} else {
		low := tocsin.Low
		f.Severity = &low
	}
	found.Add(f)
}

// asked is the part of s that is about secrecy: WPS and the pointer to an encrypted twin come and go.
func asked(s dot11.Security) dot11.Security {
	s.WPS, s.OWETransit = false, false
	return s
}
