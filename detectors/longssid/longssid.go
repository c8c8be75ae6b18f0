// Package longssid recognises network names that are longer than any can be.
package longssid

import (
	"fmt"
	"hash/maphash"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares LONGSSID.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "LONGSSID",
		Title:       "Over-long SSID",
		Class:       tocsin.Exploit,
		Severity:    tocsin.Critical,
		Description: "A frame names a network with more than 32 octets: it is made to overflow the memory of drivers.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  95,
		Attack:      []string{"T1210"},
	},
	Frames: dot11.Only(dot11.Beacon, dot11.ProbeReq, dot11.ProbeResp, dot11.AssocReq, dot11.ReassocReq),
}, limits{Repeats: 2, Unrelated: 8, Window: 10 * time.Second, Senders: 3, Again: time.Minute, Keys: 1024}, newDetector)

type limits struct {
	Repeats   int           `help:"frames of one transmitter with the same SSID within the window, if their checksum is unknown"`
	Unrelated int           `help:"frames with any over-long SSID within the window, if their checksums are unknown"`
	Window    time.Duration `help:"time in which frames are counted" min:"1s"`
	Senders   int           `help:"transmitters within again that are one attack with invented addresses" min:"2"`
	Again     time.Duration `help:"time between two findings about one transmitter" min:"1s"`
	Keys      int           `help:"transmitters, and SSIDs of each, that are remembered"`
}

// maxSSID is the length of the longest SSID (802.11-2020 §9.4.2.2).
const maxSSID = 32

// claim is a transmitter and an SSID.
type claim struct {
	sender dot11.Addr
	ssid   uint64
}

type detector struct {
	limits    limits
	seed      maphash.Seed
	claims    *window.Counter[claim]
	unrelated *window.Counter[struct{}]
	told      *window.Set[dot11.Addr]
	senders   *window.Alarm[struct{}]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:    l,
		seed:      maphash.MakeSeed(),
		claims:    window.NewCounter[claim](l.Window, l.Keys),
		unrelated: window.NewCounter[struct{}](l.Window, 1),
		told:      window.NewSet[dot11.Addr](l.Again, l.Keys),
		senders:   window.NewAlarm[struct{}](l.Senders, l.Again, l.Again, 1),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	if f.Defects&dot11.DefectSSIDLength == 0 || !o.Intact() {
		return
	}
	ssid := longest(f)
	if o.Radio.FCS != dot11.FCSGood && !d.meant(o, ssid) || !d.told.Once(f.Addr2, o.Time) {
		return
	}
	count, ring := d.senders.Add(struct{}{}, o.Time)
	switch {
	case ring:
		found.Add(d.several(ssid, count))
	case count < d.limits.Senders:
		found.Add(tocsin.Finding{
			Text: fmt.Sprintf("%s %s %s, an SSID of %d octets, which can overflow the memory of a driver", f.Addr2, detect.Does(f.Kind), tocsin.Quote(ssid), len(ssid)),
			Reason: tocsin.Reason{
				What:     "length of the SSID",
				Observed: fmt.Sprintf("%d octets", len(ssid)),
				Limit:    fmt.Sprintf("%d octets", maxSSID),
			},
			Subject: subject(f),
		})
	}
}

// subject names the transmitter where the network is not its own.
func subject(f *dot11.Frame) string {
	if f.Addr2 == f.BSSID {
		return ""
	}
	return f.Addr2.String()
}

// meant reports whether a frame whose checksum nobody verified is as its sender made it. Noise that turns a length
// into another shifts all that follows, and does not do so twice in the same way.
func (d *detector) meant(o *tocsin.Observation, ssid []byte) bool {
	if o.Frame.Defects&^(dot11.DefectSSIDLength|dot11.DefectDuplicate) != 0 {
		return false
	}
	repeats := d.claims.Add(claim{o.Frame.Addr2, maphash.Bytes(d.seed, ssid)}, o.Time)
	unrelated := d.unrelated.Add(struct{}{}, o.Time)
	return repeats >= d.limits.Repeats || unrelated >= d.limits.Unrelated
}

// longest returns the longest SSID of the frame: there may be several elements.
func longest(f *dot11.Frame) []byte {
	var ssid []byte
	for i := range f.Elements.Len() {
		if e := f.Elements.At(i); e.ID == dot11.ElementSSID && len(e.Data) > len(ssid) {
			ssid = e.Data
		}
	}
	return ssid
}

func (d *detector) several(ssid []byte, count int) tocsin.Finding {
	return tocsin.Finding{
		Text: fmt.Sprintf("Somebody sends over-long SSIDs under many addresses, the newest %s of %d octets: they can overflow the memory of drivers",
			tocsin.Quote(ssid), len(ssid)),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("transmitters of over-long SSIDs in %s", d.limits.Again),
			Observed: fmt.Sprintf("%d transmitters", count),
			Limit:    fmt.Sprintf("%d transmitters", d.limits.Senders),
		},
		BSSID:   dot11.Broadcast,
		Source:  dot11.Broadcast,
		Subject: "many addresses",
	}
}
