package tocsin

import (
	"time"

	"github.com/tocsin-wids/tocsin/ble"
	"github.com/tocsin-wids/tocsin/dot11"
)

// Observation is one transmission as it was heard. It and all it points to belong to the stage that delivers it
// and are valid until the call returns.
type Observation struct {
	Time   time.Duration // since the Unix epoch, by the clock of the first sensor; of what is live, by the server's as far as that is known
	Frame  *dot11.Frame  // nil if it was Bluetooth LE
	BLE    *ble.Packet   // nil if it was 802.11
	Radio  dot11.Radio   // of the first reception, of either: the FCS of Bluetooth is its CRC
	Number uint64        // of the frame in its source, from 1
	Sensor uint16        // which radio heard it first: index into the names that the source gave
	// Location is where the packet says that the radio was; nil if it does not.
	Location *Location
	// Cut says that the sensor kept less of the frame than was on air: what is missing is not malformed.
	Cut bool
}

// Intact reports whether the frame can be held against its sender: neither damaged on the way nor cut.
func (o *Observation) Intact() bool { return o.Radio.FCS != dot11.FCSBad && !o.Cut }

// Raw returns the octets on air that make two receptions one transmission.
func (o *Observation) Raw() []byte {
	if o.BLE != nil {
		return o.BLE.Raw
	}
	return o.Frame.Raw
}

// Sender returns who transmitted; false if that is not said, or is no address of one device.
func (o *Observation) Sender() (MAC, bool) {
	if o.BLE != nil { // whose random addresses may look like those of groups
		return MAC(o.BLE.Sender), o.BLE.HasSender
	}
	a := o.Frame.Transmitter()
	return a, a.IsStation()
}

// Involves reports whether an address that it names satisfies match.
func (o *Observation) Involves(match func(MAC) bool) bool {
	if p := o.BLE; p != nil {
		return p.HasSender && match(MAC(p.Sender)) || p.HasTarget && match(MAC(p.Target))
	}
	f := o.Frame
	for _, a := range [...]MAC{f.Addr1, f.Addr2, f.Addr3, f.Addr4, f.BSSID} {
		if a != (MAC{}) && match(a) {
			return true
		}
	}
	return false
}
