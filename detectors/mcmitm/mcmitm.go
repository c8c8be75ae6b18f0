// Package mcmitm recognises an attacker who puts himself between clients and their access point by taking them to another channel.
package mcmitm

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares MCMITM.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "MCMITM",
		Title:       "Man in the middle on another channel",
		Class:       tocsin.Spoof,
		Severity:    tocsin.Critical,
		Description: "Somebody takes clients to a copy of their access point on another channel, and can then hold back, change and repeat what they say.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  95,
		Attack:      []string{"T1557.004"},
		Explains:    []string{"ADVCRYPTCHANGE", "BCASTDISCON", "BEACONPROT", "BSSTIMESTAMP", "CHANCHANGE", "CSABOGUS", "DEAUTHFLOOD", "DEAUTHFORGED", "EVILTWINBSSID", "PROBECHAN", "SAEDOWNGRADE"},
	},
	Frames: dot11.Only(dot11.Beacon, dot11.ProbeResp, dot11.Action),
}, limits{
	Changes: 4, Frames: 3, Jumps: 4, Lures: 2, Stays: 3, Window: time.Minute, Again: 10 * time.Minute, Networks: 1024,
}, newDetector)

type limits struct {
	Changes  int           `help:"changes from channel to channel in a row, with less than ten seconds between two" min:"2"`
	Frames   int           `help:"beacons on the channel with fewer of them"`
	Jumps    int           `help:"jumps of the clock in a row that show two devices" min:"2"`
	Lures    int           `help:"switches announced by somebody else within the window"`
	Stays    int           `help:"beacons of the access point where it was, after it should have gone"`
	Window   time.Duration `help:"time after a forged announcement in which the access point is watched" min:"1s"`
	Again    time.Duration `help:"time between two findings of one kind about one network" min:"1s"`
	Networks int           `help:"networks that are watched"`
}

// lure is an announcement of a switch that the access point did not make.
type lure struct {
	frames  int
	stays   int // beacons of the access point on its channel since the switch was due
	due     time.Duration
	channel uint8
	signal  int8 // dBm, of the newest; 0 if it is the clock that differs
	usual   int  // dBm, of the access point
	number  uint64
}

// news is what is told of a network: that it is on two channels, or that its clients are lured away.
type news struct {
	bssid dot11.Addr
	lure  bool
}

type detector struct {
	limits limits
	lures  *window.Map[dot11.Addr, lure]
	told   *window.Set[news]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{l, window.NewMap[dot11.Addr, lure](l.Networks), window.NewSet[news](l.Again, l.Networks)}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	b := air.BSS
	if b == nil || o.Frame.Addr2 != b.BSSID {
		return
	}
	if o.Frame.Kind == dot11.Beacon {
		d.twoChannels(b, o, found)
		d.stay(b, o, found)
	}
	if b.Switch.At == o.Time {
		d.announced(b, o, air)
	}
}

// twoChannels finds a network that two devices keep on two channels.
func (d *detector) twoChannels(b *track.BSS, o *tocsin.Observation, found *detect.Findings) {
	changes, frames := b.Channels.Alternations(o.Time)
	if changes < d.limits.Changes || frames < d.limits.Frames {
		return
	}
	jumps, _ := b.Clock.Alternations(o.Time)
	if jumps < d.limits.Jumps || !d.told.Once(news{bssid: b.BSSID}, o.Time) {
		return
	}
	here, there := b.Channels.Values()
	found.Add(tocsin.Finding{
		Text: fmt.Sprintf("Two devices send beacons as the network %s, on channel %d and on channel %d: one is a copy that can come between clients and the other",
			b.BSSID, here, there),
		Reason: tocsin.Reason{
			What:     "changes of channel and jumps of the clock of one network in a row",
			Observed: fmt.Sprintf("%d changes, %d jumps, %d beacons on channel %d", changes, jumps, frames, there),
			Limit:    fmt.Sprintf("%d changes, %d jumps, %d beacons", d.limits.Changes, d.limits.Jumps, d.limits.Frames),
		},
	})
}

// announced notes a switch that somebody announces in the name of b, if it is not b that does.
func (d *detector) announced(b *track.BSS, o *tocsin.Observation, air *track.Sight) {
	channel, _ := b.Channels.Values()
	if air.Doubt.Signs() == 0 && !b.Clock.Odd() || b.Switch.Channel == channel || channel == 0 {
		return
	}
	l, created := d.lures.Put(b.BSSID)
	if created || o.Time-l.due > d.limits.Window {
		*l = lure{}
	}
	l.frames++
	l.due, l.channel, l.number = max(l.due, b.Switch.Due), b.Switch.Channel, o.Number
	l.signal, l.usual = 0, air.Doubt.Usual
	if air.Doubt.Deviates {
		l.signal = o.Radio.Signal
	}
}

// why says what shows that the announcement is not the access point's.
func (l *lure) why() string {
	if l.signal != 0 {
		return fmt.Sprintf("signal %d dBm, usually %d dBm", l.signal, l.usual)
	}
	return "it has another clock or other sequence numbers"
}

// stay counts the beacons of an access point that does not follow the switch that was announced in its name.
func (d *detector) stay(b *track.BSS, o *tocsin.Observation, found *detect.Findings) {
	l := d.lures.Peek(b.BSSID)
	if l == nil || o.Time <= l.due || o.Time-l.due > d.limits.Window || b.Clock.Odd() || b.Switch.At == o.Time {
		return
	}
	if o.Frame.Elements.PrimaryChannel() == l.channel {
		l.stays = 0
		return
	}
	if l.stays++; l.stays < d.limits.Stays || l.frames < d.limits.Lures || !d.told.Once(news{b.BSSID, true}, o.Time) {
		return
	}
	high := tocsin.High
	found.Add(tocsin.Finding{
		Text: fmt.Sprintf("Somebody tells clients of the network %s that it moves to channel %d, in its name (%s); it stays: whoever follows meets a copy there",
			b.BSSID, l.channel, l.why()),
		Reason: tocsin.Reason{
			What:     "switches announced by somebody else, and beacons where the access point was after it should have gone",
			Observed: fmt.Sprintf("%d announcements, %d beacons", l.frames, l.stays),
			Limit:    fmt.Sprintf("%d announcements, %d beacons", d.limits.Lures, d.limits.Stays),
		},
		Severity: &high, Confidence: 90, Subject: "lure", Frames: []uint64{l.number},
	})
}
