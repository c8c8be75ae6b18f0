// Package bleedingtooth recognises Bluetooth advertisements that are longer than the memory kept for them.
package bleedingtooth

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

// Spec declares BLEEDINGTOOTH.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "BLEEDINGTOOTH",
		Title:       "Over-long Bluetooth advertisement",
		Class:       tocsin.Exploit,
		Severity:    tocsin.High,
		Description: "A Bluetooth LE advertisement has more data than its kind can have: it is made to overflow the memory of Bluetooth stacks, Linux's first.",
		Phy:         tocsin.PhyBTLE,
		Throttle:    tocsin.PerMinute5,
		Confidence:  90,
		Attack:      []string{"T1210"},
	},
	Packets: ble.Only(ble.AdvInd, ble.AdvNonconnInd, ble.ScanRsp, ble.AdvScanInd, ble.ExtendedInd),
}, limits{Senders: 3, Again: 10 * time.Minute, Keys: 1024}, newDetector)

type limits struct {
	Senders int           `help:"devices within again that are one attack with invented addresses" min:"2"`
	Again   time.Duration `help:"time between two findings about one device" min:"1s"`
	Keys    int           `help:"devices that are remembered"`
}

// maxData is what legacy advertising carries, and what Linux kept room for (Core 5.4 Vol 6 Part B §2.3.1).
const maxData = 31

type detector struct {
	limits  limits
	told    *window.Set[ble.Addr]
	senders *window.Alarm[struct{}]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:  l,
		told:    window.NewSet[ble.Addr](l.Again, l.Keys),
		senders: window.NewAlarm[struct{}](l.Senders, l.Again, l.Again, 1),
	}
}

// excess is how an advertisement is too long.
type excess uint8

const (
	none excess = iota
	legacy
	scannable
	connectable
)

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	p := o.BLE
	if len(p.Data) <= maxData {
		return
	}
	e, octets := examine(p)
	if e == none || o.Radio.FCS != dot11.FCSGood || p.Defects&ble.DefectShort != 0 || !p.HasSender || !d.told.Once(p.Sender, o.Time) {
		return
	}
	count, ring := d.senders.Add(struct{}{}, o.Time)
	switch {
	case ring:
		found.Add(d.several(count))
	case count < d.limits.Senders:
		found.Add(finding(tocsin.MAC(p.Sender), e, octets))
	}
}

// examine tells how p, which has more than 31 octets of data, is too long, and what of it has how many octets.
func examine(p *ble.Packet) (excess, int) {
	switch {
	case p.Kind != ble.ExtendedInd:
		return legacy, len(p.Data)
	case p.Extended.Mode == ble.Scannable:
		return scannable, len(p.Data)
	case p.Extended.Mode == ble.Connectable:
		for s := range p.Data.All() {
			if n := 2 + len(s.Data); n > maxData {
				return connectable, n
			}
		}
	}
	return none, 0
}

func finding(device tocsin.MAC, e excess, octets int) tocsin.Finding {
	f := tocsin.Finding{
		Text: fmt.Sprintf("%s advertises %d octets of data in a packet that can have %d: that can overflow the memory of a Bluetooth stack",
			device, octets, maxData),
		Reason: tocsin.Reason{What: "advertising data", Observed: fmt.Sprintf("%d octets", octets), Limit: fmt.Sprintf("%d octets", maxData)},
	}
	switch e {
	case scannable:
		f.Text = fmt.Sprintf("%s puts %d octets of data into a scannable advertisement, which can have none: that can overflow the memory of Linux's Bluetooth stack",
			device, octets)
		f.Reason.What = "data of scannable extended advertising"
	case connectable:
		medium := tocsin.Medium
		f.Text = fmt.Sprintf("%s offers a connection with %d octets of advertising data in one piece, as the exploit of CVE-2020-24490 does: that overflows the memory of an old Linux",
			device, octets)
		f.Reason.What = "longest structure of connectable extended advertising"
		f.Severity, f.Confidence = &medium, 50
	}
	return f
}

func (d *detector) several(count int) tocsin.Finding {
	return tocsin.Finding{
		Text: "Somebody sends over-long Bluetooth advertisements under many addresses: they can overflow the memory of Bluetooth stacks",
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("devices with over-long advertisements in %s", d.limits.Again),
			Observed: fmt.Sprintf("%d devices", count),
			Limit:    fmt.Sprintf("%d devices", d.limits.Senders),
		},
		Source:  dot11.Broadcast,
		Subject: "many addresses",
	}
}
