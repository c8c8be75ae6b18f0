// Package eapollogoff recognises EAPOL-Logoffs that the stations they name did not send.
package eapollogoff

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

// Spec declares EAPOLLOGOFF.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "EAPOLLOGOFF",
		Title:       "Forged EAPOL-Logoff",
		Class:       tocsin.Denial,
		Severity:    tocsin.High,
		Description: "Somebody logs a client off in its name: unencrypted EAPOL-Logoffs come again and again, or while the client goes on to send.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  90,
		Attack:      []string{"T1499"},
		Explains:    []string{"DEAUTHFLOOD", "EAPOLFLOOD"},
	},
	Frames: dot11.Only(dot11.Data, dot11.QoSData),
}, limits{
	Contradicted: 2, Logoffs: 30, Patience: 200 * time.Millisecond, Window: 10 * time.Second, Again: time.Minute, Clients: 2048,
}, newDetector)

type limits struct {
	Contradicted int           `help:"Logoffs within the window after which the client went on to send"`
	Logoffs      int           `help:"Logoffs to one network within the window, whatever the clients do" min:"2"`
	Patience     time.Duration `help:"time after a Logoff in which what the client sends may have waited in its radio"`
	Window       time.Duration `help:"time in which Logoffs are counted, and in which the client goes on" min:"1s"`
	Again        time.Duration `help:"time between two findings about one client, and about one network" min:"1s"`
	Clients      int           `help:"clients, and networks, that are watched"`
}

// pair is a client and the network that it is to leave.
type pair struct{ bssid, client dot11.Addr }

// logoff is the first Logoff that the client has not contradicted yet.
type logoff struct {
	time   time.Duration
	number uint64 // of the frame
	open   bool
}

type detector struct {
	limits  limits
	logoffs *window.Map[pair, logoff]
	clients *window.Alarm[pair]
	floods  *window.Alarm[dot11.Addr]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:  l,
		logoffs: window.NewMap[pair, logoff](l.Clients),
		clients: window.NewAlarm[pair](l.Contradicted, l.Window, l.Again, l.Clients),
		floods:  window.NewAlarm[dot11.Addr](l.Logoffs, l.Window, l.Again, l.Clients),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	switch {
	case f.IsProtected():
		if d.logoffs.Len() > 0 && f.Addr1 == f.BSSID {
			d.goesOn(o, found)
		}
	case f.EtherType == eapol.EtherType && f.Addr1 == f.BSSID:
		var p eapol.Packet
		if p.Decode(f.Payload) == nil && p.Type == eapol.TypeLogoff {
			d.logoff(o, found)
		}
	}
}

func (d *detector) logoff(o *tocsin.Observation, found *detect.Findings) {
	f := o.Frame
	if l, _ := d.logoffs.Put(pair{f.BSSID, f.Addr2}); !l.open {
		*l = logoff{o.Time, o.Number, true}
	}
	count, ring := d.floods.Add(f.BSSID, o.Time)
	if !ring {
		return
	}
	found.Add(tocsin.Finding{
		Text: fmt.Sprintf("Somebody floods the network %s with EAPOL-Logoffs in the name of its clients, the newest %s: %d in %s",
			f.BSSID, f.Addr2, count, d.limits.Window),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("EAPOL-Logoffs to one network in %s", d.limits.Window),
			Observed: fmt.Sprint(count), Limit: fmt.Sprint(d.limits.Logoffs),
		},
	})
}

// goesOn notes that a client sends with its key: who has logged off has none.
func (d *detector) goesOn(o *tocsin.Observation, found *detect.Findings) {
	f := o.Frame
	who := pair{f.BSSID, f.Addr2}
	l := d.logoffs.Peek(who)
	if l == nil || !l.open {
		return
	}
	after := o.Time - l.time
	if after < d.limits.Patience && after >= 0 {
		return
	}
	l.open = false
	if after < 0 || after > d.limits.Window {
		return
	}
	count, ring := d.clients.Add(who, o.Time)
	if !ring {
		return
	}
	found.Add(tocsin.Finding{
		Text: fmt.Sprintf("Somebody logs the client %s off the network %s in its name: %d unencrypted EAPOL-Logoffs in %s, and it goes on to send",
			f.Addr2, f.BSSID, count, d.limits.Window),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("EAPOL-Logoffs in %s after which the client went on", d.limits.Window),
			Observed: fmt.Sprintf("%d, the last with encrypted data %s later", count, after.Round(time.Millisecond)),
			Limit:    fmt.Sprint(d.limits.Contradicted),
		},
		Source: f.Addr2, Dest: f.BSSID, Subject: f.Addr2.String(), Frames: []uint64{l.number},
	})
}
