// Package michael recognises attacks that make access points take the countermeasures of TKIP.
package michael

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

// Spec declares MICHAEL.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "MICHAEL",
		Title:       "Attack on TKIP's integrity check",
		Class:       tocsin.Denial,
		Severity:    tocsin.High,
		Description: "Somebody makes the integrity check of TKIP (Michael) fail: after two failures in a minute the access point must disconnect everybody.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  85,
		Attack:      []string{"T1499"},
		Explains:    []string{"DEAUTHFLOOD", "BCASTDISCON"},
	},
	Frames: dot11.Only(dot11.Data, dot11.QoSData, dot11.Deauth, dot11.Disassoc),
}, limits{Failures: 2, Window: time.Minute, Invented: 10, Span: 10 * time.Second, Again: time.Minute, Networks: 512}, newDetector)

type limits struct {
	Failures int           `help:"failed checks in one network within the window, as told by clients or by the access point" min:"2"`
	Window   time.Duration `help:"time in which failed checks are counted" min:"1s"`
	Invented int           `help:"invented stations that send encrypted data to one network within the span" min:"2"`
	Span     time.Duration `help:"time in which invented stations are counted" min:"1s"`
	Again    time.Duration `help:"time between two findings about one network" min:"1s"`
	Networks int           `help:"networks that are watched"`
}

type detector struct {
	limits   limits
	failures *window.Alarm[dot11.Addr]
	invented *window.Alarm[dot11.Addr]
	last     *window.Map[dot11.Addr, stranger]
}

// stranger is the last station that was first heard by encrypted data to a network.
type stranger struct {
	station  dot11.Addr
	sequence uint16
	time     time.Duration
}

const micFailure = 14 // 802.11-2020 table 9-49

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:   l,
		failures: window.NewAlarm[dot11.Addr](l.Failures, l.Window, l.Again, l.Networks),
		invented: window.NewAlarm[dot11.Addr](l.Invented, l.Span, l.Again, l.Networks),
		last:     window.NewMap[dot11.Addr, stranger](l.Networks),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	switch {
	case f.Kind.IsManagement():
		if f.Fixed.Reason == micFailure && f.Addr2 == f.BSSID && !f.IsRetry() && !f.IsProtected() {
			d.failed(o, "the access point dismisses stations for it", found)
		}
	case f.Addr1 != f.BSSID:
	case f.IsProtected():
		if air.Transmitter != nil && air.Transmitter.First == o.Time && air.BSS != nil {
			d.stranger(o, air, found)
		}
	case f.EtherType == eapol.EtherType && !f.IsRetry():
		if reports(f.Payload) {
			d.failed(o, "a client reports it", found)
		}
	}
}

// reports reports whether the EAPOL packet tells of a failed check (802.11-2020 §12.7.2: Request and Error).
func reports(b []byte) bool {
	const report = eapol.InfoRequest | eapol.InfoError
	var p eapol.Packet
	var k eapol.Key
	return p.Decode(b) == nil && p.Type == eapol.TypeKey && k.Decode(p.Body) == nil && k.Info&report == report
}

// failed counts a failed check: the first may be a bad radio, the second within a minute shuts the network down.
func (d *detector) failed(o *tocsin.Observation, how string, found *detect.Findings) {
	bssid := o.Frame.BSSID
	count, ring := d.failures.Add(bssid, o.Time)
	if !ring && count != 1 {
		return
	}
	finding := tocsin.Finding{
		Text: fmt.Sprintf("TKIP's integrity check failed %d times in %s in the network %s (%s): it shuts down for a minute, as somebody may want",
			count, d.limits.Window, bssid, how),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("failed checks of TKIP in %s", d.limits.Window),
			Observed: fmt.Sprint(count), Limit: fmt.Sprint(d.limits.Failures),
		},
	}
	if !ring {
		low := tocsin.Low
		finding.Text = fmt.Sprintf("TKIP's integrity check failed once in the network %s (%s): one more within a minute shuts it down", bssid, how)
		finding.Severity, finding.Confidence = &low, 50
	}
	found.Add(finding)
}

// maxStep is how many frames the attacker's radio may send between two that are heard.
const maxStep = 16

// stranger counts stations that were never heard before and have the sequence numbers of one radio.
func (d *detector) stranger(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f, s := o.Frame, air.BSS.Security()
	if (s.WPA.Pairwise|s.RSN.Pairwise)&(1<<dot11.CipherTKIP) == 0 {
		return
	}
	l, _ := d.last.Put(f.BSSID)
	step := (f.Sequence - l.sequence) & 0xfff
	follows := step > 0 && step <= maxStep && l.station != f.Addr2 && o.Time-l.time < d.limits.Span
	*l = stranger{f.Addr2, f.Sequence, o.Time}
	if !follows {
		return
	}
	count, ring := d.invented.Add(f.BSSID, o.Time)
	if !ring {
		return
	}
	found.Add(tocsin.Finding{
		Text: fmt.Sprintf("Somebody sends encrypted data to the network %s under invented addresses, %d in %s, as tools do to make TKIP's integrity check fail",
			f.BSSID, count, d.limits.Span),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("stations in %s whose first frame is encrypted and has the next sequence number of another station", d.limits.Span),
			Observed: fmt.Sprint(count), Limit: fmt.Sprint(d.limits.Invented),
		},
		Source: dot11.Broadcast,
	})
}
