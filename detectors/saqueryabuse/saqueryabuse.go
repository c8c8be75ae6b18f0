// Package saqueryabuse recognises who makes access points and clients doubt associations that are sound.
package saqueryabuse

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares SAQUERYABUSE.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "SAQUERYABUSE",
		Title:       "Abuse of SA Query",
		Class:       tocsin.Denial,
		Severity:    tocsin.Medium,
		Description: "Somebody makes an access point and its client ask each other again and again whether their association still holds: one answer that fails to come ends it.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  85,
		Attack:      []string{"T1498.001", "T1499"},
		Explains:    []string{"DEAUTHFLOOD", "DISASSOCTRAFFIC"},
	},
	Frames: dot11.Only(dot11.Action, dot11.AssocResp, dot11.ReassocResp),
}, limits{Forged: 6, Requests: 20, Comebacks: 6, Window: 10 * time.Second, Again: time.Minute, Pairs: 1024}, newDetector)

type limits struct {
	Forged    int           `help:"questions within the window that did not come from whom they name"`
	Requests  int           `help:"questions of one device to another within the window, if nothing speaks against them"`
	Comebacks int           `help:"refusals of one client within the window because its association still holds"`
	Window    time.Duration `help:"time in which frames are counted" min:"1s"`
	Again     time.Duration `help:"time between two findings of one kind about one pair" min:"1s"`
	Pairs     int           `help:"pairs that are watched"`
}

// pair is who asks or refuses, and whom.
type pair struct{ sender, receiver dot11.Addr }

type detector struct {
	limits    limits
	last      *window.Map[pair, uint16] // sequence number of the last question, to know its retries
	forged    *window.Alarm[pair]
	requests  *window.Alarm[pair]
	comebacks *window.Alarm[pair]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	alarm := func(limit int) *window.Alarm[pair] { return window.NewAlarm[pair](limit, l.Window, l.Again, l.Pairs) }
	return &detector{l, window.NewMap[pair, uint16](l.Pairs), alarm(l.Forged), alarm(l.Requests), alarm(l.Comebacks)}
}

// statusTryLater refuses an association because there is one that holds (802.11-2020 table 9-50).
const statusTryLater = 30

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	switch {
	case f.IsProtected() || f.Addr1.IsGroup() || f.Defects&dot11.DefectShortFixed != 0:
	case f.Kind != dot11.Action:
		if f.Fixed.Status == statusTryLater && !f.IsRetry() {
			d.refused(o, found)
		}
	case f.Fixed.Category == dot11.SAQuery && f.Fixed.Action == dot11.ActionSAQueryRequest:
		d.asked(o, air, found)
	}
}

// asked takes a question.
func (d *detector) asked(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	who := pair{f.Addr2, f.Addr1}
	last, created := d.last.Put(who)
	retried := f.IsRetry() && !created && *last == f.Sequence
	*last = f.Sequence
	if retried {
		return
	}
	if air.Doubt.Sequence == track.FitOff || air.Doubt.Deviates {
		if n, ring := d.forged.Add(who, o.Time); ring {
			finding := d.finding(who, n, d.limits.Forged)
			finding.Text = fmt.Sprintf("Somebody asks %s in the name of %s again and again whether their association still holds (%s): one answer that fails to come ends it",
				who.receiver, who.sender, air.Doubt.Words(o))
			finding.Reason.What = fmt.Sprintf("SA Query requests in %s that did not come from whom they name", d.limits.Window)
			found.Add(finding)
		}
		return
	}
	if n, ring := d.requests.Add(who, o.Time); ring {
		finding := d.finding(who, n, d.limits.Requests)
		finding.Text = fmt.Sprintf("%s asks %s again and again whether their association still holds: one answer that fails to come ends it", who.sender, who.receiver)
		finding.Reason.What = fmt.Sprintf("SA Query requests of one device to another in %s", d.limits.Window)
		finding.Confidence = 60
		found.Add(finding)
	}
}

// refused takes the answer to an association that somebody asked for although the client has one.
func (d *detector) refused(o *tocsin.Observation, found *detect.Findings) {
	f := o.Frame
	who := pair{f.Addr2, f.Addr1}
	if n, ring := d.comebacks.Add(who, o.Time); ring {
		finding := d.finding(who, n, d.limits.Comebacks)
		finding.Text = fmt.Sprintf("%s refuses again and again to associate %s, which is associated: somebody asks in its name, to make the access point doubt the association",
			who.sender, who.receiver)
		finding.Reason.What = fmt.Sprintf("refusals with status %d (try again later) in %s", statusTryLater, d.limits.Window)
		finding.Confidence = 60
		found.Add(finding)
	}
}

func (d *detector) finding(who pair, count, limit int) tocsin.Finding {
	return tocsin.Finding{
		Reason:  tocsin.Reason{Observed: fmt.Sprintf("%d frames", count), Limit: fmt.Sprintf("%d frames", limit)},
		Subject: who.sender.String() + " " + who.receiver.String(),
	}
}
