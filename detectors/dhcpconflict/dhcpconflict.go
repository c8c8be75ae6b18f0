// Package dhcpconflict recognises clients that use another address than DHCP gave them.
package dhcpconflict

import (
	"fmt"
	"math/bits"
	"net/netip"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/ip"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares DHCPCONFLICT.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "DHCPCONFLICT",
		Title:       "Client uses another address",
		Class:       tocsin.Spoof,
		Severity:    tocsin.Low,
		Description: "A client of an open network uses another IP address than the DHCP server gave it: it may take that of somebody else.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute10,
		Confidence:  40,
		Attack:      []string{"T1036"},
	},
	Frames:  dot11.AnyData | dot11.Only(dot11.AssocReq, dot11.ReassocReq),
	Content: true,
}, limits{Packets: 3, Window: time.Minute, Settle: 10 * time.Second, Several: 5, Again: 10 * time.Minute, Clients: 1024}, newDetector)

type limits struct {
	Packets int           `help:"packets of a client with the same other address within the window"`
	Window  time.Duration `help:"time in which packets are counted" min:"1s"`
	Settle  time.Duration `help:"time in which a client may still use its last address, after it was given another" min:"1s"`
	Several int           `help:"clients within again that are told of as one" min:"2"`
	Again   time.Duration `help:"time between two findings about one client" min:"1s"`
	Clients int           `help:"clients that are remembered"`
}

// client is a station of a network, and place an address in it.
type (
	client struct{ bssid, station dot11.Addr }
	place  struct {
		bssid   dot11.Addr
		address netip.Addr
	}
	use struct {
		client
		address netip.Addr
	}
)

// lease is the address that a client was given.
type lease struct {
	address     netip.Addr   // invalid: it is not known to have one
	network     netip.Prefix // invalid: the server did not tell
	since       time.Duration
	length      time.Duration
	transaction uint32
	number      uint64 // of the frame
	bridge      bool   // the client asks for other devices as well, and so passes on their packets
}

// holds reports whether the lease counts at the time at.
func (l *lease) holds(at time.Duration) bool {
	return l.address.IsValid() && at >= l.since && at-l.since < l.length
}

type detector struct {
	limits limits
	reader detect.DHCPReader
	leases *window.Map[client, lease]
	owners *window.Map[place, dot11.Addr]
	uses   *window.Counter[use]
	told   *window.Set[client]
	many   *window.Alarm[struct{}]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits: l,
		leases: window.NewMap[client, lease](l.Clients),
		owners: window.NewMap[place, dot11.Addr](l.Clients),
		uses:   window.NewCounter[use](l.Window, l.Clients),
		told:   window.NewSet[client](l.Again, l.Clients),
		many:   window.NewAlarm[struct{}](l.Several, l.Again, l.Again, 1),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	if !f.Kind.IsData() {
		d.forget(client{f.BSSID, f.Addr2}) // who joins anew asks anew
		return
	}
	if f.EtherType == 0 && !f.IsAMSDU() {
		return
	}
	for m := range d.reader.Messages(o) {
		d.follow(m, o)
	}
	if f.IsRetry() {
		return
	}
	for m := range f.MSDUs() {
		// What the access point passes on is not sent by its source.
		if address, claimed := sender(&m); m.Source == f.Addr2 && address.IsGlobalUnicast() {
			d.judge(use{client{f.BSSID, m.Source}, address}, claimed, o, found)
		}
	}
}

// follow learns from a DHCP message what address a client has.
func (d *detector) follow(m *detect.DHCP, o *tocsin.Observation) {
	c := client{o.Frame.BSSID, dot11.Addr(m.ClientMAC)}
	switch l := d.leases.Peek(c); m.Type {
	case ip.DHCPAck:
		if m.Proven {
			d.grant(c, m, o)
		}
	case ip.DHCPNak:
		d.forget(c)
	case ip.DHCPDiscover, ip.DHCPRequest, ip.DHCPDecline, ip.DHCPRelease:
		switch {
		case m.Source != c.station:
			b, _ := d.leases.Put(client{c.bssid, m.Source})
			b.bridge = true
		case l != nil && l.transaction != m.Transaction:
			// An answer to this may go unheard. Of the same transaction it is the access point's copy of the request.
			d.forget(c)
		}
	}
}

