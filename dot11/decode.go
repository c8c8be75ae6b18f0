package dot11

import (
	"encoding/binary"
	"errors"
)

// Errors of Decode.
var (
	ErrShort   = errors.New("802.11 frame is shorter than its header")
	ErrVersion = errors.New("802.11 protocol version is not 0")
)

// Lengths of the parts of the MAC header (802.11-2020 §9.2.3).
const (
	controlLen  = 10 // Frame Control, Duration, Address 1
	headerLen   = 24
	wrapperLen  = 16 // of a Control Wrapper frame, up to the carried frame (§9.3.1.9)
	sequenceAt  = 22
	addr4At     = 24
	qosLen      = 2
	htLen       = 4
	meshLen     = 6 // Mesh Flags, Mesh TTL, Mesh Sequence Number (§9.2.4.8.3)
	protocolVer = 3 // mask of the Protocol Version field
)

// Decode replaces *f with the frame in b, which is without radio header and FCS. It never panics, keeps no field of
// an earlier frame, and allocates nothing. It fails if the header is cut off or of another protocol version; f then
// holds what was read. What is wrong behind the header is told by f.Defects alone.
func (f *Frame) Decode(b []byte) error { return f.decode(b, false) }

// DecodePadded is Decode for a frame whose body the sensor aligned to four octets: Radio.Pad.
func (f *Frame) DecodePadded(b []byte) error { return f.decode(b, true) }

func (f *Frame) decode(b []byte, padded bool) error {
	f.reset(b)
	if len(b) < 2 {
		f.Defects = DefectShortHeader
		return ErrShort
	}
	f.Control = binary.LittleEndian.Uint16(b)
	if b[0]&protocolVer != 0 {
		return ErrVersion
	}
	f.Kind = Kind(b[0]<<2&0x30 | b[0]>>4)
	if len(b) < controlLen {
		f.Defects |= DefectShortHeader
		return ErrShort
	}
	f.Duration = binary.LittleEndian.Uint16(b[2:])
	var err error
	switch f.Kind >> 4 {
	case 0:
		err = f.decodeManagement(b)
	case 1:
		err = f.decodeControl(b)
	case 2:
		err = f.decodeData(b, padded)
	default:
		f.decodeExtension(b)
	}
	if err != nil {
		f.Defects |= DefectShortHeader
	}
	return err
}

// reset clears f but for the arrays of the element index, of which only the first n are ever read.
func (f *Frame) reset(b []byte) {
	f.Raw, f.Body, f.Payload = b, nil, nil
	f.Kind, f.Control, f.Duration = 0, 0, 0
	f.Addr1, f.Addr2, f.Addr3, f.Addr4, f.BSSID = Addr{}, Addr{}, Addr{}, Addr{}, Addr{}
	f.Sequence, f.Fragment, f.QoS, f.HTControl = 0, 0, 0, 0
	f.Fixed = Fixed{}
	f.Elements.reset()
	f.EtherType, f.Defects = 0, 0
}

// decodeAddresses reads the three addresses and the sequence control that management and data frames begin with.
func (f *Frame) decodeAddresses(b []byte) error {
	f.Addr1 = Addr(b[4:10])
	if len(b) < headerLen {
		if len(b) >= 16 {
			f.Addr2 = Addr(b[10:16])
		}
		return ErrShort
	}
	f.Addr2 = Addr(b[10:16])
	f.Addr3 = Addr(b[16:22])
	sequence := binary.LittleEndian.Uint16(b[sequenceAt:])
	f.Sequence, f.Fragment = sequence>>4, uint8(sequence&0xf)
	return nil
}

func (f *Frame) decodeManagement(b []byte) error {
	if err := f.decodeAddresses(b); err != nil {
		return err
	}
	f.BSSID = f.Addr3
	body := b[headerLen:]
	if f.Control&Order != 0 {
		if len(body) < htLen {
			return ErrShort
		}
		f.HTControl = binary.LittleEndian.Uint32(body)
		body = body[htLen:]
	}
	f.Body = body
	if f.Control&Protected != 0 {
		if f.Kind.encryptable() {
			return nil
		}
		f.Defects |= DefectProtected
	}
	if f.Fragment != 0 && !f.Addr1.IsGroup() {
		return nil // the fields are in the first fragment; group addressed frames have no others
	}
	before := f.Defects
	f.decodeFixed(body)
	if f.Control&MoreFrag != 0 {
		f.Defects = before // what is missing is in the next fragment
	}
	return nil
}

// encryptable reports whether a management frame of this kind can have the Protected bit (802.11-2020 §9.2.4.1.9).
func (k Kind) encryptable() bool {
	return k == Auth || k == Deauth || k == Disassoc || k == Action || k == ActionNoAck
}

