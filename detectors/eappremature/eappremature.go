// Package eappremature recognises the end of an EAP conversation that the access point did not come to.
package eappremature

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/eapol"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares EAPPREMATURE.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "EAPPREMATURE",
		Title:       "Premature end of EAP",
		Class:       tocsin.Denial,
		Severity:    tocsin.High,
		Description: "A client is told that its login succeeded before it began, or failed long after it succeeded: somebody speaks for the access point.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  80,
		Attack:      []string{"T1499", "T1557"},
	},
	Frames:  dot11.Only(dot11.Data, dot11.QoSData),
	Content: true,
	Gaps:    true,
}, defaults(), newDetector)

type limits struct {
	Fresh    time.Duration `help:"time after an answer with a name in which a success belongs to it" min:"100ms"`
	Failures int           `help:"failures within the window, in the clear, to a client that has a key" min:"2"`
	detect.SignatureLimits
}

func defaults() limits {
	return limits{Fresh: 10 * time.Second, Failures: 3, SignatureLimits: detect.DefaultSignature}
}

// pair is an access point and its client.
type pair struct{ ap, client dot11.Addr }

// login is a conversation that has come no further than the name of the client.
type login struct {
	id     uint8
	at     time.Duration
	number uint64 // of the frame
}

type detector struct {
	limits   limits
	logins   *window.Map[pair, login]
	failures *window.Counter[pair]
	*detect.Signature
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{l, window.NewMap[pair, login](l.Keys), window.NewCounter[pair](l.Window, l.Keys), detect.NewSignature(l.SignatureLimits)}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	step := air.Step
	if step == nil || step.EAPOL.Type != eapol.TypeEAP || step.Err != nil || !o.Intact() {
		return
	}
	var e eapol.EAP
	if e.Decode(step.EAPOL.Body) != nil {
		return
	}
	f := o.Frame
	fromAP := f.Addr2 == f.BSSID
	p := pair{air.Link.BSSID, air.Link.Station}
	_, named := e.Identity()
	switch {
	case named && !fromAP:
		l, _ := d.logins.Put(p)
		*l = login{e.ID, o.Time, o.Number}
	case e.Code == eapol.EAPRequest && e.Type == eapol.EAPIdentity:
	case e.Code == eapol.EAPRequest || e.Code == eapol.EAPResponse:
		d.logins.Delete(p)
	case e.Code == eapol.EAPSuccess && fromAP:
		d.success(p, e.ID, o, found)
	case e.Code == eapol.EAPFailure && fromAP && !f.IsRetry() && step.Before == track.Keyed:
		d.failure(p, o, found)
	}
}

// success reports a success that has the identifier of the name: it is that of the newest answer (RFC 3748 §4.2), and
// each request has another, so no method was begun, whatever the sensor missed.
func (d *detector) success(p pair, id uint8, o *tocsin.Observation, found *detect.Findings) {
	l := d.logins.Peek(p)
	if l == nil || l.id != id || o.Time-l.at > d.limits.Fresh {
		return
	}
	v := d.Judge(o, []byte{eapol.EAPSuccess}, 0)
	switch {
	case v.Several > 0:
		found.Add(d.Several(v.Several, "EAP conversations end early in the name of many access points", "premature ends of EAP"))
	case v.Speak:
		found.Add(tocsin.Finding{
			Text: fmt.Sprintf("%s, or somebody in its name, tells %s that its login succeeded when it had given no more than a name: a client that goes along uses no secret key",
				p.ap, p.client),
			Reason: tocsin.Reason{
				What:     "identifier of an EAP Success",
				Observed: fmt.Sprintf("%d, that of the name, %s after it", id, (o.Time - l.at).Round(time.Millisecond)),
				Limit:    "that of a method",
			},
			Subject: p.client.String(), Frames: []uint64{l.number},
		})
	}
}

// failure counts the failures to a client that has a key: an access point would encrypt them, and send one.
func (d *detector) failure(p pair, o *tocsin.Observation, found *detect.Findings) {
	count := d.failures.Add(p, o.Time)
	if count < d.limits.Failures {
		return
	}
	v := d.Tell(o)
	switch {
	case v.Several > 0:
		found.Add(d.Several(v.Several, "EAP conversations end early in the name of many access points", "premature ends of EAP"))
	case v.Speak:
		found.Add(tocsin.Finding{
			Text: fmt.Sprintf("%s, or somebody in its name, tells %s again and again that its login failed, though it has a key: clients leave the network",
				p.ap, p.client),
			Reason: tocsin.Reason{
				What:     fmt.Sprintf("EAP Failures in the clear to a client with a key, in %s", d.limits.Window),
				Observed: fmt.Sprint(count), Limit: fmt.Sprint(d.limits.Failures),
			},
			Subject: p.client.String(),
		})
	}
}
