// Package csabogus recognises announcements of a channel switch that no access point makes.
package csabogus

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares CSABOGUS.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "CSABOGUS",
		Title:       "Bogus channel switch",
		Class:       tocsin.Denial,
		Severity:    tocsin.High,
		Description: "Somebody announces in the name of an access point a channel switch that it does not make: clients that obey lose their network.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  85,
		Attack:      []string{"T1499"},
		Explains:    []string{"CHANCHANGE"},
	},
	Frames: dot11.Only(dot11.Beacon, dot11.Action),
}, limits{Frames: 3, Signs: 2, Window: 10 * time.Second, Senders: 3, Again: time.Minute, Networks: 1024}, newDetector)

type limits struct {
	Frames   int           `help:"such announcements of one network within the window"`
	Signs    int           `help:"of three signs against an action frame being its sender's: sequence number, signal, duration"`
	Window   time.Duration `help:"time in which announcements are counted" min:"1s"`
	Senders  int           `help:"networks within again that are one attack with invented addresses" min:"2"`
	Again    time.Duration `help:"time between two findings about one network" min:"1s"`
	Networks int           `help:"networks that are watched"`
}

// fault is what is wrong with an announcement.
type fault uint8

const (
	nowhere fault = iota // no band has the channel
	dropped              // the next beacon knows nothing of it
	forged               // the action frame is not its sender's
)

// charge is a network in whose name the fault is shown.
type charge struct {
	bssid dot11.Addr
	fault fault
}

type detector struct {
	limits  limits
	charges *window.Alarm[charge]
	pending *window.Map[dot11.Addr, uint8] // channel that the last beacon of a network announces to leave; 0: none
	voice   *detect.Voice[dot11.Addr]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:  l,
		charges: window.NewAlarm[charge](l.Frames, l.Window, l.Again, 2*l.Networks),
		pending: window.NewMap[dot11.Addr, uint8](l.Networks),
		voice:   detect.NewVoice[dot11.Addr](l.Senders, l.Again, l.Networks),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	b, f := air.BSS, o.Frame
	if b == nil || b.Switch.At == 0 || f.Addr2 != b.BSSID || o.Time-b.Switch.At > d.limits.Window || !o.Intact() || f.Defects != 0 {
		return
	}
	announced := b.Switch.At == o.Time
	if announced {
		if s, ok := f.ChannelSwitch(); ok && !exists(s.Channel) {
			d.charge(nowhere, o, air, found)
			return
		}
	}
	switch {
	case f.Kind == dot11.Beacon:
		d.beacon(announced, o, air, found)
	case announced && !f.IsRetry() && air.Doubt.Signs() >= d.limits.Signs:
		d.charge(forged, o, air, found)
	}
}

// beacon takes a beacon of a network that announced a switch of late. Each beacon until the switch has to announce it (802.11-2020 §11.8.8): one on the
// old channel that does not is of somebody else, or the switch was given up, which happens once.
func (d *detector) beacon(announced bool, o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	channel := o.Frame.Channel()
	if announced {
		left, _ := d.pending.Put(air.BSS.BSSID)
		*left = channel
		return
	}
	left := d.pending.Peek(air.BSS.BSSID)
	if left == nil || *left == 0 {
		return
	}
	stays := *left == channel && channel != air.BSS.Switch.Channel
	*left = 0
	if stays {
		d.charge(dropped, o, air, found)
	}
}

// exists reports whether any band has a 20 MHz channel with the number.
func exists(channel uint8) bool {
	const first6, last6 = 1, 233
	return channel >= 1 && channel <= 14 || channel >= 34 && channel <= 196 || channel >= first6 && channel <= last6 && channel%4 == first6
}

func (d *detector) charge(x fault, o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	b := air.BSS
	count, ring := d.charges.Add(charge{b.BSSID, x}, o.Time)
	if !ring {
		return
	}
	switch v := d.voice.Tell(b.BSSID, o.Time); {
	case v.Several > 0:
		found.Add(d.voice.Several(v.Several, "Somebody announces channel switches that do not come in the names of many networks", "bogus channel switches"))
	case v.Speak:
		text, what := x.words(o, air)
		found.Add(tocsin.Finding{
			Text: text,
			Reason: tocsin.Reason{
				What:     fmt.Sprintf("%s in %s", what, d.limits.Window),
				Observed: fmt.Sprintf("%d times", count), Limit: fmt.Sprintf("%d times", d.limits.Frames),
			},
		})
	}
}

// words says what is wrong, and what is counted.
func (x fault) words(o *tocsin.Observation, air *track.Sight) (text, what string) {
	b := air.BSS
	switch x {
	case nowhere:
		return fmt.Sprintf("Somebody announces that the network %s moves to channel %d, which no band has: clients that obey lose it", b.BSSID, b.Switch.Channel),
			"switches announced to a channel that does not exist"
	case dropped:
		return fmt.Sprintf("Beacons of the network %s announce again and again a switch to channel %d, and those between them stay on channel %d and know nothing of it: somebody else announces it",
			b.BSSID, b.Switch.Channel, o.Frame.Channel()), "beacons without the switch that the one before announced"
	}
	return fmt.Sprintf("Somebody tells %s in the name of the network %s that it moves to channel %d; the frames are not its own: %s",
		detect.Whom(o.Frame.Addr1), b.BSSID, b.Switch.Channel, air.Doubt.Words(o)), "action frames that announce a switch and are not their sender's"
}
