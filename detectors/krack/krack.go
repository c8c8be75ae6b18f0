// Package krack recognises keys that are installed again after a repeated message 3 of the handshake.
package krack

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/eapol"
	"github.com/tocsin-wids/tocsin/track"
)

// Spec declares KRACK.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "KRACK",
		Title:       "Key installed again",
		Class:       tocsin.Exploit,
		Severity:    tocsin.Critical,
		Description: "After a repeated message 3 of the handshake a device counts its packets from the beginning again, with the same key: what it sends can be deciphered (KRACK).",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  85,
		Attack:      []string{"T1557", "T1040"},
		Explains:    []string{"NONCEREUSE"},
	},
	Frames: dot11.Only(dot11.Data, dot11.QoSData),
	Gaps:   true,
}, limits{Near: 2 * time.Second, Senders: 3, Again: time.Minute, Keys: 1024}, newDetector)

type limits struct {
	Near    time.Duration `help:"time after a repeated message 3 in which packet numbers that go back are its effect" min:"1ms"`
	Senders int           `help:"transmitters within again that are one attack with invented addresses" min:"2"`
	Again   time.Duration `help:"time between two findings about one transmitter" min:"1s"`
	Keys    int           `help:"transmitters that are remembered"`
}

type detector struct {
	limits limits
	voice  *detect.Voice[dot11.Addr]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{l, detect.NewVoice[dot11.Addr](l.Senders, l.Again, l.Keys)}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	fell := air.Fell
	if fell == nil || air.Link.Key.Again == 0 || !o.Intact() {
		return
	}
	third := &air.Link.Handshake.Messages[eapol.Message3]
	after := o.Time - third.Last
	if third.Count < 2 || after < 0 || after > d.limits.Near {
		return
	}
	from := o.Frame.Addr2
	v := d.voice.Tell(from, o.Time)
	switch {
	case v.Several > 0:
		several := d.voice.Several(v.Several, "Packet numbers begin anew after repeated messages 3 of handshakes under many addresses", "packet numbers that begin anew")
		several.Confidence = 60 // made up, it may be
		found.Add(several)
	case v.Speak:
		found.Add(tocsin.Finding{
			Text: fmt.Sprintf("%s installs its key with %s again, %s after message 3 was repeated, and uses packet numbers again: what it sends can be deciphered",
				from, o.Frame.Addr1, after.Round(time.Millisecond)),
			Reason: tocsin.Reason{
				What:     "packet number under one key",
				Observed: fmt.Sprintf("%d", fell.To),
				Limit:    fmt.Sprintf("above %d", fell.From),
			},
			Subject: air.Link.Station.String(),
			Frames:  []uint64{third.Number, fell.Frame},
		})
	}
}
