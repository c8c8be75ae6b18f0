// Package bcastdiscon recognises disconnections of everybody, and tells forged ones from an access point that restarts.
package bcastdiscon

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares BCASTDISCON.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "BCASTDISCON",
		Title:       "Everybody disconnected",
		Class:       tocsin.Denial,
		Severity:    tocsin.Medium,
		Description: "A deauthentication or disassociation to the broadcast address ends all connections of a network: its access point restarts, or somebody forges it.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5Pairs,
		Confidence:  70,
		Attack:      []string{"T1499"},
		Explains:    []string{"DEAUTHFLOOD", "DISASSOCTRAFFIC"},
	},
	Frames: dot11.Only(dot11.Deauth, dot11.Disassoc, dot11.Beacon, dot11.Auth, dot11.AssocReq, dot11.AssocResp, dot11.ReassocReq, dot11.ReassocResp) | dot11.AnyData,
}, limits{Frames: 5, Window: 10 * time.Second, Silence: 500 * time.Millisecond, Served: 5, Again: time.Minute, Several: 10, Networks: 1024, Clients: 4096}, newDetector)

type limits struct {
	Frames   int           `help:"broadcast disconnections of one network in a series that are no restart" min:"2"`
	Window   time.Duration `help:"time between two frames of a series, and in which the access point may show that it sent none" min:"3s"`
	Silence  time.Duration `help:"pause between beacons that is a restart and ends a series" min:"100ms"`
	Served   int           `help:"data frames to clients that did not connect anew that show that the access point disconnected nobody"`
	Again    time.Duration `help:"time between two findings of one severity about one network" min:"1s"`
	Several  int           `help:"networks within again that are told of together" min:"2"`
	Networks int           `help:"networks that are watched"`
	Clients  int           `help:"clients that connect anew that are remembered"`
}

// settle is longer than an access point goes on sending what it has queued, or beacons, after it dismissed everybody.
const settle = 2 * time.Second

const eapol = 0x888e // EtherType, 802.1X-2020 table 11-1: a client connects

// series is a row of broadcast disconnections of one network without a pause of its beacons in between.
type series struct {
	first, last time.Duration
	heard       time.Duration // the last beacon, or first
	pause       time.Duration // longer than that after heard the access point is silent
	source      dot11.Addr    // of the last frame
	known       bool          // the network was heard when last was
	served      int           // frames to clients since last
	count       int
	numbers     [8]uint64
}

// pair is a network and one of its clients.
type pair struct{ bssid, client dot11.Addr }

// verdict is what a network was told of.
type verdict struct {
	bssid    dot11.Addr
	severity tocsin.Severity
}

type detector struct {
	limits  limits
	series  *window.Map[dot11.Addr, series]
	joined  *window.Set[pair]
	told    *window.Set[verdict]
	several *window.Alarm[tocsin.Severity]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:  l,
		series:  window.NewMap[dot11.Addr, series](l.Networks),
		joined:  window.NewSet[pair](2*l.Window, l.Clients),
		told:    window.NewSet[verdict](l.Again, 3*l.Networks),
		several: window.NewAlarm[tocsin.Severity](l.Several, l.Again, l.Again, 3),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	if f.Kind == dot11.Deauth || f.Kind == dot11.Disassoc {
		if f.Addr1 == dot11.Broadcast && f.BSSID.IsStation() && disconnects(o, air) {
			d.disconnected(o, air.BSS != nil, found)
		}
		return
	}
	s := d.series.Peek(f.BSSID)
	switch {
	case s == nil || o.Time-s.last > d.limits.Window || o.Time < s.first:
	case f.Kind == dot11.Beacon:
		d.beacon(s, o, found)
	case !f.Kind.IsData() || f.EtherType == eapol:
		d.joined.Add(pair{f.BSSID, other(f)}, o.Time)
	case f.Kind.HasBody():
		d.serve(s, o, found)
	}
}

// disconnects reports whether clients obey the frame, or at least those that do not protect management frames.
func disconnects(o *tocsin.Observation, air *track.Sight) bool {
	f := o.Frame
	const reasonLen = 2 // 802.11-2020 §9.4.1.7
	if f.IsProtected() || !o.Intact() || len(f.Body) < reasonLen {
		return false
	}
	if o.Radio.FCS != dot11.FCSGood && f.Defects != 0 {
		return false // a beacon of which a bit is turned over is a disassociation with the rest of a beacon behind it
	}
	_, signed := f.Elements.Find(dot11.ElementMME) // 802.11-2020 §9.4.2.54
	return !signed || air.BSS != nil && !air.BSS.MFP()
}

func (d *detector) disconnected(o *tocsin.Observation, known bool, found *detect.Findings) {
	bssid := o.Frame.BSSID
	s, created := d.series.Put(bssid)
	if created || (o.Time-s.last).Abs() > d.limits.Window {
		*s = series{first: o.Time, heard: o.Time, pause: d.limits.Silence}
	}
	s.numbers[s.count%len(s.numbers)] = o.Number
	s.count++
	s.last, s.source, s.known, s.served = o.Time, o.Frame.Addr2, known, 0
	switch {
	case s.count == 1:
		d.tell(tocsin.Low, s, o, found)
	case s.count >= d.limits.Frames && known:
		d.tell(tocsin.Medium, s, o, found)
	}
}

