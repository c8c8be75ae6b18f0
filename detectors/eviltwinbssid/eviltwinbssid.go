// Package eviltwinbssid recognises a second access point under the address of the first.
package eviltwinbssid

import (
	"fmt"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares EVILTWINBSSID.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "EVILTWINBSSID",
		Title:       "Evil twin with the same address",
		Class:       tocsin.Spoof,
		Severity:    tocsin.Critical,
		Description: "Two access points send as one network, with the same address: one of them pretends to be the other.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  90,
		Attack:      []string{"T1557.004"},
		Explains:    []string{"ADVCRYPTCHANGE", "BCASTDISCON", "BEACONPROT", "BEACONRATE", "BSSTIMESTAMP", "CHANCHANGE", "CRYPTODROP", "CSABOGUS", "DEAUTHFLOOD", "DEAUTHFORGED", "DOT11D", "PROBECHAN"},
	},
	Frames: dot11.Only(dot11.Beacon),
}, limits{Signs: 2, Changes: 10, Frames: 5, Decibels: 15, Again: 10 * time.Minute, Networks: 1024}, newDetector)

type limits struct {
	Signs    int           `help:"of five signs: clock, sequence numbers, signal, channel, content of beacons" min:"2"`
	Changes  int           `help:"changes from one transmitter to the other in a row, with less than ten seconds between two" min:"2"`
	Frames   int           `help:"beacons of the transmitter with fewer of them"`
	Decibels int           `help:"difference of the two signals"`
	Again    time.Duration `help:"time between two findings about one network" min:"1s"`
	Networks int           `help:"networks that are remembered"`
}

type detector struct {
	limits limits
	told   *window.Set[dot11.Addr]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{l, window.NewSet[dot11.Addr](l.Again, l.Networks)}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	b := air.BSS
	if b == nil || d.signs(b, o.Time, nil) < d.limits.Signs || !d.told.Once(b.BSSID, o.Time) {
		return
	}
	var words []string
	signs := d.signs(b, o.Time, &words)
	found.Add(tocsin.Finding{
		Text: fmt.Sprintf("Two access points send as the network %s and take turns: %s", b.BSSID, strings.Join(words, "; ")),
		Reason: tocsin.Reason{
			What:     "signs of two transmitters in the beacons of one address",
			Observed: fmt.Sprintf("%d signs", signs),
			Limit: fmt.Sprintf("%d signs, each over %d changes in a row and %d beacons of the rarer transmitter",
				d.limits.Signs, d.limits.Changes, d.limits.Frames),
		},
		Confidence: confidence(signs),
	})
}

func confidence(signs int) tocsin.Confidence {
	if signs > 2 {
		return 97
	}
	return 90
}

// signs counts what shows that two transmitters send beacons as b, and puts it in words if there is room for them.
func (d *detector) signs(b *track.BSS, at time.Duration, words *[]string) (n int) {
	note := func(yes bool, word func() string) {
		if yes {
			n++
			if words != nil {
				*words = append(*words, word())
			}
		}
	}
	clocks, numbers := d.alternate(&b.Clock.Lines, at), d.alternate(&b.BeaconSequence.Lines, at)
	channels := d.alternate(&b.Channels.Lines, at)
	if !clocks && !numbers && !channels {
		return 0 // content alone changes on honest access points as well
	}
	note(clocks, func() string { return "two clocks" })
	note(numbers, func() string { return "two rows of sequence numbers" })
	note(channels, func() string {
		more, other := b.Channels.Values()
		return fmt.Sprintf("channels %d and %d", more, other)
	})
	note(d.alternate(&b.Contents.Lines, at) && !channels, func() string { return "two sets of elements" })
	lines := &b.BeaconSequence.Lines
	if clocks {
		lines = &b.Clock.Lines
	}
	more, other := lines.Signals()
	note((clocks || numbers) && more != 0 && other != 0 && max(more-other, other-more) >= d.limits.Decibels, func() string {
		return fmt.Sprintf("signals of %d and %d dBm", more, other)
	})
	return n
}

// alternate reports whether l shows two transmitters that take turns.
func (d *detector) alternate(l *track.Lines, at time.Duration) bool {
	changes, frames := l.Alternations(at)
	return changes >= d.limits.Changes && frames >= d.limits.Frames
}
