package track

import (
	"iter"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/dot11"
)

const advertsPerBSS = 8

// advert is an Advert with how to recognise the frame that it was read from.
type advert struct {
	Advert
	print uint64
	whole bool // Profile is of a frame that was read to its end

	rumour  uint64        // the print of a frame whose checksum nobody verified: it is believed if it comes again
	defects dot11.Defects // of the last frame
	shown   uint8         // frames in a row, up to showTimes, with the same print and defects
	shownAt time.Duration // the last of them that was not Repeated
}

// What does not change is shown so often, and then once in a while.
const (
	showTimes = 3
	showAgain = 10 * time.Second
)

// A BSS that was heard so often for so long is no stranger whoever else comes.
const (
	settledBeacons = 128
	settledAfter   = time.Minute
)

// advertised takes a beacon or probe response.
func (t *Tracker) advertised(o *tocsin.Observation) {
	f := o.Frame
	if !f.BSSID.IsStation() {
		return
	}
	b, created := t.bsss.Put(f.BSSID)
	if created {
		t.epochs++
		b.BSSID, b.First, b.Last, b.epoch = f.BSSID, o.Time, o.Time, t.epochs
	}
	t.sight.BSS, t.sight.NewBSS = b, created
	b.First = min(b.First, o.Time)
	if f.Kind == dot11.Beacon {
		b.Beacons++
		if o.Radio.Frequency != 0 {
			b.Frequency = o.Radio.Frequency
		}
		if b.Beacons%settledBeacons == 0 && b.Last-b.First >= settledAfter {
			t.bsss.Promote(b.BSSID)
		}
	}
	b.sounds(o, &t.sight.Doubt)
	ssid, ok, hidden := f.Elements.SSID()
	if !ok {
		return
	}
	if hidden {
		ssid = nil
	}
	a, created := b.advert(ssid, f.Kind == dot11.ProbeResp)
	if created {
		a.First, a.Last = o.Time, o.Time
		if t.protected(ssid) {
			t.bsss.Promote(b.BSSID)
		}
	}
	a.Frames++
	a.First, a.Last = min(a.First, o.Time), later(a.Last, o.Time)
	t.sight.Advert, t.sight.NewAdvert = &a.Advert, created
	t.compare(a, o)
}

// sounds takes how a beacon or probe response was sent.
func (b *BSS) sounds(o *tocsin.Observation, d *Doubt) {
	f, h := o.Frame, heard(o)
	d.Deviates, d.Usual = b.Signal.judge(h)
	b.Clock.add(f.Fixed.TSF, o.Time, h)
	b.Signal.add(h)
	sequence := &b.Management
	if f.Kind == dot11.Beacon {
		sequence = &b.BeaconSequence
		if f.Sequence == sequence.Last() {
			b.shared = -sharedMost // the radio does not number beacons
		}
	} else {
		b.learnShared(b.BeaconSequence.Fit(f.Sequence, o.Time))
	}
	sequence.add(f.Sequence, o.Time, h)
}

// says takes what a beacon that was read to its end claims.
func (b *BSS) says(print uint64, o *tocsin.Observation) {
	if o.Frame.Kind != dot11.Beacon {
		return
	}
	b.Contents.add(print, o.Time, heard(o))
	if channel := o.Frame.Elements.PrimaryChannel(); channel != 0 {
		b.Channels.add(channel, o.Time, heard(o))
	}
}

// advert returns the record of an SSID, a new one in place of the one heard least if need be.
func (b *BSS) advert(ssid []byte, response bool) (a *advert, created bool) {
	least := 0
	for i := range b.adverts[:b.Adverts] {
		a := &b.adverts[i]
		if a.Response == response && a.SSID == string(ssid) {
			return a, false
		}
		if l := &b.adverts[least]; a.Frames < l.Frames || a.Frames == l.Frames && a.Last < l.Last {
			least = i
		}
	}
	if b.Adverts < advertsPerBSS {
		least = b.Adverts
		b.Adverts++
	}
	a = &b.adverts[least]
	*a = advert{Advert: Advert{SSID: string(ssid), Response: response}}
	return a, true
}

