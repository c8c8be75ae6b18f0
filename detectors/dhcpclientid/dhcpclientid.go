// Package dhcpclientid recognises clients that ask DHCP for addresses in the name of other devices.
package dhcpclientid

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/ip"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares DHCPCLIENTID.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "DHCPCLIENTID",
		Title:       "DHCP for another device",
		Class:       tocsin.Spoof,
		Severity:    tocsin.Low,
		Description: "A client of an open network speaks with the DHCP server in the name of another device, or of so many that addresses may run out.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  30,
		Attack:      []string{"T1036", "T1499.002"},
	},
	Frames:  dot11.AnyData,
	Content: true,
}, limits{Devices: 10, Window: time.Minute, Senders: 5, Again: 10 * time.Minute, Clients: 1024}, newDetector)

type limits struct {
	Devices int           `help:"devices in whose name one client asks within the window, so that addresses may run out" min:"2"`
	Window  time.Duration `help:"time in which devices are counted, and in which a message that may be damaged must come again" min:"1s"`
	Senders int           `help:"clients within again that are told of as one" min:"2"`
	Again   time.Duration `help:"time between two findings about one client" min:"1s"`
	Clients int           `help:"clients, and devices of all of them, that are remembered"`
}

// client is a station of a network.
type client struct{ bssid, station dot11.Addr }

// claim is a client and the device in whose name it speaks.
type claim struct {
	client
	device dot11.Addr
}

type detector struct {
	limits  limits
	reader  detect.DHCPReader
	before  *window.Set[claim]
	devices *window.Set[claim]
	starves *window.Alarm[client]
	told    *window.Set[client]
	senders *window.Alarm[bool] // of those that may use up addresses, and of others
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:  l,
		before:  window.NewSet[claim](l.Window, l.Clients),
		devices: window.NewSet[claim](l.Window, l.Clients),
		starves: window.NewAlarm[client](l.Devices, l.Window, l.Again, l.Clients),
		told:    window.NewSet[client](l.Again, l.Clients),
		senders: window.NewAlarm[bool](l.Senders, l.Again, l.Again, 2),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	for m := range d.reader.Messages(o) {
		device, field := names(m)
		if m.IsReply || device == m.Source {
			continue
		}
		c := claim{client{o.Frame.BSSID, m.Source}, device}
		if o.Radio.FCS != dot11.FCSGood && !d.again(c, m, o.Time) {
			continue
		}
		if d.devices.Once(c, o.Time) {
			if count, ring := d.starves.Add(c.client, o.Time); ring {
				d.starvation(c.client, count, o, found)
				continue
			}
		}
		if d.told.Once(c.client, o.Time) {
			d.impersonation(c, m, field, o, found)
		}
	}
}

// names returns the device in whose name the message is: that of the client identifier (option 61), by which servers
// go, if it is an address of its own and not the sender's; else that of the hardware address (RFC 2131 §2, RFC 2132 §9.14).
func names(m *detect.DHCP) (device dot11.Addr, field string) {
	const ethernet = 1
	var room [8]byte
	if id, _ := m.Option(ip.OptionClientID, room[:]); len(id) == 7 && id[0] == ethernet {
		if device = dot11.Addr(id[1:]); device != m.Source && device.IsStation() {
			return device, "client identifier (option 61)"
		}
	}
	return dot11.Addr(m.ClientMAC), "client's hardware address (chaddr)"
}

// again reports whether the client sent the like before: no checksum of the message covers the source, so that a
// damaged one would look as if it spoke for another. If none covers the message either, it must be the very same.
func (d *detector) again(c claim, m *detect.DHCP, at time.Duration) bool {
	if m.Proven {
		c.device = dot11.Addr{}
	}
	return !d.before.Add(c, at)
}

func (d *detector) impersonation(c claim, m *detect.DHCP, field string, o *tocsin.Observation, found *detect.Findings) {
	switch count, ring := d.senders.Add(false, o.Time); {
	case ring:
		found.Add(d.together(count))
	case count < d.limits.Senders:
		found.Add(tocsin.Finding{
			Text:    fmt.Sprintf("The client %s %s in the name of another device, %s", c.station, does(m.Type), c.device),
			Reason:  tocsin.Reason{What: field, Observed: c.device.String(), Limit: c.station.String() + ", the sender"},
			Source:  c.station,
			Other:   c.device,
			Subject: c.station.String(),
		})
	}
}

// does says what a client does with a message of DHCP.
func does(t ip.DHCPMessage) string {
	switch t {
	case ip.DHCPDecline:
		return "refuses an address"
	case ip.DHCPRelease:
		return "gives up an address"
	case ip.DHCPInform:
		return "asks for settings"
	}
	return "asks for an address"
}

func (d *detector) starvation(c client, count int, o *tocsin.Observation, found *detect.Findings) {
	switch clients, ring := d.senders.Add(true, o.Time); {
	case ring:
		f, medium := d.together(clients), tocsin.Medium
		f.Severity = &medium
		found.Add(f)
	case clients < d.limits.Senders:
		medium := tocsin.Medium
		found.Add(tocsin.Finding{
			Text: fmt.Sprintf("The client %s speaks with the DHCP server in the name of %d other devices within %s: it may use up the addresses of the network",
				c.station, count, d.limits.Window),
			Reason: tocsin.Reason{
				What:     fmt.Sprintf("devices in whose name one client speaks in %s", d.limits.Window),
				Observed: fmt.Sprintf("%d devices", count), Limit: fmt.Sprintf("%d devices", d.limits.Devices),
			},
			Source: c.station, Subject: c.station.String(), Severity: &medium, Confidence: 60,
		})
	}
}

// together makes a finding about many clients.
func (d *detector) together(count int) tocsin.Finding {
	return tocsin.Finding{
		Text: fmt.Sprintf("%d clients spoke with DHCP servers in the name of other devices within %s: they are bridges, or one sender invents addresses",
			count, d.limits.Again),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("clients that speak for other devices in %s", d.limits.Again),
			Observed: fmt.Sprintf("%d clients", count), Limit: fmt.Sprintf("%d clients", d.limits.Senders),
		},
		BSSID: dot11.Broadcast, Source: dot11.Broadcast, Subject: "many addresses",
	}
}
