package dot11

// Frame is one 802.11 frame, decoded in place. Its slices point into the buffer given to Decode and are
// valid as long as that buffer is.
type Frame struct {
	Raw  []byte // the frame, radio header and FCS removed
	Body []byte // what follows the MAC header; ciphertext when Protected

	Kind     Kind
	Control  uint16 // the Frame Control field
	Duration uint16 // µs; the AID in a PS-Poll
	Addr1    Addr   // receiver
	Addr2    Addr   // transmitter; zero in CTS and Ack; without the bandwidth bit of control frames
	Addr3    Addr
	Addr4    Addr // zero unless both DS bits are set in a data frame
	BSSID    Addr // by the DS bits (table 9-30); zero if the frame names none, broadcast in most probe requests

	Sequence uint16 // 0–4095
	Fragment uint8  // 0–15
	// QoS is the QoS Control field; valid if Kind is a QoS data kind.
	QoS       uint16
	HTControl uint32 // 0 unless the +HTC bit is set in a QoS data or management frame

	Fixed    Fixed    // fixed fields of a management frame; zero in encrypted ones
	Elements Elements // elements of a management frame; none in encrypted ones

	// EtherType and Payload follow LLC/SNAP in an unprotected data frame that is not an A-MSDU; else 0 and nil.
	EtherType uint16
	Payload   []byte

	// Defects are the reasons for which a strict reader refuses the frame. What could be read is there all the same.
	Defects Defects
}

// Fixed holds the fields that precede the elements of a management frame (802.11-2020 §9.4.1). A field that the
// frame's kind does not have, or that was cut off, is zero.
type Fixed struct {
	TSF             uint64 // µs: beacon, probe response
	Interval        uint16 // TU of 1024 µs: beacon, probe response
	Capability      uint16 // beacon, probe response, (re)association
	ListenInterval  uint16 // (re)association request
	CurrentAP       Addr   // reassociation request
	Status          uint16 // (re)association response, authentication
	AID             uint16 // (re)association response
	AuthAlgorithm   uint16 // authentication: 0 open, 1 shared key, 2 FT, 3 SAE, 4–6 FILS, 7 PASN
	AuthTransaction uint16 // authentication
	Reason          uint16 // disassociation, deauthentication
	Category        uint8  // action; bit 7 set: the frame is returned as an error
	Action          uint8  // action; 0 if the category is a vendor's
}

// Bits of the Frame Control field.
const (
	ToDS      = 0x0100
	FromDS    = 0x0200
	MoreFrag  = 0x0400
	Retry     = 0x0800
	PowerMgmt = 0x1000
	MoreData  = 0x2000
	Protected = 0x4000
	Order     = 0x8000 // +HTC
)

// Bits of the Capability Information field (802.11-2020 §9.4.1.4).
const (
	CapESS     = 0x0001
	CapIBSS    = 0x0002
	CapPrivacy = 0x0010
)

// IsRetry reports whether the transmitter says that it sent the frame before.
func (f *Frame) IsRetry() bool { return f.Control&Retry != 0 }

// IsProtected reports whether the body is encrypted.
func (f *Frame) IsProtected() bool { return f.Control&Protected != 0 }

// Transmitter returns the address of the station that claims to have sent the frame on air; zero if it names none.
func (f *Frame) Transmitter() Addr { return f.Addr2 }

// Receiver returns the address of the station that the frame is for on air.
func (f *Frame) Receiver() Addr { return f.Addr1 }

// Source returns the address of the frame's origin: SA (table 9-30).
func (f *Frame) Source() Addr {
	if f.Kind.IsData() && f.Control&FromDS != 0 {
		if f.Control&ToDS != 0 {
			return f.Addr4
		}
		return f.Addr3
	}
	return f.Addr2
}

// Destination returns the address of the frame's final receiver: DA (table 9-30).
func (f *Frame) Destination() Addr {
	if f.Kind.IsData() && f.Control&ToDS != 0 {
		return f.Addr3
	}
	return f.Addr1
}