// compare finds what the frame says differently than a. A frame of which the end is missing says nothing by what it
// does not have; nor does one that may have been damaged on the way, unless another says the same: bits that were turned over
// make a change, and the next frame a change back.
func (t *Tracker) compare(a *advert, o *tocsin.Observation) {
	f := o.Frame
	whole := !o.Cut && (o.Radio.FCS == dot11.FCSGood || f.Defects&(dot11.DefectOverrun|dot11.DefectShortFixed) == 0)
	if !whole && !t.sight.NewAdvert {
		return
	}
	print := f.Elements.Hash(t.seed) ^ (uint64(f.Fixed.Capability)<<16|uint64(f.Fixed.Interval))*0x9e3779b97f4a7c15
	t.sight.BSS.says(print, o)
	same := a.whole && a.print == print
	t.sight.Repeated = a.repeated(same && a.defects == f.Defects, o.Time)
	a.defects = f.Defects
	if same {
		return
	}
	before, now := a.Profile, profile(f)
	if o.Radio.FCS != dot11.FCSGood && a.rumour != print {
		a.rumour = print
		if !a.whole {
			a.Profile = now
		}
		return
	}
	if a.whole {
		t.sight.Before, t.sight.Changed = before, before.merge(&now)
	}
	a.Profile, a.print, a.whole = now, print, whole
}

// repeated decides what Sight.Repeated says of a frame that says the same as the one before, or not.
func (a *advert) repeated(same bool, at time.Duration) bool {
	switch {
	case !same:
		a.shown = 1
	case a.shown < showTimes:
		a.shown++
	case (at - a.shownAt).Abs() < showAgain:
		return true
	}
	a.shownAt = at
	return false
}

func profile(f *dot11.Frame) Profile {
	p := Profile{Security: f.Security(), Channel: f.Elements.PrimaryChannel(), Interval: f.Fixed.Interval}
	if c, ok := f.Elements.Country(); ok {
		p.Country, p.Triplets = c.Code, triplets(c)
	}
	return p
}

// triplets hashes the channels and powers of c (FNV-1a); what only pads the element does not count.
func triplets(c dot11.Country) (hash uint32) {
	for t := range c.Triplets() {
		if t == (dot11.CountryTriplet{}) {
			continue
		}
		if hash == 0 {
			hash = 2166136261
		}
		for _, octet := range [...]uint8{t.First, t.Count, uint8(t.Power)} {
			hash = (hash ^ uint32(octet)) * 16777619
		}
	}
	return hash
}

// merge returns in what now differs from p, and completes now with what it does not say.
func (p *Profile) merge(now *Profile) (c Change) {
	if now.Security != p.Security {
		c |= SecurityChanged
	}
	if now.Channel == 0 {
		now.Channel = p.Channel
	} else if p.Channel != 0 && now.Channel != p.Channel {
		c |= ChannelChanged
	}
	if now.Interval == 0 {
		now.Interval = p.Interval
	} else if p.Interval != 0 && now.Interval != p.Interval {
		c |= IntervalChanged
	}
	if now.Country == [2]byte{} {
		now.Country = p.Country
	} else if p.Country != [2]byte{} && now.Country != p.Country {
		c |= CountryChanged
	}
	if now.Triplets == 0 {
		now.Triplets = p.Triplets
	} else if p.Triplets != 0 && now.Triplets != p.Triplets {
		c |= TripletsChanged
	}
	return c
}

// Beaconed returns what the beacons of b say of ssid, or else those that hide the name; nil if none was heard. It may
// be read until the next frame is observed.
func (b *BSS) Beaconed(ssid []byte) *Advert {
	var hidden *Advert
	for i := range b.adverts[:b.Adverts] {
		switch a := &b.adverts[i].Advert; {
		case a.Response:
		case a.SSID == string(ssid):
			return a
		case a.SSID == "":
			hidden = a
		}
	}
	return hidden
}

// Advert returns what b advertises of ssid, or else of a hidden network, which clients call by its name: the record
// heard most, of beacons or of probe responses; nil if there is none. It may be read until the next frame is observed.
func (b *BSS) Advert(ssid []byte) *Advert {
	var named, hidden *Advert
	for i := range b.adverts[:b.Adverts] {
		a := &b.adverts[i].Advert
		switch {
		case a.SSID == string(ssid) && (named == nil || a.Frames > named.Frames):
			named = a
		case a.SSID == "" && (hidden == nil || a.Frames > hidden.Frames):
			hidden = a
		}
	}
	if named != nil {
		return named
	}
	return hidden
}

// All returns all that b advertises, of beacons and of probe responses. What it yields may be read until the next frame is observed.
func (b *BSS) All() iter.Seq[*Advert] {
	return func(yield func(*Advert) bool) {
		for i := range b.adverts[:b.Adverts] {
			if !yield(&b.adverts[i].Advert) {
				return
			}
		}
	}
}
