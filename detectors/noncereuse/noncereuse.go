// Package noncereuse recognises messages of the four-way handshake that are sent again later than any access point does.
package noncereuse

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/eapol"
	"github.com/tocsin-wids/tocsin/track"
)

// Spec declares NONCEREUSE.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "NONCEREUSE",
		Title:       "Handshake message repeated with its nonce",
		Class:       tocsin.Exploit,
		Severity:    tocsin.High,
		Description: "A message of the four-way handshake is replayed: a client that installs its key again encrypts with packet numbers that it used before (KRACK).",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  75,
		Attack:      []string{"T1557"},
	},
	Frames:  dot11.Only(dot11.Data, dot11.QoSData),
	Content: true,
}, limits{Gap: time.Second, Messages: 6, Window: 30 * time.Second, Senders: 3, Again: time.Minute, Keys: 1024}, newDetector)

type limits struct {
	Gap      time.Duration `help:"time after a message within which the same again is a retransmission" min:"1ms"`
	Messages int           `help:"messages 3 with one nonce, each with a higher counter, in one association within the window" min:"2"`
	Window   time.Duration `help:"time in which they are counted, from the first on" min:"1s"`
	Senders  int           `help:"access points within again that are one attack with invented addresses" min:"2"`
	Again    time.Duration `help:"time between two findings about one access point" min:"1s"`
	Keys     int           `help:"access points that are remembered"`
}

type detector struct {
	limits   limits
	message1 *detect.Signature
	message3 *detect.Signature
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	books := detect.DefaultSignature
	books.Senders, books.Again, books.Keys = l.Senders, l.Again, l.Keys
	return &detector{l, detect.NewSignature(books), detect.NewSignature(books)}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	step := air.Step
	if step == nil || step.Prior.Count == 0 || step.Resent || !o.Intact() {
		return
	}
	now := &air.Link.Handshake.Messages[step.Message]
	if now.Nonce == 0 || now.Nonce != step.Prior.Nonce {
		return
	}
	again, third := d.replayed(o, air), step.Message == eapol.Message3
	often := third && now.Counters >= d.limits.Messages && now.Counters > step.Prior.Counters &&
		o.Time-now.First <= d.limits.Window
	if !again && !often || !third && step.Message != eapol.Message1 {
		return
	}
	books := d.message1
	if third {
		books = d.message3
	}
	v := books.Tell(o)
	switch {
	case v.Several > 0:
		text := fmt.Sprintf("Somebody repeats messages of handshakes in the name of many access points, the newest %s: a client that installs its key again can be eavesdropped on", o.Frame.Addr2)
		found.Add(books.Several(v.Several, text, "repeated handshake messages"))
	case v.Speak && again:
		found.Add(d.replay(o, step, air.Link))
	case v.Speak:
		found.Add(d.repeated(air.Link, now))
	}
}

// replayed reports whether the message is one that its access point would not send now: its counter did not rise, and
// it is no retransmission. If its octets are others than before, its checksum must be right, and nothing may have been
// heard since that begins a handshake: some access points keep a nonce, and begin to count anew.
func (d *detector) replayed(o *tocsin.Observation, air *track.Sight) bool {
	step, l := air.Step, air.Link
	prior, now := &step.Prior, &l.Handshake.Messages[step.Message]
	if step.Key.Replay > prior.Replay || o.Time-prior.Last < d.limits.Gap {
		return false
	}
	same := now.Octets == prior.Octets
	if step.Message == eapol.Message3 && same {
		return true // the MIC would differ in another handshake
	}
	begun := max(l.Auth.Begun, l.Auth.Done, l.Gone.At)
	if step.Message == eapol.Message3 {
		begun = max(begun, l.Handshake.Messages[eapol.Message1].Last, l.Handshake.Messages[eapol.Message2].Last)
	}
	return begun <= prior.Last && (same || o.Radio.FCS == dot11.FCSGood)
}

// replay is about a message whose counter did not rise.
func (d *detector) replay(o *tocsin.Observation, step *track.Step, l *track.Link) tocsin.Finding {
	f := tocsin.Finding{
		Text: fmt.Sprintf("%s, or somebody in its name, sends %s of the handshake with %s again, %s after it, with the same nonce: ",
			l.BSSID, step.Message, l.Station, (o.Time - step.Prior.Last).Round(time.Millisecond)),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("replay counter of an %s with the nonce of the one before", step.Message),
			Observed: fmt.Sprintf("%d", step.Key.Replay),
			Limit:    fmt.Sprintf("above %d, or within %s", step.Prior.Replay, d.limits.Gap),
		},
		Subject: l.Station.String(),
		Frames:  []uint64{step.Prior.Number},
	}
	if step.Message == eapol.Message1 {
		low := tocsin.Low
		f.Severity, f.Confidence = &low, 40
		f.Text += "a replay, or an access point that keeps its nonce"
	} else {
		f.Text += "a client that installs its key again can be eavesdropped on"
	}
	return f
}

// repeated is about more messages 3 with one nonce than access points send.
func (d *detector) repeated(l *track.Link, m *track.Messages) tocsin.Finding {
	medium := tocsin.Medium
	return tocsin.Finding{
		Text: fmt.Sprintf("%s, or somebody in its name, sends M3 of the handshake with %s %d times, with the same nonce: a client that installs its key again can be eavesdropped on",
			l.BSSID, l.Station, m.Counters),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("messages 3 with one nonce and rising counters, in %s", (m.Last - m.First).Round(time.Millisecond)),
			Observed: fmt.Sprintf("%d messages", m.Counters),
			Limit:    fmt.Sprintf("%d messages", d.limits.Messages),
		},
		Severity:   &medium,
		Confidence: 60,
		Subject:    l.Station.String(),
	}
}
