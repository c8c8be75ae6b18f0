package capture

import (
	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/ble"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/pcap"
)

// bluetooth is what a Decoder needs to read Bluetooth LE.
type bluetooth struct {
	packet    ble.Packet
	reception ble.Reception
	plain     [maxPacket]byte // a packet of a sensor that left the whitening to us
}

// Lengths of the parts of a packet. The longest is one of the coded PHY, from access address to CRC.
const (
	accessLen    = 4
	indicatorLen = 1
	maxPacket    = accessLen + indicatorLen + 2 + 255 + 3
)

// decodeBLE reads a packet of Bluetooth LE into the observation at hand.
func (d *Decoder) decodeBLE(link pcap.LinkType, b []byte) *tocsin.Observation {
	o, x := &d.seen, &d.ble
	o.Frame, o.BLE = nil, &x.packet
	n, err := x.header(link, b)
	if err != nil || n > len(b) {
		return d.badHeader()
	}
	err = x.decode(b[n:])
	o.Radio = x.radio()
	if o = d.counted(err); o != nil {
		d.counts.BLE++
	}
	return o
}

// header reads the radio header before the packet and returns its length.
func (x *bluetooth) header(link pcap.LinkType, b []byte) (n int, err error) {
	switch link {
	case pcap.LinkBLERadio:
		return ble.DecodeRadio(b, &x.reception)
	case pcap.LinkNordicBLE:
		return ble.DecodeNordic(b, &x.reception)
	}
	x.reception = ble.Reception{}
	return 0, nil
}

// decode reads the packet. Where the header says that it is whitened the checksum decides: not all tools that take
// the whitening off say so.
func (x *bluetooth) decode(b []byte) error {
	err := x.read(b)
	if err != nil || !x.reception.Whitened || !x.reception.HasRF || x.packet.Kind == ble.Data || x.packet.CRC == ble.CRCGood || len(b) > maxPacket {
		return err
	}
	start := accessLen
	if x.reception.PHY == ble.PHYCoded {
		start += indicatorLen
	}
	plain := x.plain[:len(b)]
	copy(plain, b[:start])
	ble.Dewhiten(plain[start:], b[start:], x.reception.RF)
	return x.read(plain)
}

func (x *bluetooth) read(b []byte) error {
	if x.reception.PHY == ble.PHYCoded {
		return x.packet.DecodeCoded(b)
	}
	return x.packet.Decode(b)
}

// radio tells the reception in the words that 802.11 has for it. What the sensor says of the checksum counts before
// what stands in the packet: some write none.
func (x *bluetooth) radio() dot11.Radio {
	r := &x.reception
	crc := r.CRC
	if crc == ble.CRCAbsent {
		crc = x.packet.CRC
	}
	radio := dot11.Radio{Signal: dot11.DBM(int32(r.Signal)), Noise: dot11.DBM(int32(r.Noise))}
	switch crc {
	case ble.CRCGood:
		radio.FCS = dot11.FCSGood
	case ble.CRCBad:
		radio.FCS = dot11.FCSBad
	}
	if r.HasRF {
		radio.Frequency = ble.Frequency(x.channel())
	}
	return radio
}

// channel returns the RF channel. Some tools write the index in its place: legacy advertising is on three channels
// only, which shows it.
func (x *bluetooth) channel() uint8 {
	rf := x.reception.RF
	if x.packet.Kind.IsLegacy() && (rf == 37 || rf == 38) {
		return ble.RF(rf)
	}
	return rf
}
