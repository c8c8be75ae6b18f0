// Package wpsbrute recognises the guessing of a Wi-Fi Protected Setup PIN.
package wpsbrute

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/eapol"
	"github.com/tocsin-wids/tocsin/dot11/wps"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares WPSBRUTE.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "WPSBRUTE",
		Title:       "WPS PIN guessing",
		Class:       tocsin.Exploit,
		Severity:    tocsin.Critical,
		Description: "Somebody tries one Wi-Fi Protected Setup PIN after the other: the right one gives away the passphrase.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  95,
		Attack:      []string{"T1110.001"},
		Explains:    []string{"DEAUTHFLOOD"},
	},
	Frames: dot11.AnyData | dot11.Only(dot11.Beacon, dot11.ProbeResp),
}, limits{
	Failures: 3, Window: time.Minute, SlowFailures: 5, LockedFailures: 3, SlowWindow: 30 * time.Minute,
	Again: 5 * time.Minute, Networks: 256, Sessions: 1024,
}, newDetector)

type limits struct {
	Failures       int           `help:"failed attempts at one access point within the window"`
	Window         time.Duration `help:"time in which a quick attack is counted" min:"1s"`
	SlowFailures   int           `help:"failed attempts at one access point within the slow window"`
	LockedFailures int           `help:"the same, if the access point locked its setup"`
	SlowWindow     time.Duration `help:"time in which a slow attack is counted" min:"1s"`
	Again          time.Duration `help:"time between two findings about an attack that goes on" min:"1s"`
	Networks       int           `help:"access points that are watched"`
	Sessions       int           `help:"conversations of an access point and a station that are watched"`
}

// pair is an access point and the station that talks to it.
type pair struct{ ap, station dot11.Addr }

// role is that of the station.
type role uint8

const (
	unknown   role = iota
	registrar      // it claims to know the access point's PIN
	enrollee       // it wants to be let in
)

// session is one conversation. Each fails at most once, however often its frames are repeated.
type session struct {
	role   role
	tested bool // M3 was sent: the access point waits for a proof of the PIN
	ended  bool // it failed, or it succeeded
}

// target is an access point at which an attempt failed.
type target struct {
	station dot11.Addr // the last that failed
	locked  bool
	told    bool
	toldAt  time.Duration
	numbers [8]uint64
	n       int
}

type detector struct {
	limits   limits
	sessions *window.Map[pair, session]
	targets  *window.Map[dot11.Addr, target]
	quick    *window.Counter[dot11.Addr]
	slow     *window.Counter[dot11.Addr]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:   l,
		sessions: window.NewMap[pair, session](l.Sessions),
		targets:  window.NewMap[dot11.Addr, target](l.Networks),
		quick:    window.NewCounter[dot11.Addr](l.Window, l.Networks),
		slow:     window.NewCounter[dot11.Addr](l.SlowWindow, l.Networks),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	switch {
	case !f.Kind.IsData():
		d.look(o, found)
	case f.EtherType == eapol.EtherType && f.Fragment == 0 && f.BSSID.IsStation():
		d.listen(o, found)
	}
}

// look notes that an access point under attack locked its setup.
func (d *detector) look(o *tocsin.Observation, found *detect.Findings) {
	t := d.targets.Peek(o.Frame.BSSID)
	if t == nil || o.Cut {
		return
	}
	if b, ok := o.Frame.Elements.Vendor(dot11.OUIMicrosoft, dot11.MicrosoftWPS); ok {
		locked := wps.Attributes(b).Locked()
		if locked && !t.locked {
			t.locked = true
			d.judge(t, o, found)
		}
		t.locked = locked
	}
}

// listen follows the conversations.
func (d *detector) listen(o *tocsin.Observation, found *detect.Findings) {
	f := o.Frame
	var packet eapol.Packet
	var eap eapol.EAP
	if packet.Decode(f.Payload) != nil || packet.Type != eapol.TypeEAP || eap.Decode(packet.Body) != nil {
		return
	}
	switch {
	case eap.Code == eapol.EAPRequest && f.Source() == f.BSSID:
		if w, ok := eap.WSC(); ok {
			d.request(pair{f.BSSID, f.Destination()}, w, o, found)
		}
	case eap.Code == eapol.EAPResponse && f.Destination() == f.BSSID:
		d.response(pair{f.BSSID, f.Source()}, &eap, o, found)
	}
}

