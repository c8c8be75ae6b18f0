// Package roguera recognises clients that tell others to use them as IPv6 router.
package roguera

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/ip"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares ROGUERA.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "ROGUERA",
		Title:       "Client as IPv6 router",
		Class:       tocsin.Spoof,
		Severity:    tocsin.Medium,
		Description: "A client of an open network sends IPv6 router advertisements: hosts that believe them send their traffic or their questions through it.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  50,
		Attack:      []string{"T1557"},
	},
	Frames:  dot11.AnyData,
	Content: true,
}, limits{Known: 30 * time.Minute, Senders: 3, Again: 10 * time.Minute, Keys: 1024}, newDetector)

type limits struct {
	Known   time.Duration `help:"time after its last advertisement in which a router counts as there" min:"1s"`
	Senders int           `help:"clients within again that are one attack with invented addresses" min:"2"`
	Again   time.Duration `help:"time between two findings about one client" min:"1s"`
	Keys    int           `help:"networks, and clients that advertise, that are remembered"`
}

// router is who advertises from behind the access point, and client a station of a network.
type (
	router struct {
		station dot11.Addr
		address netip.Addr
		heard   time.Duration
		frame   uint64
	}
	client struct{ bssid, station dot11.Addr }
)

type detector struct {
	limits  limits
	packet  ip.IPv6
	message ip.RouterAdvertisement
	routers *window.Map[dot11.Addr, router]
	clients *window.Set[client] // that sent advertisements
	voice   *detect.Voice[client]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:  l,
		routers: window.NewMap[dot11.Addr, router](l.Keys),
		clients: window.NewSet[client](l.Known, l.Keys),
		voice:   detect.NewVoice[client](l.Senders, l.Again, l.Keys),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	if f.EtherType == 0 && !f.IsAMSDU() || !f.BSSID.IsStation() {
		return
	}
	for m := range f.MSDUs() {
		etherType, b := ip.Untag(m.EtherType, m.Payload)
		if etherType != ip.EtherTypeIPv6 || d.packet.Decode(b) != nil || d.message.Decode(&d.packet) != nil || !m.Source.IsStation() {
			continue
		}
		c := client{f.BSSID, m.Source}
		switch direction := f.Control & (dot11.ToDS | dot11.FromDS); {
		case direction == dot11.ToDS && m.Source == f.Addr2:
			d.clients.Add(c, o.Time)
			d.judge(c, o, found)
		case direction == dot11.FromDS && !d.clients.Has(c, o.Time): // else the access point passes on what its client sent
			r, _ := d.routers.Put(f.BSSID)
			*r = router{m.Source, d.packet.Source, o.Time, o.Number}
		}
	}
}

// judge reports a client whose advertisement makes hosts change what they use. One that names prefixes or routes alone
// comes from what leads to a network of sensors and lamps, such as border routers of Thread (RFC 4191).
func (d *detector) judge(c client, o *tocsin.Observation, found *detect.Findings) {
	r := d.routers.Peek(c.bssid)
	if r != nil && (r.station == c.station || o.Time-r.heard >= d.limits.Known) {
		r = nil
	}
	m := &d.message
	if m.Lifetime == 0 && !m.Managed && !m.OtherConfig && !m.Resolver.IsValid() && !d.borrows(r) {
		return
	}
	v := d.voice.Tell(c, o.Time)
	switch {
	case v.Several > 0:
		found.Add(d.voice.Several(v.Several, "Somebody sends IPv6 router advertisements to open networks under many hardware addresses", "router advertisements"))
	case v.Speak:
		found.Add(d.finding(c, r))
	}
}

// borrows reports whether the advertisement names the address of the router, which may be nil, as its sender.
func (d *detector) borrows(r *router) bool { return r != nil && r.address == d.packet.Source }

// says tells what the advertisement makes hosts believe.
func (d *detector) says(r *router) string {
	m := &d.message
	var says []string
	if d.borrows(r) {
		says = append(says, "its address is that of the network's router")
	}
	if m.Lifetime > 0 {
		says = append(says, fmt.Sprintf("it is a default router for %d s", m.Lifetime))
	}
	if m.Managed || m.OtherConfig {
		says = append(says, "they are to ask DHCPv6")
	}
	if m.Resolver.IsValid() {
		says = append(says, fmt.Sprintf("their DNS resolver is %s", m.Resolver))
	}
	return strings.Join(says, ", ")
}

func (d *detector) finding(c client, r *router) tocsin.Finding {
	f := tocsin.Finding{
		Text: fmt.Sprintf("The client %s tells the hosts of the network, as IPv6 router: %s", c.station, d.says(r)),
		Reason: tocsin.Reason{
			What:     "router advertisements that a client sends to the access point",
			Observed: "1 advertisement from " + d.packet.Source.String(), Limit: "1 advertisement",
		},
		Subject: c.station.String(),
	}
	if r != nil {
		f.Text += fmt.Sprintf("; the network's router is %s", r.station)
		f.Other, f.Frames = r.station, []uint64{r.frame}
		f.Confidence, f.Severity = 75, new(tocsin.High)
	}
	return f
}
