package dot11

// Kind is a frame's type and subtype: type<<4 | subtype (802.11-2020 §9.2.4.1.3, table 9-1).
type Kind uint8

// Management frames.
const (
	AssocReq    Kind = 0x00
	AssocResp   Kind = 0x01
	ReassocReq  Kind = 0x02
	ReassocResp Kind = 0x03
	ProbeReq    Kind = 0x04
	ProbeResp   Kind = 0x05
	TimingAdv   Kind = 0x06
	Beacon      Kind = 0x08
	ATIM        Kind = 0x09
	Disassoc    Kind = 0x0a
	Auth        Kind = 0x0b
	Deauth      Kind = 0x0c
	Action      Kind = 0x0d
	ActionNoAck Kind = 0x0e
)

// Control frames.
const (
	Trigger        Kind = 0x12
	TACK           Kind = 0x13
	BeamformReport Kind = 0x14
	NDPAnnounce    Kind = 0x15
	ControlExt     Kind = 0x16
	ControlWrapper Kind = 0x17
	BlockAckReq    Kind = 0x18
	BlockAck       Kind = 0x19
	PSPoll         Kind = 0x1a
	RTS            Kind = 0x1b
	CTS            Kind = 0x1c
	Ack            Kind = 0x1d
	CFEnd          Kind = 0x1e
	CFEndAck       Kind = 0x1f
)

// Data frames. Bit 3 of the subtype says that there is a QoS control field, bit 2 that there is no body.
const (
	Data    Kind = 0x20
	Null    Kind = 0x24
	QoSData Kind = 0x28
	QoSNull Kind = 0x2c
)

// Extension frames.
const (
	DMGBeacon Kind = 0x30
	S1GBeacon Kind = 0x31
)

// IsManagement reports whether k is of type 0.
func (k Kind) IsManagement() bool { return k>>4 == 0 }

// IsControl reports whether k is of type 1.
func (k Kind) IsControl() bool { return k>>4 == 1 }

// IsData reports whether k is of type 2.
func (k Kind) IsData() bool { return k>>4 == 2 }

// Kinds is a set of frame kinds.
type Kinds uint64

// Sets of kinds.
const (
	AnyManagement Kinds = 0xffff
	AnyControl    Kinds = 0xffff << 16
	AnyData       Kinds = 0xffff << 32
	AnyKind       Kinds = 1<<64 - 1
)

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

// IsExtension reports whether k is of type 3.
func (k Kind) IsExtension() bool { return k>>4 == 3 }

// IsQoS reports whether k is a data frame with a QoS Control field.
func (k Kind) IsQoS() bool { return k&0xf8 == QoSData }

// HasBody reports whether k is a data frame that carries data.
func (k Kind) HasBody() bool { return k&0xf4 == Data }
