package detect

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// UndefinedReasons completes d with a detector of disconnections whose reason the standard does not define, of one kind: dot11.Deauth and
// dot11.Disassoc are told of under two names.
func UndefinedReasons(d tocsin.Definition, kind dot11.Kind) Spec {
	noun := "disassociation"
	if kind == dot11.Deauth {
		noun = "deauthentication"
	}
	return Define(Spec{Definition: d, Frames: dot11.Only(kind)},
		reasonLimits{VendorFrom: 98, VendorTo: 99, Repeats: 2, Unrelated: 8, Window: 10 * time.Second, Networks: 5, Again: time.Minute, Keys: 1024},
		func(l reasonLimits, _ Env) Detector { return newReasonDetector(l, noun) })
}

type reasonLimits struct {
	VendorFrom int           `help:"first of the reason codes beyond the standard that equipment here is known to use"`
	VendorTo   int           `help:"last of these reason codes; below vendor_from there are none"`
	Repeats    int           `help:"frames of one transmitter with the same reason within the window, if their checksum is unknown"`
	Unrelated  int           `help:"frames with any undefined reason within the window, if their checksums are unknown"`
	Window     time.Duration `help:"time in which frames are counted" min:"1s"`
	Networks   int           `help:"networks within again that are one attack with many addresses" min:"2"`
	Again      time.Duration `help:"time between two findings about one network" min:"1s"`
	Keys       int           `help:"networks, and reasons of transmitters, that are remembered"`
}

// reasonClaim is a transmitter and the reason that it gave.
type reasonClaim struct {
	sender dot11.Addr
	reason uint16
}

// reasonNetwork is told of once for a reason of 0, which may be carelessness, and once for any other.
type reasonNetwork struct {
	bssid dot11.Addr
	zero  bool
}

type reasonDetector struct {
	limits    reasonLimits
	noun      string // of the frames
	claims    *window.Counter[reasonClaim]
	unrelated *window.Counter[struct{}]
	told      *window.Set[reasonNetwork]
	networks  *window.Counter[struct{}]
	summed    *window.Set[struct{}]
}

func newReasonDetector(l reasonLimits, noun string) Detector {
	return &reasonDetector{
		limits:    l,
		noun:      noun,
		claims:    window.NewCounter[reasonClaim](l.Window, l.Keys),
		unrelated: window.NewCounter[struct{}](l.Window, 1),
		told:      window.NewSet[reasonNetwork](l.Again, l.Keys),
		networks:  window.NewCounter[struct{}](l.Again, 1),
		summed:    window.NewSet[struct{}](l.Again, 1),
	}
}

func (d *reasonDetector) Observe(o *tocsin.Observation, _ *track.Sight, found *Findings) {
	f := o.Frame
	if !f.BSSID.IsStation() || !o.Intact() || !d.undefined(f) {
		return
	}
	n := reasonNetwork{f.BSSID, f.Fixed.Reason == 0}
	if o.Radio.FCS != dot11.FCSGood && !d.meant(o) || !d.told.Once(n, o.Time) {
		return
	}
	count := d.count(n, o.Time)
	switch {
	case count < d.limits.Networks:
		found.Add(d.finding(n, f))
	case d.summed.Once(struct{}{}, o.Time):
		found.Add(d.several(n, count))
	}
}

// count counts each network once and returns how many there are.
func (d *reasonDetector) count(n reasonNetwork, at time.Duration) int {
	n.zero = !n.zero
	if d.told.Has(n, at) {
		return d.networks.Count(struct{}{}, at)
	}
	return d.networks.Add(struct{}{}, at)
}

// undefined reports whether f gives a reason, readable and open to everybody to forge, that has no meaning.
func (d *reasonDetector) undefined(f *dot11.Frame) bool {
	const reasonLen = 2 // 802.11-2020 §9.4.1.7
	if f.IsProtected() || f.Fragment != 0 || len(f.Body) < reasonLen || dot11.ReasonDefined(f.Fixed.Reason) {
		return false
	}
	if code := int(f.Fixed.Reason); code >= d.limits.VendorFrom && code <= d.limits.VendorTo {
		return false
	}
	_, signed := f.Elements.Find(dot11.ElementMME) // 802.11-2020 §9.4.2.54, of group addressed frames alone
	return !signed || !f.Addr1.IsGroup()
}

// meant reports whether a frame whose checksum nobody verified is as its sender made it: a beacon of which one bit is
// turned over is a disconnection with a part of a clock for its reason, but not one with elements that end where
// it does, and not twice with the same reason.
func (d *reasonDetector) meant(o *tocsin.Observation) bool {
	if o.Frame.Defects != 0 {
		return false
	}
	repeats := d.claims.Add(reasonClaim{o.Frame.Addr2, o.Frame.Fixed.Reason}, o.Time)
	unrelated := d.unrelated.Add(struct{}{}, o.Time)
	return repeats >= d.limits.Repeats || unrelated >= d.limits.Unrelated
}

func (d *reasonDetector) finding(n reasonNetwork, f *dot11.Frame) tocsin.Finding {
	return n.weigh(tocsin.Finding{
		Text: fmt.Sprintf("%s with reason %d, which the standard does not define", claimed(f), f.Fixed.Reason),
		Reason: tocsin.Reason{
			What:     "reason code of an unprotected " + d.noun,
			Observed: fmt.Sprintf("code %d", f.Fixed.Reason),
			Limit:    "codes of 802.11-2020 table 9-49",
		},
	})
}

// weigh makes less of a reason of 0.
func (n reasonNetwork) weigh(f tocsin.Finding) tocsin.Finding {
	if n.zero {
		medium := tocsin.Medium
		f.Severity, f.Confidence = &medium, 50
	}
	return f
}

// claimed says what f pretends to be.
func claimed(f *dot11.Frame) string {
	switch {
	case f.Addr2 != f.BSSID:
		return fmt.Sprintf("%s, or somebody in its name, leaves the network %s", f.Addr2, f.BSSID)
	case f.Addr1.IsGroup():
		return fmt.Sprintf("The network %s, or somebody in its name, dismisses everybody", f.BSSID)
	}
	return fmt.Sprintf("The network %s, or somebody in its name, dismisses %s", f.BSSID, f.Addr1)
}

func (d *reasonDetector) several(n reasonNetwork, count int) tocsin.Finding {
	return n.weigh(tocsin.Finding{
		Text: fmt.Sprintf("Somebody sends %ss whose reasons the standard does not define in the names of many networks", d.noun),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("networks with undefined reasons of %s in %s", d.noun, d.limits.Again),
			Observed: fmt.Sprintf("%d networks", count),
			Limit:    fmt.Sprintf("%d networks", d.limits.Networks),
		},
		BSSID:   dot11.Broadcast,
		Source:  dot11.Broadcast,
		Dest:    dot11.Broadcast,
		Subject: "many networks",
	})
}
