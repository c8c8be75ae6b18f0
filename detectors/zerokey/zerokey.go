// Package zerokey recognises data that is sent without a key, or with one of zeros, after a disconnection or a handshake.
package zerokey

import (
	"crypto/aes"
	"crypto/cipher"
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/eapol"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares ZEROKEY.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "ZEROKEY",
		Title:       "Data without a secret key",
		Class:       tocsin.Exploit,
		Severity:    tocsin.Critical,
		Description: "After a disconnection or a handshake data of a protected network is sent with a key of zeros, or in the clear: everybody can read it.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  99,
		Attack:      []string{"T1557", "T1040"},
	},
	Frames: dot11.Only(dot11.Data, dot11.QoSData, dot11.Deauth, dot11.Disassoc),
}, limits{
	Watch: 5 * time.Second, Tests: 32, Encrypted: 3, Senders: 3, Again: time.Minute, Pairs: 2048,
}, newDetector)

type limits struct {
	Watch     time.Duration `help:"time after a disconnection or a handshake in which data is looked at" min:"1s"`
	Tests     int           `help:"frames after each that are tried with the key of zeros"`
	Encrypted int           `help:"encrypted frames of a station and its access point from which on those in the clear are a leak; and as many for each before in the clear"`
	Senders   int           `help:"transmitters within again that are one attack with invented addresses" min:"2"`
	Again     time.Duration `help:"time between two findings about one transmitter" min:"1s"`
	Pairs     int           `help:"stations, each with its access point, that are remembered"`
}

// pair is a station, or everybody, and its access point.
type pair struct{ station, bssid dot11.Addr }

// event is one after which keys go wrong.
type event struct {
	at    time.Duration
	frame uint64
	left  bool // the station; else there was a handshake
	tests int
}

// traffic counts the packets of a pair.
type traffic struct{ encrypted, clear int }

type detector struct {
	limits  limits
	voice   *detect.Voice[dot11.Addr]
	zero    cipher.Block
	in, out [aes.BlockSize]byte
	events  *window.Map[pair, event]
	newest  time.Duration // of the events
	traffic *window.Map[pair, traffic]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	zero, err := aes.NewCipher(make([]byte, 16))
	if err != nil {
		panic(err) // for keys of another length alone
	}
	return &detector{
		limits:  l,
		voice:   detect.NewVoice[dot11.Addr](l.Senders, l.Again, l.Pairs),
		zero:    zero,
		events:  window.NewMap[pair, event](l.Pairs),
		traffic: window.NewMap[pair, traffic](l.Pairs),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	if !f.BSSID.IsStation() {
		return
	}
	p := pair{f.Addr2, f.BSSID}
	if f.Addr2 == f.BSSID {
		p.station = f.Addr1
	}
	switch {
	case f.Kind.IsManagement():
		if o.Intact() {
			d.happened(p, o, true)
		}
	case f.EtherType == eapol.EtherType:
		d.happened(p, o, false)
	case p.station.IsGroup():
	default:
		d.data(p, o, found)
	}
}

func (d *detector) happened(p pair, o *tocsin.Observation, left bool) {
	e, _ := d.events.Put(p)
	*e = event{at: o.Time, frame: o.Number, left: left}
	d.newest = max(d.newest, o.Time)
}

// data looks at a packet of p, and counts it if nothing happened of late.
func (d *detector) data(p pair, o *tocsin.Observation, found *detect.Findings) {
	f := o.Frame
	e := d.recent(p, o.Time)
	if e == nil {
		d.count(p, f)
		return
	}
	if !o.Intact() {
		return
	}
	leak := false
	if f.IsProtected() {
		if e.tests >= d.limits.Tests || !d.readable(f, e) {
			return
		}
	} else if leak = e.left && isPacket(f) && d.encrypts(p); !leak {
		return
	}
	v := d.voice.Tell(f.Addr2, o.Time)
	switch {
	case v.Several > 0:
		several := d.voice.Several(v.Several, "Data of protected networks is sent without a secret key under many addresses", "data without a secret key")
		several.Confidence = 75 // leaks alone may be behind it
		found.Add(several)
	case v.Speak:
		found.Add(finding(p, o, e, leak))
	}
}

// recent returns the last event of p; nil if that is long ago.
func (d *detector) recent(p pair, at time.Duration) *event {
	if (at - d.newest).Abs() > d.limits.Watch {
		return nil
	}
	own, all := d.events.Peek(p), d.events.Peek(pair{dot11.Broadcast, p.bssid})
	if own == nil || all != nil && all.at > own.at {
		own = all
	}
	if own == nil || (at-own.at).Abs() > d.limits.Watch {
		return nil
	}
	return own
}

// count takes a packet before anything happens. Packets in the clear show that the network is open, whatever
// somebody else sends in the names of the two.
func (d *detector) count(p pair, f *dot11.Frame) {
	t, _ := d.traffic.Put(p)
	switch {
	case f.IsProtected():
		t.encrypted++
	case isPacket(f):
		t.clear++
	}
}

func (d *detector) encrypts(p pair) bool {
	t := d.traffic.Peek(p)
	return t != nil && t.encrypted >= d.limits.Encrypted*(1+t.clear)
}

// isPacket reports whether f is one in the clear that wants a key: not of a damaged header, nor one of those for which there is none yet.
func isPacket(f *dot11.Frame) bool {
	switch f.EtherType {
	case 0, 0x88b4, 0x88c7, 0x890d: // WAPI, pre-authentication, TDLS
		return false
	}
	return true
}

func finding(p pair, o *tocsin.Observation, e *event, leak bool) tocsin.Finding {
	high := tocsin.High
	after := (o.Time - e.at).Abs().Round(10 * time.Millisecond)
	what := "its handshake"
	if e.left {
		what = "its disconnection"
	}
	f := tocsin.Finding{
		Text: fmt.Sprintf("%s sends data to %s that is encrypted with a key of zeros, %s after %s: everybody can read it",
			o.Frame.Addr2, o.Frame.Addr1, after, what),
		Reason:  tocsin.Reason{What: "first octets of data, decrypted with the key of zeros", Observed: "the header of a packet", Limit: "anything else"},
		Subject: p.station.String(),
		Frames:  []uint64{e.frame},
	}
	if leak {
		f.Text = fmt.Sprintf("%s sends data to %s in the clear, %s after %s, as its key is gone: everybody can read it", o.Frame.Addr2, o.Frame.Addr1, after, what)
		f.Reason = tocsin.Reason{What: "encryption of data after a disconnection", Observed: "none", Limit: "as all data before, or no data"}
		f.Severity, f.Confidence = &high, 75
	}
	return f
}
