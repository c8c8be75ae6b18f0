package ble

import "errors"

// AdvertisingAccess is the access address of all advertising but the periodic one (Vol 6 Part B §2.1.2).
const AdvertisingAccess = 0x8e89bed6

// Addr is a device address in the order in which people write it.
type Addr [6]byte

// Packet is one packet, from the access address on.
type Packet struct {
	Raw    []byte // access address, coding indicator of the coded PHY, and PDU: without the CRC
	Access uint32
	Kind   Kind
	CRC    CRC // computed here; absent unless Kind is another than Data and the packet is whole

	// The rest is empty if Kind is Data.

	Length  uint8  // of the payload, as the header says
	Payload []byte // as far as it is there

	Sender    Addr // advertiser, scanner or initiator; valid if HasSender
	Target    Addr // whom the packet names; valid if HasTarget
	HasSender bool
	HasTarget bool
	TxRandom  bool // the sender's address is a random one (TxAdd): it has no vendor
	RxRandom  bool // the target's is (RxAdd)

	Extended Extended // of ExtendedInd and AuxConnectRsp

	// Data is the advertising data. That of ExtendedInd may go on in another packet, if Extended.HasAux; without a
	// sender it may be such a continuation, that begins within a structure.
	Data AD

	Defects Defects
}

// ErrShort says that a packet has no header.
var ErrShort = errors.New("ble: shorter than access address and header")

const (
	accessLen = 4
	headerLen = 2
	crcLen    = 3
	addrLen   = 6

	// maxLegacy is the longest payload of legacy advertising: an address and 31 octets (Vol 6 Part B §2.3.1).
	maxLegacy = addrLen + 31
)

// Decode replaces *p with the packet in b, which begins with the access address and ends with the CRC, if the sensor
// kept it. It never panics, keeps no field of an earlier packet, and allocates nothing.
func (p *Packet) Decode(b []byte) error { return p.decode(b, accessLen) }

// DecodeCoded is Decode for the coded PHY, where the coding indicator, one octet, follows the access address.
func (p *Packet) DecodeCoded(b []byte) error { return p.decode(b, accessLen+1) }

// decode reads the packet whose PDU begins at octet start.
func (p *Packet) decode(b []byte, start int) error {
	*p = Packet{}
	if len(b) < start+headerLen {
		return ErrShort
	}
	p.Access = uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
	if p.Access != AdvertisingAccess {
		p.Kind, p.Raw = Data, b[:max(len(b)-crcLen, start)]
		return nil
	}
	head := b[start]
	p.Kind, p.TxRandom, p.RxRandom, p.Length = Kind(head&0xf), head&0x40 != 0, head&0x80 != 0, b[start+1]
	end := start + headerLen + int(p.Length)
	switch {
	case end > len(b):
		p.Defects |= DefectShort
		end = len(b)
	case end+crcLen <= len(b):
		p.CRC = check(b[start:end], b[end:end+crcLen])
		if end+crcLen < len(b) {
			p.Defects |= DefectTrailing
		}
	}
	p.Raw, p.Payload = b[:end:end], b[start+headerLen:end:end]
	p.body()
	return nil
}

// body reads the payload (Vol 6 Part B §2.3.1–§2.3.4).
func (p *Packet) body() {
	switch p.Kind {
	case AdvInd, AdvNonconnInd, ScanRsp, AdvScanInd:
		p.length(addrLen, 255)
		if p.Length > maxLegacy {
			p.Defects |= DefectLongLegacy
		}
		if p.HasSender = address(&p.Sender, p.Payload); p.HasSender {
			p.Data = AD(p.Payload[addrLen:])
			p.Defects |= p.Data.Defects()
		}
	case AdvDirectInd, ScanReq:
		p.length(2*addrLen, 2*addrLen)
		p.parties(p.Payload)
	case ConnectInd:
		p.length(2*addrLen+22, 2*addrLen+22)
		p.parties(p.Payload)
	case ExtendedInd, AuxConnectRsp:
		p.extended(p.Payload)
	case AdvDecisionInd:
	default:
		p.Defects |= DefectReservedKind
	}
}

// length holds the payload to the lengths that its kind may have.
func (p *Packet) length(least, most uint8) {
	if p.Length < least || p.Length > most {
		p.Defects |= DefectLength
	}
}

// parties reads the addresses of sender and target.
func (p *Packet) parties(b []byte) {
	if p.HasSender = address(&p.Sender, b); p.HasSender {
		p.HasTarget = address(&p.Target, b[addrLen:])
	}
}

// address reads an address, whose octets are in reverse order on air, and reports whether it is there.
func address(a *Addr, b []byte) bool {
	if len(b) < addrLen {
		return false
	}
	*a = Addr{b[5], b[4], b[3], b[2], b[1], b[0]}
	return true
}
