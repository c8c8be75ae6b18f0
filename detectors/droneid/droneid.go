// Package droneid tells of drones that say who they are, and of those that are invented.
package droneid

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/ble"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/remoteid"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares DRONEID.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "DRONEID",
		Title:       "Drone nearby",
		Class:       tocsin.Other,
		Severity:    tocsin.Info,
		Description: "A drone tells by radio who it is and where it flies, or somebody invents one.",
		Phy:         tocsin.PhyAny,
		Throttle:    tocsin.PerMinute5,
		Confidence:  80,
	},
	Frames:  dot11.Only(dot11.Beacon, dot11.Action),
	Content: true,
	Packets: ble.Only(ble.AdvInd, ble.AdvNonconnInd, ble.AdvScanInd, ble.ExtendedInd),
}, limits{
	Patience: 5 * time.Second, Again: 10 * time.Minute, Drones: 3, Together: time.Minute,
	Apart: 1000, Speed: 300, Jumps: 3, Window: time.Minute, Keys: 512,
}, newDetector)

type limits struct {
	Patience time.Duration `help:"time that a drone has to tell where it is before it is told of without" min:"1s"`
	Again    time.Duration `help:"time between two findings about one drone" min:"1s"`
	Drones   int           `help:"new drones within together that are told once, all together" min:"2"`
	Together time.Duration `help:"time in which new drones are counted" min:"1s"`
	Apart    int           `help:"metres between two places of one drone that no fault of its receiver explains"`
	Speed    int           `help:"metres per second that no drone exceeds"`
	Jumps    int           `help:"jumps of one drone within the window between places that it cannot have gone"`
	Window   time.Duration `help:"time in which jumps are counted" min:"1s"`
	Keys     int           `help:"drones that are remembered"`
}

// flight is what a transmitter told.
type flight struct {
	remoteid.Report
	first, last time.Duration
	messages    int
	heard       remoteid.Name // the identifier of the newest message that nobody checked
	dji         bool          // it told something of DJI's own kind, which is not read
}

// drone is what a drone is told apart by: what it says that it is, or else who transmits.
type drone struct {
	id          remoteid.Name
	transmitter tocsin.MAC
}

type detector struct {
	limits  limits
	flights *window.Map[tocsin.MAC, flight]
	told    *window.Set[drone]
	drones  *window.Alarm[struct{}]
	places  *window.Map[remoteid.Name, place]
	jumps   *window.Alarm[remoteid.Name]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:  l,
		flights: window.NewMap[tocsin.MAC, flight](l.Keys),
		told:    window.NewSet[drone](l.Again, l.Keys),
		drones:  window.NewAlarm[struct{}](l.Drones, l.Together, l.Together, 1),
		places:  window.NewMap[remoteid.Name, place](l.Keys),
		jumps:   window.NewAlarm[remoteid.Name](l.Jumps, l.Window, l.Again, l.Keys),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	message, dji := carried(o)
	if message == nil && !dji {
		return
	}
	var r remoteid.Report
	if message != nil && r.Decode(message) != nil {
		return
	}
	sender, ok := o.Sender()
	if !ok || o.Cut {
		return
	}
	f, created := d.flights.Put(sender)
	if created || o.Time-f.last > d.limits.Window || o.Time < f.first {
		*f = flight{first: o.Time}
	}
	f.dji = f.dji || dji
	before := f.Report
	if r.Has&remoteid.HasID != 0 && !f.accepts(&r, o.Radio.FCS == dot11.FCSGood) {
		r.Has &^= remoteid.HasID
	}
	f.Merge(&r)
	f.messages++
	f.last = o.Time
	if r.Has&remoteid.HasPosition != 0 && f.Has&remoteid.HasID != 0 && before.Has&remoteid.HasPosition != 0 {
		d.move(o, f, before.Position, found)
	}
	// One message that nobody checked may be damaged into what it seems.
	if o.Radio.FCS != dot11.FCSGood && f.messages < 2 {
		return
	}
	const whole = remoteid.HasID | remoteid.HasPosition
	if f.Has&whole == whole || o.Time-f.first >= d.limits.Patience || dji {
		d.tell(o, f, sender, found)
	}
}

// accepts reports whether to take the identifier in r for that of the drone: one that nobody checked counts when it comes again.
func (f *flight) accepts(r *remoteid.Report, checked bool) bool {
	again := r.ID == f.heard
	f.heard = r.ID
	// A drone may have a serial number and a registration: one of them is enough.
	known := f.Has&remoteid.HasID == 0 || r.IDType == f.IDType
	return known && (checked || again)
}

// carried returns the message that o carries, and whether it is one of DJI's own kind instead.
func carried(o *tocsin.Observation) (message []byte, dji bool) {
	switch {
	case o.BLE != nil:
		return advertised(o.BLE.Data), false
	case o.Frame.Kind == dot11.Beacon:
		return beaconed(&o.Frame.Elements)
	}
	return discovered(o.Frame.Body), false
}

func advertised(data ble.AD) []byte {
	for s := range data.All() {
		if b := s.Data; s.Type == ble.TypeServiceData16 && len(b) > 2 && uint16(b[0])|uint16(b[1])<<8 == remoteid.ServiceUUID {
			return remoteid.Advertised(b[2:])
		}
	}
	return nil
}

// ouiDJI marks the vendor-specific element in which older drones of DJI tell of themselves.
const ouiDJI = 0x263712

func beaconed(e *dot11.Elements) (message []byte, dji bool) {
	for x := range e.All() {
		if x.ID != dot11.ElementVendor || len(x.Data) < 4 {
			continue
		}
		switch b := x.Data; uint32(b[0])<<16 | uint32(b[1])<<8 | uint32(b[2]) {
		case remoteid.OUI:
			if b[3] == remoteid.Application {
				return remoteid.Beaconed(b[4:]), false
			}
		case ouiDJI:
			dji = true
		}
	}
	return nil, dji
}

// discovered reads a public action frame of Neighbor Awareness Networking (Wi-Fi Aware 3.1 §9.4).
func discovered(body []byte) []byte {
	head := [...]byte{dot11.PublicAction, 9, 0x50, 0x6f, 0x9a, 0x13}
	if len(body) < len(head) || [len(head)]byte(body) != head {
		return nil
	}
	return remoteid.Discovered(body[len(head):])
}

// tell reports a drone that is new.
func (d *detector) tell(o *tocsin.Observation, f *flight, sender tocsin.MAC, found *detect.Findings) {
	who := drone{id: f.ID}
	if f.Has&remoteid.HasID == 0 {
		who.transmitter = sender
	}
	if !d.told.Once(who, o.Time) {
		return
	}
	count, ring := d.drones.Add(struct{}{}, o.Time)
	switch {
	case ring:
		found.Add(d.several(count))
	case count < d.limits.Drones:
		found.Add(finding(f, sender))
	}
}

func (d *detector) several(count int) tocsin.Finding {
	low := tocsin.Low
	return tocsin.Finding{
		Severity: &low, Confidence: 60,
		Text: "Many drones fly here, or somebody invents them: further ones are not told one by one",
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("new drones in %s", d.limits.Together),
			Observed: fmt.Sprintf("%d drones", count),
			Limit:    fmt.Sprintf("%d drones", d.limits.Drones),
		},
		BSSID: dot11.Broadcast, Source: dot11.Broadcast, Subject: "many drones",
	}
}
