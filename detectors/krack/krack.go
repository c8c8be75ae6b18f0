// Package krack recognises keys that are installed again after a repeated message 3 of the handshake or a repeated fast transition.
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
		Description: "After a repeated message 3 of the handshake, or a repeated fast transition, a device counts its packets from the beginning again, with the same key: what it sends can be deciphered (KRACK).",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  85,
		Attack:      []string{"T1557", "T1040"},
		Explains:    []string{"FTREPLAY", "NONCEREUSE"},
	},
	Frames: dot11.Only(dot11.Data, dot11.QoSData),
	Gaps:   true,
}, limits{Near: 2 * time.Second, Senders: 3, Again: time.Minute, Keys: 1024}, newDetector)

type limits struct {
	Near    time.Duration `help:"time after a repeated message 3 or fast transition in which packet numbers that go back are its effect" min:"1ms"`
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
	if air.Fell == nil || !o.Intact() {
		return
	}
	c, ok := d.cause(o, air.Link)
	if !ok {
		return
	}
	from := o.Frame.Addr2
	v := d.voice.Tell(from, o.Time)
	switch {
	case v.Several > 0:
		several := d.voice.Several(v.Several, "Packet numbers begin anew after repeated messages 3 or fast transitions under many addresses", "packet numbers that begin anew")
		several.Confidence = 60 // made up, it may be
		found.Add(several)
	case v.Speak:
		found.Add(tocsin.Finding{
			Text: fmt.Sprintf("%s installs its key with %s again, %s after %s, and uses packet numbers again: what it sends can be deciphered",
				from, o.Frame.Addr1, (o.Time - c.at).Round(time.Millisecond), c.what),
			Reason: tocsin.Reason{
				What:     "packet number under one key",
				Observed: fmt.Sprintf("%d", air.Fell.To),
				Limit:    fmt.Sprintf("above %d", air.Fell.From),
			},
			Subject: air.Link.Station.String(),
			Frames:  []uint64{c.number, air.Fell.Frame},
		})
	}
}

// cause is what makes a device install its key again.
type cause struct {
	what   string
	at     time.Duration
	number uint64
}

// cause returns what came shortly before and tells the sender to install its key again: to a station message 3, to an access point a
// request of a fast transition that it grants a second time.
func (d *detector) cause(o *tocsin.Observation, l *track.Link) (cause, bool) {
	third := &l.Handshake.Messages[eapol.Message3]
	switch {
	case l.Granted.Again != 0 && o.Frame.Addr2 == l.BSSID && d.near(o, l.Granted.Again):
		return cause{"it granted a fast transition a second time", l.Granted.Again, l.Granted.Number}, true
	case l.Key.Again != 0 && third.Count >= 2 && d.near(o, third.Last):
		return cause{"message 3 was repeated", third.Last, third.Number}, true
	}
	return cause{}, false
}

func (d *detector) near(o *tocsin.Observation, at time.Duration) bool {
	return o.Time >= at && o.Time-at <= d.limits.Near
}
