package dot11

import "fmt"

// Status codes that detectors and the tracker decide by (802.11-2020 table 9-50).
const (
	StatusSuccess         = 0
	StatusUnspecified     = 1
	StatusChallengeFailed = 15
	StatusFull            = 17
	StatusTemporary       = 30
	StatusInvalidPMKID    = 53
	StatusAntiClogging    = 76
	StatusBadGroup        = 77
	StatusHashToElement   = 126
	StatusSAEPK           = 127
)

// StatusName says a status code in a few words.
func StatusName(code uint16) string {
	if int(code) >= len(statuses) || statuses[code] == "" {
		return fmt.Sprintf("reserved status %d", code)
	}
	return statuses[code]
}

// statuses is indexed by status code (802.11-2020 table 9-50).
var statuses = [...]string{
	0:   "success",
	1:   "unspecified failure",
	2:   "TDLS wakeup schedule rejected, alternative given",
	3:   "TDLS wakeup schedule rejected",
	5:   "security disabled",
	6:   "unacceptable lifetime",
	7:   "not in the same BSS",
	10:  "capabilities mismatch",
	11:  "reassociation: association not confirmed",
	12:  "denied for another reason",
	13:  "unsupported authentication algorithm",
	14:  "transaction sequence out of order",
	15:  "challenge failure",
	16:  "authentication timeout",
	17:  "access point is full",
	18:  "basic rates not supported",
	19:  "short preamble not supported",
	22:  "spectrum management required",
	23:  "power capability unacceptable",
	24:  "supported channels unacceptable",
	25:  "short slot time not supported",
	27:  "HT not supported",
	28:  "R0KH unreachable",
	30:  "refused temporarily",
	31:  "robust management policy violation",
	32:  "unspecified failure, QoS",
	33:  "lack of bandwidth, QoS",
	34:  "poor channel",
	35:  "QoS not supported",
	37:  "declined",
	38:  "invalid parameters",
	39:  "rejected, changes suggested",
	40:  "invalid element",
	41:  "invalid group cipher",
	42:  "invalid pairwise cipher",
	43:  "invalid AKM",
	44:  "unsupported RSN version",
	45:  "invalid RSN capabilities",
	46:  "cipher rejected by policy",
	47:  "rejected for a delay",
	49:  "destination not in the BSS",
	50:  "destination has no QoS",
	51:  "listen interval too large",
	52:  "invalid FT action frame count",
	53:  "invalid PMKID",
	54:  "invalid mobility domain element",
	55:  "invalid fast transition element",
	56:  "TCLAS not supported",
	57:  "lack of TCLAS resources",
	58:  "another BSS suggested",
	59:  "GAS protocol not supported",
	60:  "no outstanding GAS request",
	61:  "GAS response not received",
	62:  "GAS timeout",
	63:  "GAS response too large",
	64:  "home network does not support the request",
	65:  "advertisement server unreachable",
	67:  "refused by the service provider",
	68:  "unauthenticated access refused",
	72:  "invalid RSN element",
	73:  "U-APSD coexistence not supported",
	74:  "U-APSD coexistence mode not supported",
	75:  "U-APSD interval not supported",
	76:  "anti-clogging token required",
	77:  "finite cyclic group not supported",
	78:  "no alternative TBTT",
	79:  "transmission failure",
	80:  "requested TCLAS not supported",
	81:  "TCLAS resources exhausted",
	82:  "BSS transition suggested",
	83:  "rejected, schedule suggested",
	84:  "no wakeup schedule given",
	85:  "success, destination saves power",
	86:  "FST session pending",
	87:  "FST performed now",
	88:  "FST pending, gaps in block ack window",
	89:  "rejected for U-PID setting",
	92:  "refused for an external reason",
	93:  "access point is out of memory",
	94:  "emergency services not supported",
	95:  "GAS response outstanding",
	96:  "band subject to DSE",
	97:  "TCLAS processing ended",
	98:  "schedule conflict",
	99:  "denied, other bands suggested",
	100: "reservation conflict",
	101: "MAF limit exceeded",
	102: "MCCA track limit exceeded",
	103: "spectrum management unacceptable",
	104: "VHT not supported",
	105: "enablement denied",
	106: "enablement denied by database",
	107: "no longer authorized",
	108: "energy limited operation not supported",
	109: "only NDP block acks",
	110: "max away duration unacceptable",
	111: "flow control not supported",
	112: "FILS authentication failure",
	113: "unknown authentication server",
	116: "notification period not allocated",
	117: "channel splitting failed",
	118: "allocation failed",
	119: "CMMG not supported",
	120: "GAS fragment not available",
	121: "success, same CAG version",
	122: "GLK not authorized",
	123: "unknown password identifier",
	124: "TCLAS ended for lack of QoS capacity",
	125: "TCLAS ended for conflict with QoS policy",
	126: "SAE hash to element",
	127: "SAE public key",
}
