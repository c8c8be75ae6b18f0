// Package tocsin holds the words that all stages of the program share: what was observed on the air, what a
// detector found in it, the alert that people and machines are told of, and the definition that governs the alert.
//
// # Time
//
// Times on the frame path are a time.Duration since the Unix epoch: they compare and subtract without cost and
// never come from the machine's clock. Elsewhere they are a time.Time.
package tocsin

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin/dot11"
)

// MAC is a 48-bit device address.
type MAC = dot11.Addr

// Moment returns the frame time t as a time.Time in UTC.
func Moment(t time.Duration) time.Time { return time.Unix(0, int64(t)).UTC() }

// Severity says how bad an alert is. Only the five named values are legal.
type Severity uint8

const (
	Info     Severity = 0
	Low      Severity = 5
	Medium   Severity = 10
	High     Severity = 15
	Critical Severity = 20
)

// Severities lists the legal values, mildest first.
func Severities() []Severity { return []Severity{Info, Low, Medium, High, Critical} }

// Valid reports whether s is one of the five.
func (s Severity) Valid() bool { return s <= Critical && s%5 == 0 }

func (s Severity) String() string {
	switch s {
	case Info:
		return "INFO"
	case Low:
		return "LOW"
	case Medium:
		return "MEDIUM"
	case High:
		return "HIGH"
	case Critical:
		return "CRITICAL"
	}
	return fmt.Sprintf("SEVERITY(%d)", uint8(s))
}

// Class groups alerts by what they are about. Definitions made by clients may use other words.
type Class string

const (
	Denial  Class = "DENIAL"  // denial of service
	Exploit Class = "EXPLOIT" // attack on an implementation or a cryptographic step
	Probe   Class = "PROBE"   // reconnaissance, or the presence of a tool
	Spoof   Class = "SPOOF"   // impersonation
	Other   Class = "OTHER"
	System  Class = "SYSTEM" // about the sensor itself
)

// Phy numbers as clients of Kismet know them.
const (
	PhyAny     int32 = -1
	PhyUnknown int32 = -2
	PhyWiFi    int32 = 0
	PhyBTLE    int32 = 6
)
