// Package beaconflood recognises floods of networks that do not exist.
package beaconflood

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares BEACONFLOOD.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "BEACONFLOOD",
		Title:       "Beacon flood",
		Class:       tocsin.Denial,
		Severity:    tocsin.Medium,
		Description: "Somebody advertises many networks that do not exist, so that devices find the real ones no more.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  85,
		Attack:      []string{"T1499"},
		Explains:    []string{"BADADDR", "KNOWNBEACONS"},
	},
	Frames: dot11.Only(dot11.Beacon, dot11.ProbeResp),
}, limits{Networks: 40, Impossible: 8, Share: 80, Window: 3 * time.Second, Learn: 5 * time.Second, Again: time.Minute, Known: 4096}, newDetector)

type limits struct {
	Networks   int           `help:"new networks within the window that did not stay" min:"2"`
	Impossible int           `help:"new networks within the window with a group address, which no access point has" min:"2"`
	Share      int           `help:"how many of all new networks these must be, in percent"`
	Window     time.Duration `help:"time in which new networks are counted, and time that each then has to be heard again" min:"1s"`
	Learn      time.Duration `help:"time of listening to each channel in which every network is new and none is counted"`
	Again      time.Duration `help:"time between two findings about a flood that goes on" min:"1s"`
	Known      int           `help:"networks that are remembered" min:"64"`
}

// network is a BSSID that was heard.
type network struct {
	first   time.Duration // when it was heard first
	tsf     uint64        // of that frame
	settled bool          // it stayed, or was there before us
}

type detector struct {
	limits   limits
	known    *window.Map[dot11.Addr, network]
	arrivals arrivals
	groups   *window.Alarm[struct{}] // new networks with a group address
	flooded  uint16                  // the channel of the newest arrival
	steady   time.Duration           // when a network last beaconed again
	due      bool                    // the count has moved on since it was last looked at
	ringing  bool
	told     time.Duration
	saidAt   time.Duration // that networks have group addresses; 0: never
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:   l,
		known:    window.NewMap[dot11.Addr, network](l.Known),
		arrivals: arrivals{width: l.Window / parts},
		groups:   window.NewAlarm[struct{}](l.Impossible, l.Window, l.Again, 1),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	// An access point gives its address twice. Where nobody verified the checksum, noise in one of them shows.
	if f.Defects&dot11.DefectShortFixed != 0 || f.BSSID.IsZero() || o.Radio.FCS != dot11.FCSGood && f.Addr2 != f.BSSID {
		return
	}
	if d.arrivals.move(o.Time) {
		d.due = true
	}
	if f.Kind != dot11.Beacon || air.BSS == nil || air.BSS.Clock.Runs() < 2*d.limits.Window {
		d.hear(o, air.Listened < d.limits.Learn, found)
	} else {
		d.steady = o.Time
	}
	if d.due && tuned(o) == d.flooded {
		d.due = false
		d.judge(o.Time, found)
	}
}

// hear takes a frame of a network that may be new. While the sensor is learning what is on the channel, all are.
func (d *detector) hear(o *tocsin.Observation, learning bool, found *detect.Findings) {
	f := o.Frame
	n, created := d.known.Put(f.BSSID)
	switch {
	case created:
		*n = network{first: o.Time, tsf: f.Fixed.TSF, settled: learning}
		if p := d.arrivals.at(o.Time); p != nil && !learning {
			p.came++
			p.frame = o.Number
			d.flooded = tuned(o)
			d.impossible(o, found)
		}
	case n.runs(f.Fixed.TSF, o.Time):
		if f.Kind == dot11.Beacon {
			d.steady = o.Time
		}
		if p := d.arrivals.at(n.first); p != nil && !n.settled {
			p.stayed++
		}
		n.settled = true
	case n.settled && o.Time-n.first >= soonest:
		n.first, n.tsf = o.Time, f.Fixed.TSF // it restarted; its clock runs on from here
	}
}

// tuned returns what the radio listens to, in MHz; if that is unknown, the channel that the frame claims.
func tuned(o *tocsin.Observation) uint16 {
	if o.Radio.Frequency != 0 {
		return o.Radio.Frequency
	}
	return uint16(o.Frame.Elements.PrimaryChannel())
}

// away is for how long no network at all beacons twice when the capture keeps the first beacon of each alone, as
// airodump-ng does.
const away = time.Minute

// soonest is the least time in which the clock of a network can be told from one that stands still.
const soonest = 50 * time.Millisecond