func (f *Frame) decodeData(b []byte, padded bool) error {
	if err := f.decodeAddresses(b); err != nil {
		return err
	}
	n := headerLen
	switch f.Control & (ToDS | FromDS) {
	case 0:
		f.BSSID = f.Addr3
	case FromDS:
		f.BSSID = f.Addr2
	case ToDS:
		f.BSSID = f.Addr1
	default:
		if n += len(f.Addr4); len(b) < n {
			return ErrShort
		}
		f.Addr4 = Addr(b[addr4At:n])
	}
	if f.Kind.IsQoS() {
		if len(b) < n+qosLen {
			return ErrShort
		}
		f.QoS = binary.LittleEndian.Uint16(b[n:])
		n += qosLen
		if f.Control&Order != 0 {
			if len(b) < n+htLen {
				return ErrShort
			}
			f.HTControl = binary.LittleEndian.Uint32(b[n:])
			n += htLen
		}
	}
	if f.Kind == 0x27 || f.Kind == 0x2d { // table 9-1
		f.Defects |= DefectReservedKind
	}
	if padded {
		n = min(len(b), (n+3)&^3)
	}
	f.Body = b[n:]
	switch {
	case f.Control&Protected != 0 || f.Fragment != 0 || !f.Kind.HasBody():
	case !f.IsAMSDU():
		f.decodePayload(f.Body)
	case f.Control&MoreFrag == 0 && !wholeAMSDU(f.Body):
		f.Defects |= DefectAMSDU
	}
	return nil
}

// decodePayload reads LLC and SNAP (802-2014 §9.4, RFC 1042), behind a Mesh Control field if there is one.
func (f *Frame) decodePayload(body []byte) {
	body = f.skipMesh(body)
	if len(body) < 8 || !isSNAP(body) {
		return
	}
	f.EtherType = binary.BigEndian.Uint16(body[6:])
	f.Payload = body[8:]
}

// isSNAP reports whether b begins with the LLC of SNAP and an OUI under which EtherTypes follow: 00-00-00, or
// 00-00-F8 of bridge tunnels (802.1H).
func isSNAP(b []byte) bool {
	return b[0] == 0xaa && b[1] == 0xaa && b[2] == 3 && b[3] == 0 && b[4] == 0 && (b[5] == 0 || b[5] == 0xf8)
}

// skipMesh returns body without its Mesh Control field (802.11-2020 §9.2.4.8.3). That there is one is known to
// mesh stations alone: others use the Mesh Control Present bit for something else, so LLC must follow it.
func (f *Frame) skipMesh(body []byte) []byte {
	const present = 0x0100
	if !f.Kind.IsQoS() || f.QoS&present == 0 || f.Control&FromDS == 0 || len(body) < meshLen || isSNAP(body) {
		return body
	}
	extension := int(body[0] & 3)
	n := meshLen + extension*len(Addr{})
	if body[0]>>2 != 0 || extension == 3 || len(body) < n+8 || !isSNAP(body[n:]) {
		return body
	}
	return body[n:]
}

func (f *Frame) decodeControl(b []byte) error {
	f.Addr1 = Addr(b[4:10])
	f.Body = b[controlLen:]
	kind, rest := f.Kind, b[controlLen:]
	switch kind {
	case ControlWrapper:
		if len(b) < wrapperLen {
			return ErrShort
		}
		f.HTControl = binary.LittleEndian.Uint32(b[controlLen+2:])
		kind, rest = Kind(b[controlLen]<<2&0x30|b[controlLen]>>4), b[wrapperLen:]
		f.Body = rest
	case 0x10, 0x11:
		f.Defects |= DefectReservedKind
		return nil
	}
	if !kind.hasTransmitter() {
		return nil
	}
	if len(rest) < len(f.Addr2) {
		return ErrShort
	}
	f.Addr2 = Addr(rest)
	// The Individual/Group bit of a control frame's TA signals the bandwidth (§9.2.4.3.7).
	f.Addr2[0] &^= 1
	f.Body = rest[len(f.Addr2):]
	switch kind {
	case PSPoll:
		f.BSSID = f.Addr1
	case CFEnd, CFEndAck:
		f.BSSID = f.Addr2
	}
	return nil
}

// hasTransmitter reports whether control frames of kind k have a second address (§9.3.1).
func (k Kind) hasTransmitter() bool {
	return k >= Trigger && k <= CFEndAck && k != CTS && k != Ack && k != ControlWrapper
}

// decodeExtension reads the one address of a DMG or S1G beacon, which is its transmitter's (§9.3.4).
func (f *Frame) decodeExtension(b []byte) {
	if f.Kind != DMGBeacon && f.Kind != S1GBeacon {
		f.Defects |= DefectReservedKind
		return
	}
	f.Addr2 = Addr(b[4:10])
	f.BSSID = f.Addr2
	f.Body = b[controlLen:]
}
