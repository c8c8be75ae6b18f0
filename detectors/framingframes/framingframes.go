// Package framingframes recognises access points that are made to send in the clear what they kept for a sleeping client.
package framingframes

import (
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/eapol"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares FRAMINGFRAMES.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "FRAMINGFRAMES",
		Title:       "Kept frames sent without their key",
		Class:       tocsin.Exploit,
		Severity:    tocsin.Critical,
		Description: "An access point is told that a client sleeps, then that it joins anew: what was kept for it goes out in the clear, or with a key that others have (CVE-2022-47522).",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  85,
		Attack:      []string{"T1557", "T1040"},
	},
	Frames: dot11.Only(dot11.Auth, dot11.AssocReq, dot11.ReassocReq, dot11.Null, dot11.QoSNull, dot11.Data, dot11.QoSData),
	Gaps:   true,
}, defaults(), newDetector)

type limits struct {
	Active time.Duration `help:"time after its last encrypted data within which a client has a session" min:"100ms"`
	Asleep time.Duration `help:"time for which it counts that the client is said to sleep" min:"100ms"`
	Leak   time.Duration `help:"time after the request to join in which data without the client's key belongs to it" min:"100ms"`
	Signs  int           `help:"signs that the request is not the client's, from which on it is told of by itself"`
	detect.SignatureLimits
}

func defaults() limits {
	return limits{Active: 5 * time.Second, Asleep: 3 * time.Second, Leak: 10 * time.Second, Signs: 2, SignatureLimits: detect.DefaultSignature}
}

// pair is a client and its access point.
type pair struct{ client, bssid dot11.Addr }

// deed is what is done to a client: asking is told of by itself, and again when it succeeds.
type deed struct {
	pair
	leaked bool
}

// request is that of a client with a session to join anew.
type request struct {
	at     time.Duration
	number uint64
	asleep bool
	signs  int   // against it being the client's
	keyed  bool  // with what the access point sent before:
	key    uint8 // its key id
	begun  bool  // a handshake was heard since
}

type detector struct {
	limits limits
	*detect.Signature
	voice    *detect.Voice[deed]
	asleep   *window.Map[pair, time.Duration] // when the client was said to sleep
	requests *window.Map[pair, request]
	last     time.Duration // newest request: long after it no data need be looked at
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits: l, Signature: detect.NewSignature(l.SignatureLimits),
		voice:    detect.NewVoice[deed](l.Senders, l.Again, l.Keys),
		asleep:   window.NewMap[pair, time.Duration](l.Keys),
		requests: window.NewMap[pair, request](l.Keys),
		last:     -l.Leak,
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	switch {
	case f.Kind.IsManagement():
		if l := air.Link; l != nil && f.Addr2 == l.Station && !f.IsProtected() && o.Intact() {
			d.asks(o, air, found)
		}
	case !f.Kind.HasBody():
		if f.Control&(dot11.PowerMgmt|dot11.ToDS|dot11.FromDS) == dot11.PowerMgmt|dot11.ToDS {
			at, _ := d.asleep.Put(pair{f.Addr2, f.BSSID})
			*at = o.Time
		}
	case (o.Time-d.last).Abs() <= d.limits.Leak && air.Link != nil:
		d.data(o, air, found)
	}
}

// asks takes a request in the name of a client to authenticate or to associate.
func (d *detector) asks(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f, l := o.Frame, air.Link
	sent := l.Encrypted.Station
	if sent == 0 || o.Time-sent > d.limits.Active || f.IsRetry() {
		return
	}
	p := pair{l.Station, l.BSSID}
	at := d.asleep.Peek(p)
	asleep := f.Control&dot11.PowerMgmt != 0 || at != nil && (o.Time-*at).Abs() <= d.limits.Asleep
	signs := air.Doubt.Signs()
	r, created := d.requests.Put(p)
	if !created && (o.Time-r.at).Abs() <= d.limits.Leak { // authentication, then association
		asleep, signs = asleep || r.asleep, max(signs, r.signs)
	}
	*r = request{o.Time, o.Number, asleep, signs, l.Numbers.AP.Began != 0, l.Numbers.AP.Key, false}
	d.last = o.Time
	if asleep && signs >= d.limits.Signs {
		if v := d.voice.Tell(deed{p, false}, o.Time); v.Speak {
			found.Add(d.asked(o, air))
		} else {
			d.several(v, found)
		}
	}
}

// data takes data of a client and its access point, shortly after some client asked to join.
func (d *detector) data(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	p := pair{air.Link.Station, air.Link.BSSID}
	r := d.requests.Peek(p)
	if r == nil || (o.Time-r.at).Abs() > d.limits.Leak {
		return
	}
	if step := air.Step; step != nil && step.Message != eapol.NoMessage {
		r.begun = true
		if step.Message == eapol.Message4 {
			d.requests.Delete(p)
		}
		return
	}
	how := d.leaks(f, r)
	if how == "" || f.Addr2 != p.bssid || f.IsRetry() || !d.Believe(o, []byte(how), 0) {
		return
	}
	if v := d.voice.Tell(deed{p, true}, o.Time); v.Speak {
		found.Add(d.leaked(o, p, r, how))
	} else {
		d.several(v, found)
	}
}

// leaks says how f, which is sent after r, is sent without the key of its receiver; "" if it is not.
func (d *detector) leaks(f *dot11.Frame, r *request) string {
	const preauthentication = 0x88c7 // 802.11-2020 §12.6.10.2
	if !f.IsProtected() {
		if f.EtherType == eapol.EtherType || f.EtherType == preauthentication || f.EtherType == 0 {
			return ""
		}
		return "in the clear"
	}
	if _, key, ok := f.PacketNumber(); ok && key != 0 && r.keyed && r.key == 0 && !r.begun {
		return "with a key of the whole network"
	}
	return ""
}

func (d *detector) several(v detect.Verdict, found *detect.Findings) {
	if v.Several > 0 {
		found.Add(d.voice.Several(v.Several, "Access points are made to send what they kept for many clients without the clients' keys", "requests for kept frames"))
	}
}
