// Package karma recognises access points that claim to be whatever network a client looks for.
package karma

import (
	"fmt"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares KARMA.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "KARMA",
		Title:       "Access point that is every network",
		Class:       tocsin.Spoof,
		Severity:    tocsin.High,
		Description: "A transmitter takes the names of networks that clients look for, so that they join it by themselves.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  90,
		Attack:      []string{"T1557.004"},
		Explains:    []string{"APSPOOF", "BEACONRATE", "EVILTWINSSID", "KARMAOUI"},
	},
	Frames:  dot11.Only(dot11.Beacon, dot11.ProbeReq, dot11.ProbeResp),
	Content: true,
}, limits{
	Answered: 4, Echoes: 2, Window: time.Minute, Called: 10 * time.Second, Senders: 3, Again: 10 * time.Minute, Keys: 512,
}, newDetector)

type limits struct {
	Answered int           `help:"names that a transmitter takes without having advertised them, within the window" min:"2"`
	Echoes   int           `help:"names that it takes after a client called for them, if it advertises another with the same security" min:"2"`
	Window   time.Duration `help:"time in which names are counted" min:"1s"`
	Called   time.Duration `help:"time after a client's call in which a new name is an answer to it" min:"1s"`
	Senders  int           `help:"transmitters within again that are one attack with invented addresses" min:"2"`
	Again    time.Duration `help:"time between two findings about one transmitter" min:"1s"`
	Keys     int           `help:"transmitters and names that are remembered"`
}

// taker is a transmitter that took names.
type taker struct {
	names [maxNames]name
	n     int
}

// name is one that was taken.
type name struct {
	ssid detect.SSID
	last time.Duration
	echo bool // it was taken after a client called for it
}

// maxNames is more than anybody sets the limits to.
const maxNames = 16

type detector struct {
	limits limits
	calls  *window.Map[detect.SSID, time.Duration] // when a client last searched for the name
	takers *window.Map[dot11.Addr, taker]
	voice  *detect.Voice[dot11.Addr]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits: l,
		calls:  window.NewMap[detect.SSID, time.Duration](l.Keys),
		takers: window.NewMap[dot11.Addr, taker](l.Keys),
		voice:  detect.NewVoice[dot11.Addr](l.Senders, l.Again, l.Keys),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	ssid, ok := detect.Named(o.Frame)
	if !ok || !o.Intact() {
		return
	}
	if o.Frame.Kind == dot11.ProbeReq {
		c, _ := d.calls.Put(ssid)
		*c = o.Time
		return
	}
	if air.Advert == nil || o.Frame.Addr2 != o.Frame.BSSID {
		return
	}
	t := d.takers.Peek(o.Frame.BSSID)
	if !d.takes(o, air, t, ssid) {
		return
	}
	t = d.takers.Get(o.Frame.BSSID)
	answered, echoes := t.count(o.Time, d.limits.Window)
	own := t.own(air)
	if answered < d.limits.Answered && (echoes < d.limits.Echoes || own == "") {
		return
	}
	switch v := d.voice.Tell(o.Frame.BSSID, o.Time); {
	case v.Several > 0:
		text := fmt.Sprintf("Somebody takes the names of networks that clients look for under many addresses, the newest %s", o.Frame.BSSID)
		found.Add(d.voice.Several(v.Several, text, "names that clients look for"))
	case v.Speak:
		found.Add(d.finding(o, t, own))
	}
}

// takes reports whether the transmitter has the name without having advertised it, and keeps that in t. A name that
// nobody called for must be read without doubt: damage makes new names as well.
func (d *detector) takes(o *tocsin.Observation, air *track.Sight, t *taker, ssid detect.SSID) bool {
	if n := t.find(ssid); n != nil {
		n.last = o.Time
		return true
	}
	if !air.NewAdvert {
		return false
	}
	c := d.calls.Peek(ssid)
	echo := c != nil && o.Time >= *c && o.Time-*c <= d.limits.Called
	b := air.BSS.Beaconed(ssid.Octets())
	if o.Frame.Kind == dot11.ProbeResp && b != nil && b.SSID == string(ssid.Octets()) {
		return false
	}
	if !echo && (o.Frame.Kind == dot11.Beacon || o.Radio.FCS != dot11.FCSGood) {
		return false
	}
	t, _ = d.takers.Put(o.Frame.BSSID)
	if t.n < maxNames {
		t.names[t.n] = name{ssid, o.Time, echo}
		t.n++
	}
	return true
}

// find returns the name if t took it.
func (t *taker) find(ssid detect.SSID) *name {
	if t == nil {
		return nil
	}
	for i := range t.names[:t.n] {
		if t.names[i].ssid == ssid {
			return &t.names[i]
		}
	}
	return nil
}

// count returns how many names t showed in the window that ends at at, and how many of these were called for.
func (t *taker) count(at, window time.Duration) (names, echoes int) {
	for _, n := range t.names[:t.n] {
		if (at - n.last).Abs() > window {
			continue
		}
		names++
		if n.echo {
			echoes++
		}
	}
	return names, echoes
}

// own returns the network that the transmitter advertises beside the names that it took, and with the security of the
// one in this frame; "" if there is none.
func (t *taker) own(air *track.Sight) string {
	const steady = 3
	for a := range air.BSS.All() {
		if a.Response || a.SSID == "" || a.Frames < steady || a.Security != air.Advert.Security {
			continue
		}
		if t.find(detect.NameSSID(a.SSID)) == nil {
			return a.SSID
		}
	}
	return ""
}

func (d *detector) finding(o *tocsin.Observation, t *taker, own string) tocsin.Finding {
	answered, echoes := t.count(o.Time, d.limits.Window)
	var names []string
	for _, n := range t.names[:t.n] {
		names = append(names, tocsin.Quote(n.ssid.Octets()))
	}
	all := strings.Join(names, ", ")
	f := tocsin.Finding{
		Text: fmt.Sprintf("%s pretends to be the networks %s, none of which it had advertised: it lures clients that look for them", o.Frame.BSSID, all),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("names that one transmitter answers to without having advertised them, in %s", d.limits.Window),
			Observed: fmt.Sprintf("%d names", answered), Limit: fmt.Sprintf("%d names", d.limits.Answered),
		},
	}
	if answered < d.limits.Answered {
		f.Text = fmt.Sprintf("%s advertised %s and then took the names %s when clients looked for them: it lures them", o.Frame.BSSID, tocsin.Quote([]byte(own)), all)
		f.Reason = tocsin.Reason{
			What:     fmt.Sprintf("names that an access point takes within %s of a client's call, in %s", d.limits.Called, d.limits.Window),
			Observed: fmt.Sprintf("%d names", echoes), Limit: fmt.Sprintf("%d names", d.limits.Echoes),
		}
		f.Confidence = 75
	}
	return f
}
