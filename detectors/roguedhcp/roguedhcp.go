// Package roguedhcp recognises a second DHCP server that gives clients another router or another resolver.
package roguedhcp

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/ip"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares ROGUEDHCP.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "ROGUEDHCP",
		Title:       "Second DHCP server",
		Class:       tocsin.Spoof,
		Severity:    tocsin.High,
		Description: "Two DHCP servers of an open network give clients different routers or resolvers: one of them may draw their traffic to itself.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  75,
		Attack:      []string{"T1557.003"},
		Explains:    []string{"DHCPCONFLICT"},
	},
	Frames:  dot11.AnyData,
	Content: true,
}, limits{Heard: 10 * time.Minute, Senders: 3, Again: 10 * time.Minute, Networks: 1024}, newDetector)

type limits struct {
	Heard    time.Duration `help:"time after its last answer in which a server counts as there" min:"1s"`
	Senders  int           `help:"servers within again that are one attack with invented addresses" min:"2"`
	Again    time.Duration `help:"time between two findings about one server" min:"1s"`
	Networks int           `help:"networks whose server is remembered"`
}

// addresses are the first of a list that a server gives.
type addresses struct {
	list [4]netip.Addr
	n    int
}

func (a *addresses) all() []netip.Addr { return a.list[:a.n] }

// apart reports whether both are known and have nothing in common.
func (a *addresses) apart(b *addresses) bool {
	return a.n > 0 && b.n > 0 && !slices.ContainsFunc(a.all(), func(x netip.Addr) bool { return slices.Contains(b.all(), x) })
}

// standing is how much speaks for a server being the network's.
type standing uint8

const (
	client standing = iota // it is a client of the access point
	behind                 // its answers come through the access point
	itself                 // it is the access point
)

// server is a DHCP server, and what it gives.
type server struct {
	station            dot11.Addr
	standing           standing
	routers, resolvers addresses
	heard              time.Duration
	frame              uint64
}

// key is a server of a network.
type key struct{ bssid, server dot11.Addr }

type detector struct {
	limits limits
	reader detect.DHCPReader
	known  *window.Map[dot11.Addr, server] // of each network the one that is believed
	voice  *detect.Voice[key]
	room   [16]byte // for an option in several parts
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits: l,
		known:  window.NewMap[dot11.Addr, server](l.Networks),
		voice:  detect.NewVoice[key](l.Senders, l.Again, l.Networks),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	for m := range d.reader.Messages(o) {
		// Servers that only tell where to boot from give no address (PXE 2.1).
		if (m.Type == ip.DHCPOffer || m.Type == ip.DHCPAck) && m.Proven && !m.YourIP.IsUnspecified() {
			d.judge(d.read(m, o), o, found)
		}
	}
}

// read takes from an answer who gives what.
func (d *detector) read(m *detect.DHCP, o *tocsin.Observation) server {
	s := server{
		station: m.Source, standing: behind, heard: o.Time, frame: o.Number,
		routers: d.list(m, ip.OptionRouter), resolvers: d.list(m, ip.OptionDNSServer),
	}
	switch m.Source {
	case o.Frame.BSSID:
		s.standing = itself
	case o.Frame.Addr2:
		s.standing = client
	}
	return s
}

func (d *detector) list(m *detect.DHCP, option byte) (a addresses) {
	v, _ := m.Option(option, d.room[:])
	for ; len(v) >= 4 && a.n < len(a.list); v = v[4:] {
		a.list[a.n] = netip.AddrFrom4([4]byte(v))
		a.n++
	}
	return a
}

// judge compares a server with the one that is known, and keeps the better.
func (d *detector) judge(s server, o *tocsin.Observation, found *detect.Findings) {
	known, created := d.known.Put(o.Frame.BSSID)
	switch {
	case created || o.Time-known.heard >= d.limits.Heard:
		*known = s
	case known.station == s.station:
		// What the access point passes on of its client stays the client's.
		s.standing = min(s.standing, known.standing)
		*known = s
	case s.standing > known.standing:
		d.compare(*known, s, o, found)
		*known = s
	default:
		d.compare(s, *known, o, found)
	}
}

// compare reports the worse of two servers if they differ in what they give.
func (d *detector) compare(worse, better server, o *tocsin.Observation, found *detect.Findings) {
	what, given, due := "router", worse.routers.all(), better.routers.all()
	if !worse.routers.apart(&better.routers) {
		if !worse.resolvers.apart(&better.resolvers) {
			return
		}
		what, given, due = "resolver", worse.resolvers.all(), better.resolvers.all()
	}
	v := d.voice.Tell(key{o.Frame.BSSID, worse.station}, o.Time)
	switch {
	case v.Several > 0:
		text := fmt.Sprintf("Somebody answers as DHCP server of open networks under many addresses, the newest with the %s %s", what, given[0])
		found.Add(d.voice.Several(v.Several, text, "DHCP answers that differ from the network's"))
	case v.Speak:
		f := tocsin.Finding{
			Text: fmt.Sprintf("%s answers clients as DHCP server with the %s %s, while %s gives them %s: one of the two is not the network's",
				worse.station, what, given[0], better.station, due[0]),
			Reason: tocsin.Reason{
				What:     fmt.Sprintf("%s that DHCP gives to clients of one network within %s", what, d.limits.Heard),
				Observed: given[0].String(), Limit: due[0].String() + ", from the other server",
			},
			Source: worse.station, Other: better.station, Subject: worse.station.String(), Frames: []uint64{better.frame, worse.frame},
		}
		if worse.standing == client && better.standing != client {
			f.Text = fmt.Sprintf("%s, itself a client, answers clients as DHCP server with the %s %s instead of %s, which %s gives them: it may draw their traffic to itself",
				worse.station, what, given[0], due[0], better.station)
		} else {
			f.Confidence, f.Severity = 50, new(tocsin.Medium)
		}
		found.Add(f)
	}
}
