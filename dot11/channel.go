package dot11

// PrimaryChannel returns the number of the channel that a beacon or probe response names: in HT operation, else in
// the 6 GHz information of HE operation, else in the DS parameter. 0 if it names none. EHT operation names none: it
// only widens what HE operation says.
func (e *Elements) PrimaryChannel() uint8 {
	if d, ok := e.Find(ElementHTOperation); ok && len(d) > 0 && d[0] != 0 {
		return d[0]
	}
	if o, ok := e.SixGHz(); ok && o.Primary != 0 {
		return o.Primary
	}
	if d, ok := e.Find(ElementDS); ok && len(d) > 0 {
		return d[0]
	}
	return 0
}

// Channel returns the number of the channel that the frame claims to be sent on, 0 if it claims none.
func (f *Frame) Channel() uint8 { return f.Elements.PrimaryChannel() }

// SixGHzOperation is the 6 GHz Operation Information field of HE operation (802.11ax-2021 §9.4.2.249).
type SixGHzOperation struct {
	Primary          uint8
	Control          uint8 // bits 0–1: width 20, 40, 80, 160 MHz; bit 2: duplicate beacon; bits 3–5: regulatory
	Center0, Center1 uint8 // of the channel's first and second segment
	MinimumRate      uint8 // Mbit/s
}

// SixGHz returns the operation of a network in the 6 GHz band, and whether the frame tells it.
func (e *Elements) SixGHz() (o SixGHzOperation, ok bool) {
	const (
		vhtPresent   = 1 << 14
		cohostedBSS  = 1 << 15
		sixGHz       = 1 << 17
		fieldsBefore = 6 // HE Operation Parameters, BSS Color Information, Basic HE-MCS And NSS Set
		fieldLen     = 5
	)
	d, ok := e.FindExt(ExtHEOperation)
	if !ok || len(d) < fieldsBefore {
		return o, false
	}
	parameters := uint32(d[0]) | uint32(d[1])<<8 | uint32(d[2])<<16
	if parameters&sixGHz == 0 {
		return o, false
	}
	d = d[fieldsBefore:]
	optional := 0
	if parameters&vhtPresent != 0 {
		optional += 3
	}
	if parameters&cohostedBSS != 0 {
		optional++
	}
	if len(d) < optional+fieldLen {
		return o, false
	}
	d = d[optional:]
	return SixGHzOperation{d[0], d[1], d[2], d[3], d[4]}, true
}

// ChannelSwitch is an announced change of channel.
type ChannelSwitch struct {
	Mode    uint8 // 1: stations must be silent until then
	Class   uint8 // operating class; 0 if not said
	Channel uint8
	Count   uint8 // beacons until then; 0: at any time
}

// ChannelSwitch returns the change of channel that the frame announces, in an extended or else a simple channel
// switch element (802.11-2020 §9.4.2.52, §9.4.2.18) or in the fields of a public action frame (§9.6.7.7).
func (f *Frame) ChannelSwitch() (s ChannelSwitch, ok bool) {
	if f.Kind == Action && f.Fixed.Category&^categoryError == PublicAction &&
		f.Fixed.Action == ActionExtendedChannelSwitch && len(f.Body) >= 6 {
		b := f.Body[2:]
		return ChannelSwitch{b[0], b[1], b[2], b[3]}, true
	}
	if d, found := f.Elements.Find(ElementExtendedSwitch); found && len(d) >= 4 {
		return ChannelSwitch{d[0], d[1], d[2], d[3]}, true
	}
	if d, found := f.Elements.Find(ElementChannelSwitch); found && len(d) >= 3 {
		return ChannelSwitch{Mode: d[0], Channel: d[1], Count: d[2]}, true
	}
	return s, false
}

// HTOperation is the beginning of an HT operation element (802.11-2020 §9.4.2.56).
type HTOperation struct {
	Primary uint8
	Offset  int8 // of the secondary channel: 1 above, -1 below, 0 none
	Wide    bool // stations may use 40 MHz
}

// HTOperation returns the content of the HT operation element, and whether there is one.
func (e *Elements) HTOperation() (o HTOperation, ok bool) {
	d, ok := e.Find(ElementHTOperation)
	if !ok || len(d) < 2 {
		return o, false
	}
	o.Primary, o.Wide = d[0], d[1]&4 != 0
	switch d[1] & 3 {
	case 1:
		o.Offset = 1
	case 3:
		o.Offset = -1
	}
	return o, true
}

// VHTOperation is the beginning of a VHT operation element (802.11-2020 §9.4.2.158).
type VHTOperation struct {
	Width            uint8 // 0: 20 or 40 MHz, 1: 80 MHz and above, 2 and 3: deprecated 160 and 80+80
	Center0, Center1 uint8
}

// VHTOperation returns the content of the VHT operation element, and whether there is one.
func (e *Elements) VHTOperation() (o VHTOperation, ok bool) {
	d, ok := e.Find(ElementVHTOperation)
	if !ok || len(d) < 3 {
		return o, false
	}
	return VHTOperation{d[0], d[1], d[2]}, true
}

// EHTOperation is the operation information of an EHT operation element (802.11be-2024 §9.4.2.321).
type EHTOperation struct {
	Width            uint8 // 0: 20, 1: 40, 2: 80, 3: 160, 4: 320 MHz
	Center0, Center1 uint8
}

// EHTOperation returns the operation information of the EHT operation element, and whether there is one.
func (e *Elements) EHTOperation() (o EHTOperation, ok bool) {
	const (
		present      = 1
		fieldsBefore = 5 // EHT Operation Parameters, Basic EHT-MCS And NSS Set
	)
	d, ok := e.FindExt(ExtEHTOperation)
	if !ok || len(d) < fieldsBefore+3 || d[0]&present == 0 {
		return o, false
	}
	d = d[fieldsBefore:]
	return EHTOperation{d[0] & 7, d[1], d[2]}, true
}
