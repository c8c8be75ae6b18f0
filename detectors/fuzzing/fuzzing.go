// Package fuzzing recognises whoever tries many malformed frames.
package fuzzing

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// counted are the defects that tell one malformation from another. A second element of a kind is common in careless devices.
const counted = ^dot11.DefectDuplicate

// Spec declares FUZZING.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "FUZZING",
		Title:       "Many kinds of malformed frames",
		Class:       tocsin.Exploit,
		Severity:    tocsin.High,
		Description: "Somebody sends frames that are malformed in many different ways: a fuzzer looks for faults in drivers.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  90,
		Attack:      []string{"T1210"},
		Explains:    []string{"BADFIXLENIE", "LONGSSID", "MALFORMMGMT", "MBSSIDMALFORM", "QCOMEXTENDED", "RSNLOOP", "SSIDTRICK", "WMMOVERFLOW", "WMMTSPEC"},
	},
	Frames:  ^dot11.Kinds(0),
	Defects: counted,
}, limits{Reasons: 20, Damage: 10, Window: time.Minute, Acquaintance: 10 * time.Second, Again: 20 * time.Second, Addresses: 1024}, newDetector)

type limits struct {
	Reasons      int           `help:"different malformations for one receiver, or of one transmitter, within the window" min:"2"`
	Damage       int           `help:"different malformations of known transmitters within the window that show that the sensor hands on damaged frames"`
	Window       time.Duration `help:"time in which they are counted" min:"1s"`
	Acquaintance time.Duration `help:"time after which a transmitter's malformed frames are taken for damage, if their checksums are unknown" min:"1s"`
	Again        time.Duration `help:"time between two findings about one address" min:"1s"`
	Addresses    int           `help:"addresses that are watched"`
}

// end is an address at one end of frames.
type end struct {
	addr  dot11.Addr
	sends bool
}

// malformation is the first thing that is wrong with a frame. One a frame: noise in one frame must not look like many tries.
type malformation struct {
	kind    dot11.Kind // 0 if an element is wrong, wherever it is
	defects dot11.Defects
	id, ext uint8 // of the element
}

// try is a malformation at one end.
type try struct {
	end  end
	what malformation
}

type detector struct {
	limits limits
	tried  *window.Set[try]
	ends   *window.Alarm[end]
	damage *window.Counter[struct{}] // different malformations of known transmitters, as far as heard
	noisy  time.Duration             // when they last were more than honest devices show
}

// triesPerEnd is how many malformations of each address are remembered on average: most are of few.
const triesPerEnd = 4

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits: l,
		tried:  window.NewSet[try](l.Window, l.Addresses*triesPerEnd),
		ends:   window.NewAlarm[end](l.Reasons, l.Window, l.Again, l.Addresses),
		damage: window.NewCounter[struct{}](l.Window, 1),
		noisy:  -l.Window,
	}
}

// add counts what as a try at e if it is the first of its kind within the window.
func (d *detector) add(e end, what malformation, at time.Duration) (count int, ring bool) {
	if !d.tried.Once(try{e, what}, at) {
		return 0, false
	}
	return d.ends.Add(e, at)
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	if !o.Intact() {
		return
	}
	what := first(f)
	if o.Radio.FCS != dot11.FCSGood && d.mayBeDamage(o, air, what) {
		return
	}
	received, rings := d.add(end{f.Addr1, false}, what, o.Time)
	if rings {
		found.Add(d.finding(o, received, end{f.Addr1, false}))
	}
	// A transmitter that has one receiver alone is told of once.
	sent, rings := d.add(end{f.Addr2, true}, what, o.Time)
	if rings && received < d.limits.Reasons {
		found.Add(d.finding(o, sent, end{f.Addr2, true}))
	}
}

// mayBeDamage reports whether noise explains a frame whose checksum is unknown. Noise reaches the frames of known transmitters as
// well as those in which it has changed the address; a fuzzer hardly uses the former.
func (d *detector) mayBeDamage(o *tocsin.Observation, air *track.Sight, what malformation) bool {
	if d.isKnown(o, air) {
		if d.tried.Once(try{what: what}, o.Time) && d.damage.Add(struct{}{}, o.Time) >= d.limits.Damage {
			d.noisy = o.Time
		}
		return true
	}
	return (o.Time - d.noisy).Abs() < d.limits.Window
}

// isKnown reports whether the frame's transmitter has been heard for a while: noise damages the frames of those, a fuzzer
// invents others.
func (d *detector) isKnown(o *tocsin.Observation, air *track.Sight) bool {
	switch {
	case air.BSS != nil && air.BSS.BSSID == o.Frame.Addr2:
		return o.Time-air.BSS.First >= d.limits.Acquaintance
	case air.Transmitter != nil:
		return o.Time-air.Transmitter.First >= d.limits.Acquaintance
	}
	return false
}

// first returns what a strict reader stumbles over: an element by itself, or else the frame as a whole.
func first(f *dot11.Frame) malformation {
	for i := range f.Elements.Len() {
		e := f.Elements.At(i)
		if wrong := e.Defects(); wrong != 0 {
			return malformation{defects: wrong, id: e.ID, ext: e.Ext}
		}
	}
	whole := f.Defects & counted
	return malformation{kind: f.Kind, defects: whole & -whole}
}

func (d *detector) finding(o *tocsin.Observation, count int, e end) tocsin.Finding {
	text, what := fmt.Sprintf("Somebody sends %s", detect.Whom(e.addr)), "malformations for one receiver"
	finding := tocsin.Finding{Source: dot11.Broadcast, Subject: e.addr.String()}
	if e.sends {
		text, what = fmt.Sprintf("%s sends", e.addr), "malformations of one transmitter"
		finding.Source = e.addr
	}
	if e.addr.IsGroup() {
		finding.BSSID, finding.Subject = dot11.Broadcast, "many addresses"
	}
	finding.Text = fmt.Sprintf("%s frames that are malformed in %d different ways, the newest: %s: a fuzzer looks for faults in drivers", text, count, o.Frame.Defects&counted)
	finding.Reason = tocsin.Reason{
		What:     fmt.Sprintf("different %s in %s", what, d.limits.Window),
		Observed: fmt.Sprintf("%d malformations", count),
		Limit:    fmt.Sprintf("%d malformations", d.limits.Reasons),
	}
	if o.Radio.FCS != dot11.FCSGood {
		finding.Confidence = 60 // noise may have helped
	}
	return finding
}
