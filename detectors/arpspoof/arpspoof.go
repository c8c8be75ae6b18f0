// Package arpspoof recognises who tells others in ARP that it has the address of somebody else.
package arpspoof

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/ip"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares ARPSPOOF.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "ARPSPOOF",
		Title:       "Forged ARP answers",
		Class:       tocsin.Spoof,
		Severity:    tocsin.High,
		Description: "A host of an open network answers, without having been asked, that it has the IP address of another: it draws traffic to itself.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  70,
		Attack:      []string{"T1557.002"},
		Explains:    []string{"DHCPCONFLICT"},
	},
	Frames:  dot11.AnyData,
	Content: true,
}, limits{Answers: 3, Window: time.Minute, Asked: 5 * time.Second, Owned: 5 * time.Minute, Senders: 3, Again: 10 * time.Minute, Addresses: 4096}, newDetector)

type limits struct {
	Answers   int           `help:"answers within the window, that nobody asked for, that one host has the same address of another"`
	Window    time.Duration `help:"time in which answers are counted" min:"1s"`
	Asked     time.Duration `help:"time in which an answer to a question may come" min:"1s"`
	Owned     time.Duration `help:"silence after which an address may move to another host" min:"1s"`
	Senders   int           `help:"hosts within again that are one attack with invented addresses" min:"2"`
	Again     time.Duration `help:"time between two findings about one host" min:"1s"`
	Addresses int           `help:"addresses that are remembered"`
}

// place is an address of a network, claim one that a host lays to it, and host a host.
type (
	place struct {
		bssid   dot11.Addr
		address netip.Addr
	}
	claim struct {
		place
		by dot11.Addr
	}
	host struct{ bssid, station dot11.Addr }
)

// owner is who has an address.
type owner struct {
	station  dot11.Addr
	sure     bool          // not by one frame that may be damaged
	heard    time.Duration // when it last said so
	frame    uint64        // in which
	asked    time.Duration // when somebody last asked for the address
	asker    netip.Addr
	answered time.Duration // when it was last claimed without a question
}

type detector struct {
	limits limits
	reader detect.DHCPReader
	owners *window.Map[place, owner]
	claims *window.Counter[claim]
	voice  *detect.Voice[host]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits: l,
		owners: window.NewMap[place, owner](l.Addresses),
		claims: window.NewCounter[claim](l.Window, l.Addresses),
		voice:  detect.NewVoice[host](l.Senders, l.Again, l.Addresses),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	if f.EtherType == 0 && !f.IsAMSDU() || !f.BSSID.IsStation() {
		return
	}
	for m := range f.MSDUs() {
		etherType, b := ip.Untag(m.EtherType, m.Payload)
		var a ip.ARP
		if etherType == ip.EtherTypeARP && a.Decode(b) == nil {
			d.judge(&a, o, found)
		}
	}
	for m := range d.reader.Messages(o) {
		if m.Type == ip.DHCPAck && m.Proven && m.YourIP.IsGlobalUnicast() {
			w, _ := d.owners.Put(place{f.BSSID, m.YourIP})
			w.take(dot11.Addr(m.ClientMAC), o)
			w.sure = true
		}
	}
}

// take makes the station the owner.
func (w *owner) take(station dot11.Addr, o *tocsin.Observation) {
	w.sure = w.station == station || o.Radio.FCS == dot11.FCSGood
	w.station, w.heard, w.frame = station, o.Time, o.Number
}

// judge learns from an ARP packet who has its sender's address, or counts it as forged.
func (d *detector) judge(a *ip.ARP, o *tocsin.Observation, found *detect.Findings) {
	bssid := o.Frame.BSSID
	if a.Operation == ip.ARPRequest && a.TargetIP.IsGlobalUnicast() && a.TargetIP != a.SenderIP {
		w, _ := d.owners.Put(place{bssid, a.TargetIP})
		w.asked, w.asker = o.Time, a.SenderIP
	}
	by := dot11.Addr(a.SenderMAC)
	if !a.SenderIP.IsGlobalUnicast() || !by.IsStation() || isShared(by) {
		return
	}
	c := claim{place{bssid, a.SenderIP}, by}
	w, _ := d.owners.Put(c.place)
	switch {
	case w.station == by || w.station.IsZero() || !w.sure:
		w.take(by, o)
	// A host tells all others of its own change with an announcement, which names its address twice (RFC 5227 §1.1).
	case a.Operation != ip.ARPReply || a.SenderIP == a.TargetIP || w.asker == a.TargetIP && o.Time-w.asked < d.limits.Asked:
		if o.Time-w.heard >= d.limits.Owned {
			w.take(by, o)
		}
	case o.Time-w.answered >= detect.Relayed:
		w.answered = o.Time
		if n := d.claims.Add(c, o.Time); n >= d.limits.Answers {
			d.tell(c, w, a, n, o, found)
		}
	}
}

// isShared reports whether routers that stand in for each other have the hardware address in common: VRRP and CARP
// (RFC 9568 §7.3), HSRP and its version 2 and GLBP of Cisco.
func isShared(a dot11.Addr) bool {
	switch [4]byte(a[:4]) {
	case [4]byte{0x00, 0x00, 0x5e, 0x00}:
		return a[4] == 1 || a[4] == 2
	case [4]byte{0x00, 0x00, 0x0c, 0x07}:
		return a[4] == 0xac
	case [4]byte{0x00, 0x00, 0x0c, 0x9f}:
		return a[4]&0xf0 == 0xf0
	case [4]byte{0x00, 0x07, 0xb4, 0x00}:
		return true
	}
	return false
}

func (d *detector) tell(c claim, w *owner, a *ip.ARP, n int, o *tocsin.Observation, found *detect.Findings) {
	v := d.voice.Tell(host{c.bssid, c.by}, o.Time)
	switch {
	case v.Several > 0:
		text := fmt.Sprintf("Somebody tells hosts of open networks, under many hardware addresses, that they have the addresses of others, the newest %s", c.address)
		found.Add(d.voice.Several(v.Several, text, "forged ARP answers"))
	case v.Speak:
		found.Add(tocsin.Finding{
			Text: fmt.Sprintf("%s tells %s, who did not ask, that it has the address %s, which is that of %s: it draws traffic to itself",
				c.by, told(a), c.address, w.station),
			Reason: tocsin.Reason{
				What:     fmt.Sprintf("ARP answers in %s that nobody asked for, for the address of another", d.limits.Window),
				Observed: fmt.Sprintf("%d answers", n), Limit: fmt.Sprintf("%d answers", d.limits.Answers),
			},
			Other: w.station, Subject: c.by.String(), Frames: []uint64{w.frame},
		})
	}
}

// told names who is to believe the answer.
func told(a *ip.ARP) string {
	if a.TargetIP.IsUnspecified() {
		return "everybody"
	}
	return a.TargetIP.String()
}
