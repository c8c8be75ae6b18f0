// Package mbssidmalform recognises beacons that describe further networks in a way made to break what reads it.
package mbssidmalform

import (
	"fmt"
	"strings"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// Spec declares MBSSIDMALFORM.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "MBSSIDMALFORM",
		Title:       "Malformed Multiple BSSID element",
		Class:       tocsin.Exploit,
		Severity:    tocsin.High,
		Description: "A beacon describes further networks of its access point in a way that can break the memory of Linux kernels of 2022 and before.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  85,
		Attack:      []string{"T1210"},
	},
	Frames:  dot11.Only(dot11.Beacon, dot11.ProbeResp),
	Content: true,
}, detect.DefaultSignature, newDetector)

type detector struct{ *detect.Signature }

func newDetector(l detect.SignatureLimits, _ detect.Env) detect.Detector {
	return detector{detect.NewSignature(l)}
}

func (d detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	for e := range f.Elements.All() {
		if e.ID != dot11.ElementMultipleBSSID {
			continue
		}
		wrong := faultOf(e.Data)
		if wrong.what == "" {
			continue
		}
		switch v := d.Judge(o, e.Data, dot11.DefectEmpty); {
		case v.Several > 0:
			text := fmt.Sprintf("Somebody sends malformed Multiple BSSID elements under many addresses, the newest with %s: they can break the memory of kernels", wrong)
			found.Add(d.Several(v.Several, text, "malformed Multiple BSSID elements"))
		case v.Speak:
			found.Add(tocsin.Finding{
				Text:    fmt.Sprintf("%s %s further networks with %s, which can break the memory of kernels", f.Addr2, detect.Does(f.Kind), wrong),
				Reason:  tocsin.Reason{What: "fault of the Multiple BSSID element", Observed: wrong.String(), Limit: "none"},
				Subject: detect.Subject(f),
			})
		}
		return
	}
}

// Elements of a profile (802.11-2020 §9.4.2.71, §9.4.2.73).
const (
	elementCapability = 83
	elementIndex      = 85
)

const (
	header       = 2
	maxIndicator = 8 // there are no more than 2^8 networks
	maxSSID      = 32
)

// fault is what is wrong with an element.
type fault struct {
	what   string // "" if nothing is
	number int    // that is wrong, if what has a verb for it
}

func (f fault) String() string {
	if strings.Contains(f.what, "%d") {
		return fmt.Sprintf(f.what, f.number)
	}
	return f.what
}

// faultOf says what is wrong with a Multiple BSSID element (802.11-2020 §9.4.2.45).
func faultOf(b []byte) fault {
	if len(b) == 0 {
		return fault{what: "an empty element"}
	}
	indicator := b[0]
	if indicator == 0 || indicator > maxIndicator {
		return fault{"a number of networks of 2^%d", int(indicator)}
	}
	for b = b[1:]; len(b) > 0; {
		const profile = 0
		if len(b) < header || len(b) < header+int(b[1]) {
			return fault{what: "a profile that goes beyond the end"}
		}
		id, body := b[0], b[header:header+int(b[1])]
		b = b[header+len(body):]
		if id != profile {
			continue
		}
		if wrong := profileFault(body, indicator); wrong.what != "" {
			return wrong
		}
	}
	return fault{}
}

// profileFault says what is wrong with the profile of one network, or the part of one: an element may end within a profile, and the next goes on.
func profileFault(b []byte, indicator uint8) fault {
	if len(b) == 0 {
		return fault{what: "an empty profile"}
	}
	for len(b) > 0 {
		if len(b) < header || len(b) < header+int(b[1]) {
			return fault{what: "a profile whose last element goes beyond its end"}
		}
		id, data := b[0], b[header:header+int(b[1])]
		b = b[header+len(data):]
		switch {
		case id == dot11.ElementMultipleBSSID:
			return fault{what: "a profile that holds profiles itself"}
		case id == dot11.ElementSSID && len(data) > maxSSID:
			return fault{"a name of %d octets", len(data)}
		case id == elementCapability && len(data) != 2:
			return fault{"capabilities of %d octets", len(data)}
		case id == elementIndex && len(data) == 0:
			return fault{what: "an empty index"}
		case id == elementIndex && (data[0] == 0 || int(data[0]) >= 1<<indicator):
			return fault{"the impossible index %d", int(data[0])}
		}
	}
	return fault{}
}
