// Package badaddr recognises frames whose addresses or authentication fields nobody can have.
package badaddr

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares BADADDR.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "BADADDR",
		Title:       "Impossible addresses or authentication",
		Class:       tocsin.Spoof,
		Severity:    tocsin.Medium,
		Description: "Frames have addresses that no station has, or authenticate in a way that does not exist: tools make such frames.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  70,
		Attack:      []string{"T1499", "T1036"},
	},
	Frames: dot11.AnyManagement,
}, limits{Frames: 3, Window: time.Minute, Again: 10 * time.Minute, Senders: 3, Keys: 512}, newDetector)

type limits struct {
	Frames  int           `help:"frames within the window that are impossible in the same way" min:"2"`
	Window  time.Duration `help:"time in which frames are counted" min:"1s"`
	Again   time.Duration `help:"time between two findings about the same way" min:"1s"`
	Senders int           `help:"transmitters within again from which on they are told of together" min:"2"`
	Keys    int           `help:"ways and transmitters that are watched"`
}

// way is how a frame is impossible.
type way uint8

const (
	possible way = iota
	groupSender
	toItself
	everyNetwork
	unknownAlgorithm
	badTransaction
)

// ways says what frames of each way do.
var ways = [...]string{
	groupSender:      "have a group address or none as sender",
	toItself:         "disconnect a station in its own name",
	everyNetwork:     "disconnect stations of no network in particular",
	unknownAlgorithm: "authenticate with an algorithm that does not exist",
	badTransaction:   "authenticate in a step that does not exist",
}

// key is a way, with the transmitter of frames whose checksum nobody verified: damage makes many transmitters.
type key struct {
	way    way
	sender dot11.Addr
}

type detector struct {
	limits limits
	frames *window.Alarm[key]
	told   *window.Alarm[way]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits: l,
		frames: window.NewAlarm[key](l.Frames, l.Window, l.Again, l.Keys),
		told:   window.NewAlarm[way](l.Senders, l.Again, l.Again, len(ways)),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	w := judge(f)
	if w == possible || !o.Intact() {
		return
	}
	k := key{way: w}
	if o.Radio.FCS != dot11.FCSGood {
		if f.Defects != 0 {
			return
		}
		k.sender = f.Addr2
	}
	count, ring := d.frames.Add(k, o.Time)
	if !ring {
		return
	}
	told, together := d.told.Add(w, o.Time)
	if told >= d.limits.Senders && !together {
		return
	}
	found.Add(tocsin.Finding{
		Text: fmt.Sprintf("Somebody sends frames that %s, the last %s to %s: %d in %s", ways[w], sender(f, w), f.Addr1, count, d.limits.Window),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("frames in %s that %s", d.limits.Window, ways[w]),
			Observed: fmt.Sprint(count), Limit: fmt.Sprint(d.limits.Frames),
		},
		Subject: ways[w],
	})
}

// sender tells who claims to have sent f, with the fields that are impossible.
func sender(f *dot11.Frame, w way) string {
	switch w {
	case unknownAlgorithm:
		return fmt.Sprintf("by %s with algorithm %d", f.Addr2, f.Fixed.AuthAlgorithm)
	case badTransaction:
		return fmt.Sprintf("by %s with algorithm %d, step %d", f.Addr2, f.Fixed.AuthAlgorithm, f.Fixed.AuthTransaction)
	}
	return fmt.Sprintf("by %s", f.Addr2)
}

// Authentication algorithms (802.11-2020 §9.4.1.1; 7 PASN is of 802.11az; 128 is what old Cisco clients send for LEAP).
const (
	lastAlgorithm = 7
	leap          = 128
	lastStep      = 4 // of shared key
)

func judge(f *dot11.Frame) way {
	switch {
	case !f.Addr2.IsStation():
		return groupSender
	case f.Kind == dot11.Deauth || f.Kind == dot11.Disassoc:
		switch {
		case f.Addr1 == f.Addr2 && f.Addr2 != f.BSSID: // access points with a fault dismiss themselves
			return toItself
		case f.Addr3 == dot11.Broadcast:
			return everyNetwork
		}
	case f.Kind != dot11.Auth || f.Addr1 != f.BSSID || f.IsProtected() || f.Defects&dot11.DefectShortFixed != 0:
	case f.Fixed.AuthAlgorithm > lastAlgorithm && f.Fixed.AuthAlgorithm != leap:
		return unknownAlgorithm
	case f.Fixed.AuthTransaction == 0 || f.Fixed.AuthTransaction > lastStep:
		return badTransaction
	}
	return possible
}
