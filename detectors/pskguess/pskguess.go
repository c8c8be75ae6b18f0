// Package pskguess recognises who tries passwords at an access point, one after the other.
package pskguess

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

// Spec declares PSKGUESS.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "PSKGUESS",
		Title:       "Passwords are tried",
		Class:       tocsin.Exploit,
		Severity:    tocsin.Medium,
		Description: "An access point refuses one password after the other: somebody guesses that of the network, or a device has an old one.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  60,
		Attack:      []string{"T1110.001"},
	},
	Frames: dot11.Only(dot11.Auth, dot11.Deauth, dot11.Disassoc),
	Gaps:   true,
}, limits{
	Refused: 5, Persistent: 60, Stations: 10, Window: 5 * time.Minute, Senders: 3, Again: 10 * time.Minute, Keys: 2048,
}, newDetector)

type limits struct {
	Refused    int           `help:"passwords of one station refused within the window: a device with an old one does that too" min:"2"`
	Persistent int           `help:"passwords of one station refused within the window that are more than a device with an old one has refused" min:"2"`
	Stations   int           `help:"stations at one access point within the window that were refused, most of them once" min:"2"`
	Window     time.Duration `help:"time in which refusals are counted" min:"1s"`
	Senders    int           `help:"access points within again that are one attack with invented addresses" min:"2"`
	Again      time.Duration `help:"time between two findings about one access point, of each kind" min:"1s"`
	Keys       int           `help:"access points, and stations at them, that are remembered"`
}

// patience is longer than an access point waits for a right message 2: it repeats message 1 a few times.
const patience = 10 * time.Second

// pair is a station and the access point that refuses it.
type pair struct{ ap, station dot11.Addr }

type detector struct {
	limits     limits
	judged     *window.Map[pair, uint64] // the newest message 2 that was counted, by its frame
	refused    *window.Alarm[pair]
	persistent *window.Alarm[pair]
	stations   *window.DistinctAlarm[dot11.Addr, dot11.Addr]
	attempts   *window.Counter[dot11.Addr]
	few, many  *detect.Voice[dot11.Addr]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:     l,
		judged:     window.NewMap[pair, uint64](l.Keys),
		refused:    window.NewAlarm[pair](l.Refused, l.Window, l.Again, l.Keys),
		persistent: window.NewAlarm[pair](l.Persistent, l.Window, l.Again, l.Keys),
		stations:   window.NewDistinctAlarm[dot11.Addr, dot11.Addr](l.Stations, l.Window, l.Again, l.Keys/4+1),
		attempts:   window.NewCounter[dot11.Addr](l.Window, l.Keys),
		few:        detect.NewVoice[dot11.Addr](l.Senders, l.Again, l.Keys),
		many:       detect.NewVoice[dot11.Addr](l.Senders, l.Again, l.Keys),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	if f.Addr2 != f.BSSID || f.Addr1.IsGroup() || !o.Intact() {
		return
	}
	p := pair{f.BSSID, f.Addr1}
	if f.Kind == dot11.Auth {
		const challengeFailure = 15 // 802.11-2020 table 9-50
		if f.Fixed.Status == challengeFailure && !f.IsRetry() && f.SAEStep() == dot11.SAEReject {
			d.fail(p, "SAE confirms refused", o, found)
		}
		return
	}
	if air.Step != nil && air.Step.Before == track.Keying && refuses(f.Fixed.Reason) && d.unanswered(p, air.Link, o.Time) {
		d.fail(p, "messages 2 of the handshake refused", o, found)
	}
}

// refuses reports whether an access point gives this reason after a handshake with a wrong password.
func refuses(reason uint16) bool {
	switch reason {
	case 2, 14, 15, 23: // no longer valid, MIC failure, handshake timeout, 802.1X failed (802.11-2020 table 9-49)
		return true
	}
	return false
}

// unanswered reports whether the access point let a message 2 of the station be, which was not counted before. In
// networks that ask for names the password is not what the handshake proves.
func (d *detector) unanswered(p pair, l *track.Link, at time.Duration) bool {
	const byPassword = 1<<dot11.AKMPSK | 1<<dot11.AKMFTPSK | 1<<dot11.AKMPSKSHA256 | 1<<dot11.AKMPSKSHA384 | 1<<dot11.AKMFTPSKSHA384
	m := &l.Handshake.Messages
	m2 := &m[eapol.Message2]
	if m2.Count == 0 || m[eapol.Message3].Count > 0 && m[eapol.Message3].Last >= m2.First || (at-m2.Last).Abs() > patience {
		return false
	}
	if l.Request.RSN.Present && l.Request.RSN.AKM&byPassword == 0 {
		return false
	}
	number, _ := d.judged.Put(p)
	if *number == m2.Number {
		return false
	}
	*number = m2.Number
	return true
}

// fail counts a password that was refused.
func (d *detector) fail(p pair, what string, o *tocsin.Observation, found *detect.Findings) {
	count, few := d.refused.Add(p, o.Time)
	_, many := d.persistent.Add(p, o.Time)
	stations, crowd := d.stations.Add(p.ap, p.station, o.Time)
	attempts := d.attempts.Add(p.ap, o.Time)
	if many || crowd && 2*attempts <= 3*stations {
		v := d.many.Tell(p.ap, o.Time)
		switch {
		case v.Several > 0:
			found.Add(d.many.Several(v.Several, "Many access points refuse one password after the other", "refused passwords"))
		case v.Speak && many:
			found.Add(d.persist(p, what, count))
		case v.Speak:
			found.Add(d.crowd(p.ap, stations, attempts))
		}
		return
	}
	if few && d.few.Tell(p.ap, o.Time).Speak {
		found.Add(d.old(p, what, count))
	}
}

func (d *detector) reason(what string, count, limit int) tocsin.Reason {
	return tocsin.Reason{
		What:     fmt.Sprintf("%s, of one station in %s", what, d.limits.Window),
		Observed: fmt.Sprint(count), Limit: fmt.Sprint(limit),
	}
}

// old is about what a device with an old password does too.
func (d *detector) old(p pair, what string, count int) tocsin.Finding {
	low := tocsin.Low
	return tocsin.Finding{
		Text: fmt.Sprintf("The access point %s refused the password of the station %s %d times in %s: somebody guesses, or a device has an old password",
			p.ap, p.station, count, d.limits.Window),
		Reason: d.reason(what, count, d.limits.Refused),
		Source: p.station, Dest: p.ap, Subject: p.station.String(),
		Severity: &low, Confidence: 30,
	}
}

func (d *detector) persist(p pair, what string, count int) tocsin.Finding {
	return tocsin.Finding{
		Text: fmt.Sprintf("The station %s tries passwords at the access point %s: %d were refused in %s",
			p.station, p.ap, count, d.limits.Window),
		Reason: d.reason(what, count, d.limits.Persistent),
		Source: p.station, Dest: p.ap, Subject: p.station.String(),
	}
}

// crowd is about many stations that were refused, most of them once: devices with an old password try again.
func (d *detector) crowd(ap dot11.Addr, stations, attempts int) tocsin.Finding {
	return tocsin.Finding{
		Text: fmt.Sprintf("Somebody tries passwords at the access point %s under many addresses: %d passwords of %d stations were refused in %s, or the right one changed",
			ap, attempts, stations, d.limits.Window),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("stations refused in %s, most of them once", d.limits.Window),
			Observed: fmt.Sprintf("%d stations, %d refusals", stations, attempts),
			Limit:    fmt.Sprintf("%d stations", d.limits.Stations),
		},
		Source: dot11.Broadcast, Dest: ap, Confidence: 50,
	}
}
