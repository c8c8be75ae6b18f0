package dot11

import "fmt"

// ReasonDefined reports whether the standard gives this reason code a meaning (802.11-2020 table 9-49).
func ReasonDefined(code uint16) bool { return int(code) < len(reasons) && reasons[code] != "" }

// ReasonName says a reason code in a few words.
func ReasonName(code uint16) string {
	if !ReasonDefined(code) {
		return fmt.Sprintf("reserved reason %d", code)
	}
	return reasons[code]
}

// reasons is indexed by reason code (802.11-2020 table 9-49).
var reasons = [...]string{
	1:  "unspecified reason",
	2:  "authentication no longer valid",
	3:  "station is leaving, deauthenticated",
	4:  "inactivity",
	5:  "access point cannot handle all stations",
	6:  "class 2 frame from a station not authenticated",
	7:  "class 3 frame from a station not associated",
	8:  "station is leaving, disassociated",
	9:  "not authenticated",
	10: "power capability unacceptable",
	11: "supported channels unacceptable",
	12: "BSS transition",
	13: "invalid element",
	14: "MIC failure",
	15: "4-way handshake timeout",
	16: "group key handshake timeout",
	17: "element differs in 4-way handshake",
	18: "invalid group cipher",
	19: "invalid pairwise cipher",
	20: "invalid AKM",
	21: "unsupported RSN version",
	22: "invalid RSN capabilities",
	23: "802.1X authentication failed",
	24: "cipher suite rejected by policy",
	25: "TDLS peer unreachable",
	26: "TDLS teardown, unspecified",
	27: "service provider ended the session",
	28: "no roaming agreement with the service provider",
	29: "cipher or AKM rejected by the service provider",
	30: "not authorized at this location",
	31: "traffic stream deleted for lack of bandwidth",
	32: "unspecified, QoS",
	33: "lack of bandwidth, QoS",
	34: "too many frames not acknowledged",
	35: "transmission outside of TXOP limits",
	36: "peer is leaving or resetting",
	37: "stream or session ended by peer",
	38: "stream or session not set up",
	39: "timeout at peer",
	45: "peer key mismatch",
	46: "ended by peer",
	47: "ended by access point",
	48: "invalid FT action frame count",
	49: "invalid PMKID",
	50: "invalid mobility domain element",
	51: "invalid fast transition element",
	52: "mesh peering cancelled",
	53: "mesh: too many peers",
	54: "mesh: configuration policy violated",
	55: "mesh: close received",
	56: "mesh: too many retries",
	57: "mesh: confirm timeout",
	58: "mesh: invalid group key",
	59: "mesh: inconsistent parameters",
	60: "mesh: invalid security capability",
	61: "mesh path: no proxy information",
	62: "mesh path: no forwarding information",
	63: "mesh path: destination unreachable",
	64: "address already in the mesh",
	65: "mesh channel switch, regulatory",
	66: "mesh channel switch, unspecified",
	67: "no link on the alternative channel",
	68: "alternative channel occupied",
	71: "poor signal",
}
