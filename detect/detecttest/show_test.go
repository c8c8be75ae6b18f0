package detecttest_test

import (
	"fmt"

	"github.com/tocsin-wids/tocsin"
)

// show writes what the decoder read, one word a field.
func show(o *tocsin.Observation) string {
	f := o.Frame
	s := fmt.Sprintf("kind %#02x control %#04x %s > %s 3 %s seq %d", f.Kind, f.Control, f.Addr2, f.Addr1, f.Addr3, f.Sequence)
	if f.Kind.IsManagement() {
		s += fmt.Sprintf(" fixed %v elements %d channel %d", f.Fixed, f.Elements.Len(), f.Channel())
	}
	if f.EtherType != 0 {
		s += fmt.Sprintf(" ether %#04x payload %x", f.EtherType, f.Payload)
	}
	for m := range f.Subframes() {
		s += fmt.Sprintf(" subframe %s > %s ether %#04x payload %x", m.Source, m.Dest, m.EtherType, m.Payload)
	}
	return s + fmt.Sprintf(" freq %d signal %d fcs %d cut %t", o.Radio.Frequency, o.Radio.Signal, o.Radio.FCS, o.Cut)
}

func showPacket(o *tocsin.Observation) string {
	p, r := o.BLE, &o.Radio
	return fmt.Sprintf("%x %d dBm %d MHz FCS %d cut %v", p.Raw, r.Signal, r.Frequency, r.FCS, o.Cut)
}
