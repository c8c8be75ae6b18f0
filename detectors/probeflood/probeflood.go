// Package probeflood recognises floods of probe requests, which keep access points answering.
package probeflood

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares PROBEFLOOD.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "PROBEFLOOD",
		Title:       "Probe request flood",
		Class:       tocsin.Denial,
		Severity:    tocsin.Medium,
		Description: "One transmitter sends probe requests without end, under one address or many: every access point in range answers each, and the channel is full.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  85,
		Attack:      []string{"T1499"},
	},
	Frames: dot11.Only(dot11.ProbeReq),
}, limits{
	Frames: 201, Addresses: 60, Window: 15 * time.Second, New: time.Minute, Senders: 3, Again: time.Minute, Keys: 4096,
}, newDetector)

type limits struct {
	Frames    int           `help:"probe requests of one address within the window" min:"2"`
	Addresses int           `help:"new addresses within the window whose probe requests are numbered by one counter" min:"2"`
	Window    time.Duration `help:"time in which they are counted" min:"1s"`
	New       time.Duration `help:"silence after which an address is new" min:"1s"`
	Senders   int           `help:"addresses within again that are one attack" min:"2"`
	Again     time.Duration `help:"time between two findings about a flood that goes on" min:"1s"`
	Keys      int           `help:"addresses that are remembered" min:"64"`
}

type detector struct {
	limits limits
	frames *window.Alarm[dot11.Addr]
	chains *detect.Chains
	voice  *detect.Voice[dot11.Addr]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits: l,
		frames: window.NewAlarm[dot11.Addr](l.Frames, l.Window, l.Again, l.Keys),
		chains: detect.NewChains(l.Addresses, l.Window, l.Again, l.New, l.Keys),
		voice:  detect.NewVoice[dot11.Addr](l.Senders, l.Again, l.Keys),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	if count, speak := d.chains.Add(f.Addr2, f.Sequence, o.Time); speak {
		found.Add(d.many(count))
	}
	count, ring := d.frames.Add(f.Addr2, o.Time)
	if !ring {
		return
	}
	switch v := d.voice.Tell(f.Addr2, o.Time); {
	case v.Several > 0:
		text := fmt.Sprintf("Somebody floods the channel with probe requests under several addresses, the newest %s", f.Addr2)
		found.Add(d.voice.Several(v.Several, text, "floods of probe requests"))
	case v.Speak:
		found.Add(tocsin.Finding{
			Text: fmt.Sprintf("%s floods the channel with probe requests, each of which all access points in range answer", f.Addr2),
			Reason: tocsin.Reason{
				What:     fmt.Sprintf("probe requests of one address in %s", d.limits.Window),
				Observed: fmt.Sprintf("%d frames", count), Limit: fmt.Sprintf("%d frames", d.limits.Frames),
			},
			BSSID: dot11.Broadcast, Subject: f.Addr2.String(),
		})
	}
}

// many is the finding about a flood whose addresses are invented.
func (d *detector) many(count int) tocsin.Finding {
	return tocsin.Finding{
		Text: "One radio floods the channel with probe requests under invented addresses: they are numbered by one counter",
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("new addresses of probe requests with one sequence counter in %s", d.limits.Window),
			Observed: fmt.Sprintf("%d addresses", count), Limit: fmt.Sprintf("%d addresses", d.limits.Addresses),
		},
		BSSID: dot11.Broadcast, Source: dot11.Broadcast, Subject: "many addresses",
	}
}
