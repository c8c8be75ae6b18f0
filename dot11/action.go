package dot11

import "encoding/binary"

// Categories of action frames (802.11-2020 table 9-51).
const (
	SpectrumManagement = 0
	QoSAction          = 1
	BlockAckAction     = 3
	PublicAction       = 4
	RadioMeasurement   = 5
	FastTransition     = 6
	HTAction           = 7
	SAQuery            = 8
	ProtectedDual      = 9
	WNM                = 10
	UnprotectedWNM     = 11
	TDLS               = 12
	MeshAction         = 13
	SelfProtected      = 15
	WMMAction          = 17
	VHTAction          = 21
	VendorProtected    = 126
	VendorAction       = 127
)

// Actions that have a meaning to detectors.
const (
	ActionChannelSwitch         = 4 // SpectrumManagement
	ActionExtendedChannelSwitch = 4 // PublicAction
	actionVendor                = 9 // PublicAction
	ActionSAQueryRequest        = 0 // SAQuery
	ActionSAQueryResponse       = 1 // SAQuery
	ActionBTMQuery              = 6 // WNM
	ActionBTMRequest            = 7 // WNM
	ActionBTMResponse           = 8 // WNM
)

// categoryError is the bit that marks a frame returned to its sender because it was not understood.
const categoryError = 0x80

func (f *Frame) decodeAction(body []byte) {
	f.Fixed.Category = body[0]
	if category := body[0] &^ categoryError; category != VendorAction && category != VendorProtected {
		f.Fixed.Action = body[1]
	}
	n, ok := actionFields(body)
	if !ok {
		return
	}
	if len(body) < n {
		f.Defects |= DefectShortFixed
		return
	}
	f.index(body[n:])
}

// actionFields returns where the elements of an action frame begin, false if it has none or their place is not
// known.
func actionFields(body []byte) (int, bool) {
	category, action := body[0]&^categoryError, body[1]
	switch {
	case category == WNM:
		return wnmFields(body)
	case category == VendorAction:
		return 7, isP2P(body[1:]) // subtype, dialog token
	case category == PublicAction && action == actionVendor:
		return 8, isP2P(body[2:])
	}
	for _, l := range actionLayouts {
		if l.category == category && l.action == action {
			return 2 + int(l.fields), true
		}
	}
	return 0, false
}

// isP2P reports whether b begins with the OUI and type of Wi-Fi Direct.
func isP2P(b []byte) bool {
	return len(b) >= 4 && binary.BigEndian.Uint32(b) == OUIWiFi<<8|WiFiP2P
}

// actionLayouts says how many octets stand between the action code and the elements (802.11-2020 §9.6).
var actionLayouts = [...]struct{ category, action, fields uint8 }{
	{SpectrumManagement, 0, 1}, {SpectrumManagement, 1, 1}, // measurement: dialog token
	{SpectrumManagement, 2, 1}, {SpectrumManagement, 3, 1}, // TPC: dialog token
	{SpectrumManagement, ActionChannelSwitch, 0},
	{BlockAckAction, 0, 7}, {BlockAckAction, 1, 7}, {BlockAckAction, 2, 4},
	{PublicAction, 0, 0},                           // 20/40 BSS coexistence
	{PublicAction, ActionExtendedChannelSwitch, 4}, // mode, class, channel, count
	{PublicAction, 14, 3},                          // TDLS discovery response: dialog token, capability
	{RadioMeasurement, 0, 3},                       // request: dialog token, repetitions
	{RadioMeasurement, 1, 1}, {RadioMeasurement, 4, 1}, {RadioMeasurement, 5, 1},
	{FastTransition, 1, 12}, {FastTransition, 2, 14}, {FastTransition, 3, 12}, {FastTransition, 4, 14},
	{SAQuery, ActionSAQueryRequest, 2}, {SAQuery, ActionSAQueryResponse, 2},
	{SelfProtected, 1, 2}, {SelfProtected, 2, 4}, {SelfProtected, 3, 0}, // mesh peering
}

// wnmFields is actionFields for BSS transition management (802.11-2020 §9.6.13.8–10), whose fields vary.
func wnmFields(body []byte) (int, bool) {
	const (
		bssTermination = 0x08 // BSS Termination Included
		disassocURL    = 0x10 // ESS Disassociation Imminent
	)
	switch body[1] {
	case ActionBTMQuery:
		return 4, true
	case ActionBTMRequest:
		n := 7
		if len(body) < n {
			return n, true
		}
		mode := body[3]
		// Senders set the bit without the subelement (id 4, 10 octets), and clients then read the candidates.
		if mode&bssTermination != 0 && len(body) > n+1 && body[n] == 4 && body[n+1] == 10 {
			n += 12
		}
		if mode&disassocURL != 0 && n < len(body) {
			n += 1 + int(body[n])
		}
		return n, true
	case ActionBTMResponse:
		n := 5
		if len(body) > 3 && body[3] == 0 { // accepted: the target's address follows
			n += 6
		}
		return n, true
	}
	return 0, false
}
