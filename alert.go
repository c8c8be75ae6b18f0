package tocsin

import "time"

// Alert is one record that clients read. Its first members are those of the compatible interface; the rest is
// what that has no words for.
type Alert struct {
	Hash        uint32 // compatible identifier; weak, may collide
	Header      string
	Class       Class
	Severity    Severity
	Phy         int32
	Time        time.Time // of the raise, by the server's clock; microseconds
	Transmitter MAC       // the BSSID
	Source      MAC
	Dest        MAC
	Other       MAC
	Channel     string // that the frame claims; "0" if it claims none, Hopping of Bluetooth, "" if there is no frame
	Frequency   uint32 // kHz; 0 if unknown
	Text        string
	Location    *Location // of the radio that heard it; nil if unknown

	ID          ID
	Fingerprint string // header and subject: equal for all alerts of one incident
	Confidence  Confidence
	Reason      Reason
	Attack      []string // MITRE ATT&CK technique ids
	Sensors     []string // names of the radios that heard it
	Signal      int8     // dBm; 0 if unknown
	SSID        string   // of the network, as it was known then; raw octets, "" if it was not
	FrameTime   time.Time
	Frames      []uint64 // numbers of the frames that show it
	Suppressed  uint64   // alerts of this fingerprint held back by the throttle since the one before
}

// Hopping is the Channel of alerts from frames that hop, as clients of Kismet know it.
const Hopping = "FHSS"

// Message is one line of the log that clients read beside the alerts.
type Message struct {
	Text  string
	Flags MessageFlags
	Time  time.Time // whole seconds count
}

// MessageFlags is a set of bits with the values that clients of Kismet know.
type MessageFlags int32

const (
	MessageDebug MessageFlags = 1
	MessageInfo  MessageFlags = 2
	MessageError MessageFlags = 4
	MessageAlert MessageFlags = 8
	MessageFatal MessageFlags = 16
)
