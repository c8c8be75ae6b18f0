package detect

import (
	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/dot11"
)

// complete adds to a finding what the frame that completed it says.
func complete(f tocsin.Finding, d *tocsin.Definition, o *tocsin.Observation) tocsin.Detected {
	if f.Confidence == 0 {
		f.Confidence = d.Confidence
	}
	if f.Apart {
		return tocsin.Detected{Finding: f, Definition: d, Time: o.Time, Sensor: o.Sensor}
	}
	detected := tocsin.Detected{
		Finding: f, Definition: d, Time: o.Time, Number: o.Number, Frequency: o.Radio.Frequency, Signal: o.Radio.Signal, Sensor: o.Sensor, Location: o.Location,
	}
	if o.BLE != nil {
		completePacket(&detected, o)
	} else {
		completeFrame(&detected, o.Frame)
	}
	return detected
}

func completeFrame(d *tocsin.Detected, f *dot11.Frame) {
	d.Channel = f.Channel()
	if d.BSSID.IsZero() {
		d.BSSID = f.BSSID
	}
	if d.Source.IsZero() {
		d.Source = f.Source()
	}
	if d.Dest.IsZero() {
		d.Dest = f.Destination()
	}
}