// Config errors of a NACK (Wi-Fi Simple Configuration 2.0.8 table 34).
const (
	setupLocked   = 15
	passwordWrong = 18
)

// request follows what the access point says.
func (d *detector) request(p pair, w eapol.WSC, o *tocsin.Observation, found *detect.Findings) {
	message := w.Attributes.Message()
	nack := w.Op == eapol.WSCNack || message == wps.NACK
	s := d.sessions.Peek(p)
	if s == nil {
		if message != wps.M1 && message != wps.M3 && !nack {
			return
		}
		s, _ = d.sessions.Put(p)
	}
	switch {
	case nack:
		reason := w.Attributes.ConfigError()
		wrong := s.role == registrar && (s.tested || reason == passwordWrong)
		if wrong || s.role != enrollee && reason == setupLocked {
			d.fail(p, s, reason == setupLocked, o, found)
		}
	case message == wps.M1:
		if s.role == registrar && s.tested {
			d.fail(p, s, false, o, found)
		}
		*s = session{role: registrar}
	case message == wps.M3:
		s.role, s.tested = registrar, true
	case message == wps.M7:
		s.ended = s.role == registrar
	}
}

// identity is that of a station that claims to know the PIN (Wi-Fi Simple Configuration 2.0.8 §7.4).
const identity = "WFA-SimpleConfig-Registrar-1-0"

// response follows what the station says.
func (d *detector) response(p pair, eap *eapol.EAP, o *tocsin.Observation, found *detect.Findings) {
	if name, ok := eap.Identity(); ok {
		if string(name) == identity {
			if s, created := d.sessions.Put(p); created || s.ended || s.role != registrar {
				*s = session{role: registrar}
			}
		} else {
			d.sessions.Delete(p)
		}
		return
	}
	w, ok := eap.WSC()
	if !ok {
		return
	}
	s, message := d.sessions.Peek(p), w.Attributes.Message()
	switch {
	case message == wps.M1:
		s, _ = d.sessions.Put(p)
		*s = session{role: enrollee}
	case s != nil && s.role == registrar && s.tested && (w.Op == eapol.WSCNack || message == wps.NACK):
		d.fail(p, s, false, o, found)
	}
}

// fail counts the failure of a session.
func (d *detector) fail(p pair, s *session, locked bool, o *tocsin.Observation, found *detect.Findings) {
	if s.ended {
		return
	}
	s.ended = true
	t, _ := d.targets.Put(p.ap)
	t.station, t.locked = p.station, t.locked || locked
	t.numbers[t.n%len(t.numbers)] = o.Number
	t.n++
	d.quick.Add(p.ap, o.Time)
	d.slow.Add(p.ap, o.Time)
	d.judge(t, o, found)
}

// judge makes a finding if the failures at the access point of the frame are too many.
func (d *detector) judge(t *target, o *tocsin.Observation, found *detect.Findings) {
	ap, l := o.Frame.BSSID, &d.limits
	count, limit, span := d.quick.Count(ap, o.Time), l.Failures, l.Window
	if count < limit {
		count, limit, span = d.slow.Count(ap, o.Time), l.SlowFailures, l.SlowWindow
		if t.locked {
			limit = l.LockedFailures
		}
	}
	if count < limit || t.told && (o.Time-t.toldAt).Abs() < l.Again {
		return
	}
	t.told, t.toldAt = true, o.Time
	d.targets.Promote(ap)
	locks := ""
	if t.locked {
		locks = "; the access point has locked its setup"
	}
	found.Add(tocsin.Finding{
		Text: fmt.Sprintf("The station %s guesses the WPS PIN of the access point %s: %d attempts failed in %s%s", t.station, ap, count, span, locks),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("failed WPS sessions of registrars with one access point in %s", span),
			Observed: fmt.Sprintf("%d sessions", count),
			Limit:    fmt.Sprintf("%d sessions", limit),
		},
		Source: t.station,
		Dest:   ap,
		Frames: t.evidence(),
	})
}

// evidence returns the numbers of the frames with which the newest attempts failed, oldest first.
func (t *target) evidence() []uint64 {
	var numbers []uint64
	for i := max(0, t.n-len(t.numbers)); i < t.n; i++ {
		numbers = append(numbers, t.numbers[i%len(t.numbers)])
	}
	return numbers
}
