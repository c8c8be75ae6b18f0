// Package beaconprot recognises beacons of a network that lack the signature of the others, or repeat an old one.
package beaconprot

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares BEACONPROT.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "BEACONPROT",
		Title:       "Beacons without the network's signature",
		Class:       tocsin.Spoof,
		Severity:    tocsin.Critical,
		Description: "Between the signed beacons of a network come others without signature, or with an old one: somebody sends them in its name.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  90,
		Attack:      []string{"T1557.004"},
		Explains:    []string{"CHANCHANGE", "CSABOGUS", "QUIETABUSE"},
	},
	Frames: dot11.Only(dot11.Beacon),
}, limits{Signed: 10, Frames: 3, Late: 16, Most: 64, Window: 10 * time.Second, Again: time.Minute, Networks: 1024}, newDetector)

type limits struct {
	Signed   int           `help:"signed beacons in a row from which on a network is known to sign"`
	Frames   int           `help:"beacons without the signature, or with an old one, between signed ones within the window"`
	Late     int           `help:"packet numbers by which a beacon may be late"`
	Most     int           `help:"beacons in a row without a fresh signature after which the network is taken to have started anew"`
	Window   time.Duration `help:"time in which such beacons are counted" min:"1s"`
	Again    time.Duration `help:"time between two findings about one network" min:"1s"`
	Networks int           `help:"networks that are watched"`
}

// signer is a network that signs its beacons.
type signer struct {
	highest uint64 // packet number
	signed  int    // in their order
	bare    int    // beacons without signature since the last that goes on
	old     int    // beacons with an old one
	newest  uint64 // packet number of the last of these
}

type detector struct {
	limits  limits
	signers *window.Map[dot11.Addr, signer]
	odd     *window.Alarm[dot11.Addr]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{l, window.NewMap[dot11.Addr, signer](l.Networks), window.NewAlarm[dot11.Addr](l.Frames, l.Window, l.Again, l.Networks)}
}

// Keys that sign beacons (802.11-2020 §9.4.2.54).
const (
	firstBeaconKey = 6
	lastBeaconKey  = 7
)

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	m, signed := f.Elements.MME()
	if !signed && d.signers.Len() == 0 || !o.Intact() || f.Addr2 != f.BSSID {
		return
	}
	signed = signed && m.KeyID >= firstBeaconKey && m.KeyID <= lastBeaconKey
	s := d.signers.Peek(f.BSSID)
	switch {
	case s == nil && !signed:
	case s == nil:
		s, _ = d.signers.Put(f.BSSID)
		*s = signer{highest: m.Packet, signed: 1}
	case signed && m.Packet > s.highest:
		d.goesOn(s, m.Packet, o, found)
	case signed && m.Packet+uint64(d.limits.Late) > s.highest && m.Packet != s.highest:
	case s.bare+s.old >= d.limits.Most:
		d.signers.Delete(f.BSSID)
	case signed:
		s.old++
		s.newest = m.Packet
	default:
		s.bare++
	}
}

// goesOn takes a beacon whose signature is newer than all before it. Those since the last one are not of who signs: a network
// that starts anew, or signs no more, does not come back to its numbers, unless it
// counted up to them.
func (d *detector) goesOn(s *signer, packet uint64, o *tocsin.Observation, found *detect.Findings) {
	bare, old := s.bare, s.old
	restarted := old > 0 && packet-s.newest <= uint64(d.limits.Late)+1
	s.bare, s.old, s.highest = 0, 0, packet
	if bare+old == 0 || restarted || s.signed < d.limits.Signed {
		s.signed++
		return
	}
	count, ring := 0, false
	for range bare + old {
		n, rings := d.odd.Add(o.Frame.BSSID, o.Time)
		count, ring = n, ring || rings
	}
	if !ring {
		return
	}
	what := "without its signature"
	if old > bare {
		what = "with an old signature of it"
	}
	found.Add(tocsin.Finding{
		Text: fmt.Sprintf("Between the signed beacons of the network %s come others %s: somebody sends beacons in its name", o.Frame.BSSID, what),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("beacons between signed ones in %s that are not signed, or whose packet number is not new", d.limits.Window),
			Observed: fmt.Sprintf("%d beacons, of the newest %d without signature and %d with an old one", count, bare, old),
			Limit:    fmt.Sprintf("%d beacons", d.limits.Frames),
		},
	})
}
