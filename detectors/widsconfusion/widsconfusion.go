// Package widsconfusion recognises clients that others make seem to be in many networks at once.
package widsconfusion

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares WIDSCONFUSION.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "WIDSCONFUSION",
		Title:       "One client at many access points",
		Class:       tocsin.Denial,
		Severity:    tocsin.Medium,
		Description: "Somebody makes a client seem to join many access points within seconds, to confuse controllers and intrusion detection.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  80,
		Attack:      []string{"T1562"},
		Explains:    []string{"AUTHFLOOD", "ASSOCFLOOD"},
	},
	Frames: dot11.Only(dot11.Auth, dot11.AssocReq, dot11.ReassocReq),
}, limits{Changes: 8, Window: 10 * time.Second, Again: time.Minute, Clients: 1024, Victims: 3}, newDetector)

type limits struct {
	Changes int           `help:"requests of one client within the window that each go to another access point than the one before" min:"2"`
	Window  time.Duration `help:"time in which requests are counted" min:"1s"`
	Again   time.Duration `help:"time between two findings about one client" min:"1s"`
	Clients int           `help:"clients that are watched"`
	Victims int           `help:"clients within again that are one attack" min:"2"`
}

type detector struct {
	limits  limits
	asked   *window.Map[dot11.Addr, dot11.Addr] // whom each client asked last
	changes *window.Alarm[dot11.Addr]
	victims *window.Alarm[struct{}]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:  l,
		asked:   window.NewMap[dot11.Addr, dot11.Addr](l.Clients),
		changes: window.NewAlarm[dot11.Addr](l.Changes, l.Window, l.Again, l.Clients),
		victims: window.NewAlarm[struct{}](l.Victims, l.Again, l.Again, 1),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	if f.Addr1 != f.BSSID || !f.Addr1.IsStation() || !f.Addr2.IsStation() {
		return
	}
	asked, created := d.asked.Put(f.Addr2)
	other := !created && *asked != f.BSSID
	*asked = f.BSSID
	if !other {
		return
	}
	count, again := d.changes.Add(f.Addr2, o.Time)
	if !again {
		return
	}
	victims, ring := d.victims.Add(struct{}{}, o.Time)
	switch {
	case ring:
		finding := d.finding(f, count)
		finding.Text = fmt.Sprintf("Somebody makes clients seem to join many access points within seconds: %d clients in %s, the newest %s",
			victims, d.limits.Again, f.Addr2)
		finding.Source, finding.Subject = dot11.Broadcast, "many clients"
		found.Add(finding)
	case victims < d.limits.Victims:
		found.Add(d.finding(f, count))
	}
}

func (d *detector) finding(f *dot11.Frame, count int) tocsin.Finding {
	return tocsin.Finding{
		Text: fmt.Sprintf("Somebody makes the client %s seem to go from one access point to another and back, the newest %s: %d times in %s", f.Addr2, f.BSSID, count, d.limits.Window),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("requests of one client in %s that each go to another access point than the one before", d.limits.Window),
			Observed: fmt.Sprint(count), Limit: fmt.Sprint(d.limits.Changes),
		},
		BSSID: dot11.Broadcast, Subject: f.Addr2.String(),
	}
}
