// Package chanchange recognises access points that change their channel without having said so, or say so and stay.
package chanchange

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares CHANCHANGE.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "CHANCHANGE",
		Title:       "Access point on another channel",
		Class:       tocsin.Spoof,
		Severity:    tocsin.Low,
		Description: "An access point is on another channel without having announced it; on two at once, it is two access points with one address.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  40,
		Attack:      []string{"T1557.004"},
	},
	Frames: dot11.Only(dot11.Beacon),
}, limits{Announced: time.Minute, Late: 5 * time.Second, Moves: 3, Window: 10 * time.Second, Again: time.Minute, Networks: 1024}, newDetector)

type limits struct {
	Announced time.Duration `help:"time for which an announced switch excuses a change to its channel" min:"1s"`
	Late      time.Duration `help:"time for which an access point may stay after the switch that was announced" min:"1s"`
	Moves     int           `help:"changes within the window from which on the network is on two channels at once" min:"2"`
	Window    time.Duration `help:"time in which changes are counted" min:"1s"`
	Again     time.Duration `help:"time between two findings about one network" min:"1s"`
	Networks  int           `help:"networks that are watched"`
}

type detector struct {
	limits limits
	both   *window.Alarm[dot11.Addr]
	told   *window.Set[dot11.Addr]
	stays  *window.Map[dot11.Addr, stay]
}

// stay is how a network goes on after a switch was announced in its name.
type stay struct {
	announced, last time.Duration
	silent          bool // it was not heard for a while, so it may have gone and come back
}

// silence is longer than a crowded channel hides an access point, and shorter than one that goes stays away.
const silence = 3 * time.Second

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits: l,
		both:   window.NewAlarm[dot11.Addr](l.Moves, l.Window, l.Again, l.Networks),
		told:   window.NewSet[dot11.Addr](l.Again, l.Networks),
		stays:  window.NewMap[dot11.Addr, stay](l.Networks),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	if air.Advert == nil || air.Advert.Channel == 0 {
		return
	}
	if air.Changed&track.ChannelChanged == 0 || air.Before.Channel == 0 {
		d.stay(o, air, found)
		return
	}
	bssid, before, now := o.Frame.BSSID, air.Before.Channel, air.Advert.Channel
	moves, ring := d.both.Add(bssid, o.Time)
	if ring {
		found.Add(d.twoChannels(bssid, air, moves))
		return
	}
	if s := air.BSS.Switch; s.At > 0 && s.Channel == now && o.Time-s.At < d.limits.Announced {
		return
	}
	if moves >= d.limits.Moves || !d.told.Once(bssid, o.Time) {
		return
	}
	found.Add(tocsin.Finding{
		Text: fmt.Sprintf("The access point %s of the network %s went from channel %d to %d without announcing it",
			bssid, tocsin.Quote([]byte(air.Advert.SSID)), before, now),
		Reason: tocsin.Reason{What: "channel of a network", Observed: fmt.Sprint(now), Limit: fmt.Sprintf("%d, unless announced", before)},
	})
}

// stay finds access points that go on where they are after the switch that was announced in their name.
func (d *detector) stay(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	s, now := air.BSS.Switch, air.Advert.Channel
	late := o.Time - s.Due
	if !s.Sure || s.Channel == now || late > d.limits.Announced {
		return
	}
	v, _ := d.stays.Put(o.Frame.BSSID)
	if v.announced != s.At {
		*v = stay{announced: s.At, last: o.Time}
	}
	v.silent = v.silent || o.Time-v.last > silence
	v.last = o.Time
	if late < d.limits.Late || v.silent || !d.told.Once(o.Frame.BSSID, o.Time) {
		return
	}
	found.Add(tocsin.Finding{
		Text: fmt.Sprintf("A switch of the access point %s of the network %s to channel %d was announced, yet it stays on %d: the announcement may be forged",
			o.Frame.BSSID, tocsin.Quote([]byte(air.Advert.SSID)), s.Channel, now),
		Reason: tocsin.Reason{
			What: "time for which a network stays after the switch that was announced", Observed: late.Round(100 * time.Millisecond).String(),
			Limit: d.limits.Late.String(),
		},
		Confidence: 50,
	})
}

func (d *detector) twoChannels(bssid dot11.Addr, air *track.Sight, moves int) tocsin.Finding {
	high := tocsin.High
	return tocsin.Finding{
		Text: fmt.Sprintf("The address %s of the network %s is on the channels %d and %d at once: one of the two is not the access point",
			bssid, tocsin.Quote([]byte(air.Advert.SSID)), air.Before.Channel, air.Advert.Channel),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("changes of channel in %s", d.limits.Window),
			Observed: fmt.Sprint(moves), Limit: fmt.Sprint(d.limits.Moves),
		},
		Severity: &high, Confidence: 85,
	}
}
