// Package blespam recognises floods of Bluetooth advertisements that make phones show messages.
package blespam

import (
	"bytes"
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/ble"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares BLESPAM.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "BLESPAM",
		Title:       "Bluetooth pop-up spam",
		Class:       tocsin.Denial,
		Severity:    tocsin.High,
		Description: "One transmitter advertises as ever new Bluetooth devices, so that phones and computers nearby show one message after the other, or lists of devices and tags fill up.",
		Phy:         tocsin.PhyBTLE,
		Throttle:    tocsin.PerMinute5,
		Confidence:  85,
		Attack:      []string{"T1499"},
		Explains:    []string{"BLEFLOOD"},
	},
	Packets: ble.Only(ble.AdvInd, ble.AdvNonconnInd, ble.AdvScanInd, ble.ScanRsp, ble.ExtendedInd),
}, limits{
	CrowdLimits: detect.CrowdLimits{Addresses: 15, Window: 10 * time.Second, Packets: 3, Band: 6, Weakest: -85, Keys: 1024},
	Again:       10 * time.Minute,
}, newDetector)

type limits struct {
	detect.CrowdLimits
	Again time.Duration `help:"time between two findings about one kind of message" min:"1s"`
}

// message is a kind of advertisement that others show something for.
type message uint8

const (
	none message = iota
	appleAction
	applePairing
	appleTag
	fastPair
	swiftPair
	samsung
	toy
	messages
)

// names are those of the messages in a sentence.
var names = [messages]string{
	appleAction: "requests of Apple devices", applePairing: "Apple headphones to pair with", appleTag: "lost Apple tags",
	fastPair: "devices for Google Fast Pair", swiftPair: "devices for Microsoft Swift Pair", samsung: "Samsung devices to pair with",
	toy: "remote controls of toys",
}

type detector struct {
	limits    limits
	newcomers [messages]*detect.Newcomers
	told      *window.Set[message]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	d := &detector{limits: l, told: window.NewSet[message](l.Again, int(messages))}
	for m := range d.newcomers {
		d.newcomers[m] = detect.NewNewcomers(l.CrowdLimits)
	}
	return d
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	m := read(o.BLE.Data)
	if m == none || o.Cut {
		return
	}
	crowd, one := d.newcomers[m].Add(o)
	if !one || !d.told.Once(m, o.Time) {
		return
	}
	found.Add(tocsin.Finding{
		Text: fmt.Sprintf("Somebody floods phones and computers nearby with messages: one transmitter advertises %s under %d new addresses within %s",
			names[m], crowd.Equal, (o.Time - crowd.Since).Round(100*time.Millisecond)),
		Reason: tocsin.Reason{
			What: fmt.Sprintf("new addresses in %s with such advertisements, within %d dB of each other, none heard more than %d times",
				d.limits.Window, d.limits.Band, d.limits.Packets),
			Observed: fmt.Sprintf("%d addresses from %d dBm up, %d others", crowd.Equal, crowd.Weak, crowd.Others),
			Limit:    fmt.Sprintf("%d addresses, and twice the others", d.limits.Addresses),
		},
		Source:  dot11.Broadcast,
		Subject: "many addresses",
	})
}

// toyPrefix is what the applications of a widespread kind of toy advertise first.
var toyPrefix = []byte{0xff, 0x00, 0x6d, 0xb6, 0x43, 0xce, 0x97, 0xfe, 0x42, 0x7c}

// read tells which message the data are for. Companies and services are those of the Assigned Numbers §7 and §3.10.
func read(data ble.AD) message {
	for s := range data.All() {
		switch {
		case s.Type == ble.TypeManufacturer && len(s.Data) > 3:
			if m := manufacturer(s.Data); m != none {
				return m
			}
		case s.Type == ble.TypeServiceData16 && len(s.Data) == 5 && s.Data[0] == 0x2c && s.Data[1] == 0xfe:
			return fastPair // a model of three octets: a device in use sends a filter of its accounts instead
		}
	}
	return none
}

func manufacturer(b []byte) message {
	switch uint16(b[0]) | uint16(b[1])<<8 {
	case 0x004c:
		switch {
		case b[2] == 0x0f && b[3] == 5:
			return appleAction
		case b[2] == 0x07:
			return applePairing
		case b[2] == 0x12 && b[3] == 0x19:
			return appleTag
		}
	case 0x0006:
		if b[2] == 3 {
			return swiftPair
		}
	case 0x0075:
		return samsung
	case 0x00ff:
		if bytes.HasPrefix(b, toyPrefix) {
			return toy
		}
	}
	return none
}
