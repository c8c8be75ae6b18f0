// Package pwnagotchi recognises pwnagotchis: small devices that collect handshakes by themselves.
package pwnagotchi

import (
	"bytes"
	"fmt"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// Spec declares PWNAGOTCHI.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "PWNAGOTCHI",
		Title:       "Pwnagotchi near",
		Class:       tocsin.Probe,
		Severity:    tocsin.High,
		Description: "A pwnagotchi tells its like that it is there: it disconnects clients and collects handshakes, from which passwords are guessed.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  95,
		Attack:      []string{"T1040", "T1110.002"},
	},
	Frames:  dot11.Only(dot11.Beacon, dot11.ProbeResp),
	Content: true,
}, defaultLimits(), newDetector)

func defaultLimits() detect.SignatureLimits {
	l := detect.DefaultSignature
	l.Again *= 10 // it talks all the time
	return l
}

// elementPayload is the element in which they speak, in JSON; the standard leaves its number unassigned (802.11-2020 table 9-92).
const elementPayload = 222

// greeting is whom every pwnagotchi claims to be when it speaks to its like.
var greeting = dot11.Addr{0xde, 0xad, 0xbe, 0xef, 0xde, 0xad}

type detector struct{ *detect.Signature }

func newDetector(l detect.SignatureLimits, _ detect.Env) detect.Detector {
	return detector{detect.NewSignature(l)}
}

func (d detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	payload, ok := f.Elements.Find(elementPayload)
	if !ok || len(payload) == 0 {
		return
	}
	said := said(&f.Elements)
	if f.Addr2 != greeting && said < enoughWords {
		return
	}
	switch v := d.Judge(o, greeting[:], 0); {
	case v.Several > 0:
		found.Add(d.Several(v.Several, "Somebody sends what pwnagotchis tell each other under many addresses", "what pwnagotchis say"))
	case v.Speak:
		found.Add(tocsin.Finding{
			Text: fmt.Sprintf("A pwnagotchi%s is near: a device made to disconnect clients and to collect handshakes, from which passwords are guessed", called(payload)),
			Reason: tocsin.Reason{
				What:     "traits of a pwnagotchi in one frame",
				Observed: fmt.Sprintf("element %d, address %s, %d words", elementPayload, f.Addr2, said),
				Limit:    fmt.Sprintf("element %d, and the address or %d words", elementPayload, enoughWords),
			},
			Subject: detect.Subject(f),
		})
	}
}

// words are members of the JSON in which a pwnagotchi says who it is. One alone may be anybody's.
var words = [...][]byte{[]byte(`"identity"`), []byte(`"pwnd_tot"`), []byte(`"pwnd_run"`), []byte(`"session_id"`), []byte(`"grid_version"`)}

const enoughWords = 2

// said returns how many of the words are there, in all chunks.
func said(e *dot11.Elements) int {
	n := 0
	for i := range e.Len() {
		if c := e.At(i); c.ID == elementPayload {
			for _, w := range words {
				if bytes.Contains(c.Data, w) {
					n++
				}
			}
		}
	}
	return n
}

// called returns the name that the first chunk gives, in words; empty if it gives none.
func called(payload []byte) string {
	_, rest, ok := bytes.Cut(payload, []byte(`"name":`))
	rest, quoted := bytes.CutPrefix(bytes.TrimLeft(rest, " "), []byte(`"`))
	name, _, closed := bytes.Cut(rest, []byte(`"`))
	if !ok || !quoted || !closed {
		return ""
	}
	return " called " + tocsin.Quote(name)
}
