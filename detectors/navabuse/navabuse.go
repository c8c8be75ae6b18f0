// Package navabuse recognises frames that reserve the air for nobody.
package navabuse

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares NAVABUSE.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "NAVABUSE",
		Title:       "Air reserved for nobody",
		Class:       tocsin.Denial,
		Severity:    tocsin.High,
		Description: "Frames reserve the air for longer than any exchange takes, so that all others keep silent, or belong to no exchange.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  80,
		Attack:      []string{"T1499"},
	},
	// The Duration field of a PS-Poll is no duration.
	Frames: dot11.AnyKind &^ dot11.Only(dot11.PSPoll),
}, limits{Duration: 32000, Frames: 20, Pointless: 20, Window: 10 * time.Second, Again: time.Minute, Channels: 64}, newDetector)

type limits struct {
	Duration  int           `help:"µs for which a frame may reserve the air"`
	Frames    int           `help:"frames on one channel within the window that reserve it for longer" min:"2"`
	Pointless int           `help:"frames on one channel within the window that belong to no exchange: RTS and CTS that reserve nothing, CTS and Ack for a group" min:"2"`
	Window    time.Duration `help:"time in which frames are counted" min:"1s"`
	Again     time.Duration `help:"time between two findings about one channel" min:"1s"`
	Channels  int           `help:"frequencies that are watched"`
}

type detector struct {
	limits    limits
	longs     *window.Alarm[uint16] // by frequency
	pointless *window.Alarm[uint16]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:    l,
		longs:     window.NewAlarm[uint16](l.Frames, l.Window, l.Again, l.Channels),
		pointless: window.NewAlarm[uint16](l.Pointless, l.Window, l.Again, l.Channels),
	}
}

// maxNAV is the longest reservation: with bit 15 set the field is something else (802.11-2020 table 9-3).
const maxNAV = 0x7fff

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	usual := f.Duration > 0 && int(f.Duration) <= d.limits.Duration
	switch {
	case usual && !f.Addr1.IsGroup():
	case int(f.Duration) > d.limits.Duration && f.Duration <= maxNAV:
		if count, ring := d.longs.Add(o.Radio.Frequency, o.Time); ring {
			found.Add(d.long(o, count))
		}
	case f.Kind == dot11.CTS || f.Kind == dot11.RTS && f.Duration == 0 || f.Kind == dot11.Ack && f.Addr1.IsGroup():
		if count, ring := d.pointless.Add(o.Radio.Frequency, o.Time); ring {
			found.Add(d.noExchange(o, count))
		}
	}
}

func (d *detector) long(o *tocsin.Observation, count int) tocsin.Finding {
	f := o.Frame
	reserved := time.Duration(f.Duration) * time.Microsecond
	return tocsin.Finding{
		Text: fmt.Sprintf("Somebody keeps others silent on %s: %d frames in %s reserve the air for longer than an exchange takes, the last, %s, for %s",
			channel(o), count, d.limits.Window, name(f), reserved),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("frames in %s that reserve the air for more than %d µs", d.limits.Window, d.limits.Duration),
			Observed: fmt.Sprintf("%d frames, the last for %d µs", count, f.Duration),
			Limit:    fmt.Sprintf("%d frames", d.limits.Frames),
		},
		BSSID: dot11.Broadcast, Source: f.Addr2, Subject: channel(o),
	}
}

// noExchange tells of frames that are no threat by themselves: a tool makes them, or its driver has overwritten the duration.
func (d *detector) noExchange(o *tocsin.Observation, count int) tocsin.Finding {
	medium := tocsin.Medium
	return tocsin.Finding{
		Text: fmt.Sprintf("Somebody injects RTS, CTS or Ack frames on %s that belong to no exchange, the last %s with a duration of %d µs: %d in %s",
			channel(o), name(o.Frame), o.Frame.Duration, count, d.limits.Window),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("RTS and CTS that reserve nothing, and CTS and Ack for a group, in %s", d.limits.Window),
			Observed: fmt.Sprintf("%d frames", count),
			Limit:    fmt.Sprintf("%d frames", d.limits.Pointless),
		},
		Severity: &medium, Confidence: 70,
		BSSID: dot11.Broadcast, Source: o.Frame.Addr2, Subject: channel(o),
	}
}

func channel(o *tocsin.Observation) string {
	if o.Radio.Frequency == 0 {
		return "the channel"
	}
	return fmt.Sprintf("%d MHz", o.Radio.Frequency)
}

// name returns what f is, with who claims to have sent it or, if it names nobody, whom it is for.
func name(f *dot11.Frame) string {
	switch f.Kind {
	case dot11.CTS:
		return fmt.Sprintf("a CTS for %s", f.Addr1)
	case dot11.Ack:
		return fmt.Sprintf("an Ack for %s", f.Addr1)
	case dot11.RTS:
		return fmt.Sprintf("an RTS of %s", f.Addr2)
	}
	return fmt.Sprintf("a frame of %s", f.Addr2)
}
