package psabuse

import (
	"fmt"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/track"
)

// beacon finds beacons that are forged for their traffic map. Its DTIM period is a setting of the access point (802.11-2020
// §9.4.2.5), so two that take turns are of two transmitters; their sequence numbers must say so as well. Two on different channels
// have their own clients each, and are none of this.
func (d *detector) beacon(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	const known = 3 // beacons of the transmitter with fewer of them
	b := air.BSS
	if b == nil {
		return
	}
	if switches, frames := b.BeaconSequence.Alternations(o.Time); switches == 0 || frames < known {
		return
	}
	tim, ok := o.Frame.Elements.TIM()
	if moves, _ := b.Channels.Alternations(o.Time); !ok || moves > 0 || !o.Intact() {
		return
	}
	other, n, ring := d.maps.Claim(b.BSSID, tim.Period, o.Time)
	if !ring {
		return
	}
	found.Add(tocsin.Finding{
		Text: fmt.Sprintf("A second transmitter sends beacons in the name of %s with a traffic map of its own (its period is %d and %d in turns): clients that believe it sleep through what is kept for them",
			b.BSSID, other, tim.Period),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("times that beacons came back to a period of the traffic map in %s, while their numbers are of two rows", d.limits.Window),
			Observed: fmt.Sprintf("%d times", n), Limit: fmt.Sprintf("%d times", d.limits.Maps),
		},
		Subject: "traffic map", Confidence: 70,
	})
}
