// Package adhocconflict recognises networks that are advertised by access points and, under the same name or address,
// as ad-hoc networks.
package adhocconflict

import (
	"fmt"
	"hash/maphash"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares ADHOCCONFLICT.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "ADHOCCONFLICT",
		Title:       "Network both of access points and ad hoc",
		Class:       tocsin.Spoof,
		Severity:    tocsin.High,
		Description: "A network of access points is advertised as an ad-hoc network as well, by a computer that waits for clients to join it.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  60,
		Attack:      []string{"T1557.004"},
	},
	Frames: dot11.Only(dot11.Beacon, dot11.ProbeResp),
}, limits{Window: 24 * time.Hour, Repeats: 2, Again: 10 * time.Minute, Several: 3, Networks: 1024}, newDetector)

type limits struct {
	Window   time.Duration `help:"time within which a network of both kinds is a conflict" min:"1s"`
	Repeats  int           `help:"ad-hoc frames of one address within a minute, if their checksum is unknown"`
	Again    time.Duration `help:"time between two findings about one network" min:"1s"`
	Several  int           `help:"networks within again that are one attack with invented names" min:"2"`
	Networks int           `help:"networks, and addresses, that are remembered"`
}

// kinds is when a network or an address was last heard of as each kind.
type kinds struct{ adhoc, infrastructure sighting }

func (k *kinds) kind(adhoc bool) *sighting {
	if adhoc {
		return &k.adhoc
	}
	return &k.infrastructure
}

type sighting struct {
	at       time.Duration
	bssid    dot11.Addr
	from     dot11.Addr
	frame    uint64
	frames   int
	believed bool // damage cannot have made it
}

type detector struct {
	limits    limits
	seed      maphash.Seed
	names     *window.Map[uint64, kinds] // by the hash of the SSID
	addresses *window.Map[dot11.Addr, kinds]
	told      *window.Set[subject]
	several   *window.Alarm[struct{}]
}

// subject is a network by its name or, with an address, by that.
type subject struct {
	ssid    uint64
	address dot11.Addr
}

// sample is how many frames of an access point come to one that is looked at: they only keep its memory fresh.
const sample = 16

// repeatWithin is the time in which an ad-hoc frame must be repeated, if nobody verified its checksum.
const repeatWithin = time.Minute

// unfit are frames that say nothing of a network.
const unfit = dot11.DefectShortFixed | dot11.DefectOverrun | dot11.DefectSSIDLength

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits: l, seed: maphash.MakeSeed(),
		names:     window.NewMap[uint64, kinds](l.Networks),
		addresses: window.NewMap[dot11.Addr, kinds](l.Networks),
		told:      window.NewSet[subject](l.Again, l.Networks),
		several:   window.NewAlarm[struct{}](l.Several, l.Again, l.Again, 1),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	adhoc := f.Fixed.Capability&(dot11.CapESS|dot11.CapIBSS) == dot11.CapIBSS
	infrastructure := f.Fixed.Capability&(dot11.CapESS|dot11.CapIBSS) == dot11.CapESS
	if air.Advert == nil || f.Defects&unfit != 0 || !o.Intact() || !adhoc && !infrastructure ||
		infrastructure && air.Advert.Frames%sample != 1 {
		return
	}
	address, _ := d.addresses.Put(f.BSSID)
	if !d.note(address, adhoc, o) {
		return
	}
	other, conflict := d.other(address, adhoc, o.Time)
	fresh := conflict && d.told.Once(subject{address: f.BSSID}, o.Time)
	if air.Advert.SSID != "" {
		hash := maphash.String(d.seed, air.Advert.SSID)
		name, _ := d.names.Put(hash)
		*name.kind(adhoc) = *address.kind(adhoc)
		before, both := d.other(name, adhoc, o.Time)
		told := both && d.told.Once(subject{ssid: hash}, o.Time) // with the address, if that is told of
		if !conflict {
			other, fresh = before, told
		}
	}
	if !fresh {
		return
	}
	switch n, ring := d.several.Add(struct{}{}, o.Time); {
	case ring:
		found.Add(d.many(n))
	case n < d.limits.Several:
		found.Add(d.finding(o, air.Advert.SSID, adhoc, other))
	}
}

// note keeps that k was heard as one of the kinds, and reports whether that is believed: two bits make the kind, and
// far more frames are of access points.
func (d *detector) note(k *kinds, adhoc bool, o *tocsin.Observation) bool {
	s := k.kind(adhoc)
	if !d.recent(*s, o.Time) || !s.believed && o.Time-s.at > repeatWithin {
		*s = sighting{}
	}
	s.at, s.bssid, s.from, s.frame = o.Time, o.Frame.BSSID, o.Frame.Addr2, o.Number
	s.frames++
	s.believed = s.believed || !adhoc || o.Radio.FCS == dot11.FCSGood || s.frames >= d.limits.Repeats
	return s.believed
}

// other returns when k was of the other kind, and whether that counts.
func (d *detector) other(k *kinds, adhoc bool, at time.Duration) (sighting, bool) {
	s := *k.kind(!adhoc)
	return s, s.believed && d.recent(s, at)
}

func (d *detector) recent(s sighting, at time.Duration) bool {
	return s.frames > 0 && at-s.at < d.limits.Window && s.at-at < d.limits.Window
}

func (d *detector) finding(o *tocsin.Observation, ssid string, adhoc bool, other sighting) tocsin.Finding {
	bssid, name := o.Frame.BSSID, "the network "+tocsin.Quote([]byte(ssid))
	if ssid == "" {
		name = "a hidden network"
	}
	now, before := "an access point", "an ad-hoc network"
	if adhoc {
		now, before = before, now
	}
	f := tocsin.Finding{
		Reason: tocsin.Reason{
			What:     "kind of a network",
			Observed: fmt.Sprintf("%s, %s", now, bssid),
			Limit:    fmt.Sprintf("%s, %s, heard %s before", before, other.bssid, (o.Time - other.at).Round(time.Millisecond)),
		},
	}
	if other.frame != 0 {
		f.Frames = []uint64{other.frame}
	}
	switch {
	case other.bssid == bssid:
		f.Confidence = 85
		f.Text = fmt.Sprintf("The address %s advertises %s as %s, though it is also %s: two devices use it", bssid, name, now, before)
		return f
	case adhoc:
		f.Text = fmt.Sprintf("The computer behind the ad-hoc network %s advertises %s, which the access point %s has: clients may join the wrong one", bssid, name, other.bssid)
	default:
		f.Text = fmt.Sprintf("The access point %s advertises %s, which is the ad-hoc network %s as well: clients may join the wrong one", bssid, name, other.bssid)
		f.BSSID, f.Source = other.bssid, other.from
	}
	f.Subject = tocsin.Quote([]byte(ssid))
	return f
}

func (d *detector) many(n int) tocsin.Finding {
	return tocsin.Finding{
		Text:   "Somebody advertises many networks both as access points and as ad-hoc networks; further ones are not told one by one",
		Reason: tocsin.Reason{What: fmt.Sprintf("networks of both kinds in %s", d.limits.Again), Observed: fmt.Sprint(n), Limit: fmt.Sprint(d.limits.Several)},
		BSSID:  dot11.Broadcast, Source: dot11.Broadcast, Subject: "many networks",
	}
}
