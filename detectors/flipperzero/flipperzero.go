// Package flipperzero recognises a Flipper Zero by its Bluetooth.
package flipperzero

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/ble"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares FLIPPERZERO.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "FLIPPERZERO",
		Title:       "Flipper Zero nearby",
		Class:       tocsin.Probe,
		Severity:    tocsin.High,
		Description: "A Flipper Zero, a tool to attack Bluetooth, radio remote controls and access cards, is near.",
		Phy:         tocsin.PhyBTLE,
		Throttle:    tocsin.PerMinute5,
		Confidence:  90,
		Attack:      []string{"T1200"},
	},
	Packets: ble.AnyKind &^ ble.Only(ble.Data),
}, limits{Again: 24 * time.Hour, Devices: 3, Window: time.Minute, Keys: 1024}, newDetector)

type limits struct {
	Again   time.Duration `help:"time between two findings about one device" min:"1s"`
	Devices int           `help:"devices found within the window that are invented; they are told once, all together" min:"2"`
	Window  time.Duration `help:"time in which devices are counted" min:"1s"`
	Keys    int           `help:"devices that are remembered"`
}

// signs is what of a packet speaks of a Flipper Zero.
type signs struct {
	service uint16 // 0 if none
	name    []byte // nil if it is another, or none
	address bool
}

// certain reports whether the device itself says what it is.
func (s signs) certain() bool { return s.service != 0 || s.name != nil }

// told is what was told of a device: a suspicion, or a certainty.
type told struct {
	device  ble.Addr
	certain bool
}

type detector struct {
	limits    limits
	told      *window.Set[told]
	unchecked *window.Counter[ble.Addr]
	devices   *window.DistinctAlarm[struct{}, ble.Addr]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:    l,
		told:      window.NewSet[told](l.Again, 2*l.Keys),
		unchecked: window.NewCounter[ble.Addr](l.Window, l.Keys),
		devices:   window.NewDistinctAlarm[struct{}, ble.Addr](l.Devices, l.Window, l.Again, 1),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	p := o.BLE
	if !p.HasSender {
		return
	}
	s := read(p)
	if !s.certain() && !s.address {
		return
	}
	// One packet that nobody checked may be damaged into what it seems.
	if o.Radio.FCS != dot11.FCSGood && d.unchecked.Add(p.Sender, o.Time) < 2 {
		return
	}
	if !s.certain() && d.told.Has(told{p.Sender, true}, o.Time) || !d.told.Once(told{p.Sender, s.certain()}, o.Time) {
		return
	}
	count, ring := d.devices.Add(struct{}{}, p.Sender, o.Time)
	switch {
	case ring:
		found.Add(d.several(count))
	case count < d.limits.Devices:
		found.Add(finding(tocsin.MAC(p.Sender), s))
	}
}

// read looks for the signs in a packet. An address shows a vendor only if it is a public one.
func read(p *ble.Packet) signs {
	s := signs{address: !p.TxRandom && p.Sender[0] == 0x80 && p.Sender[1] == 0xe1 && (p.Sender[2] == 0x26 || p.Sender[2] == 0x27)}
	for x := range p.Data.All() {
		switch x.Type {
		case ble.TypeServices16, ble.TypeServices16Complete:
			for list := x.Data; len(list) >= 2; list = list[2:] {
				if uuid := uint16(list[0]) | uint16(list[1])<<8; uuid >= 0x3080 && uuid <= 0x3083 {
					s.service = uuid
				}
			}
		case ble.TypeShortName, ble.TypeName:
			if bytes.HasPrefix(x.Data, []byte("Flipper")) {
				s.name = x.Data
			}
		}
	}
	return s
}

// colours of the case, by service.
var colours = map[uint16]string{0x3081: "black ", 0x3082: "white ", 0x3083: "transparent "}

func finding(device tocsin.MAC, s signs) tocsin.Finding {
	f := tocsin.Finding{Reason: tocsin.Reason{What: "signs of a Flipper Zero", Observed: s.String()}}
	switch {
	case s.service != 0 && s.name != nil:
		f.Text = fmt.Sprintf("A %sFlipper Zero, %s, is near as %s: it can disturb Bluetooth devices and copy remote controls and cards",
			colours[s.service], device, tocsin.Quote(s.name))
		f.Confidence = 95
	case s.service != 0:
		f.Text = fmt.Sprintf("A %sFlipper Zero, %s, is near: it can disturb Bluetooth devices and copy remote controls and cards", colours[s.service], device)
	case s.name != nil:
		f.Text = fmt.Sprintf("%s calls itself %s, as a Flipper Zero does: that can disturb Bluetooth devices and copy remote controls and cards",
			device, tocsin.Quote(s.name))
		f.Confidence = 75
	default:
		medium := tocsin.Medium
		f.Text = fmt.Sprintf("%s has an address as Flipper Zeros have, and some other devices with their chip: it may be one", device)
		f.Severity, f.Confidence = &medium, 50
	}
	return f
}

func (s signs) String() string {
	var list []string
	if s.service != 0 {
		list = append(list, fmt.Sprintf("service %#04x", s.service))
	}
	if s.name != nil {
		list = append(list, "name "+tocsin.Quote(s.name))
	}
	if s.address {
		list = append(list, "address of its range")
	}
	return strings.Join(list, ", ")
}

func (d *detector) several(count int) tocsin.Finding {
	return tocsin.Finding{
		Text: "Somebody invents Flipper Zeros, or many are here: further ones are not told one by one",
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("new Flipper Zeros in %s", d.limits.Window),
			Observed: fmt.Sprintf("%d devices", count),
			Limit:    fmt.Sprintf("%d devices", d.limits.Devices),
		},
		Source:  dot11.Broadcast,
		Subject: "many addresses",
	}
}
