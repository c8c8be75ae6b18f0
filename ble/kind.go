package ble

// Kind is the type of a PDU on the advertising channels (Vol 6 Part B §2.3), or Data.
type Kind uint8

// Kinds. On a secondary channel, where bodies are the same, ScanReq and ConnectInd are AUX_SCAN_REQ and
// AUX_CONNECT_REQ; Extended is ADV_EXT_IND, AUX_ADV_IND, AUX_SCAN_RSP and AUX_CHAIN_IND.
const (
	AdvInd         Kind = 0
	AdvDirectInd   Kind = 1
	AdvNonconnInd  Kind = 2
	ScanReq        Kind = 3
	ScanRsp        Kind = 4
	ConnectInd     Kind = 5
	AdvScanInd     Kind = 6
	ExtendedInd    Kind = 7
	AuxConnectRsp  Kind = 8
	AdvDecisionInd Kind = 9 // since 6.0; its body is not read

	// Data is what has another access address than advertising: a connection, periodic advertising, an isochronous
	// stream.
	Data Kind = 16
)

// Kinds is a set of kinds.
type Kinds uint32

// AnyKind is the set of all.
const AnyKind Kinds = 1<<32 - 1

// Only returns the set of the kinds given.
func Only(kinds ...Kind) Kinds {
	var s Kinds
	for _, k := range kinds {
		s |= 1 << k
	}
	return s
}

// Has reports whether k is in the set.
func (s Kinds) Has(k Kind) bool { return s>>k&1 != 0 }

// IsLegacy reports whether k carries advertising data of at most 31 octets.
func (k Kind) IsLegacy() bool { return legacy.Has(k) }

const legacy = Kinds(1<<AdvInd | 1<<AdvNonconnInd | 1<<ScanRsp | 1<<AdvScanInd)
