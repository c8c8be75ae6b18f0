package detecttest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/tocsin-wids/tocsin/ble"
	"github.com/tocsin-wids/tocsin/dot11"
)

// packetWords are the words that begin a line with a packet of Bluetooth LE.
var packetWords = map[string]ble.Kind{
	"bleadv": ble.AdvInd, "bledirect": ble.AdvDirectInd, "blenonconn": ble.AdvNonconnInd, "blescan": ble.AdvScanInd,
	"blescanreq": ble.ScanReq, "blescanresp": ble.ScanRsp, "bleconnect": ble.ConnectInd, "bleext": ble.ExtendedInd,
	"bleauxresp": ble.AuxConnectRsp, "bledata": ble.Data,
}

const (
	needsTarget = ble.Kinds(1<<ble.AdvDirectInd | 1<<ble.ScanReq | 1<<ble.ConnectInd)
	isExtended  = ble.Kinds(1<<ble.ExtendedInd | 1<<ble.AuxConnectRsp)
)

// blePacket puts a packet together, from the access address to the end of the PDU.
func (d *draft) blePacket() ([]byte, error) {
	if d.pdu == ble.Data {
		out := binary.LittleEndian.AppendUint32(nil, uint32(d.number("access", 0x50655dab)))
		return append(append(out, d.take("body", []byte{1, 0})...), 0, 0, 0), nil // a CRC, which cannot be checked
	}
	payload, err := d.payload()
	if err != nil {
		return nil, err
	}
	if len(payload) > 255 {
		return nil, fmt.Errorf("%s: the payload has %d octets, at most 255 are possible", d.word, len(payload))
	}
	head := byte(d.pdu)
	if d.flag("random") {
		head |= 0x40
	}
	if d.flag("rxrandom") {
		head |= 0x80
	}
	out := binary.LittleEndian.AppendUint32(nil, uint32(d.number("access", ble.AdvertisingAccess)))
	out = append(out, head, byte(d.number("length", int64(len(payload)))))
	return append(out, payload...), nil
}

func (d *draft) payload() ([]byte, error) {
	if d.pdu == ble.ConnectInd {
		return slices.Concat(onAir(d.from), onAir(d.to), d.take("body", make([]byte, 22))), nil
	}
	if needsTarget.Has(d.pdu) {
		return append(onAir(d.from), onAir(d.to)...), nil
	}
	data, err := d.advertisingData()
	if err != nil {
		return nil, err
	}
	if !isExtended.Has(d.pdu) {
		return append(onAir(d.from), data...), nil
	}
	head, err := d.extendedHeader()
	return append(head, data...), err
}

// extendedHeader makes the header of extended advertising (Vol 6 Part B §2.3.4).
func (d *draft) extendedHeader() ([]byte, error) {
	var flags byte
	var fields []byte
	if !d.flag("anonymous") {
		flags, fields = flags|1, append(fields, onAir(d.from)...)
	}
	if !d.to.IsZero() {
		flags, fields = flags|2, append(fields, onAir(d.to)...)
	}
	if adi := d.number("adi", -1); adi >= 0 {
		flags, fields = flags|8, binary.LittleEndian.AppendUint16(fields, uint16(adi))
	}
	if aux := d.take("auxptr", nil); aux != nil {
		if len(aux) != 3 {
			return nil, errors.New("auxptr has three octets")
		}
		flags, fields = flags|16, append(fields, aux...)
	}
	mode := byte(d.number("mode", 0)) << 6
	if flags == 0 {
		return []byte{mode}, nil
	}
	return append([]byte{mode | byte(1+len(fields)), flags}, fields...), nil
}

// advertisingData makes the structures in the order of the line, or takes the octets that it gives.
func (d *draft) advertisingData() ([]byte, error) {
	parts := d.parts
	d.parts = nil
	if data := d.take("advdata", nil); data != nil {
		if d.parts = parts; len(parts) > 0 {
			return nil, errors.New("want advdata or ad, not both")
		}
		return data, nil
	}
	var out []byte
	for _, p := range parts {
		if p.word != "ad" {
			d.parts = append(d.parts, p)
			continue
		}
		typ, err := number(p.values[0], d.n)
		if err != nil {
			return nil, err
		}
		data, err := octets(p.values[1])
		if err != nil {
			return nil, err
		}
		if len(data) > 254 {
			return nil, fmt.Errorf("a structure has at most 254 octets of data, not %d", len(data))
		}
		out = append(append(out, byte(len(data)+1), byte(typ)), data...)
	}
	return out, nil
}

// onAir returns the octets of an address in the order of their transmission.
func onAir(a dot11.Addr) []byte {
	slices.Reverse(a[:])
	return a[:]
}
