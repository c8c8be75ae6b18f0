// Package wpspinok recognises strangers that an access point gives its passphrase to by its WPS PIN.
package wpspinok

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares WPSPINOK.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "WPSPINOK",
		Title:       "WPS PIN known to a stranger",
		Class:       tocsin.Exploit,
		Severity:    tocsin.High,
		Description: "A station that was not heard to do so before proves the Wi-Fi Protected Setup PIN of an access point, and gets its passphrase.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  60,
		Attack:      []string{"T1078.001"},
		Explains:    []string{"WPSPIXIE"},
	},
	Frames:  dot11.AnyData,
	Content: true,
}, limits{Guesses: 3, Window: 24 * time.Hour, Again: 24 * time.Hour, Several: 3, Networks: 256, Talks: 1024}, newDetector)

type limits struct {
	Guesses  int           `help:"failed attempts at the access point within the window after which the PIN was guessed"`
	Window   time.Duration `help:"time in which failed attempts are counted" min:"1s"`
	Again    time.Duration `help:"time for which a registrar that proved the PIN is known" min:"1s"`
	Several  int           `help:"strangers within again that are one attack with invented addresses" min:"2"`
	Networks int           `help:"access points that are watched"`
	Talks    int           `help:"conversations of an access point and a station that are watched"`
}

type detector struct {
	limits limits
	talks  *detect.WPSTalks
	failed *window.Counter[dot11.Addr]
	known  *window.Set[detect.EAPPair]
	voice  *detect.Voice[detect.EAPPair]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits: l,
		talks:  detect.NewWPSTalks(l.Talks),
		failed: window.NewCounter[dot11.Addr](l.Window, l.Networks),
		known:  window.NewSet[detect.EAPPair](l.Again, l.Talks),
		voice:  detect.NewVoice[detect.EAPPair](l.Several, l.Again, l.Talks),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	p, ok := detect.ReadEAP(o)
	if !ok {
		return
	}
	switch d.talks.Follow(&p) {
	case detect.WPSFailed, detect.WPSLocked:
		d.failed.Add(p.AP, o.Time)
	case detect.WPSProven:
		if !d.known.Once(p.EAPPair, o.Time) {
			return
		}
		switch v := d.voice.Tell(p.EAPPair, o.Time); {
		case v.Several > 0:
			text := fmt.Sprintf("Many stations get the passphrases of access points by WPS PIN, the newest %s that of %s", p.Station, p.AP)
			found.Add(d.voice.Several(v.Several, text, "proven WPS PINs"))
		case v.Speak:
			found.Add(d.finding(p.EAPPair, d.failed.Count(p.AP, o.Time)))
		}
	}
}

// finding tells of a stranger that proved the PIN after so many attempts failed at the access point.
func (d *detector) finding(p detect.EAPPair, failed int) tocsin.Finding {
	f := tocsin.Finding{
		Text: fmt.Sprintf("The station %s, which was not heard to do so before, proves the WPS PIN of the access point %s and gets its passphrase", p.Station, p.AP),
		Reason: tocsin.Reason{
			What:     "WPS conversations of a new registrar with M7, in which the access point hands out its passphrase",
			Observed: fmt.Sprintf("1 after %s", attempts(failed)),
			Limit:    "1",
		},
		Source:  p.Station,
		Dest:    p.AP,
		Subject: p.Station.String(),
	}
	if failed >= d.limits.Guesses {
		critical := tocsin.Critical
		f.Severity, f.Confidence = &critical, 90
		f.Text = fmt.Sprintf("The station %s proves the WPS PIN of the access point %s and gets its passphrase, after %s there: the PIN was guessed", p.Station, p.AP, attempts(failed))
		f.Reason.Limit = fmt.Sprintf("1 after %d failed attempts", d.limits.Guesses)
	}
	return f
}

func attempts(failed int) string {
	if failed == 1 {
		return "1 failed attempt"
	}
	return fmt.Sprintf("%d failed attempts", failed)
}
