// Package aircrack recognises aireplay-ng and airbase-ng, of the aircrack-ng suite, by what they leave the same in their frames.
package aircrack

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares AIRCRACK.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "AIRCRACK",
		Title:       "A tool of aircrack-ng at work",
		Class:       tocsin.Probe,
		Severity:    tocsin.Medium,
		Description: "Frames have the form and the numbers that aireplay-ng or airbase-ng, tools of the aircrack-ng suite, give them.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  75,
		Attack:      []string{"T1588.002"},
	},
	Frames:  dot11.Only(dot11.Beacon, dot11.ProbeResp, dot11.ProbeReq, dot11.AssocReq, dot11.Deauth),
	Content: true,
}, defaultLimits(), newDetector)

type limits struct {
	Disconnects int           `help:"deauthentications within span that are numbered one after the other: those of the two sides of a link in turn, or those of one access point to everybody" min:"2"`
	Probes      int           `help:"probe requests within span that each name another transmitter and go on with the numbers of the one before" min:"2"`
	Span        time.Duration `help:"time in which these are counted" min:"1s"`
	detect.SignatureLimits
}

func defaultLimits() limits {
	l := limits{Disconnects: 16, Probes: 8, Span: 10 * time.Second, SignatureLimits: detect.DefaultSignature}
	l.Again = 10 * time.Minute
	return l
}

type detector struct {
	limits limits
	pairs  *detect.Succession // deauthentications of two sides
	probes *detect.Succession
	rounds *window.Alarm[dot11.Addr] // deauthentications of one access point to everybody
	last   struct {                  // of those
		sender dot11.Addr
		number uint16
	}
	single *detect.Signature // frames that say enough by themselves
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits: l,
		pairs:  detect.NewSuccession(l.Disconnects, l.Span, l.Again),
		probes: detect.NewSuccession(l.Probes, l.Span, l.Again),
		rounds: window.NewAlarm[dot11.Addr](l.Disconnects, l.Span, l.Again, l.Keys),
		single: detect.NewSignature(l.SignatureLimits),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	if !o.Intact() {
		return
	}
	switch f.Kind {
	case dot11.Deauth:
		d.deauth(o, found)
	case dot11.ProbeReq:
		if legacy(&f.Elements, dot11.ElementSSID, dot11.ElementRates, dot11.ElementExtendedRates) {
			d.probe(o, found)
		}
	case dot11.AssocReq:
		if f.Fixed.Capability == capability && f.Fixed.ListenInterval == listenInterval &&
			legacy(&f.Elements, dot11.ElementSSID, dot11.ElementRates, dot11.ElementExtendedRates) {
			d.alone(o, found)
		}
	default:
		if f.Fixed.TSF > oldest && legacy(&f.Elements, dot11.ElementSSID, dot11.ElementRates, dot11.ElementDS, dot11.ElementExtendedRates) {
			d.alone(o, found)
		}
	}
}

// What aireplay-ng says of itself when it joins: an extended service set, short slots; the interval in beacons.
const (
	capability     = 0x0401
	listenInterval = 100
)

// oldest is how long an access point may run, in µs. Its clock begins at 0 with it (802.11-2020 §11.1.3.2); airbase-ng
// writes the time since 1970.
const (
	day    = 24 * 3600 * 1_000_000
	oldest = 10 * 365 * day
)

// legacy reports whether the elements are these in this order, with the rates that the suite's templates have: no
// access point can do without a basic rate, and since 802.11n no client comes with nothing else.
func legacy(e *dot11.Elements, ids ...uint8) bool {
	if e.Len() != len(ids) {
		return false
	}
	for i, id := range ids {
		x := e.At(i)
		switch {
		case x.ID != id,
			id == dot11.ElementRates && string(x.Data) != "\x02\x04\x0b\x16",
			id == dot11.ElementExtendedRates && string(x.Data) != "\x0c\x12\x18\x24\x30\x48\x60\x6c":
			return false
		}
	}
	return true
}

