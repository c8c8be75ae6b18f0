// Package wepreplay recognises attacks on WEP that make a network send, or send with what they know of its key stream.
package wepreplay

import (
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares WEPREPLAY.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "WEPREPLAY",
		Title:       "Attack on a WEP network",
		Class:       tocsin.Exploit,
		Severity:    tocsin.Medium,
		Description: "Somebody sends the same WEP packet again and again, or packets made with its key stream, to find the key of the network.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  95,
		Attack:      []string{"T1110.002", "T1040"},
	},
	Frames: dot11.Only(dot11.Data, dot11.QoSData),
}, limits{
	Frames: 50, Window: 5 * time.Second, Requests: 1000, Storm: 10 * time.Second, Again: time.Minute, Keys: 4096,
}, newDetector)

type limits struct {
	Frames   int           `help:"frames of one network with the same initialisation vector and length within the window"`
	Window   time.Duration `help:"time in which these are counted" min:"1s"`
	Requests int           `help:"frames to everybody as long as an ARP request, in one direction of one network within the storm"`
	Storm    time.Duration `help:"time in which these are counted" min:"1s"`
	Again    time.Duration `help:"time between two findings about one network" min:"1s"`
	Keys     int           `help:"networks, and packets of them, that are remembered"`
}

type detector struct {
	limits   limits
	seed     maphash.Seed
	packets  *window.Map[packet, count]
	requests *window.Alarm[storm]
	told     *window.Set[dot11.Addr]
}

// packet is what all that is encrypted with one key stream has in common, and its length.
type packet struct {
	bssid  dot11.Addr
	vector uint32 // and the key id
	length int
}

type count struct {
	first   time.Duration
	frames  int
	body    uint64 // hash of the first
	another bool   // body was heard
}

// storm is a direction of a network.
type storm struct {
	bssid dot11.Addr
	toAP  bool
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:   l,
		seed:     maphash.MakeSeed(),
		packets:  window.NewMap[packet, count](l.Keys),
		requests: window.NewAlarm[storm](l.Requests, l.Storm, l.Again, l.Keys),
		told:     window.NewSet[dot11.Addr](l.Again, l.Keys),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	const (
		shortest = 8    // vector and integrity check, nothing between them
		extIV    = 0x20 // TKIP and later
	)
	f := o.Frame
	if !f.IsProtected() || len(f.Body) < shortest || f.Body[3]&extIV != 0 || f.IsRetry() || !f.BSSID.IsStation() || o.Cut {
		return
	}
	c, reused := d.reused(o)
	requests, storming := 0, false
	if isRequest(f) {
		requests, storming = d.requests.Add(storm{f.BSSID, f.Addr2 != f.BSSID}, o.Time)
	}
	switch {
	case !reused && !storming, !d.told.Once(f.BSSID, o.Time):
	case reused:
		found.Add(d.reuse(o, c))
	default:
		found.Add(d.storm(f, requests))
	}
}

// reused counts the frames of one key stream and length, and reports whether they are too many.
func (d *detector) reused(o *tocsin.Observation) (*count, bool) {
	f := o.Frame
	c, _ := d.packets.Put(packet{f.BSSID, binary.LittleEndian.Uint32(f.Body), len(f.Body)})
	body := maphash.Bytes(d.seed, f.Body)
	if c.frames == 0 || (o.Time-c.first).Abs() > d.limits.Window {
		*c = count{first: o.Time, body: body}
	}
	c.frames++
	c.another = c.another || body != c.body
	return c, c.frames >= d.limits.Frames
}

// isRequest reports whether f has the length of an ARP request to everybody, whatever is in it: with or without the padding of Ethernet.
func isRequest(f *dot11.Frame) bool {
	const (
		bare   = 4 + 8 + 28 + 4 // vector, LLC and SNAP, ARP, integrity check
		padded = bare + 18
	)
	return (len(f.Body) == bare || len(f.Body) == padded) && f.Destination() == dot11.Broadcast
}

func (d *detector) reuse(o *tocsin.Observation, c *count) tocsin.Finding {
	f := o.Frame
	finding := tocsin.Finding{
		Text: fmt.Sprintf("%s sends one WEP packet again and again in the network %s, so that answers give the key away", f.Addr2, f.BSSID),
		Reason: tocsin.Reason{
			What:     "frames with one initialisation vector and length",
			Observed: fmt.Sprintf("%d frames of %d octets in %s, all the same", c.frames, len(f.Body), (o.Time - c.first).Round(10*time.Millisecond)),
			Limit:    fmt.Sprintf("%d frames in %s", d.limits.Frames, d.limits.Window),
		},
	}
	if c.another {
		finding.Text = fmt.Sprintf("%s sends many WEP packets with one key stream in the network %s: it forges them, to learn what it does not know yet", f.Addr2, f.BSSID)
		finding.Reason.Observed = fmt.Sprintf("%d frames of %d octets in %s, not all the same", c.frames, len(f.Body), (o.Time - c.first).Round(10*time.Millisecond))
		finding.Confidence = 85
	}
	return finding
}

func (d *detector) storm(f *dot11.Frame, requests int) tocsin.Finding {
	return tocsin.Finding{
		Text: fmt.Sprintf("The WEP network %s is made to send ARP requests of %s without end: each gives something of the key away", f.BSSID, f.Source()),
		Reason: tocsin.Reason{
			What:     "frames to everybody as long as an ARP request",
			Observed: fmt.Sprintf("%d frames in %s", requests, d.limits.Storm),
			Limit:    fmt.Sprintf("%d frames", d.limits.Requests),
		},
		Confidence: 75,
	}
}
