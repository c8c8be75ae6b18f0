// Package fragattack recognises the attacks on fragmentation and aggregation that are called FragAttacks.
package fragattack

import (
	"encoding/binary"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares FRAGATTACK.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "FRAGATTACK",
		Title:       "Attack on fragments or aggregates",
		Class:       tocsin.Exploit,
		Severity:    tocsin.Critical,
		Description: "Data frames are fragmented, aggregated or sent in the clear as no correct device does: to slip packets into an encrypted network, or to read from it.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  85,
		Attack:      []string{"T1557", "T1565.002"},
	},
	Frames: dot11.Only(dot11.Data, dot11.QoSData),
}, limits{
	SignatureLimits: detect.DefaultSignature,
	Encrypted:       3, Recent: time.Minute, Hold: 2 * time.Second, Ahead: 128, Near: 64, Pairs: 2048,
}, newDetector)

type limits struct {
	detect.SignatureLimits
	Encrypted int           `help:"encrypted frames from one station to another, since they are associated, from which on those in the clear are foreign; and as many for each before in the clear"`
	Recent    time.Duration `help:"time since the last encrypted frame for which that holds" min:"1s"`
	Hold      time.Duration `help:"time for which fragments, and packet numbers out of line, wait for what follows" min:"1s"`
	Ahead     int           `help:"packet numbers by which an aggregate or fragment is ahead of its sender from which on it is out of line"`
	Near      int           `help:"packet numbers within which its sender then goes on where it was"`
	Pairs     int           `help:"pairs of stations, handshakes and unfinished packets that are remembered, of each so many"`
}

type detector struct {
	*detect.Signature
	limits     limits
	lines      *window.Map[pair, line]
	fragments  *window.Map[packet, fragments]
	handshakes *window.Map[pair, handshake]
	what       [9]byte // a sign and a packet number that were shown
}

// pair is a transmitter and a receiver.
type pair struct{ from, to dot11.Addr }

// handshake is what was heard of the last one of a pair, whose first is the station.
type handshake struct {
	last          time.Duration
	authenticator dot11.Addr // source of what the access point sent: in a multi-link network not the BSSID
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		Signature:  detect.NewSignature(l.SignatureLimits),
		limits:     l,
		lines:      window.NewMap[pair, line](l.Pairs),
		fragments:  window.NewMap[packet, fragments](l.Pairs),
		handshakes: window.NewMap[pair, handshake](l.Pairs),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	var e evidence
	switch f.Control & (dot11.Protected | dot11.MoreFrag) {
	case dot11.Protected:
		if f.Fragment == 0 {
			e = d.encrypted(o, air)
			break
		}
		e = d.fragment(o, air)
	case 0:
		if f.Fragment == 0 {
			e = d.clear(o, air)
			break
		}
		e = d.fragment(o, air)
	default:
		e = d.fragment(o, air)
	}
	if e.sign == none {
		return
	}
	if !e.believed && !d.believe(o, e.sign, 0) {
		return
	}
	v := d.Tell(o)
	switch {
	case v.Several > 0:
		found.Add(d.Several(v.Several, "Somebody sends fragments, aggregates or packets in the clear under many addresses, as attacks on fragmentation do",
			"frames as of attacks on fragmentation"))
	case v.Speak:
		found.Add(e.finding(f))
	}
}

// believe reports whether the frame is as its sender made it: if nobody verified its checksum, it must show its sign again.
func (d *detector) believe(o *tocsin.Observation, s sign, pn uint64) bool {
	d.what[0] = byte(s)
	binary.LittleEndian.PutUint64(d.what[1:], pn)
	return d.Believe(o, d.what[:], dot11.DefectAMSDU)
}

// station returns the one of the two that is associated with the other; nil if neither is, as far as heard.
func station(f *dot11.Frame, air *track.Sight) *track.Station {
	s := air.Transmitter
	switch f.Control & (dot11.ToDS | dot11.FromDS) {
	case dot11.FromDS:
		s = air.Receiver
	case dot11.ToDS:
	default:
		return nil
	}
	if s == nil || s.BSSID != f.BSSID {
		return nil
	}
	return s
}
