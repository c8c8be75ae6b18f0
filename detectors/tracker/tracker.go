// Package tracker recognises tags that report where they are.
package tracker

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/ble"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares TRACKER.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "TRACKER",
		Title:       "Tracking tag nearby",
		Class:       tocsin.Other,
		Severity:    tocsin.Low,
		Description: "A tag that reports where it is (Apple's or Google's network, Tile, SmartTag) stays here without its owner, as far as the tag tells.",
		Phy:         tocsin.PhyBTLE,
		Throttle:    tocsin.PerMinute5,
		Confidence:  80,
	},
	Packets: ble.Only(ble.AdvInd, ble.AdvNonconnInd, ble.AdvScanInd, ble.ExtendedInd),
}, limits{Stay: time.Minute, Packets: 5, Gap: 5 * time.Minute, Again: 24 * time.Hour, Tags: 3, Together: time.Hour, Keys: 1024}, newDetector)

type limits struct {
	Stay     time.Duration `help:"time from the first packet of a tag to the one that tells that it stays" min:"1s"`
	Packets  int           `help:"packets of a tag that tell that it stays"`
	Gap      time.Duration `help:"silence after which a tag has gone and comes anew" min:"1s"`
	Again    time.Duration `help:"time between two findings about one address" min:"1s"`
	Tags     int           `help:"tags found within together that are told once, all together" min:"2"`
	Together time.Duration `help:"time in which tags are counted" min:"1s"`
	Keys     int           `help:"tags that are remembered"`
}

// stay is how long a tag has been here.
type stay struct {
	first, last time.Duration
	packets     int
}

type detector struct {
	limits limits
	stays  *window.Map[ble.Addr, stay]
	told   *window.Set[ble.Addr]
	tags   *window.Alarm[struct{}]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits: l,
		stays:  window.NewMap[ble.Addr, stay](l.Keys),
		told:   window.NewSet[ble.Addr](l.Again, l.Keys),
		tags:   window.NewAlarm[struct{}](l.Tags, l.Together, l.Together, 1),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	name := read(o.BLE.Data)
	if name == "" || !o.BLE.HasSender || o.Cut {
		return
	}
	s, _ := d.stays.Put(o.BLE.Sender)
	if s.packets == 0 || o.Time-s.last > d.limits.Gap || o.Time < s.first {
		*s = stay{first: o.Time}
	}
	s.last = o.Time
	s.packets++
	if s.packets < d.limits.Packets || o.Time-s.first < d.limits.Stay || !d.told.Once(o.BLE.Sender, o.Time) {
		return
	}
	count, ring := d.tags.Add(struct{}{}, o.Time)
	switch {
	case ring:
		found.Add(d.several(count))
	case count < d.limits.Tags:
		found.Add(d.finding(tocsin.MAC(o.BLE.Sender), name, o.Time-s.first, s.packets))
	}
}

// read returns which tag advertises, "" if none. A tag that says that its owner is near is none.
func read(data ble.AD) string {
	for s := range data.All() {
		b := s.Data
		switch {
		case len(b) < 3:
		case s.Type == ble.TypeManufacturer:
			if len(b) >= 4 && b[0] == 0x4c && b[1] == 0 && b[2] == 0x12 && b[3] == 0x19 {
				return "tag of Apple's network, away from its owner,"
			}
		case s.Type == ble.TypeServiceData16:
			if name := service(uint16(b[0])|uint16(b[1])<<8, b[2:]); name != "" {
				return name
			}
		}
	}
	return ""
}

// service reads the data of a service (Assigned Numbers §3.10), which are not empty.
func service(uuid uint16, data []byte) string {
	switch {
	case uuid == 0xfeed:
		return "Tile"
	case uuid == 0xfd5a:
		return "SmartTag"
	case uuid == 0xfeaa && data[0] == 0x41: // 0x40 is the same with its owner near
		return "tag of Google's network, away from its owner,"
	case uuid == 0xfcb2 && len(data) >= 2 && data[1]&1 == 0: // the bit says that the owner is near
		return "tag away from its owner"
	}
	return ""
}

func (d *detector) finding(tag tocsin.MAC, name string, since time.Duration, packets int) tocsin.Finding {
	return tocsin.Finding{
		Text: fmt.Sprintf("A %s has been here for %s as %s: it tells somebody where it is", name, since.Round(time.Second), tag),
		Reason: tocsin.Reason{
			What:     "stay of a tag",
			Observed: fmt.Sprintf("%s, %d packets", since.Round(time.Second), packets),
			Limit:    fmt.Sprintf("%s, %d packets", d.limits.Stay, d.limits.Packets),
		},
	}
}

func (d *detector) several(count int) tocsin.Finding {
	return tocsin.Finding{
		Text: "Several tracking tags are here, or somebody invents them: further ones are not told one by one",
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("new tags in %s", d.limits.Together),
			Observed: fmt.Sprintf("%d tags", count),
			Limit:    fmt.Sprintf("%d tags", d.limits.Tags),
		},
		Source:  dot11.Broadcast,
		Subject: "many addresses",
	}
}