// beacon takes a sign of life of the access point. After a pause, or with a clock that is younger than the series, it has
// restarted, and meant what it sent.
func (d *detector) beacon(s *series, o *tocsin.Observation, found *detect.Findings) {
	const unit = 1024 * time.Microsecond // TU, 802.11-2020 §9.4.1.3
	const lost = 4                       // beacons in a row that a sensor misses now and then
	f := o.Frame
	s.pause = max(s.pause, lost*unit*time.Duration(f.Fixed.Interval))
	if o.Time-s.heard > s.pause {
		d.series.Delete(f.BSSID)
		return
	}
	if f.Fixed.TSF < uint64((o.Time-s.first+time.Second)/time.Microsecond) {
		return
	}
	s.heard, s.known = o.Time, true
	if s.count >= d.limits.Frames && o.Time-s.first >= settle {
		d.tell(tocsin.High, s, o, found)
	}
}

// serve takes a data frame. One from the access point to a client that did not connect anew shows that it knows of no disconnection.
func (d *detector) serve(s *series, o *tocsin.Observation, found *detect.Findings) {
	f := o.Frame
	fromAP := f.Control&(dot11.ToDS|dot11.FromDS) == dot11.FromDS
	if !fromAP || !f.Addr1.IsStation() || o.Time-s.last < settle || o.Time-s.heard > s.pause || d.joined.Has(pair{f.BSSID, f.Addr1}, o.Time) {
		return
	}
	if s.served++; s.served == d.limits.Served && s.count < d.limits.Frames {
		d.tell(tocsin.Medium, s, o, found)
	}
}

// other returns the party of f that is not the access point.
func other(f *dot11.Frame) dot11.Addr {
	if f.Addr1 == f.BSSID {
		return f.Addr2
	}
	return f.Addr1
}

// tell reports s as how bad it is, once in a while, and many networks as one.
func (d *detector) tell(how tocsin.Severity, s *series, o *tocsin.Observation, found *detect.Findings) {
	bssid := o.Frame.BSSID
	if how < tocsin.High && d.told.Has(verdict{bssid, tocsin.High}, o.Time) || !d.told.Once(verdict{bssid, how}, o.Time) {
		return
	}
	count, ring := d.several.Add(how, o.Time)
	switch {
	case ring:
		found.Add(d.everywhere(how, count))
	case count < d.limits.Several:
		found.Add(d.finding(how, s, bssid))
	}
}

func (d *detector) finding(how tocsin.Severity, s *series, bssid dot11.Addr) tocsin.Finding {
	f := tocsin.Finding{
		Text: fmt.Sprintf("A frame disconnected everybody from the network %s: its access point restarts, or somebody forges it", bssid),
		Reason: tocsin.Reason{
			What:     "broadcast disconnections without a restart in between",
			Observed: frames(s.count),
			Limit:    frames(d.limits.Frames),
		},
		Severity: &how, Confidence: 30,
		BSSID: bssid, Source: s.source, Dest: dot11.Broadcast,
	}
	for i := max(0, s.count-len(s.numbers)); i < s.count; i++ {
		f.Frames = append(f.Frames, s.numbers[i%len(s.numbers)])
	}
	switch {
	case !s.known:
		f.Text = fmt.Sprintf("A frame disconnected everybody from the network %s, of which nothing was heard", bssid)
	case how == tocsin.High:
		f.Text = fmt.Sprintf("Somebody keeps disconnecting everybody from the network %s, whose access point goes on as if nothing had happened", bssid)
		f.Confidence = 85
	case s.count >= d.limits.Frames:
		f.Text = fmt.Sprintf("Somebody keeps disconnecting everybody from the network %s", bssid)
		f.Confidence = 70
	case how == tocsin.Medium:
		f.Text = fmt.Sprintf("Somebody disconnected everybody from the network %s in the name of its access point, which goes on serving clients", bssid)
		f.Reason = tocsin.Reason{
			What:     "data frames to clients that did not connect anew",
			Observed: fmt.Sprintf("%d frames", s.served),
			Limit:    fmt.Sprintf("%d frames", d.limits.Served),
		}
		f.Confidence = 75
	}
	return f
}

func frames(n int) string {
	if n == 1 {
		return "1 frame"
	}
	return fmt.Sprintf("%d frames", n)
}

func (d *detector) everywhere(how tocsin.Severity, count int) tocsin.Finding {
	return tocsin.Finding{
		Text: "Everybody is disconnected from many networks at once",
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("networks with broadcast disconnections in %s", d.limits.Again),
			Observed: fmt.Sprintf("%d networks", count),
			Limit:    fmt.Sprintf("%d networks", d.limits.Several),
		},
		Severity: &how, Confidence: 30,
		BSSID: dot11.Broadcast, Source: dot11.Broadcast, Dest: dot11.Broadcast,
		Subject: "many networks",
	}
}
