package track

import (
	"hash/maphash"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/window"
)

// Options says what a Tracker remembers.
type Options struct {
	Protected func(ssid []byte) bool // networks that are forgotten last; nil: none
	BSSs      int                    // 4096 if 0
	Stations  int                    // 16384 if 0
	Links     int                    // 4096 if 0
}

// Tracker knows the BSSs and stations within earshot of one site.
type Tracker struct {
	protected func([]byte) bool
	seed      maphash.Seed
	bsss      *window.Map[dot11.Addr, BSS]
	stations  *window.Map[dot11.Addr, Station]
	links     *window.Map[pair, Link]
	channels  channels
	epochs    uint32
	copies    uint32
	sight     Sight
	step      Step
}

// New returns a tracker that knows nobody.
func New(o Options) *Tracker {
	if o.Protected == nil {
		o.Protected = func([]byte) bool { return false }
	}
	if o.BSSs == 0 {
		o.BSSs = 4096
	}
	if o.Stations == 0 {
		o.Stations = 16384
	}
	if o.Links == 0 {
		o.Links = 4096
	}
	t := &Tracker{
		protected: o.Protected,
		seed:      maphash.MakeSeed(),
		bsss:      window.NewMap[dot11.Addr, BSS](o.BSSs),
		stations:  window.NewMap[dot11.Addr, Station](o.Stations),
		links:     window.NewMap[pair, Link](o.Links),
	}
	t.stations.OnEvict(func(_ dot11.Addr, s *Station) { t.leave(s) })
	return t
}

// Observe takes the next frame, which Decode accepted, and returns what is known of its parties. A damaged frame
// teaches nothing and is of nobody.
func (t *Tracker) Observe(o *tocsin.Observation) *Sight {
	t.sight = Sight{}
	if o.Radio.FCS == dot11.FCSBad {
		return &t.sight
	}
	f := o.Frame
	t.sight.channel = t.channels.hear(o)
	t.sight.Listened = t.sight.channel.listened
	if f.Kind == dot11.Beacon || f.Kind == dot11.ProbeResp {
		t.advertised(o)
	} else if f.BSSID.IsStation() {
		t.sight.BSS = t.bsss.Peek(f.BSSID)
	}
	if b := t.sight.BSS; b != nil && f.Transmitter() == b.BSSID {
		b.Last = later(b.Last, o.Time)
		if f.Kind == dot11.Beacon || f.Kind == dot11.ProbeResp || f.Kind == dot11.Action {
			if s, ok := f.ChannelSwitch(); ok {
				again := b.Switch.Channel == s.Channel && (o.Time-b.Switch.At).Abs() < announcing
				b.Switch = Switch{
					Channel: s.Channel, At: o.Time, Due: o.Time + time.Duration(s.Count)*usualInterval, Sure: again || o.Radio.FCS == dot11.FCSGood,
				}
			}
		}
	}
	t.parties(o)
	if f.Kind != dot11.Beacon && f.Kind != dot11.ProbeResp {
		t.judge(o)
	}
	t.associations(o)
	t.follow(o)
	return &t.sight
}

// Copy takes a further reception of a frame that was observed. It tells how its sensor hears the transmitter, and that it
// listens to the channel.
func (t *Tracker) Copy(o *tocsin.Observation) {
	f := o.Frame
	t.channels.hear(o)
	if t.copies++; f.Kind == dot11.Beacon && t.copies%copiesOfBeacons != 0 || o.Radio.Signal == 0 || disconnects(f) { // of disconnections it is doubted whose they are
		return
	}
	from := f.Transmitter()
	if b := t.bsss.Peek(from); b != nil {
		b.Signal.add(heard(o))
	} else if s := t.stations.Peek(from); s != nil {
		s.Signal.add(heard(o))
	}
}

// copiesOfBeacons is of how many one is enough: they are nearly all that is sent, and all the same.
const copiesOfBeacons = 4

// Keep has the network go last when there is no room: it is under attack.
func (t *Tracker) Keep(bssid dot11.Addr) { t.bsss.Promote(bssid) }

// BSS returns what is known of bssid, nil if nothing. It may be read until the next frame is observed.
func (t *Tracker) BSS(bssid dot11.Addr) *BSS { return t.bsss.Peek(bssid) }

// Evicted returns how many BSSs and stations had to make room for others.
func (t *Tracker) Evicted() (bsss, stations uint64) { return t.bsss.Evicted(), t.stations.Evicted() }

// usualInterval is 100 TU, the time between the beacons of almost every access point.
const usualInterval = 100 * 1024 * time.Microsecond

// announcing is longer than two announcements of one switch lie apart, should a few be missed.
const announcing = 2 * time.Second

// clockSet is more than frames of sensors in step are ever late.
const clockSet = time.Hour

// later returns the later time, unless at is so much earlier that a clock must have been set.
func later(last, at time.Duration) time.Duration {
	if at > last || at < last-clockSet {
		return at
	}
	return last
}

// Networks returns how many BSSIDs were heard, those forgotten since included.
func (t *Tracker) Networks() int { return t.bsss.Len() + int(t.bsss.Evicted()) }

// Devices returns how many BSSIDs and stations are remembered.
func (t *Tracker) Devices() int { return t.bsss.Len() + t.stations.Len() }
