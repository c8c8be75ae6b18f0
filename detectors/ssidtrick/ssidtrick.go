// Package ssidtrick recognises network names that are made to look like others, or to deceive those who show them.
package ssidtrick

import (
	"fmt"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// Spec declares SSIDTRICK.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "SSIDTRICK",
		Title:       "Deceptive SSID",
		Class:       tocsin.Spoof,
		Severity:    tocsin.Medium,
		Description: "A network's name has characters that cannot be seen, or looks like the name of a network of ours without being it: people choose the wrong one.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  75,
		Attack:      []string{"T1036", "T1557.004"},
	},
	Frames:  dot11.Only(dot11.Beacon, dot11.ProbeResp),
	Content: true,
}, detect.DefaultSignature, newDetector)

// maxSSID is the length of the longest SSID (802.11-2020 §9.4.2.2).
const maxSSID = 32

// name is an SSID of the policy.
type name struct {
	pattern tocsin.SSIDPattern
	text    []byte // nil if the pattern is a regular expression
}

type detector struct {
	*detect.Signature
	ours []name
}

func newDetector(l detect.SignatureLimits, env detect.Env) detect.Detector {
	d := &detector{Signature: detect.NewSignature(l)}
	d.ReadPolicy(env.Policy)
	return d
}

// ReadPolicy implements detect.PolicyReader.
func (d *detector) ReadPolicy(p tocsin.Policy) {
	d.ours = nil
	for i := range p.Networks {
		n := name{pattern: p.Networks[i].SSID}
		if !n.pattern.IsRegexp() {
			n.text = []byte(n.pattern.String())
		}
		d.ours = append(d.ours, n)
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	ssid, ok, hidden := f.Elements.SSID()
	if !ok || hidden || len(ssid) > maxSSID {
		return
	}
	model, invisible := d.imitates(ssid), unseen(ssid)
	if model == nil && invisible < 0 {
		return
	}
	v := d.Judge(o, ssid, 0)
	if v.Silent() {
		return
	}
	trick := tocsin.Reason{
		What: "characters of the SSID that cannot be seen", Observed: fmt.Sprintf("U+%04X", invisible), Limit: "none",
	}
	why := "has the character " + trick.Observed + ", which cannot be seen"
	if model != nil {
		why = "looks like " + tocsin.Quote(model) + " of the policy and is another"
		trick = tocsin.Reason{What: "SSID that looks like one of the policy", Observed: tocsin.Quote(ssid), Limit: tocsin.Quote(model)}
	}
	if v.Several > 0 {
		text := fmt.Sprintf("Somebody advertises deceptive names under many addresses; the newest, %s, %s", tocsin.Quote(ssid), why)
		found.Add(d.Several(v.Several, text, "deceptive SSIDs"))
		return
	}
	finding := tocsin.Finding{
		Text:    fmt.Sprintf("%s advertises the network %s, whose name %s: people may take it for another", f.Addr2, tocsin.Quote(ssid), why),
		Reason:  trick,
		Subject: detect.Subject(f),
	}
	if model != nil {
		finding.Confidence = 90
	}
	found.Add(finding)
}

// imitates returns the SSID of the policy that ssid looks like without being one of them; nil if there is none.
func (d *detector) imitates(ssid []byte) []byte {
	var model []byte
	for _, n := range d.ours {
		switch {
		case n.pattern.Match(ssid):
			return nil
		case n.text != nil && looksLike(ssid, n.text):
			model = n.text
		}
	}
	return model
}
