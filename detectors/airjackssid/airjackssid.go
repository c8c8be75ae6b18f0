// Package airjackssid recognises network names that attack tools give themselves.
package airjackssid

import (
	"bytes"
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// Spec declares AIRJACKSSID.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "AIRJACKSSID",
		Title:       "Name of an attack tool",
		Class:       tocsin.Probe,
		Severity:    tocsin.Low,
		Description: "A network has a name that an attack tool gives itself when its user has not chosen another.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  60,
		Attack:      []string{"T1588.002"},
	},
	Frames:  dot11.Only(dot11.Beacon, dot11.ProbeResp),
	Content: true,
}, limits(), newDetector)

func limits() detect.SignatureLimits {
	l := detect.DefaultSignature
	l.Again = 10 * time.Minute
	return l
}

type detector struct{ *detect.Signature }

func newDetector(l detect.SignatureLimits, _ detect.Env) detect.Detector {
	return detector{detect.NewSignature(l)}
}

func (d detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	ssid, ok, _ := f.Elements.SSID()
	if !ok {
		return
	}
	tool := toolOf(ssid)
	if tool == "" {
		return
	}
	v := d.Judge(o, ssid, 0)
	switch {
	case v.Several > 0:
		text := fmt.Sprintf("Many networks have the names of attack tools, the newest %s", tocsin.Quote(ssid))
		found.Add(d.Several(v.Several, text, "such names"))
	case v.Speak:
		found.Add(tocsin.Finding{
			Text:    fmt.Sprintf("%s %s %s, the name that %s gives itself", f.Addr2, detect.Does(f.Kind), tocsin.Quote(ssid), tool),
			Reason:  tocsin.Reason{What: "SSID", Observed: tocsin.Quote(ssid), Limit: "no name of an attack tool"},
			Subject: detect.Subject(f),
		})
	}
}

// toolOf returns the tool that gives itself the name ssid, "" if none does.
func toolOf(ssid []byte) string {
	switch {
	case bytes.EqualFold(ssid, []byte("AirJack")):
		return "the injector AirJack"
	case string(ssid) == "pwned":
		return "the ESP8266 deauther"
	case isPineapple(ssid):
		return "a WiFi Pineapple"
	}
	return ""
}

// isPineapple reports whether ssid is that of a WiFi Pineapple's own network: Pineapple_ and the end of its address.
func isPineapple(ssid []byte) bool {
	digits, ok := bytes.CutPrefix(ssid, []byte("Pineapple_"))
	if !ok || len(digits) != 4 {
		return false
	}
	for _, c := range digits {
		if (c < '0' || c > '9') && (c < 'A' || c > 'F') {
			return false
		}
	}
	return true
}
