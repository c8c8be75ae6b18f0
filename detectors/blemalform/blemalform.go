// Package blemalform recognises Bluetooth packets that no controller sends.
package blemalform

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/ble"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// Spec declares BLEMALFORM.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "BLEMALFORM",
		Title:       "Malformed Bluetooth packet",
		Class:       tocsin.Exploit,
		Severity:    tocsin.High,
		Description: "A Bluetooth LE request has a length or values that no controller sends: it is made to stop or overflow the receiver.",
		Phy:         tocsin.PhyBTLE,
		Throttle:    tocsin.PerMinute5,
		Confidence:  80,
		Attack:      []string{"T1210"},
	},
	Packets: ble.Only(ble.AdvDirectInd, ble.ScanReq, ble.ConnectInd),
}, limits{Senders: 3, Again: 10 * time.Minute, Keys: 1024}, newDetector)

type limits struct {
	Senders int           `help:"devices within again that are one attack with invented addresses" min:"2"`
	Again   time.Duration `help:"time between two findings about one device" min:"1s"`
	Keys    int           `help:"devices that are remembered"`
}

type detector struct{ voice *detect.Voice[ble.Addr] }

func newDetector(l limits, _ detect.Env) detect.Detector {
	return detector{detect.NewVoice[ble.Addr](l.Senders, l.Again, l.Keys)}
}

// fault is a value that cannot be, and what can.
type fault struct {
	what        string
	value       int
	least, most int
}

func (d detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	p := o.BLE
	if o.Radio.FCS != dot11.FCSGood || o.Cut || !p.HasSender || p.Defects&ble.DefectShort != 0 {
		return
	}
	x, bad := examine(p)
	if !bad {
		return
	}
	v := d.voice.Tell(p.Sender, o.Time)
	switch {
	case v.Several > 0:
		f := d.voice.Several(v.Several, "Somebody sends malformed Bluetooth requests under many addresses: they can stop or overflow their receivers", "malformed requests")
		f.BSSID = tocsin.MAC{}
		found.Add(f)
	case v.Speak:
		found.Add(finding(p, x))
	}
}

// length is of the payload of requests (Core 5.4 Vol 6 Part B §2.3.1–§2.3.3).
func length(k ble.Kind) int {
	if k == ble.ConnectInd {
		return 34
	}
	return 12
}

// examine looks for the first value that cannot be.
func examine(p *ble.Packet) (fault, bool) {
	if n := length(p.Kind); int(p.Length) != n {
		return fault{"octets", int(p.Length), n, n}, true
	}
	if p.Kind != ble.ConnectInd {
		return fault{}, false
	}
	le, b := binary.LittleEndian, p.Payload[12:] // access address and initial CRC first
	channels := bits.OnesCount32(le.Uint32(b[16:])) + bits.OnesCount8(b[20]&0x1f)
	for _, f := range [...]fault{ // Core 5.4 Vol 6 Part B §2.3.3.1, §4.5.1–§4.5.3, §4.5.8.1
		{"the interval", int(le.Uint16(b[10:])), 6, 3200},
		{"the timeout", int(le.Uint16(b[14:])), 10, 3200},
		{"the latency", int(le.Uint16(b[12:])), 0, 499},
		{"the window", int(b[7]), 1, 8},
		{"the count of channels", channels, 2, 37},
	} {
		if f.value < f.least || f.value > f.most {
			return f, true
		}
	}
	return fault{}, false
}

func finding(p *ble.Packet, x fault) tocsin.Finding {
	request := map[ble.Kind]string{ble.AdvDirectInd: "a directed advertisement", ble.ScanReq: "a scan request", ble.ConnectInd: "a request to connect"}[p.Kind]
	whom := ""
	if p.HasTarget {
		whom = " to " + tocsin.MAC(p.Target).String()
	}
	value := fmt.Sprintf("with %s %d", x.what, x.value)
	limit := fmt.Sprintf("%d to %d", x.least, x.most)
	if x.what == "octets" {
		value, limit = fmt.Sprintf("of %d octets", x.value), fmt.Sprintf("%d octets", x.least)
	}
	return tocsin.Finding{
		Text:   fmt.Sprintf("%s sends %s %s%s, as no controller does: that can stop or overflow its receiver", tocsin.MAC(p.Sender), request, value, whom),
		Reason: tocsin.Reason{What: x.what + " of " + request, Observed: fmt.Sprint(x.value), Limit: limit},
	}
}
