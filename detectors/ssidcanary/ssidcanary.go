// Package ssidcanary recognises the use of network names that nobody should use.
//
// # Memory
//
// Nothing is allocated for a name heard before. A new one is tried on every canary; a pattern may allocate then, as
// package regexp gives its memory back whenever garbage is collected.
package ssidcanary

import (
	"fmt"
	"hash/maphash"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares SSIDCANARY.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "SSIDCANARY",
		Title:       "Canary SSID in use",
		Class:       tocsin.Spoof,
		Severity:    tocsin.High,
		Description: "A device advertises, looks for or joins a network name that is a trap: nobody who does not pry or pretend uses it.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  95,
	},
	Frames: dot11.Only(dot11.Beacon, dot11.ProbeReq, dot11.ProbeResp, dot11.AssocReq, dot11.ReassocReq),
}, limits{Again: 10 * time.Minute, Devices: 5, Uses: 1024, Names: 4096}, newDetector)

type limits struct {
	Again   time.Duration `help:"time between two findings about one device and one canary" min:"1s"`
	Devices int           `help:"devices of one canary within again that are told of together" min:"2"`
	Uses    int           `help:"pairs of a device and a canary that are remembered"`
	Names   int           `help:"names that are remembered to be no canaries"`
}

// use is a canary and the device that used it; zero stands for all that look for it with randomised addresses.
type use struct {
	rule   int
	device dot11.Addr
}

type detector struct {
	limits   limits
	canaries []tocsin.CanaryRule
	seed     maphash.Seed
	names    *window.Map[uint64, bool] // true: a canary matches
	uses     *window.Set[use]
	devices  *window.Alarm[int]
}

func newDetector(l limits, env detect.Env) detect.Detector {
	return &detector{
		limits:   l,
		canaries: env.Policy.Canaries,
		seed:     maphash.MakeSeed(),
		names:    window.NewMap[uint64, bool](l.Names),
		uses:     window.NewSet[use](l.Again, l.Uses),
		devices:  window.NewAlarm[int](l.Devices, l.Again, l.Again, max(len(env.Policy.Canaries), 1)),
	}
}

// elementSSIDList holds SSID elements: what a station looks for beside the first (802.11-2020 §9.4.2.71).
const elementSSIDList = 84

// Idle implements detect.Idler.
func (d *detector) Idle() bool { return len(d.canaries) == 0 }

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	elements := &o.Frame.Elements
	for i := range elements.Len() {
		switch e := elements.At(i); e.ID {
		case dot11.ElementSSID:
			d.name(e.Data, o, found)
		case elementSSIDList:
			for b := e.Data; len(b) >= 2 && 2+int(b[1]) <= len(b); b = b[2+int(b[1]):] {
				if b[0] == dot11.ElementSSID {
					d.name(b[2:2+int(b[1])], o, found)
				}
			}
		}
	}
}

// name looks at one name in the frame.
func (d *detector) name(ssid []byte, o *tocsin.Observation, found *detect.Findings) {
	if len(ssid) == 0 || !d.suspect(ssid) {
		return
	}
	for i := range d.canaries {
		if d.canaries[i].SSID.Match(ssid) {
			d.used(i, ssid, o, found)
		}
	}
}

// suspect reports whether a canary matches ssid. Patterns are too slow to try them on every beacon.
func (d *detector) suspect(ssid []byte) bool {
	known, created := d.names.Put(maphash.Bytes(d.seed, ssid))
	if created {
		for i := range d.canaries {
			*known = *known || d.canaries[i].SSID.Match(ssid)
		}
	}
	return *known
}

// used notes that the frame uses canary i.
func (d *detector) used(i int, ssid []byte, o *tocsin.Observation, found *detect.Findings) {
	f, rule := o.Frame, &d.canaries[i]
	who := use{rule: i, device: f.Addr2}
	advertised := f.Kind == dot11.Beacon || f.Kind == dot11.ProbeResp
	if !advertised && f.Addr2.IsLocal() {
		who.device = dot11.Addr{}
	}
	if !d.uses.Once(who, o.Time) {
		return
	}
	count, ring := d.devices.Add(i, o.Time)
	if count >= d.limits.Devices && !ring {
		return
	}
	finding := tocsin.Finding{
		Text: fmt.Sprintf("%s %s %s, a name that nobody should use (canary %s)", f.Addr2, detect.Does(f.Kind), tocsin.Quote(ssid), rule.Name),
		Reason: tocsin.Reason{
			What:     "SSID of the canary " + rule.Name,
			Observed: tocsin.Quote(ssid),
			Limit:    "nobody uses " + tocsin.Quote([]byte(rule.SSID.String())),
		},
		Subject: rule.Name + " " + who.String(),
	}
	if ring {
		finding.Text = fmt.Sprintf("Many devices use a name that nobody should use (canary %s), the newest: %s %s %s", rule.Name, f.Addr2, detect.Does(f.Kind), tocsin.Quote(ssid))
		finding.Reason.Observed = fmt.Sprintf("%d devices in %s, the newest with %s", count, d.limits.Again, tocsin.Quote(ssid))
		finding.Subject = rule.Name + " many devices"
		finding.BSSID, finding.Source = dot11.Broadcast, dot11.Broadcast
	}
	found.Add(finding)
}

func (u use) String() string {
	if u.device.IsZero() {
		return "randomised addresses"
	}
	return u.device.String()
}
