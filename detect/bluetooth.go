package detect

import (
	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/ble"
	"github.com/tocsin-wids/tocsin/dot11"
)

// packetRoutes are the detectors that asked for each kind of Bluetooth LE packet, and those of them that want damaged ones.
type packetRoutes struct{ intact, damaged [32][]listed }

// route makes new lists: Observe may be walking an old one.
func (r *packetRoutes) route(slots []*slot) {
	*r = packetRoutes{}
	for kind := range r.intact {
		for _, s := range slots {
			if s.rests() || !s.spec.Packets.Has(ble.Kind(kind)) {
				continue
			}
			r.intact[kind] = append(r.intact[kind], s.listed())
			if s.spec.Damaged {
				r.damaged[kind] = append(r.damaged[kind], s.listed())
			}
		}
	}
}

// observePacket shows a Bluetooth LE packet to the detectors that asked for its kind. The tracker does not see it.
func (e *Engine) observePacket(o *tocsin.Observation) {
	list := e.bluetooth.intact[o.BLE.Kind&31]
	if o.Radio.FCS == dot11.FCSBad {
		list = e.bluetooth.damaged[o.BLE.Kind&31]
	}
	for at := 0; at < len(list); {
		at = e.show(list, at, o, &e.nobody)
	}
}

// completePacket adds what a packet says: its sender alone, since it names no network.
func completePacket(d *tocsin.Detected, o *tocsin.Observation) {
	d.Hopping = true
	if d.Source.IsZero() {
		d.Source, _ = o.Sender()
	}
}
