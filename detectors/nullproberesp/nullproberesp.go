// Package nullproberesp recognises probe responses that name no network.
package nullproberesp

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares NULLPROBERESP.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "NULLPROBERESP",
		Title:       "Probe responses without a network's name",
		Class:       tocsin.Denial,
		Severity:    tocsin.Medium,
		Description: "Probe responses name no network although their sender is not hidden: such frames stop or take over old wireless cards.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  50,
		Attack:      []string{"T1499", "T1210"},
	},
	Frames: dot11.Only(dot11.ProbeResp),
}, limits{Responses: 5, Unrelated: 20, Window: 10 * time.Second, Senders: 3, Again: time.Minute, Keys: 1024}, newDetector)

type limits struct {
	Responses int           `help:"responses without a name of one transmitter within the window"`
	Unrelated int           `help:"responses without a name of anybody within the window, as from invented addresses"`
	Window    time.Duration `help:"time in which responses are counted" min:"1s"`
	Senders   int           `help:"transmitters within again that are one attack with invented addresses" min:"2"`
	Again     time.Duration `help:"time between two findings about one transmitter" min:"1s"`
	Keys      int           `help:"transmitters that are remembered"`
}

type detector struct {
	limits    limits
	responses *window.Counter[dot11.Addr]
	unrelated *window.Counter[struct{}]
	*detect.Signature
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:    l,
		responses: window.NewCounter[dot11.Addr](l.Window, l.Keys),
		unrelated: window.NewCounter[struct{}](l.Window, 1),
		// The responses are counted here, verified or not: an honest one of a network not yet heard is possible.
		Signature: detect.NewSignature(detect.SignatureLimits{
			Repeats: 1, Unrelated: 1, Window: l.Window, Senders: l.Senders, Again: l.Again, Keys: l.Keys,
		}),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	if !nameless(f) || !o.Intact() || f.IsRetry() || hidden(air) {
		return
	}
	own, anybody := d.responses.Add(f.Addr2, o.Time), d.unrelated.Add(struct{}{}, o.Time)
	if own < d.limits.Responses && anybody < d.limits.Unrelated {
		return
	}
	v := d.Judge(o, nil, 0)
	switch {
	case v.Several > 0:
		found.Add(d.Several(v.Several, "Somebody sends probe responses without a network's name under many addresses: they stop or take over old wireless cards",
			"probe responses without a name"))
	case v.Speak:
		found.Add(d.finding(f, own, anybody))
	}
}

// nameless reports whether f has an SSID without an octet, or no element at all. A mesh has its name in another element
// (802.11-2020 §9.4.2.98).
func nameless(f *dot11.Frame) bool {
	if len(f.Elements.Raw()) == 0 {
		const unread = dot11.DefectShortHeader | dot11.DefectShortFixed
		return f.Defects&unread == 0 && f.Fragment == 0 && f.Control&dot11.MoreFrag == 0
	}
	ssid, ok := f.Elements.Find(dot11.ElementSSID)
	if !ok || len(ssid) > 0 {
		return false
	}
	_, mesh := f.Elements.Find(dot11.ElementMeshID)
	return !mesh
}

// hidden reports whether the network hides its name in beacons too.
func hidden(air *track.Sight) bool { return air.BSS != nil && air.BSS.Beaconed(nil) != nil }

func (d *detector) finding(f *dot11.Frame, own, anybody int) tocsin.Finding {
	target := f.Addr1.String()
	if f.Addr1.IsGroup() {
		target = "everybody"
	}
	r := tocsin.Reason{
		What:     fmt.Sprintf("probe responses of one transmitter without a name in %s, none of its beacons hides it", d.limits.Window),
		Observed: fmt.Sprintf("%d responses", own),
		Limit:    fmt.Sprintf("%d responses", d.limits.Responses),
	}
	if own < d.limits.Responses {
		r = tocsin.Reason{
			What:     fmt.Sprintf("probe responses of anybody without a name in %s, of networks that no beacon hides", d.limits.Window),
			Observed: fmt.Sprintf("%d responses", anybody),
			Limit:    fmt.Sprintf("%d responses", d.limits.Unrelated),
		}
	}
	return tocsin.Finding{
		Text:    fmt.Sprintf("%s answers %s with probe responses that name no network: such responses stop or take over old wireless cards", f.Addr2, target),
		Reason:  r,
		Subject: detect.Subject(f),
	}
}
