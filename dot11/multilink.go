package dot11

import "encoding/binary"

// MultiLink is what a basic Multi-Link element says of the device whose access points are the links of one network
// (802.11be-2024 §9.4.2.322.2).
type MultiLink struct {
	Device Addr  // MLD MAC address
	Link   uint8 // id of the link that sends the frame, 0–14; valid if HasLink
	MLD    uint8 // 0: the device that sends; else another in its set of BSSIDs

	HasLink bool
}

// MultiLink returns what the first basic Multi-Link element says, and whether there is one with all that its control field
// announces. Elements of other types, as of reconfiguration, are passed over.
func (e *Elements) MultiLink() (m MultiLink, ok bool) {
	for i := e.next(0, ElementExtension); i >= 0; i = e.next(i+1, ElementExtension) {
		if d := e.data(i); len(d) > 0 && d[0] == ExtMultiLink {
			if m, ok := basicMultiLink(d[1:]); ok {
				return m, true
			}
		}
	}
	return MultiLink{}, false
}

// basicMultiLink reads the control field and the common information of a basic element.
func basicMultiLink(d []byte) (m MultiLink, ok bool) {
	const (
		typeBits    = 7 // 0 is basic
		deviceEnd   = 3 + len(Addr{})
		linkPresent = 1 << 4
		mldPresent  = 1 << 9
	)
	if len(d) < deviceEnd {
		return m, false
	}
	control := binary.LittleEndian.Uint16(d)
	end := 2 + int(d[2]) // the length counts itself
	if control&typeBits != 0 || end > len(d) {
		return m, false
	}
	at := deviceEnd
	m.Device = Addr(d[3:])
	for bit, length := range [...]int{4: 1, 5: 1, 6: 2, 7: 2, 8: 2, 9: 1} {
		if length == 0 || control>>bit&1 == 0 {
			continue
		}
		if at+length > end {
			return MultiLink{}, false
		}
		switch 1 << bit {
		case linkPresent:
			m.Link, m.HasLink = d[at]&0xf, true
		case mldPresent:
			m.MLD = d[at]
		}
		at += length
	}
	return m, at <= end
}
