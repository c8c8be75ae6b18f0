package dot11

import (
	"encoding/binary"
	"iter"
)

// Country is the content of a country element (802.11-2020 §9.4.2.8).
type Country struct {
	Code        [2]byte
	Environment uint8  // ' ' any, 'O' outdoors, 'I' indoors, 'X' noncountry entity, or a table of annex E
	triplets    []byte // and padding
}

// CountryTriplet is a range of channels with its power, or, with First ≥ 201, an operating class and its coverage.
type CountryTriplet struct {
	First, Count uint8
	Power        int8 // dBm
}

// Country returns the content of the country element, and whether there is one with a code.
func (e *Elements) Country() (c Country, ok bool) {
	d, ok := e.Find(ElementCountry)
	if !ok || len(d) < 2 {
		return c, false
	}
	c.Code = [2]byte(d)
	if len(d) > 2 {
		c.Environment, c.triplets = d[2], d[3:]
	}
	return c, true
}

// Triplets yields the ranges of channels.
func (c Country) Triplets() iter.Seq[CountryTriplet] {
	return func(yield func(CountryTriplet) bool) {
		for b := c.triplets; len(b) >= 3; b = b[3:] {
			if !yield(CountryTriplet{b[0], b[1], int8(b[2])}) {
				return
			}
		}
	}
}

// TIM is the content of a traffic indication map (802.11-2020 §9.4.2.5).
type TIM struct {
	Count, Period uint8
	Group         bool // group addressed frames are buffered
	Offset        uint8
	Bitmap        []byte
}

// TIM returns the content of the traffic indication map, and whether there is one.
func (e *Elements) TIM() (t TIM, ok bool) {
	d, ok := e.Find(ElementTIM)
	if !ok || len(d) < 3 {
		return t, false
	}
	return TIM{Count: d[0], Period: d[1], Group: d[2]&1 != 0, Offset: d[2] &^ 1, Bitmap: d[3:]}, true
}

// Has reports whether frames are buffered for the station with this AID.
func (t TIM) Has(aid uint16) bool {
	i := int(aid>>3) - int(t.Offset)
	return i >= 0 && i < len(t.Bitmap) && t.Bitmap[i]>>(aid&7)&1 != 0
}

// MME is the content of a management MIC element (802.11-2020 §9.4.2.54).
type MME struct {
	KeyID  uint16 // 4 and 5: group management frames; 6 and 7: beacons
	Packet uint64 // IPN or BIPN
	MIC    []byte // 8 or 16 octets
}

// MME returns the content of the management MIC element, and whether there is one.
func (e *Elements) MME() (m MME, ok bool) {
	d, ok := e.Find(ElementMME)
	if !ok || len(d) < 16 {
		return m, false
	}
	packet := uint64(binary.LittleEndian.Uint32(d[2:])) | uint64(binary.LittleEndian.Uint16(d[6:]))<<32
	return MME{KeyID: binary.LittleEndian.Uint16(d), Packet: packet, MIC: d[8:]}, true
}

// MobilityDomain returns the identifier of the mobility domain element, and whether there is one (§9.4.2.46).
func (e *Elements) MobilityDomain() (id uint16, ok bool) {
	d, ok := e.Find(ElementMobilityDomain)
	if !ok || len(d) < 2 {
		return 0, false
	}
	return binary.LittleEndian.Uint16(d), true
}

// Rates yields the supported rates of both elements in units of 500 kbit/s and whether they are basic ones (§9.4.2.3,
// §9.4.2.13).
func (e *Elements) Rates() iter.Seq2[uint8, bool] {
	return func(yield func(uint8, bool) bool) {
		for _, id := range [...]uint8{ElementRates, ElementExtendedRates} {
			d, _ := e.Find(id)
			for _, x := range d {
				if !yield(x&0x7f, x&0x80 != 0) {
					return
				}
			}
		}
	}
}

// OWETransition is the content of an OWE transition mode element: the twin of this network (Wi-Fi Alliance,
// Opportunistic Wireless Encryption 1.1 §2.2.1).
type OWETransition struct {
	BSSID   Addr
	SSID    []byte
	Class   uint8 // operating class of the twin; 0 if it is on the same channel
	Channel uint8
}

// OWETransition returns the twin that the frame names, and whether it names one.
func (e *Elements) OWETransition() (o OWETransition, ok bool) {
	d, ok := e.Vendor(OUIWiFi, WiFiOWE)
	if !ok || len(d) < 7 || len(d) < 7+int(d[6]) {
		return o, false
	}
	end := 7 + int(d[6])
	o.BSSID, o.SSID = Addr(d), d[7:end:end]
	if len(d) >= end+2 {
		o.Class, o.Channel = d[end], d[end+1]
	}
	return o, true
}

// RSNX is the set of extended RSN capabilities, bit n for bit n of the field (802.11-2020 §9.4.2.241).
type RSNX uint64

// Bits of RSNX.
const (
	RSNXHashToElement RSNX = 1 << 5
	RSNXSAEPK         RSNX = 1 << 6
)

// RSNX returns the extended RSN capabilities, and whether there are any.
func (e *Elements) RSNX() (x RSNX, ok bool) {
	d, ok := e.Find(ElementRSNX)
	if !ok || len(d) == 0 {
		return 0, false
	}
	for i, octet := range d[:min(len(d), 8)] {
		x |= RSNX(octet) << (8 * i)
	}
	return x &^ 0xf, true // bits 0–3 are the length of the field
}

// BeaconProtection reports whether the network signs its beacons: extended capability bit 84 (§9.4.2.26).
func (e *Elements) BeaconProtection() bool {
	const bit = 84
	d, _ := e.Find(ElementExtendedCapability)
	return len(d) > bit/8 && d[bit/8]>>(bit%8)&1 != 0
}

// Neighbor is the content of a neighbour report element (802.11-2020 §9.4.2.36).
type Neighbor struct {
	BSSID   Addr
	Info    uint32
	Class   uint8
	Channel uint8
	PHY     uint8
}

// Neighbors yields the neighbour reports of the frame: a response to a request for them, or the candidates of a BSS
// transition request.
func (e *Elements) Neighbors() iter.Seq[Neighbor] {
	return func(yield func(Neighbor) bool) {
		for i := e.next(0, ElementNeighborReport); i >= 0; i = e.next(i+1, ElementNeighborReport) {
			d := e.data(i)
			if len(d) < 13 {
				continue
			}
			n := Neighbor{BSSID: Addr(d), Info: binary.LittleEndian.Uint32(d[6:]), Class: d[10], Channel: d[11], PHY: d[12]}
			if !yield(n) {
				return
			}
		}
	}
}
