// Package probechan recognises probe responses that send clients to another channel than the one of the network.
package probechan

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares PROBECHAN.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "PROBECHAN",
		Title:       "Probe response for another channel",
		Class:       tocsin.Spoof,
		Severity:    tocsin.Medium,
		Description: "Somebody answers a client in the name of an access point and names another channel than its beacons: a lure to a clone there, or a repeater.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  70,
		Attack:      []string{"T1557.004"},
	},
	Frames: dot11.Only(dot11.Beacon, dot11.ProbeResp),
}, limits{Apart: 5 * time.Second, Announced: time.Minute, Repeats: 2, Again: 10 * time.Minute, Several: 3, Networks: 1024}, newDetector)

type limits struct {
	Apart     time.Duration `help:"most time between the response and a beacon, before as well as after it" min:"1s"`
	Announced time.Duration `help:"time for which an announced switch of channel excuses a difference" min:"1s"`
	Repeats   int           `help:"responses with the same channel, if their checksum is unknown"`
	Again     time.Duration `help:"time between two findings about one network" min:"1s"`
	Several   int           `help:"networks within again that are one attack with invented addresses" min:"2"`
	Networks  int           `help:"networks that are watched"`
}

// answer is a response that differs from the beacons before it: if the access point has moved, none come after it.
type answer struct {
	ssid    [32]byte
	length  int
	dest    dot11.Addr
	source  dot11.Addr
	channel uint8
	beacons uint8 // their channel
	at      time.Duration
	frame   uint64
	count   int
	checked bool // one had a good checksum
}

type detector struct {
	limits  limits
	answers *window.Map[dot11.Addr, answer]
	told    *window.Set[dot11.Addr]
	several *window.Alarm[struct{}]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:  l,
		answers: window.NewMap[dot11.Addr, answer](l.Networks),
		told:    window.NewSet[dot11.Addr](l.Again, l.Networks),
		several: window.NewAlarm[struct{}](l.Several, l.Again, l.Again, 1),
	}
}

// unfit are frames that say nothing of a channel.
const unfit = dot11.DefectShortFixed | dot11.DefectOverrun | dot11.DefectSSIDLength

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	if o.Frame.Kind == dot11.ProbeResp {
		d.answered(o, air)
	} else if d.answers.Len() > 0 {
		d.beaconed(o, air, found)
	}
}

// answered keeps a response that differs from the beacons of the same network.
func (d *detector) answered(o *tocsin.Observation, air *track.Sight) {
	f := o.Frame
	channel := f.Channel()
	if air.Advert == nil || air.Advert.SSID == "" || channel == 0 || f.Defects&unfit != 0 || !o.Intact() {
		return
	}
	ssid, _, _ := f.Elements.SSID()
	b := air.BSS.Beaconed(ssid)
	if b == nil || b.Channel == 0 || b.Channel == channel || o.Time-b.Last > d.limits.Apart {
		return
	}
	a, _ := d.answers.Put(f.BSSID)
	if a.channel != channel || a.beacons != b.Channel || a.at > o.Time || o.Time-a.at > d.limits.Apart {
		*a = answer{channel: channel, beacons: b.Channel}
	}
	a.length = copy(a.ssid[:], ssid)
	a.source, a.dest, a.at, a.frame = f.Addr2, f.Addr1, o.Time, o.Number
	a.count++
	a.checked = a.checked || o.Radio.FCS == dot11.FCSGood
}

// switching reports whether a switch between the two channels was announced.
func (d *detector) switching(b *track.BSS, one, other uint8, at time.Duration) bool {
	return b.Switch.At > 0 && at-b.Switch.At < d.limits.Announced && (b.Switch.Channel == one || b.Switch.Channel == other)
}

// beaconed finds that a network goes on where it was after a response that named another channel.
func (d *detector) beaconed(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	a := d.answers.Peek(o.Frame.BSSID)
	if a == nil || air.Advert == nil || air.Advert.SSID != "" && air.Advert.SSID != string(a.ssid[:a.length]) {
		return
	}
	channel := o.Frame.Channel()
	apart := o.Time - a.at
	if channel == a.channel || apart < 0 || apart > d.limits.Apart || d.switching(air.BSS, a.beacons, a.channel, o.Time) {
		d.answers.Delete(o.Frame.BSSID)
		return
	}
	if channel != a.beacons || !a.checked && a.count < d.limits.Repeats {
		return
	}
	said := *a
	d.answers.Delete(o.Frame.BSSID)
	if !d.told.Once(o.Frame.BSSID, o.Time) {
		return
	}
	switch n, ring := d.several.Add(struct{}{}, o.Time); {
	case ring:
		found.Add(d.many(n))
	case n < d.limits.Several:
		found.Add(finding(o.Frame.BSSID, said))
	}
}

func finding(bssid dot11.Addr, a answer) tocsin.Finding {
	f := tocsin.Finding{
		Text: fmt.Sprintf("Somebody answers %s as the access point %s of the network %s on channel %d, while its beacons say channel %d",
			a.dest, bssid, tocsin.Quote(a.ssid[:a.length]), a.channel, a.beacons),
		Reason: tocsin.Reason{What: "channel in probe responses", Observed: fmt.Sprint(a.channel), Limit: fmt.Sprintf("%d, as in beacons", a.beacons)},
		Source: a.source, Dest: a.dest,
	}
	if a.frame != 0 {
		f.Frames = []uint64{a.frame}
	}
	return f
}

func (d *detector) many(n int) tocsin.Finding {
	return tocsin.Finding{
		Text:   fmt.Sprintf("Somebody answers as %d access points on other channels than their beacons say; further ones are not told one by one", n),
		Reason: tocsin.Reason{What: fmt.Sprintf("access points answered for on another channel in %s", d.limits.Again), Observed: fmt.Sprint(n), Limit: fmt.Sprint(d.limits.Several)},
		BSSID:  dot11.Broadcast, Source: dot11.Broadcast, Subject: "many networks",
	}
}
