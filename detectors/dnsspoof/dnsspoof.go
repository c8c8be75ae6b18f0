// Package dnsspoof recognises questions to a DNS resolver that are answered twice, with different addresses.
package dnsspoof

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

// Spec declares DNSSPOOF.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "DNSSPOOF",
		Title:       "Forged DNS answer",
		Class:       tocsin.Spoof,
		Severity:    tocsin.High,
		Description: "One question of a client of an open network to its DNS resolver is answered twice, with different addresses: one of the answers is forged.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  80,
		Attack:      []string{"T1557"},
	},
	Frames:  dot11.AnyData,
	Content: true,
}, limits{Open: 5 * time.Second, Senders: 3, Again: 10 * time.Minute, Questions: 4096}, newDetector)

type limits struct {
	Open      time.Duration `help:"time in which a question may be answered" min:"1s"`
	Senders   int           `help:"senders of answers within again that are one attack with invented addresses" min:"2"`
	Again     time.Duration `help:"time between two findings about one sender" min:"1s"`
	Questions int           `help:"questions that are remembered"`
}

// question is what a client asks a resolver, as an answer has to repeat it.
type question struct {
	bssid            dot11.Addr
	client, resolver netip.Addr
	port, id, kind   uint16
	name             uint64
}

// progress is how a question goes on.
type progress struct {
	asked  time.Duration
	again  bool // it was asked more than once: then there are several honest answers
	answer answer
}

// answer is the first that came; its station is zero if there was none.
type answer struct {
	station   dot11.Addr
	isClient  bool // the station is a client of the access point
	hops      uint8
	addresses ip.DNS
	frame     uint64
}

// key is who answers in a network.
type key struct{ bssid, station dot11.Addr }

type detector struct {
	limits   limits
	packet   ip.IPv4
	datagram ip.UDP
	message  ip.DNS
	open     *window.Map[question, progress]
	voice    *detect.Voice[key]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits: l,
		open:   window.NewMap[question, progress](l.Questions),
		voice:  detect.NewVoice[key](l.Senders, l.Again, l.Questions),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	if f.EtherType == 0 && !f.IsAMSDU() || !f.BSSID.IsStation() {
		return
	}
	for m := range f.MSDUs() {
		if d.read(&m, o) {
			d.judge(&m, o, found)
		}
	}
}

// read reads the DNS message in m, and reports whether there is one that is as it was sent.
func (d *detector) read(m *dot11.Subframe, o *tocsin.Observation) bool {
	etherType, b := ip.Untag(m.EtherType, m.Payload)
	p, u := &d.packet, &d.datagram
	if etherType != ip.EtherTypeIPv4 || p.Decode(b) != nil || p.Protocol != ip.ProtocolUDP || !p.HeaderIntact || !p.IsWhole() || u.Decode(p) != nil {
		return false
	}
	if u.SourcePort != ip.DNSPort && u.DestPort != ip.DNSPort || u.Sum == ip.SumWrong {
		return false
	}
	proven := o.Radio.FCS == dot11.FCSGood || u.Sum == ip.SumRight
	return proven && d.message.Decode(u.Payload) == nil && d.message.IsAnswer == (u.SourcePort == ip.DNSPort)
}

// judge follows a question, or compares an answer with the first one.
func (d *detector) judge(m *dot11.Subframe, o *tocsin.Observation, found *detect.Findings) {
	q := question{
		bssid: o.Frame.BSSID, client: d.packet.Source, resolver: d.packet.Dest, port: d.datagram.SourcePort,
		id: d.message.ID, kind: d.message.Type, name: d.message.Name,
	}
	if !d.message.IsAnswer {
		g, created := d.open.Put(q)
		switch {
		case created || o.Time-g.asked >= d.limits.Open:
			*g = progress{asked: o.Time}
		case o.Time-g.asked >= detect.Relayed:
			g.again = true
		}
		return
	}
	q.client, q.resolver, q.port = d.packet.Dest, d.packet.Source, d.datagram.DestPort
	g := d.open.Peek(q)
	if g == nil || g.again || o.Time-g.asked >= d.limits.Open || len(d.message.Addresses()) == 0 {
		return
	}
	next := answer{m.Source, m.Source == o.Frame.Addr2 && m.Source != o.Frame.BSSID, d.packet.TTL, d.message, o.Number}
	switch first := &g.answer; {
	case first.station.IsZero():
		*first = next
	// A resolver that is asked twice, once unheard, answers twice from one place.
	case first.station == next.station && first.hops == next.hops:
		first.isClient = first.isClient || next.isClient
	case !shares(first.addresses.Addresses(), next.addresses.Addresses()):
		d.tell(q, *first, next, o, found)
	}
}

// shares reports whether a and b have an address in common.
func shares(a, b []netip.Addr) bool {
	return slices.ContainsFunc(a, func(x netip.Addr) bool { return slices.Contains(b, x) })
}

func (d *detector) tell(q question, first, second answer, o *tocsin.Observation, found *detect.Findings) {
	suspect, other := first, second // who forges must be faster
	if second.isClient && !first.isClient {
		suspect, other = second, first
	}
	v := d.voice.Tell(key{q.bssid, suspect.station}, o.Time)
	given, due := suspect.addresses.Addresses()[0], other.addresses.Addresses()[0]
	switch {
	case v.Several > 0:
		text := fmt.Sprintf("Somebody answers questions to DNS resolvers under many hardware addresses, the newest with %s instead of %s", given, due)
		found.Add(d.voice.Several(v.Several, text, "DNS answers that differ from the resolver's"))
	case v.Speak:
		f := tocsin.Finding{
			Text: fmt.Sprintf("A question of %s to the DNS resolver %s is answered twice, by %s with %s and by %s with %s: the first is probably forged",
				q.client, q.resolver, first.station, first.addresses.Addresses()[0], second.station, second.addresses.Addresses()[0]),
			Reason: tocsin.Reason{
				What:     fmt.Sprintf("address that answers one question to one resolver within %s", d.limits.Open),
				Observed: given.String(), Limit: due.String() + ", as in the other answer",
			},
			Source: suspect.station, Other: other.station, Subject: suspect.station.String(), Frames: []uint64{first.frame, second.frame},
		}
		switch {
		case suspect.isClient && suspect.station != other.station:
			f.Text = fmt.Sprintf("%s, itself a client, answers a question of %s to the DNS resolver %s with %s, instead of %s, with which %s answers",
				suspect.station, q.client, q.resolver, given, due, other.station)
		case suspect.station == other.station: // somebody far away may have done it
			f.Text = fmt.Sprintf("A question of %s to the DNS resolver %s is answered twice by way of %s, with %s (%d hops left) and with %s (%d hops left): the first is probably forged",
				q.client, q.resolver, first.station, first.addresses.Addresses()[0], first.hops, second.addresses.Addresses()[0], second.hops)
			f.Confidence, f.Severity = 50, new(tocsin.Medium)
		}
		found.Add(f)
	}
}
