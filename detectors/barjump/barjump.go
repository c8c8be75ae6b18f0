// Package barjump recognises forged frames that move or end the block acknowledgement of others.
package barjump

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares BARJUMP.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "BARJUMP",
		Title:       "Attack on block acknowledgement",
		Class:       tocsin.Denial,
		Severity:    tocsin.High,
		Description: "Somebody sets up, moves or ends the block acknowledgement of two others: the receiver throws away what comes next.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  85,
		Attack:      []string{"T1499"},
	},
	Frames: dot11.Only(dot11.Action, dot11.BlockAckReq),
	Gaps:   true,
}, limits{Forged: 6, Frames: 20, Jump: 1024, Window: 10 * time.Second, Again: time.Minute, Pairs: 1024}, newDetector)

type limits struct {
	Forged int           `help:"frames within the window that did not come from whom they name"`
	Frames int           `help:"ADDBA requests, or DELBA, of one device to another within the window, if nothing speaks against them"`
	Jump   int           `help:"sequence numbers between two block ack requests from which on the second is suspect"`
	Window time.Duration `help:"time in which frames are counted" min:"1s"`
	Again  time.Duration `help:"time between two findings of one kind about one pair" min:"1s"`
	Pairs  int           `help:"pairs that are watched"`
}

// pair is who sends, and to whom.
type pair struct{ sender, receiver dot11.Addr }

// kind is what frames of a pair do. Each is told by itself: an attack with one must not hide one with another.
type kind struct {
	pair
	request bool  // a block ack request
	action  uint8 // else
}

func kindOf(f *dot11.Frame) kind {
	return kind{pair{f.Addr2, f.Addr1}, f.Kind == dot11.BlockAckReq, f.Fixed.Action}
}

// does says what the frames do, for the text of a finding.
func (k kind) does() string {
	switch {
	case k.request:
		return "moves the window of"
	case k.action == delba:
		return "ends"
	}
	return "sets up"
}

type detector struct {
	limits limits
	last   *window.Map[pair, uint16] // sequence number of the last action, to know its retries
	starts *window.Map[pair, uint16] // where the last block ack request began
	forged *window.Alarm[kind]
	frames *window.Alarm[kind]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	alarm := func(limit int) *window.Alarm[kind] { return window.NewAlarm[kind](limit, l.Window, l.Again, l.Pairs) }
	positions := func() *window.Map[pair, uint16] { return window.NewMap[pair, uint16](l.Pairs) }
	return &detector{l, positions(), positions(), alarm(l.Forged), alarm(l.Frames)}
}

// Action codes of block acknowledgement (802.11-2020 table 9-364).
const (
	addbaRequest = 0
	delba        = 2
)

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	switch {
	case f.IsProtected() || f.Addr1.IsGroup() || f.Defects != 0 || !o.Intact():
	case f.Kind == dot11.BlockAckReq:
		if d.jumps(f) && air.Doubt.Deviates {
			d.suspect(o, air, found)
		}
	case f.Fixed.Category == dot11.BlockAckAction && (f.Fixed.Action == addbaRequest || f.Fixed.Action == delba):
		d.agreement(o, air, found)
	}
}

// jumps reports whether a block ack request begins far from where the one before it did (802.11-2020 §9.3.1.7).
func (d *detector) jumps(f *dot11.Frame) bool {
	if len(f.Body) < 4 {
		return false
	}
	start := binary.LittleEndian.Uint16(f.Body[2:]) >> 4
	last, created := d.starts.Put(pair{f.Addr2, f.Addr1})
	away := int((start - *last) & 0xfff)
	*last = start
	return !created && min(away, 0x1000-away) >= d.limits.Jump
}

// agreement takes a frame that begins or ends block acknowledgement.
func (d *detector) agreement(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	who := pair{f.Addr2, f.Addr1}
	last, created := d.last.Put(who)
	retried := f.IsRetry() && !created && *last == f.Sequence
	*last = f.Sequence
	if retried {
		return
	}
	if air.Doubt.Sequence == track.FitOff || air.Doubt.Deviates {
		d.suspect(o, air, found)
		return
	}
	k := kindOf(f)
	if n, ring := d.frames.Add(k, o.Time); ring {
		finding := d.finding(who, n, d.limits.Frames)
		finding.Text = fmt.Sprintf("%s, or somebody in its name, %s block acknowledgement with %s again and again, which makes it throw away data",
			who.sender, k.does(), who.receiver)
		finding.Reason.What = fmt.Sprintf("ADDBA requests, or DELBA, of one device to another in %s", d.limits.Window)
		finding.Confidence = 60
		found.Add(finding)
	}
}

// suspect takes a frame that did not come from whom it names.
func (d *detector) suspect(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	k := kindOf(o.Frame)
	if n, ring := d.forged.Add(k, o.Time); ring {
		finding := d.finding(k.pair, n, d.limits.Forged)
		finding.Text = fmt.Sprintf("Somebody %s block acknowledgement with %s in the name of %s (%s), which makes it throw away data",
			k.does(), k.receiver, k.sender, air.Doubt.Words(o))
		finding.Reason.What = fmt.Sprintf("frames about block acknowledgement in %s that did not come from whom they name", d.limits.Window)
		found.Add(finding)
	}
}

func (d *detector) finding(who pair, count, limit int) tocsin.Finding {
	return tocsin.Finding{
		Reason:  tocsin.Reason{Observed: fmt.Sprintf("%d frames", count), Limit: fmt.Sprintf("%d frames", limit)},
		Subject: who.sender.String() + " " + who.receiver.String(),
	}
}
