// Package hcxdumptool recognises hcxdumptool, which collects handshakes, by how it goes through all networks at once.
package hcxdumptool

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares HCXDUMPTOOL.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "HCXDUMPTOOL",
		Title:       "The tool hcxdumptool at work",
		Class:       tocsin.Probe,
		Severity:    tocsin.Medium,
		Description: "Somebody disconnects everybody from many networks with one counter, and a station asks many networks to let it in: so hcxdumptool collects handshakes.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  80,
		Attack:      []string{"T1588.002", "T1040"},
	},
	Frames:  dot11.Only(dot11.Deauth, dot11.Auth),
	Content: true,
}, limits{Disconnects: 4, Window: 10 * time.Second, Again: 10 * time.Minute, Stations: 256}, newDetector)

type limits struct {
	Disconnects int           `help:"deauthentications of everybody within the window that each name another access point and go on with the numbers of the one before" min:"2"`
	Window      time.Duration `help:"time in which they are counted, and within which both must be" min:"1s"`
	Again       time.Duration `help:"time between two findings while it goes on" min:"1s"`
	Stations    int           `help:"stations that are watched"`
}

type detector struct {
	limits       limits
	disconnects  *detect.Succession
	tours        *window.Map[dot11.Addr, tour]
	asks         act // the newest station that asked enough
	disconnected act
	told         *window.Set[struct{}]
}

// asked is how many access points one station must ask: a client that looks for a better one asks two.
const asked = 3

// tour is whom a station asked last, and when.
type tour struct {
	whom [asked]dot11.Addr
	at   [asked]time.Duration
}

// add notes that b was asked, and reports whether enough were within span.
func (t *tour) add(b dot11.Addr, at, span time.Duration) bool {
	place, recent := 0, true
	for i, a := range t.whom {
		if a == b {
			place = i
			break
		}
		if t.at[i] < t.at[place] {
			place = i
		}
	}
	t.whom[place], t.at[place] = b, at
	for i, a := range t.whom {
		recent = recent && !a.IsZero() && (at-t.at[i]).Abs() <= span
	}
	return recent
}

// act is one of the two traits.
type act struct {
	at    time.Duration
	count int
	by    dot11.Addr
	frame uint64
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:      l,
		disconnects: detect.NewSuccession(l.Disconnects, l.Window, l.Window),
		tours:       window.NewMap[dot11.Addr, tour](l.Stations),
		told:        window.NewSet[struct{}](l.Again, 1),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	if !o.Intact() || f.IsRetry() {
		return
	}
	if f.Kind == dot11.Auth {
		const request = 1 // the first message, of an open or shared-key authentication
		if f.Addr1 != f.BSSID || f.Fixed.AuthTransaction != request || f.Fixed.AuthAlgorithm > 1 {
			return
		}
		t, _ := d.tours.Put(f.Addr2)
		if !t.add(f.BSSID, o.Time, d.limits.Window) {
			return
		}
		d.asks = act{o.Time, asked, f.Addr2, o.Number}
	} else {
		const reason = 7 // hcxdumptool's, 802.11-2020 table 9-49: not associated
		if f.Fixed.Reason != reason || f.Addr1 != dot11.Broadcast || f.Addr2 != f.BSSID {
			return
		}
		count, ring := d.disconnects.Add(f.Addr2, f.Sequence, o.Time)
		if !ring {
			return
		}
		d.disconnected = act{o.Time, count, f.Addr2, o.Number}
	}
	d.judge(o, found)
}

// judge speaks when both traits were there within the window.
func (d *detector) judge(o *tocsin.Observation, found *detect.Findings) {
	if d.asks.count == 0 || d.disconnected.count == 0 || (d.asks.at-d.disconnected.at).Abs() > d.limits.Window || !d.told.Once(struct{}{}, o.Time) {
		return
	}
	found.Add(tocsin.Finding{
		Text: fmt.Sprintf("Somebody collects handshakes with hcxdumptool or the like: disconnects everybody from all networks near, and asks %d of them as %s to let it in",
			d.asks.count, d.asks.by),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("in %s, deauthentications of everybody that go on with the numbers of another access point; access points that one station asks", d.limits.Window),
			Observed: fmt.Sprintf("%d frames; %d access points", d.disconnected.count, d.asks.count),
			Limit:    fmt.Sprintf("%d frames; %d access points", d.limits.Disconnects, asked),
		},
		BSSID:   dot11.Broadcast,
		Source:  d.asks.by,
		Dest:    dot11.Broadcast,
		Subject: "all networks",
		Frames:  []uint64{min(d.asks.frame, d.disconnected.frame)},
	})
}
