package dot11

// PrimaryChannel returns the number of the channel that a beacon or probe response names: in HT operation, else in
// the 6 GHz operation information of HE operation, else in the DS parameter. 0 if it names none.
func (e *Elements) PrimaryChannel() uint8 {
	if d, ok := e.Find(ElementHTOperation); ok && len(d) > 0 && d[0] != 0 {
		return d[0]
	}
	if c := e.channel6GHz(); c != 0 {
		return c
	}
	if d, ok := e.Find(ElementDS); ok && len(d) > 0 {
		return d[0]
	}
	return 0
}

// channel6GHz returns the primary channel of the 6 GHz Operation Information field, 0 if there is none
// (802.11ax-2021 §9.4.2.249).
func (e *Elements) channel6GHz() uint8 {
	const (
		vhtPresent   = 1 << 14
		cohostedBSS  = 1 << 15
		sixGHz       = 1 << 17
		fieldsBefore = 6 // HE Operation Parameters, BSS Color Information, Basic HE-MCS And NSS Set
	)
	d, ok := e.FindExt(ExtHEOperation)
	if !ok || len(d) < fieldsBefore {
		return 0
	}
	parameters := uint32(d[0]) | uint32(d[1])<<8 | uint32(d[2])<<16
	if parameters&sixGHz == 0 {
		return 0
	}
	at := fieldsBefore
	if parameters&vhtPresent != 0 {
		at += 3
	}
	if parameters&cohostedBSS != 0 {
		at++
	}
	if at >= len(d) {
		return 0
	}
	return d[at]
}

// Channel returns the number of the channel that the frame claims to be sent on, 0 if it claims none.
func (f *Frame) Channel() uint8 { return f.Elements.PrimaryChannel() }
