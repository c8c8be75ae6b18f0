// Package disassoctraffic recognises stations that go on after they left, which somebody said in their names.
package disassoctraffic

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/eapol"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares DISASSOCTRAFFIC.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "DISASSOCTRAFFIC",
		Title:       "Traffic of a station that left",
		Class:       tocsin.Spoof,
		Severity:    tocsin.Medium,
		Description: "A station goes on sending data although it said that it leaves: somebody else said so in its name.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute10,
		Confidence:  75,
		Attack:      []string{"T1499"},
	},
	Frames: dot11.AnyData | dot11.Only(dot11.Deauth, dot11.Disassoc, dot11.Auth, dot11.AssocReq, dot11.ReassocReq),
	Gaps:   true,
}, limits{
	Frames: 3, Grace: 100 * time.Millisecond, Window: 10 * time.Second, FreshKey: 100, Again: time.Minute, Pairs: 1024,
}, newDetector)

type limits struct {
	Frames   int           `help:"data frames to the access point after the grace"`
	Grace    time.Duration `help:"time in which frames that waited to be sent are let pass" min:"0s"`
	Window   time.Duration `help:"time after the leave in which frames are counted" min:"1s"`
	FreshKey int           `help:"packet number up to which a key is new: the station joined again, unheard"`
	Again    time.Duration `help:"time between two findings about one station" min:"1s"`
	Pairs    int           `help:"stations that left that are watched"`
}

// pair is a station and the network that it left.
type pair struct{ station, bssid dot11.Addr }

// leave is what is known since the station left.
type leave struct {
	at     time.Duration
	number uint64 // of the frame that says so
	reason uint16
	signs  int // against that frame being the station's
	frames int // data frames since
}

type detector struct {
	limits limits
	left   *window.Map[pair, leave]
	told   *window.Set[pair]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{l, window.NewMap[pair, leave](l.Pairs), window.NewSet[pair](l.Again, l.Pairs)}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	p := pair{f.Addr2, f.BSSID}
	switch {
	case f.Kind.IsData():
		if d.left.Len() > 0 && f.Control&(dot11.ToDS|dot11.FromDS) == dot11.ToDS && f.Kind.HasBody() {
			d.data(p, o, found)
		}
	case f.Addr2 == f.BSSID || !f.Addr2.IsStation() || !f.BSSID.IsStation():
	case f.Kind != dot11.Deauth && f.Kind != dot11.Disassoc:
		d.left.Delete(p)
	case !f.IsProtected() && !f.IsRetry():
		l, _ := d.left.Put(p)
		*l = leave{at: o.Time, number: o.Number, reason: f.Fixed.Reason, signs: air.Doubt.Signs()}
	}
}

// data counts the data frames of a station that left.
func (d *detector) data(p pair, o *tocsin.Observation, found *detect.Findings) {
	f, l := o.Frame, d.left.Peek(p)
	if l == nil {
		return
	}
	since := o.Time - l.at
	pn, _, encrypted := f.PacketNumber()
	switch {
	case since.Abs() > d.limits.Window, encrypted && l.frames == 0 && pn <= uint64(d.limits.FreshKey):
		d.left.Delete(p)
		return
	case since < d.limits.Grace, f.IsRetry(), f.EtherType == eapol.EtherType:
		return
	}
	if l.frames++; l.frames < d.limits.Frames {
		return
	}
	if d.told.Once(p, o.Time) {
		found.Add(d.finding(p, l, since, pn))
	}
	d.left.Delete(p)
}

func (d *detector) finding(p pair, l *leave, since time.Duration, pn uint64) tocsin.Finding {
	f := tocsin.Finding{
		Text: fmt.Sprintf("%s still sends data to %s, %s after it is said to have left with reason %d: somebody else said so in its name",
			p.station, p.bssid, since.Round(10*time.Millisecond), l.reason),
		Reason: tocsin.Reason{
			What:     "data frames of a station that left, without joining anew",
			Observed: fmt.Sprintf("%d frames in %s", l.frames, since.Round(10*time.Millisecond)),
			Limit:    fmt.Sprintf("%d frames from %s to %s after the leave", d.limits.Frames, d.limits.Grace, d.limits.Window),
		},
		Subject: p.station.String(),
		Frames:  []uint64{l.number},
	}
	if pn > 0 {
		f.Reason.Observed += fmt.Sprintf(", the last with packet number %d of a key that was in use before", pn)
		f.Confidence = 85
	}
	if l.signs > 1 {
		f.Confidence = 95
	}
	return f
}
