package detect

import "github.com/tocsin-wids/tocsin"

// complete adds to a finding what the frame that completed it says.
func complete(f tocsin.Finding, d *tocsin.Definition, o *tocsin.Observation) tocsin.Detected {
	frame := o.Frame
	if f.Confidence == 0 {
		f.Confidence = d.Confidence
	}
	if f.Apart {
		return tocsin.Detected{Finding: f, Definition: d, Time: o.Time, Sensor: o.Sensor}
	}
	if f.BSSID.IsZero() {
		f.BSSID = frame.BSSID
	}
	if f.Source.IsZero() {
		f.Source = frame.Source()
	}
	if f.Dest.IsZero() {
		f.Dest = frame.Destination()
	}
	return tocsin.Detected{
		Finding: f, Definition: d, Time: o.Time, Number: o.Number, Channel: frame.Channel(),
		Frequency: o.Radio.Frequency, Signal: o.Radio.Signal, Sensor: o.Sensor,
	}
}
