package detect

import "github.com/tocsin-wids/tocsin/dot11"

// Does says what the sender of a frame with an SSID does with it, for the text of a finding.
func Does(k dot11.Kind) string {
	switch k {
	case dot11.Beacon:
		return "advertises"
	case dot11.ProbeResp:
		return "answers as"
	case dot11.ProbeReq:
		return "looks for"
	}
	return "asks to join"
}

// Whom names the receiver of a frame, for the text of a finding.
func Whom(receiver dot11.Addr) string {
	if receiver.IsGroup() {
		return "everybody"
	}
	return receiver.String()
}
