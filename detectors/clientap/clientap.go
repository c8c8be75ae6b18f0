// Package clientap recognises clients that open an access point of their own.
package clientap

import (
	"bytes"
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares CLIENTAP.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "CLIENTAP",
		Title:       "Access point on a client",
		Class:       tocsin.Spoof,
		Severity:    tocsin.Medium,
		Description: "A device that was a client of one of your networks has opened a network of its own: a way in past your access points.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  80,
		Attack:      []string{"T1557.004"},
	},
	Frames: dot11.Only(dot11.Beacon, dot11.ProbeResp, dot11.Data, dot11.QoSData),
}, limits{Frames: 10, Beacons: 3, History: 24 * time.Hour, Senders: 3, Again: 10 * time.Minute, Clients: 4096}, newDetector)

type limits struct {
	Frames  int           `help:"encrypted data frames by which a device is a client"`
	Beacons int           `help:"beacons by which it has an access point"`
	History time.Duration `help:"time for which a client is remembered" min:"1s"`
	Senders int           `help:"clients within again that are told of together" min:"2"`
	Again   time.Duration `help:"time between two findings about one device" min:"1s"`
	Clients int           `help:"clients that are remembered"`
}

// client is a device that exchanged data with a network of the policy.
type client struct {
	addr   dot11.Addr
	ssid   detect.SSID
	last   time.Duration
	frames int
}

type detector struct {
	limits  limits
	policy  tocsin.Policy
	ours    *window.Map[dot11.Addr, detect.SSID] // encrypted networks of the policy, by BSSID
	clients *window.Map[dot11.Addr, client]      // by the address without the bit of local addresses
	beacons *window.Counter[dot11.Addr]
	voice   *detect.Voice[dot11.Addr]
}

func newDetector(l limits, env detect.Env) detect.Detector {
	return &detector{
		limits: l, policy: env.Policy,
		ours:    window.NewMap[dot11.Addr, detect.SSID](l.Clients),
		clients: window.NewMap[dot11.Addr, client](l.Clients),
		beacons: window.NewCounter[dot11.Addr](time.Minute, l.Clients),
		voice:   detect.NewVoice[dot11.Addr](l.Senders, l.Again, l.Clients),
	}
}

// Idle implements detect.Idler.
func (d *detector) Idle() bool { return len(d.policy.Networks) == 0 }

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	switch {
	case air.BSS == nil || !o.Intact():
	case o.Frame.Kind == dot11.Beacon || o.Frame.Kind == dot11.ProbeResp:
		if air.NewAdvert {
			d.learn(o, air)
		}
		if o.Frame.Kind == dot11.Beacon {
			d.beaconed(o, found)
		}
	case o.Frame.IsProtected() && air.Transmitter != nil:
		d.joined(o, air)
	}
}

// learn notes an access point of an encrypted network of the policy.
func (d *detector) learn(o *tocsin.Observation, air *track.Sight) {
	ssid, ok := detect.Named(o.Frame)
	if !ok || air.Advert.Security.Access() == dot11.AccessOpen {
		return
	}
	octets, _, _ := o.Frame.Elements.SSID()
	for i := range d.policy.Networks {
		if d.policy.Networks[i].SSID.Match(octets) {
			v, _ := d.ours.Put(o.Frame.BSSID)
			*v = ssid
			d.ours.Promote(o.Frame.BSSID)
			return
		}
	}
}

// joined notes a client by its encrypted data.
func (d *detector) joined(o *tocsin.Observation, air *track.Sight) {
	ssid := d.ours.Peek(air.BSS.BSSID)
	if ssid == nil {
		return
	}
	c, created := d.clients.Put(device(o.Frame.Addr2))
	if created || o.Time-c.last > d.limits.History {
		*c = client{addr: o.Frame.Addr2}
	}
	c.ssid, c.last = *ssid, o.Time
	if c.frames < d.limits.Frames {
		c.frames++
	}
}

func (d *detector) beaconed(o *tocsin.Observation, found *detect.Findings) {
	f := o.Frame
	c := d.clients.Peek(device(f.BSSID))
	if c == nil || c.frames < d.limits.Frames || o.Time-c.last > d.limits.History || f.Addr2 != f.BSSID {
		return
	}
	ssid, ok := detect.Named(f)
	// A repeater is a client as well, and has the name of its network, or one that begins with it. The access points of a mesh, which
	// the policy lists, are clients of each other.
	if !ok || bytes.HasPrefix(ssid.Octets(), c.ssid.Octets()) || d.policy.Lists(f.BSSID) || d.beacons.Add(f.BSSID, o.Time) < d.limits.Beacons {
		return
	}
	switch v := d.voice.Tell(f.BSSID, o.Time); {
	case v.Several > 0:
		text := fmt.Sprintf("Many clients of your networks have opened networks of their own, the newest %s", f.BSSID)
		found.Add(d.voice.Several(v.Several, text, "networks of clients"))
	case v.Speak:
		found.Add(tocsin.Finding{
			Text: fmt.Sprintf("%s, which was a client of the network %s as %s, advertises a network %s of its own",
				f.BSSID, tocsin.Quote(c.ssid.Octets()), c.addr, tocsin.Quote(ssid.Octets())),
			Reason: tocsin.Reason{
				What:     "beacons in a minute of an address that was a client's",
				Observed: fmt.Sprintf("%d beacons", d.limits.Beacons), Limit: fmt.Sprintf("%d beacons", d.limits.Beacons),
			},
		})
	}
}

// device is a without the bit of locally administered addresses: many devices set it for the network that they open.
func device(a dot11.Addr) dot11.Addr {
	a[0] &^= 2
	return a
}
