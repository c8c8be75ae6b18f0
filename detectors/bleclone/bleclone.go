// Package bleclone recognises Bluetooth devices that two transmitters pretend to be.
package bleclone

import (
	"hash/maphash"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/ble"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares BLECLONE.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "BLECLONE",
		Title:       "Bluetooth device is cloned",
		Class:       tocsin.Spoof,
		Severity:    tocsin.High,
		Description: "Two transmitters advertise as one Bluetooth device: one of them wants what is meant for the other.",
		Phy:         tocsin.PhyBTLE,
		Throttle:    tocsin.PerMinute5,
		Confidence:  75,
		Attack:      []string{"T1557"},
	},
	Packets: ble.Only(ble.AdvInd, ble.AdvNonconnInd, ble.AdvScanInd),
}, limits{
	Band: 10, Packets: 5, Changes: 8, Close: 3, Interval: 18 * time.Millisecond, Window: 30 * time.Second,
	Senders: 3, Again: 10 * time.Minute, Keys: 512,
}, newDetector)

type limits struct {
	Band     int           `help:"dB between two signals on one channel that are of two transmitters"`
	Packets  int           `help:"packets of each transmitter within the window"`
	Changes  int           `help:"changes from one to the other within the window, if both use one address"`
	Close    int           `help:"packets of both with the same data that follow each other sooner than interval"`
	Interval time.Duration `help:"time between two packets of one advertiser on one channel, at least" min:"1ms"`
	Window   time.Duration `help:"time in which packets are counted" min:"1s"`
	Senders  int           `help:"devices within again that are one attack with invented ones" min:"2"`
	Again    time.Duration `help:"time between two findings about one device" min:"1s"`
	Keys     int           `help:"devices, and identities, that are remembered, each on three channels"`
}

// ear is what hears a packet: signals compare on one channel of one sensor alone.
type ear struct {
	frequency, sensor uint16
}

// mouth is an address as one ear hears it.
type mouth struct {
	address ble.Addr
	ear     ear
}

type detector struct {
	limits     limits
	seed       maphash.Seed
	lines      *window.Map[mouth, line]
	identities *window.Map[badge, identity]
	voice      *detect.Voice[ble.Addr]
}

const channels = 3 // of legacy advertising

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:     l,
		seed:       maphash.MakeSeed(),
		lines:      window.NewMap[mouth, line](channels * l.Keys),
		identities: window.NewMap[badge, identity](channels * l.Keys),
		voice:      detect.NewVoice[ble.Addr](l.Senders, l.Again, l.Keys),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	if o.Radio.Signal == 0 || o.Radio.Frequency == 0 || !o.BLE.HasSender || o.Cut {
		return
	}
	p := packet{at: o.Time, data: uint32(maphash.Bytes(d.seed, o.BLE.Data)), signal: o.Radio.Signal}
	where := ear{o.Radio.Frequency, o.Sensor}
	l, created := d.lines.Put(mouth{o.BLE.Sender, where})
	if created {
		*l = line{}
	}
	if l.hear(p, d.limits) >= d.limits.Changes {
		d.judge(o, l, found)
	}
	d.identify(o, p, where, found)
}

// several is a finding about many devices.
func (d *detector) several(count int) tocsin.Finding {
	f := d.voice.Several(count, "Somebody clones the Bluetooth devices that are here, one after the other", "what another device advertises")
	f.Confidence = 60
	return f
}