// runs reports whether the timestamp went on since the network was first heard as time did (802.11-2020 §11.1.2.1).
// Tools write one that stands still or jumps with each frame. Frames may reach the sensor's clock a bit late.
func (n *network) runs(tsf uint64, at time.Duration) bool {
	passed := at - n.first
	if passed < soonest {
		return false
	}
	off := int64(tsf-n.tsf) - passed.Microseconds()
	slack := passed.Microseconds() / 4
	return -slack <= off && off <= slack
}

// judge looks at the networks that had their time to be heard again.
func (d *detector) judge(at time.Duration, found *detect.Findings) {
	came, stayed, frames := d.arrivals.judged()
	gone := came - stayed
	if gone < d.limits.Networks/2 {
		d.ringing = false
	}
	since := at - d.told
	heeded := d.ringing && -d.limits.Again < since && since < d.limits.Again || d.saidAt != 0 && (at-d.saidAt).Abs() < d.limits.Again
	if gone < d.limits.Networks || gone*100 < came*d.limits.Share || heeded || (at-d.steady).Abs() > away {
		return
	}
	d.ringing, d.told = true, at
	finding := tocsin.Finding{
		Text: fmt.Sprintf("Somebody floods the air with networks that do not exist: of %d new ones in %s, %d were not heard again with a clock that runs",
			came, d.limits.Window, gone),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("new networks in %s that were not heard again in %s with a clock that runs", d.limits.Window, d.limits.Window),
			Observed: fmt.Sprintf("%d of %d networks", gone, came),
			Limit:    fmt.Sprintf("%d networks, %d %%", d.limits.Networks, d.limits.Share),
		},
		BSSID:   dot11.Broadcast,
		Source:  dot11.Broadcast,
		Dest:    dot11.Broadcast,
		Subject: "many addresses",
	}
	for _, n := range frames {
		if n != 0 {
			finding.Frames = append(finding.Frames, n)
		}
	}
	found.Add(finding)
}

// impossible looks at a new network at once: one that has a group address is nobody's (802.11-2020 §9.2.4.3.4).
func (d *detector) impossible(o *tocsin.Observation, found *detect.Findings) {
	if !o.Frame.BSSID.IsGroup() {
		return
	}
	count, ring := d.groups.Add(struct{}{}, o.Time)
	if !ring {
		return
	}
	d.saidAt = o.Time
	found.Add(tocsin.Finding{
		Text: fmt.Sprintf("Somebody floods the air with networks that do not exist: %d new ones in %s have group addresses, which no access point has", count, d.limits.Window),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("new networks with a group address in %s", d.limits.Window),
			Observed: fmt.Sprintf("%d networks", count),
			Limit:    fmt.Sprintf("%d networks", d.limits.Impossible),
		},
		BSSID:   dot11.Broadcast,
		Source:  dot11.Broadcast,
		Dest:    dot11.Broadcast,
		Subject: "many addresses",
	})
}

// parts is in how many parts a window is counted.
const parts = 8

// arrivals counts new networks by parts of the window: those of the window that runs, and of the one before.
type arrivals struct {
	width  time.Duration
	head   int64         // number of the newest part since the epoch
	begins time.Duration // when it began
	parts  [2*parts + 1]part
}

type part struct {
	came, stayed int
	frame        uint64 // number of the newest first frame of a network
}

// move goes on to the part that at is in, and reports whether it is another one.
func (a *arrivals) move(at time.Duration) bool {
	if since := at - a.begins; since >= 0 && since < a.width {
		return false
	}
	n := int64(at / a.width)
	if n <= a.head && n > a.head-int64(len(a.parts)) {
		return false
	}
	if n < a.head || n-a.head >= int64(len(a.parts)) {
		a.parts = [len(a.parts)]part{}
	} else {
		for i := a.head + 1; i <= n; i++ {
			*a.part(i) = part{}
		}
	}
	a.head, a.begins = n, time.Duration(n)*a.width
	return true
}

// at returns the part of a time, nil if it is no longer counted.
func (a *arrivals) at(at time.Duration) *part {
	n := int64(at / a.width)
	if n > a.head || n <= a.head-int64(len(a.parts)) {
		return nil
	}
	return a.part(n)
}

// judged sums up the window before the last.
func (a *arrivals) judged() (came, stayed int, frames [parts]uint64) {
	for i := range frames {
		p := a.part(a.head - 2*parts + int64(i))
		came, stayed, frames[i] = came+p.came, stayed+p.stayed, p.frame
	}
	return came, stayed, frames
}

func (a *arrivals) part(n int64) *part { return &a.parts[uint64(n)%uint64(len(a.parts))] }