// deauth takes a deauthentication. Reason 7, a frame from a station that is not associated, is what aireplay-ng writes
// unless it is told otherwise.
func (d *detector) deauth(o *tocsin.Observation, found *detect.Findings) {
	f := o.Frame
	const reason = 7
	if f.Fixed.Reason != reason || f.IsRetry() || len(f.Elements.Raw()) != 0 || f.Addr1 != f.BSSID && f.Addr2 != f.BSSID {
		return
	}
	if !f.Addr1.IsGroup() {
		if count, speak := d.pairs.Add(f.Addr2, f.Sequence, o.Time); speak {
			a, b := f.Addr1, f.Addr2
			if a == f.BSSID {
				a, b = b, a
			}
			found.Add(d.series(count, d.limits.Disconnects, fmt.Sprintf("disconnect the client %s from %s", a, b), "disconnect one",
				"deauthentications with reason 7, numbered by one counter, of the two sides in turn"))
		}
		return
	}
	step := f.Sequence - d.last.number
	follows := f.Addr2 == d.last.sender && step >= 1 && step <= missed
	d.last.sender, d.last.number = f.Addr2, f.Sequence
	if !follows {
		return
	}
	if count, ring := d.rounds.Add(f.Addr2, o.Time); ring {
		found.Add(d.series(count, d.limits.Disconnects, fmt.Sprintf("disconnect everybody from %s", f.BSSID), "disconnect all",
			"deauthentications of everybody with reason 7, numbered without a gap for beacons"))
	}
}

// missed is how far one number of a round may be from the next, by what the sensor missed. A round begins with 0, so that none goes over the end.
const missed = 4

func (d *detector) probe(o *tocsin.Observation, found *detect.Findings) {
	count, speak := d.probes.Add(o.Frame.Addr2, o.Frame.Sequence, o.Time)
	if !speak {
		return
	}
	n := d.series(count, d.limits.Probes, "find out which access points it can reach, under an address of its own for each try", "test",
		"probe requests with the suite's rates, numbered by one counter, of one transmitter after the other")
	n.BSSID = dot11.Broadcast
	found.Add(n)
}

// series is about frames that show their tool together.
func (d *detector) series(count, limit int, does, subject, what string) tocsin.Finding {
	return tocsin.Finding{
		Text: fmt.Sprintf("Somebody uses aireplay-ng, an attack tool, to %s", does),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("%s, in %s", what, d.limits.Span),
			Observed: fmt.Sprintf("%d frames", count),
			Limit:    fmt.Sprintf("%d frames", limit),
		},
		Source:  dot11.Broadcast,
		Subject: subject,
	}
}

// alone takes a frame that shows its tool by itself: a request to associate, a beacon or a probe response.
func (d *detector) alone(o *tocsin.Observation, found *detect.Findings) {
	f := o.Frame
	ssid, _, _ := f.Elements.SSID()
	switch v := d.single.Judge(o, ssid, 0); {
	case v.Several > 0:
		found.Add(d.single.Several(v.Several, "Somebody uses tools of aircrack-ng under many addresses", "frames of aircrack-ng"))
	case v.Speak:
		n := tocsin.Finding{
			Text: fmt.Sprintf("%s %s %s with airbase-ng, a tool for false access points", f.Addr2, detect.Does(f.Kind), tocsin.Quote(ssid)),
			Reason: tocsin.Reason{
				What:     "elements in the order of airbase-ng, rates of which none is basic, and the time that the access point has run",
				Observed: fmt.Sprintf("%d days", f.Fixed.TSF/day),
				Limit:    fmt.Sprintf("%d days", oldest/day),
			},
			Subject: detect.Subject(f),
		}
		if f.Kind == dot11.AssocReq {
			n.Text = fmt.Sprintf("%s asks to join %s at %s as aireplay-ng, an attack tool, does to be heard by an access point without having its key", f.Addr2, tocsin.Quote(ssid), f.BSSID)
			n.Reason = tocsin.Reason{
				What:     "capabilities, listen interval, and elements with their rates as in aireplay-ng's requests",
				Observed: "all four",
				Limit:    "all four",
			}
		}
		found.Add(n)
	}
}
