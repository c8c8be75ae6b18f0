// Package bsstimestamp recognises networks whose clock is that of two access points.
package bsstimestamp

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares BSSTIMESTAMP.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "BSSTIMESTAMP",
		Title:       "Two clocks of one network",
		Class:       tocsin.Spoof,
		Severity:    tocsin.Medium,
		Description: "The clock in the beacons of a network jumps to and fro between two times: two devices use its address.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  85,
		Attack:      []string{"T1557.004"},
	},
	Frames: dot11.Only(dot11.Beacon, dot11.ProbeResp),
}, limits{Jumps: 6, Frames: 3, RandomJumps: 12, Again: 10 * time.Minute, Networks: 1024}, newDetector)

type limits struct {
	Jumps       int           `help:"jumps in a row, with less than ten seconds between two" min:"2"`
	Frames      int           `help:"frames that the clock with fewer of them has"`
	RandomJumps int           `help:"jumps in a row, if the second clock is another each time" min:"2"`
	Again       time.Duration `help:"time between two findings about one network" min:"1s"`
	Networks    int           `help:"networks that are remembered"`
}

type detector struct {
	limits limits
	told   *window.Set[dot11.Addr]
	runs   *window.Map[dot11.Addr, run]
}

// run is what was heard of a network since its clock began to jump.
type run struct {
	since   time.Duration
	jumps   int
	beacons int
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{l, window.NewSet[dot11.Addr](l.Again, l.Networks), window.NewMap[dot11.Addr, run](l.Networks)}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	b := air.BSS
	if b == nil {
		return
	}
	jumps, frames := b.Clock.Alternations(o.Time)
	if jumps == 0 {
		return
	}
	crowded := d.crowded(o, air, jumps)
	if jumps < d.limits.Jumps || frames < d.limits.Frames && jumps < d.limits.RandomJumps && !crowded || !d.told.Once(b.BSSID, o.Time) {
		return
	}
	found.Add(tocsin.Finding{
		Text: fmt.Sprintf("The clock of the network %s jumps to and fro %s: a second device sends under its address%s",
			b.BSSID, d.between(b, frames), strengths(b)),
		Reason: tocsin.Reason{
			What:     "jumps of the timestamp in beacons and probe responses in a row",
			Observed: fmt.Sprintf("%d jumps, %d frames of the rarer clock", jumps, frames),
			Limit:    d.limit(crowded),
		},
	})
}

// crowded reports whether more beacons came since the clock began to jump than one access point sends. Damage makes times of
// its own, but no beacons.
func (d *detector) crowded(o *tocsin.Observation, air *track.Sight, jumps int) bool {
	const unit = 1024 * time.Microsecond // TU, 802.11-2020 §9.4.1.3
	if o.Frame.Kind != dot11.Beacon || air.Advert == nil || air.Advert.Interval == 0 {
		return false
	}
	r, created := d.runs.Put(air.BSS.BSSID)
	if created || jumps < r.jumps || o.Time < r.since {
		*r = run{since: o.Time}
	}
	r.jumps = jumps
	r.beacons++
	due := 1 + float64(o.Time-r.since)/float64(time.Duration(air.Advert.Interval)*unit)
	return float64(r.beacons) > 1+1.5*due // one may be late
}

func (d *detector) limit(crowded bool) string {
	if crowded {
		return fmt.Sprintf("%d jumps, with half again as many beacons as the interval allows", d.limits.Jumps)
	}
	return fmt.Sprintf("%d jumps and %d frames, or %d jumps", d.limits.Jumps, d.limits.Frames, d.limits.RandomJumps)
}

// between says what the clock jumps between.
func (d *detector) between(b *track.BSS, frames int) string {
	if frames < d.limits.Frames {
		return "between its own time and another each time"
	}
	return fmt.Sprintf("between two times that are %s apart", length(b.Clock.Apart()))
}

// length says how long d is, in words that fit what clocks of access points differ by.
func length(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d > 3650*day:
		return "more than ten years"
	case d > 2*day:
		return fmt.Sprintf("%d days", d/day)
	}
	return d.Round(time.Second).String()
}

// strengths says how strongly the two are heard, if the sensor tells.
func strengths(b *track.BSS) string {
	more, other := b.Clock.Signals()
	if more == 0 || other == 0 {
		return ""
	}
	return fmt.Sprintf(", one heard with %d dBm, the other with %d dBm", more, other)
}
