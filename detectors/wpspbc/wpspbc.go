// Package wpspbc recognises the abuse of the push button of Wi-Fi Protected Setup.
package wpspbc

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/wps"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares WPSPBC.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "WPSPBC",
		Title:       "WPS push button abused",
		Class:       tocsin.Spoof,
		Severity:    tocsin.Medium,
		Description: "While a push button of Wi-Fi Protected Setup is in force, a second access point or device takes part, or it is in force for too long.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  55,
		Attack:      []string{"T1557.004"},
	},
	Frames:  dot11.AnyData | dot11.Only(dot11.Beacon, dot11.ProbeResp),
	Content: true,
}, limits{
	Walk: 2 * time.Minute, Longest: 250 * time.Second, Gap: 30 * time.Second, Adverts: 2,
	Again: 10 * time.Minute, Several: 3, Networks: 256,
}, newDetector)

type limits struct {
	Walk     time.Duration `help:"time in which one press of the button lets a device in" min:"1s"`
	Longest  time.Duration `help:"time that an access point may say that its button is in force: pressing again begins anew" min:"1s"`
	Gap      time.Duration `help:"time without such a frame after which it is no longer in force" min:"11s"`
	Adverts  int           `help:"beacons or probe responses in which a second access point says it"`
	Again    time.Duration `help:"time between two findings of one kind about one access point" min:"1s"`
	Several  int           `help:"access points within again that are one attack with invented addresses" min:"2"`
	Networks int           `help:"access points, network names and conversations that are watched"`
}

// uuid is that of a device; zero if it names none.
type uuid [16]byte

// press is a button in force at an access point.
type press struct {
	since, last time.Duration
	number      uint64 // of the first frame
	uuid        uuid
}

// owner is the access point that said first that its button is in force, of one network name, and who said so next.
type owner struct {
	ap, other dot11.Addr
	adverts   int // of the other
}

// applicant is a device that is to be let in.
type applicant struct {
	station dot11.Addr
	uuid    uuid
	at      time.Duration
	number  uint64
}

type detector struct {
	limits     limits
	presses    *window.Map[dot11.Addr, press]
	owners     *window.Map[detect.SSID, owner]
	applicants *window.Map[dot11.Addr, applicant]
	voice      [kinds]*detect.Voice[dot11.Addr]
}

// Kinds of findings.
const (
	second = iota
	crowd
	long
	kinds
)

func newDetector(l limits, _ detect.Env) detect.Detector {
	d := &detector{
		limits:     l,
		presses:    window.NewMap[dot11.Addr, press](l.Networks),
		owners:     window.NewMap[detect.SSID, owner](l.Networks),
		applicants: window.NewMap[dot11.Addr, applicant](l.Networks),
	}
	for i := range d.voice {
		d.voice[i] = detect.NewVoice[dot11.Addr](l.Several, l.Again, l.Networks)
	}
	return d
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	if f.Kind.IsData() {
		if p, ok := detect.ReadEAP(o); ok && !p.FromAP {
			d.apply(&p, o, found)
		}
		return
	}
	b, ok := f.Elements.Vendor(dot11.OUIMicrosoft, dot11.MicrosoftWPS)
	if !ok || o.Cut || f.Addr2 != f.BSSID {
		return
	}
	if a := wps.Attributes(b); a.Selected() && a.DevicePassword() == wps.PushButton {
		d.advert(a, o, found)
	} else {
		d.presses.Delete(f.BSSID)
	}
}

// advert takes a frame that says that the button is in force.
func (d *detector) advert(a wps.Attributes, o *tocsin.Observation, found *detect.Findings) {
	ap := o.Frame.BSSID
	p, created := d.presses.Put(ap)
	if created || o.Time-p.last > d.limits.Gap {
		*p = press{since: o.Time, number: o.Number}
	}
	p.last = o.Time
	if id := identify(a); id != (uuid{}) {
		p.uuid = id
	}
	if ssid, ok := detect.Named(o.Frame); ok {
		d.compare(&ssid, p, o, found)
	}
	if lasted := o.Time - p.since; lasted > d.limits.Longest && d.speak(long, o, found) {
		found.Add(d.tooLong(ap, lasted, p.number))
	}
}

// compare takes the press p of the frame's access point, of a network of this name.
func (d *detector) compare(ssid *detect.SSID, p *press, o *tocsin.Observation, found *detect.Findings) {
	ap := o.Frame.BSSID
	w, created := d.owners.Put(*ssid)
	if created {
		w.ap = ap
	}
	if w.ap == ap {
		return
	}
	first := d.presses.Peek(w.ap)
	if first == nil || o.Time-first.last > d.limits.Gap {
		*w = owner{ap: ap}
		return
	}
	if sameBox(ap, w.ap, p.uuid, first.uuid) {
		return
	}
	if w.other != ap {
		w.other, w.adverts = ap, 0
	}
	if w.adverts++; w.adverts == d.limits.Adverts && d.speak(second, o, found) {
		found.Add(d.secondAP(ap, w.ap, ssid, first.number))
	}
}

// apply takes what a station says to the access point that is to let it in.
func (d *detector) apply(p *detect.EAPPacket, o *tocsin.Observation, found *detect.Findings) {
	if p.Message == wps.Done || p.NACK() {
		if a := d.applicants.Peek(p.AP); a != nil && a.station == p.Station {
			d.applicants.Delete(p.AP)
		}
		return
	}
	if p.Message != wps.M1 || p.WSC.Attributes.DevicePassword() != wps.PushButton {
		return
	}
	now := applicant{p.Station, identify(p.WSC.Attributes), o.Time, o.Number}
	a, created := d.applicants.Put(p.AP)
	before := *a
	*a = now
	if created || before.station == now.station || before.uuid == now.uuid && now.uuid != (uuid{}) || now.at-before.at > d.limits.Walk {
		return
	}
	if d.speak(crowd, o, found) {
		found.Add(d.twoDevices(p.AP, &before, &now))
	}
}

// speak reports whether to tell of the frame's access point by itself, and tells of all of them together in its time.
func (d *detector) speak(kind int, o *tocsin.Observation, found *detect.Findings) bool {
	v := d.voice[kind].Tell(o.Frame.BSSID, o.Time)
	if v.Several > 0 {
		what := [kinds]string{
			second: "a push button that is in force while that of another is",
			crowd:  "a push button that two devices want to be let in by",
			long:   "a push button that is in force for too long",
		}[kind]
		found.Add(d.voice[kind].Several(v.Several, fmt.Sprintf("Many access points, the newest %s, have %s", o.Frame.BSSID, what), what))
	}
	return v.Speak
}

// identify returns the UUID of a device that is to be let in, or of an access point.
func identify(a wps.Attributes) (id uuid) {
	if v, ok := a.Find(wps.AttrUUIDEnrollee); ok && len(v) == len(id) {
		copy(id[:], v)
	}
	return id
}

// sameBox reports whether two access points look like two radios of one device: by their UUIDs, or because their
// addresses differ in the first octet and one other at most.
func sameBox(a, b dot11.Addr, first, second uuid) bool {
	if first != (uuid{}) && second != (uuid{}) {
		return first == second
	}
	differ := 0
	for i := 1; i < len(a); i++ {
		if a[i] != b[i] {
			differ++
		}
	}
	return differ <= 1
}

// vendor returns what addresses of one maker have in common, whether they are local or not.
func vendor(a dot11.Addr) uint16 { return binary.BigEndian.Uint16(a[1:]) }