func (d *detector) forget(c client) {
	if l := d.leases.Peek(c); l != nil {
		l.address = netip.Addr{}
	}
}

// grant remembers the address that the server gives in m.
func (d *detector) grant(c client, m *detect.DHCP, o *tocsin.Observation) {
	if m.YourIP.IsUnspecified() {
		return // an answer to who has an address and asks for settings
	}
	seconds, _ := m.Number(ip.OptionLeaseTime) // every Ack has one (RFC 2131 table 3); a lease of no time never counts
	l, _ := d.leases.Put(c)
	*l = lease{
		address: m.YourIP, since: o.Time, length: time.Duration(seconds) * time.Second,
		transaction: m.Transaction, number: o.Number, bridge: l.bridge,
	}
	if mask, known := m.Number(ip.OptionSubnetMask); known {
		l.network, _ = m.YourIP.Prefix(bits.LeadingZeros32(^mask))
	}
	owner, _ := d.owners.Put(place{c.bssid, m.YourIP})
	*owner = c.station
}

// sender returns the address from which the packet in m is said to come, and whether it lays claim to it before all
// others, as ARP does. An ARP probe (RFC 5227 §1.1) and a client without an address have 0.0.0.0.
func sender(m *dot11.Subframe) (address netip.Addr, claimed bool) {
	switch etherType, b := ip.Untag(m.EtherType, m.Payload); etherType {
	case ip.EtherTypeARP:
		var a ip.ARP
		if a.Decode(b) == nil && dot11.Addr(a.SenderMAC) == m.Source {
			return a.SenderIP, true
		}
	case ip.EtherTypeIPv4:
		var p ip.IPv4
		if p.Decode(b); p.HeaderIntact { // what follows may be cut off
			return p.Source, false
		}
	}
	return netip.Addr{}, false
}

// judge compares the address that a client uses with the one that it was given.
func (d *detector) judge(u use, claimed bool, o *tocsin.Observation, found *detect.Findings) {
	l := d.leases.Peek(u.client)
	if l == nil || l.bridge || !l.holds(o.Time) || u.address == l.address || o.Time-l.since < d.limits.Settle {
		return
	}
	// From hosts slip packets of other networks that they have, such as of guests and containers.
	if !claimed && !l.network.Contains(u.address) {
		return
	}
	packets := d.uses.Add(u, o.Time)
	if packets < d.limits.Packets || !d.told.Once(u.client, o.Time) {
		return
	}
	switch count, ring := d.many.Add(struct{}{}, o.Time); {
	case ring:
		found.Add(d.together(count))
	case count < d.limits.Several:
		found.Add(d.conflict(u, l, packets, o))
	}
}

func (d *detector) conflict(u use, l *lease, packets int, o *tocsin.Observation) tocsin.Finding {
	f := tocsin.Finding{
		Text: fmt.Sprintf("The client %s uses the address %s, although the DHCP server gave it %s", u.station, u.address, l.address),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("packets in %s from another address than that of the lease", d.limits.Window),
			Observed: fmt.Sprintf("%d packets", packets), Limit: fmt.Sprintf("%d packets", d.limits.Packets),
		},
		Source: u.station, Subject: u.station.String(), Frames: []uint64{l.number},
	}
	owner := d.owners.Peek(place{u.bssid, u.address})
	if owner == nil || *owner == u.station {
		return f
	}
	if theirs := d.leases.Peek(client{u.bssid, *owner}); theirs != nil && theirs.address == u.address && theirs.holds(o.Time) {
		f.Text += fmt.Sprintf("; that address it gave to %s", owner)
		f.Other, f.Confidence = *owner, 60
	}
	return f
}

// together makes a finding about many clients.
func (d *detector) together(count int) tocsin.Finding {
	return tocsin.Finding{
		Text: fmt.Sprintf("%d clients use other addresses than DHCP gave them, all within %s: somebody may invent clients or their leases", count, d.limits.Again),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("clients that use another address in %s", d.limits.Again),
			Observed: fmt.Sprintf("%d clients", count), Limit: fmt.Sprintf("%d clients", d.limits.Several),
		},
		BSSID: dot11.Broadcast, Source: dot11.Broadcast, Subject: "many addresses",
	}
}
