// Package covertie recognises data that is carried from frame to frame in elements of frames that nobody has to answer.
package covertie

import (
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares COVERTIE.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "COVERTIE",
		Title:       "Covert channel in elements",
		Class:       tocsin.Exploit,
		Severity:    tocsin.High,
		Description: "Beacons or probe requests carry other data each time, where others say the same: a tool may be talking through them with a computer that joins no network.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  50,
		Attack:      []string{"T1011"},
	},
	Frames:  dot11.Only(dot11.Beacon, dot11.ProbeReq, dot11.ProbeResp),
	Content: true,
}, limits{Contents: 10, Window: 10 * time.Second, Octets: 8, Senders: 3, Again: 5 * time.Minute, Elements: 2048}, newDetector)

type limits struct {
	Contents int           `help:"different contents of one element within the window" min:"3"`
	Window   time.Duration `help:"time in which contents are counted" min:"1s"`
	Octets   int           `help:"octets that must differ from the content before, beside half of them"`
	Senders  int           `help:"transmitters within again that are one attack with invented addresses" min:"2"`
	Again    time.Duration `help:"time between two findings about one transmitter" min:"1s"`
	Elements int           `help:"elements of transmitters that are remembered"`
}

type detector struct {
	limits   limits
	seed     maphash.Seed
	last     *window.Map[carrier, content]
	contents *window.Counter[carrier]
	voice    *detect.Voice[dot11.Addr]
}

// carrier is one element of one transmitter.
type carrier struct {
	sender dot11.Addr
	kind   dot11.Kind
	vendor uint32 // OUI and type; 0: the SSID
}

// content is the beginning of what a carrier said last, and hashes of what it said before.
type content struct {
	octets [64]byte
	length uint8
	older  [8]uint64
	next   uint8 // place in older
}

// says takes what a carrier says now, and reports whether it did not say so lately.
func (c *content) says(octets []byte, hash uint64) bool {
	c.length = uint8(copy(c.octets[:], octets))
	if slices.Contains(c.older[:], hash) {
		return false
	}
	c.older[c.next] = hash
	c.next = (c.next + 1) % uint8(len(c.older))
	return true
}

// steady are the vendors' elements that say the same all the time, or that are known to tell what changes: where a drone is,
// how a mesh is doing.
var steady = map[uint32]bool{
	0xfa0bbc: true, // Remote ID of drones, ASTM F3411
	0x263712: true, // DJI
	0x00180a: true, // Meraki
	0x0017f2: true, // Apple
	0xf4f5e8: true, // Google
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:   l,
		seed:     maphash.MakeSeed(),
		last:     window.NewMap[carrier, content](l.Elements),
		contents: window.NewCounter[carrier](l.Window, l.Elements),
		voice:    detect.NewVoice[dot11.Addr](l.Senders, l.Again, l.Elements),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	if f.Defects != 0 || !o.Intact() || air.BSS != nil && air.BSS.Stations > 0 {
		return // an access point that serves somebody has no need to hide
	}
	if ssid, ok, hidden := f.Elements.SSID(); ok && !hidden && !utf8.Valid(ssid) {
		d.carries(o, carrier{f.Addr2, f.Kind, 0}, ssid, found)
	}
	seen := [8]uint32{}
	n := 0
	for e := range f.Elements.All() {
		if e.ID != dot11.ElementVendor || len(e.Data) < 4+d.limits.Octets || n == len(seen) {
			continue
		}
		vendor := binary.BigEndian.Uint32(e.Data)
		if steady[vendor>>8] || slices.Contains(seen[:n], vendor) { // two elements of one kind would be taken for one that changes
			continue
		}
		seen[n] = vendor
		n++
		d.carries(o, carrier{f.Addr2, f.Kind, vendor}, e.Data[4:], found)
	}
}

// carries takes what c says now.
func (d *detector) carries(o *tocsin.Observation, c carrier, says []byte, found *detect.Findings) {
	if len(says) < d.limits.Octets {
		return
	}
	before, created := d.last.Put(c)
	changed := differ(before.octets[:before.length], says) >= max(d.limits.Octets, min(len(says), len(before.octets)+1)/2)
	if fresh := before.says(says, maphash.Bytes(d.seed, says)); created || !changed || !fresh {
		return
	}
	contents := d.contents.Add(c, o.Time)
	if contents < d.limits.Contents {
		return
	}
	switch v := d.voice.Tell(c.sender, o.Time); {
	case v.Several > 0:
		found.Add(d.voice.Several(v.Several, "Somebody carries data in elements of frames under many addresses, other data each time: it may be a covert channel", "elements that change all the time"))
	case v.Speak:
		found.Add(d.finding(o.Frame, c, contents))
	}
}

// differ returns how many of the first octets of b are not those of a.
func differ(a, b []byte) (n int) {
	for i, c := range b[:min(len(b), len(content{}.octets))] {
		if i >= len(a) || a[i] != c {
			n++
		}
	}
	return n
}

func (d *detector) finding(f *dot11.Frame, c carrier, contents int) tocsin.Finding {
	where := "SSIDs that are no text"
	if c.vendor != 0 {
		where = fmt.Sprintf("vendor-specific elements %06X type %d", c.vendor>>8, c.vendor&0xff)
	}
	frames := map[dot11.Kind]string{dot11.Beacon: "beacons", dot11.ProbeReq: "probe requests", dot11.ProbeResp: "probe responses"}[c.kind]
	return tocsin.Finding{
		Text: fmt.Sprintf("%s sends %s with other data each time in %s: it may be a covert channel", f.Addr2, frames, where),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("different contents in %s", d.limits.Window),
			Observed: fmt.Sprintf("%d contents", contents),
			Limit:    fmt.Sprintf("%d contents, each with half of its octets other than the one before", d.limits.Contents),
		},
		Subject: detect.Subject(f),
	}
}
