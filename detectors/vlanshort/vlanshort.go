// Package vlanshort recognises data frames that say that a VLAN tag follows, and end before it does.
package vlanshort

import (
	"fmt"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// Spec declares VLANSHORT.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "VLANSHORT",
		Title:       "VLAN tag cut off",
		Class:       tocsin.Exploit,
		Severity:    tocsin.High,
		Description: "A data frame says that a VLAN tag follows and ends before it does: it is made to make Windows' driver for Wi-Fi read and write beyond the frame.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  90,
		Attack:      []string{"T1210"},
	},
	Frames:  dot11.Only(dot11.Data, dot11.QoSData),
	Content: true,
}, detect.DefaultSignature, newDetector)

const (
	etherVLAN = 0x8100 // IEEE 802.1Q-2018 table 9-1
	tagLen    = 4      // tag control information and EtherType of what follows (§9.6)
)

type detector struct{ *detect.Signature }

func newDetector(l detect.SignatureLimits, _ detect.Env) detect.Detector {
	return detector{detect.NewSignature(l)}
}

func (d detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	if f.EtherType != etherVLAN && !f.IsAMSDU() || f.Control&dot11.MoreFrag != 0 {
		return
	}
	for s := range f.MSDUs() {
		if s.EtherType == etherVLAN && len(s.Payload) < tagLen {
			d.judge(o, len(s.Payload), found)
			return
		}
	}
}

// judge takes a frame of which a packet has so many octets of its tag.
func (d detector) judge(o *tocsin.Observation, length int, found *detect.Findings) {
	what := [...]byte{byte(length)}
	switch v := d.Judge(o, what[:], 0); {
	case v.Several > 0:
		found.Add(d.Several(v.Several, "Somebody sends packets whose VLAN tag is cut off under many addresses: they can make Windows' driver for Wi-Fi write beyond the frame", "cut VLAN tags"))
	case v.Speak:
		found.Add(tocsin.Finding{
			Text: fmt.Sprintf("%s sends %s a packet that ends within its VLAN tag, which can make Windows' driver for Wi-Fi write beyond the frame", o.Frame.Addr2, detect.Whom(o.Frame.Addr1)),
			Reason: tocsin.Reason{
				What:     "octets behind the EtherType of a VLAN tag",
				Observed: fmt.Sprintf("%d octets", length),
				Limit:    fmt.Sprintf("%d octets", tagLen),
			},
			Subject: detect.Subject(o.Frame),
		})
	}
}
