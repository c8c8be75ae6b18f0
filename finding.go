package tocsin

import (
	"time"
)

// Finding is what a detector says of the air, once an attack.
type Finding struct {
	Text       string // one sentence for people: who does what to whom
	Reason     Reason
	Confidence Confidence // 0: the definition's
	Severity   *Severity  // nil: the definition's

	// Addresses as the compatible record names them. Left zero, they are taken from the frame: BSSID, SA, DA.
	BSSID, Source, Dest, Other MAC

	// Subject is who the finding is about, where the BSSID alone does not say it: part of the fingerprint.
	Subject string

	// Apart says that the frame at hand only told the time: nothing of it belongs to the finding.
	Apart bool

	// Frames are the numbers of frames that show the finding, oldest first; the frame that completed it may be left out.
	Frames []uint64
}

// Reason is why a finding was made, in words and numbers.
type Reason struct {
	What     string // what differed or was counted: "deauthentications of one BSSID in 1s"
	Observed string // with unit
	Limit    string // with unit; empty where one occurrence is enough
}

// Confidence is the probability, in percent, that a finding is what its text says.
type Confidence uint8

// Detected is a Finding together with what the engine adds to it.
type Detected struct {
	Finding
	Definition *Definition
	Time       time.Duration // of the frame that completed it
	Number     uint64        // of that frame; 0 if the finding is apart from it
	Channel    uint8         // that the frame claims; 0 if it claims none
	Hopping    bool          // the frame was Bluetooth, which claims no channel and is on many
	Frequency  uint16        // MHz it was received on; 0 if unknown
	Signal     int8          // dBm; 0 if unknown
	Sensor     uint16        // that heard it first
	Others     []uint16      // that heard it before the finding was made, or others like it shortly before
	Location   *Location     // that came with the frame, valid until Report returns; nil if none did, or the finding is apart from it
	SSID       string        // that the frame names, or else the one its network advertises most; raw octets, "" if unknown
}
