package ble

// Mode says what may be answered to extended advertising (Vol 6 Part B §2.3.4.1).
type Mode uint8

// Modes.
const (
	Broadcast   Mode = 0 // neither; also that of responses and of continuations
	Connectable Mode = 1
	Scannable   Mode = 2
)

// Extended is the header of extended advertising (Vol 6 Part B §2.3.4).
type Extended struct {
	Mode Mode
	ACAD []byte // additional controller advertising data

	DataID uint16 // changes with the data; valid if HasADI
	SetID  uint8  // of the advertising set; valid if HasADI
	HasADI bool

	Aux    AuxPtr // where more follows; valid if HasAux
	HasAux bool

	HasSync    bool // a train of periodic advertising is announced
	TxPower    int8 // dBm; valid if HasTxPower
	HasTxPower bool
}

// AuxPtr says where the next packet of an advertising event is (Vol 6 Part B §2.3.4.5).
type AuxPtr struct {
	Channel uint8  // index
	PHY     PHY    // it is sent on
	Offset  uint32 // µs from the start of this packet, at least
}

// Bits of the extended header flags (Vol 6 Part B §2.3.4), in the order of the fields they announce.
const (
	hasAdvA = 1 << iota
	hasTargetA
	hasCTEInfo
	hasADI
	hasAuxPtr
	hasSyncInfo
	hasTxPower
)

// extended reads a payload of the common extended advertising format.
func (p *Packet) extended(b []byte) {
	p.length(1, 255)
	if len(b) == 0 {
		return
	}
	p.Extended.Mode = Mode(b[0] >> 6)
	if p.Extended.Mode > Scannable {
		p.Defects |= DefectMode
	}
	end := 1 + int(b[0]&0x3f)
	if end > len(b) {
		p.Defects |= DefectExtended
		end = len(b)
	}
	p.fields(b[1:end])
	p.Data = AD(b[end:])
	if len(p.Data) == 0 {
		return
	}
	if p.Extended.Mode == Scannable {
		p.Defects |= DefectScannableData
	}
	if p.HasSender && !p.Extended.HasAux {
		p.Defects |= p.Data.Defects()
	}
}

// fields reads the extended header behind its length.
func (p *Packet) fields(b []byte) {
	if len(b) == 0 {
		return
	}
	f := fields{flags: b[0], rest: b[1:]}
	x := &p.Extended
	p.HasSender = address(&p.Sender, f.take(hasAdvA, addrLen))
	p.HasTarget = address(&p.Target, f.take(hasTargetA, addrLen))
	f.take(hasCTEInfo, 1)
	if v := f.take(hasADI, 2); v != nil {
		x.HasADI, x.DataID, x.SetID = true, uint16(v[0])|uint16(v[1]&0xf)<<8, v[1]>>4
	}
	if v := f.take(hasAuxPtr, 3); v != nil {
		unit := uint32(30)
		if v[0]&0x80 != 0 {
			unit = 300
		}
		x.HasAux = true
		x.Aux = AuxPtr{Channel: v[0] & 0x3f, PHY: PHY(v[2] >> 5), Offset: (uint32(v[1]) | uint32(v[2]&0x1f)<<8) * unit}
	}
	x.HasSync = f.take(hasSyncInfo, 18) != nil
	if v := f.take(hasTxPower, 1); v != nil {
		x.HasTxPower, x.TxPower = true, int8(v[0])
	}
	if f.short {
		p.Defects |= DefectExtended
		return
	}
	x.ACAD = f.rest
}

// fields is what is left of an extended header while it is read.
type fields struct {
	flags byte
	rest  []byte
	short bool // a field that is announced is not there, so that nothing behind it can be found
}

// take returns the field of n octets that flag announces, nil if there is none.
func (f *fields) take(flag byte, n int) []byte {
	if f.flags&flag == 0 || f.short {
		return nil
	}
	if len(f.rest) < n {
		f.short = true
		return nil
	}
	v := f.rest[:n]
	f.rest = f.rest[n:]
	return v
}
