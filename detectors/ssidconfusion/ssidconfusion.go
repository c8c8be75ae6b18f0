// Package ssidconfusion recognises access points that are offered to clients under the name of another network.
package ssidconfusion

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares SSIDCONFUSION.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "SSIDCONFUSION",
		Title:       "Access point under another network's name",
		Class:       tocsin.Spoof,
		Severity:    tocsin.Critical,
		Description: "One access point has two names on two channels, both encrypted alike: clients that mean the one network are taken to the other (CVE-2023-52424).",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  85,
		Attack:      []string{"T1557.004"},
		Explains:    []string{"APSPOOF", "CHANCHANGE", "EVILTWINSSID", "MCMITM"},
	},
	Frames: dot11.Only(dot11.Beacon),
}, limits{Beacons: 3, Turns: 3, Window: 10 * time.Second, Again: 10 * time.Minute, Senders: 3, Networks: 1024}, newDetector)

type limits struct {
	Beacons  int           `help:"beacons with each of the two names"`
	Turns    int           `help:"changes from one name to the other within the window" min:"2"`
	Window   time.Duration `help:"time in which both names are on the air" min:"1s"`
	Again    time.Duration `help:"time between two findings about one access point" min:"1s"`
	Senders  int           `help:"access points within again that are one attack with invented addresses" min:"2"`
	Networks int           `help:"access points that are watched"`
}

type detector struct {
	limits limits
	names  *window.Map[dot11.Addr, detect.SSID] // in the last beacon
	turns  *window.Counter[dot11.Addr]
	voice  *detect.Voice[dot11.Addr]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits: l,
		names:  window.NewMap[dot11.Addr, detect.SSID](l.Networks),
		turns:  window.NewCounter[dot11.Addr](l.Window, l.Networks),
		voice:  detect.NewVoice[dot11.Addr](l.Senders, l.Again, l.Networks),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	if air.Advert == nil || air.BSS.Adverts < 2 || !o.Intact() || f.Addr2 != f.BSSID {
		return
	}
	if moves, _ := air.BSS.Channels.Alternations(o.Time); moves == 0 {
		return
	}
	ssid, ok := detect.Named(f)
	if !ok || air.Advert.Frames < uint64(d.limits.Beacons) || !keyed(air.Advert.Security) {
		return
	}
	last, created := d.names.Put(f.BSSID)
	turned := !created && *last != ssid
	*last = ssid
	if !turned || d.turns.Add(f.BSSID, o.Time) < d.limits.Turns {
		return
	}
	other := d.other(air, o.Time)
	if other == nil {
		return
	}
	switch v := d.voice.Tell(f.BSSID, o.Time); {
	case v.Several > 0:
		text := fmt.Sprintf("Many access points have two names each, the newest %s: clients of one network are taken to another", f.BSSID)
		found.Add(d.voice.Several(v.Several, text, "two names"))
	case v.Speak:
		found.Add(d.finding(f.BSSID, air.Advert, other))
	}
}

// other returns what else the access point advertises: under another name, on another channel, to clients that would not notice.
func (d *detector) other(air *track.Sight, at time.Duration) *track.Advert {
	now := air.Advert
	for a := range air.BSS.All() {
		if a == now || a.Response || a.SSID == "" || a.Frames < uint64(d.limits.Beacons) || at-a.Last > d.limits.Window {
			continue
		}
		if a.Channel != 0 && now.Channel != 0 && a.Channel != now.Channel && alike(a.Security, now.Security) {
			return a
		}
	}
	return nil
}

// keyed reports whether clients and the access point authenticate each other.
func keyed(s dot11.Security) bool {
	return s.RSN.Present && !s.Unreadable && s.Access()&(dot11.AccessOpen|dot11.AccessOWE) == 0
}

// alike reports whether a client with the credentials of the one network can join the other without noticing.
func alike(a, b dot11.Security) bool { return keyed(a) && keyed(b) && a.RSN.AKM&b.RSN.AKM != 0 }

func (d *detector) finding(bssid dot11.Addr, now, other *track.Advert) tocsin.Finding {
	return tocsin.Finding{
		Text: fmt.Sprintf("The access point %s is %s on channel %d and %s on channel %d at once: somebody takes clients of one network to the other",
			bssid, tocsin.Quote([]byte(now.SSID)), now.Channel, tocsin.Quote([]byte(other.SSID)), other.Channel),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("changes between two names of one access point on two channels in %s", d.limits.Window),
			Observed: fmt.Sprintf("%d changes", d.limits.Turns), Limit: fmt.Sprintf("%d changes", d.limits.Turns),
		},
		Dest: dot11.Broadcast,
	}
}
