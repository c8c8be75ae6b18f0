package bleclone

import (
	"bytes"
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/ble"
	"github.com/tocsin-wids/tocsin/detect"
)

// badge is advertising data as one ear hears them.
type badge struct {
	data uint32
	ear  ear
}

// identity is data that name the device that sends them, and who sends the same.
type identity struct {
	owner, other ble.Addr
	own, foreign heard
}

// heard is packets of one transmitter.
type heard struct {
	count         int
	weak, strong  int8
	first, newest time.Duration
}

// add counts a packet; what was heard before a silence of the window is another transmission.
func (h *heard) add(p packet, span time.Duration) {
	if h.count == 0 || (p.at-h.newest).Abs() >= span || p.at-h.first >= 2*span {
		*h = heard{weak: p.signal, strong: p.signal, first: p.at}
	}
	h.count++
	h.newest = p.at
	h.weak, h.strong = min(h.weak, p.signal), max(h.strong, p.signal)
}

// isApart reports whether all packets of one are stronger than all of the other, by the band.
func (h *heard) isApart(other *heard, band int) bool {
	return int(h.weak)-int(other.strong) >= band || int(other.weak)-int(h.strong) >= band
}

// identify looks whether data that name the address of one device are sent by another while that one is there.
func (d *detector) identify(o *tocsin.Observation, p packet, where ear, found *detect.Findings) {
	key := badge{p.data, where}
	i := d.identities.Get(key)
	if i == nil {
		if !names(o.BLE.Data, o.BLE.Sender) {
			return
		}
		i, _ = d.identities.Put(key)
		*i = identity{owner: o.BLE.Sender}
	}
	if o.BLE.Sender == i.owner {
		i.own.add(p, d.limits.Window)
		return
	}
	if o.BLE.Sender != i.other {
		i.other, i.foreign = o.BLE.Sender, heard{}
	}
	i.foreign.add(p, d.limits.Window)
	if i.own.count < d.limits.Packets || i.foreign.count < d.limits.Packets || (o.Time-i.own.newest).Abs() >= d.limits.Window ||
		!i.own.isApart(&i.foreign, d.limits.Band) {
		return
	}
	switch v := d.voice.Tell(i.owner, o.Time); {
	case v.Several > 0:
		found.Add(d.several(v.Several))
	case v.Speak:
		found.Add(d.repeated(o, i))
	}
}

// repeated is the finding about an address that repeats what names another.
func (d *detector) repeated(o *tocsin.Observation, i *identity) tocsin.Finding {
	medium := tocsin.Medium
	return tocsin.Finding{
		Severity: &medium, Confidence: 65,
		Text: fmt.Sprintf("%s repeats what %s advertises, with the address of that in it: it wants to be taken for it",
			tocsin.MAC(o.BLE.Sender), tocsin.MAC(i.owner)),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("packets of each on %d MHz, at signals %d dB apart", o.Radio.Frequency, d.limits.Band),
			Observed: fmt.Sprintf("%d from %d to %d dBm, %d from %d to %d dBm", i.own.count, i.own.weak, i.own.strong, i.foreign.count, i.foreign.weak, i.foreign.strong),
			Limit:    fmt.Sprintf("%d and %d packets", d.limits.Packets, d.limits.Packets),
		},
		Other:   tocsin.MAC(i.owner),
		Subject: tocsin.MAC(i.owner).String(),
	}
}

// names reports whether data hold the address, in either order.
func names(data ble.AD, a ble.Addr) bool {
	return bytes.Contains(data, a[:]) || bytes.Contains(data, []byte{a[5], a[4], a[3], a[2], a[1], a[0]})
}
