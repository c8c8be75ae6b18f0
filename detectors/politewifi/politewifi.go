// Package politewifi recognises who makes devices of others answer, to find out where they are.
package politewifi

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares POLITEWIFI.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "POLITEWIFI",
		Title:       "Devices made to answer",
		Class:       tocsin.Probe,
		Severity:    tocsin.Medium,
		Description: "A stranger makes devices acknowledge empty frames, or wakes all clients of a network: so they can be located, or their batteries emptied.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  80,
		Attack:      []string{"T1430", "T1499"},
	},
	Frames: dot11.Only(dot11.Null, dot11.QoSNull, dot11.Beacon),
}, limits{Frames: 60, Window: 3 * time.Second, Beacons: 3, Wake: 10 * time.Second, Again: time.Minute, Devices: 1024}, newDetector)

type limits struct {
	Frames  int           `help:"empty frames from strangers to one device within the window" min:"2"`
	Window  time.Duration `help:"time in which empty frames are counted" min:"1s"`
	Beacons int           `help:"beacons that wake everybody within the time wake"`
	Wake    time.Duration `help:"time in which such beacons are counted" min:"1s"`
	Again   time.Duration `help:"time between two findings about one device or network" min:"1s"`
	Devices int           `help:"devices and networks that are watched"`
}

type detector struct {
	limits  limits
	frames  *window.Alarm[dot11.Addr]
	beacons *window.Alarm[dot11.Addr]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:  l,
		frames:  window.NewAlarm[dot11.Addr](l.Frames, l.Window, l.Again, l.Devices),
		beacons: window.NewAlarm[dot11.Addr](l.Beacons, l.Wake, l.Again, l.Devices),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	if f.Kind == dot11.Beacon {
		d.wakes(o, found)
		return
	}
	if !isStranger(f, air) {
		return
	}
	if n, ring := d.frames.Add(f.Addr1, o.Time); ring {
		network := dot11.Broadcast
		if air.Receiver != nil && !air.Receiver.BSSID.IsZero() {
			network = air.Receiver.BSSID
		}
		found.Add(tocsin.Finding{
			Text: fmt.Sprintf("%s, which is in no network, sends %s empty frames, which any device acknowledges: it may be finding out where the device is",
				f.Addr2, f.Addr1),
			Reason: tocsin.Reason{
				What:     fmt.Sprintf("empty frames to one device, from those who belong to no network, in %s", d.limits.Window),
				Observed: fmt.Sprintf("%d frames", n), Limit: fmt.Sprintf("%d frames", d.limits.Frames),
			},
			BSSID: network, Subject: f.Addr1.String(),
		})
	}
}

// isStranger reports whether the empty frame f is of no network: clients send such frames to their access point, access points to
// their clients.
func isStranger(f *dot11.Frame, air *track.Sight) bool {
	const bothDS = dot11.ToDS | dot11.FromDS
	toAP := f.Control&bothDS == dot11.ToDS && air.Receiver == nil
	fromAP := air.BSS != nil && air.BSS.BSSID == f.Addr2
	return !f.Addr1.IsGroup() && f.Control&bothDS != bothDS && !toAP && !fromAP &&
		(air.Transmitter == nil || air.Transmitter.BSSID.IsZero()) && (air.BSS == nil || air.BSS.BSSID != f.Addr1)
}

// everybody is how many octets of a bitmap, all bits of them set, say that there is something for everybody: 64 sleeping clients, no one of
// which has nothing to fetch.
const everybody = 8

// wakes takes a beacon, which says for whom the access point has kept frames (802.11-2020 §9.4.2.5).
func (d *detector) wakes(o *tocsin.Observation, found *detect.Findings) {
	const bitmapAt = 3 // behind DTIM count and period, and bitmap control
	f := o.Frame
	tim, _ := f.Elements.Find(dot11.ElementTIM)
	if len(tim) < bitmapAt+everybody {
		return
	}
	for i, b := range tim[bitmapAt:] {
		if i == 0 {
			b |= 1 // association id 0 is nobody's
		}
		if b != 0xff {
			return
		}
	}
	clients := 8 * (len(tim) - bitmapAt)
	if n, ring := d.beacons.Add(f.BSSID, o.Time); ring {
		found.Add(tocsin.Finding{
			Text: fmt.Sprintf("Beacons of %s say that all of %d sleeping clients have something to fetch: whoever sends them wakes every device, to locate it or to empty its battery",
				f.BSSID, clients),
			Reason: tocsin.Reason{
				What:     fmt.Sprintf("beacons in %s with every bit of the traffic map set", d.limits.Wake),
				Observed: fmt.Sprintf("%d beacons, %d clients", n, clients), Limit: fmt.Sprintf("%d beacons, %d clients", d.limits.Beacons, 8*everybody),
			},
			Subject: "wakes all",
		})
	}
}
