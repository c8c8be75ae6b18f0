package ble

import "strings"

// Defects is a set of reasons for which a strict reader refuses a packet.
type Defects uint16

// Reasons. A packet that the sensor cut short has some of them without being malformed: see tocsin.Observation.Cut.
const (
	DefectShort         Defects = 1 << iota // the packet ends before its length says
	DefectTrailing                          // octets behind the checksum
	DefectReservedKind                      // the type is reserved
	DefectLength                            // a PDU of fixed or least length has another one
	DefectLongLegacy                        // more than 31 octets of advertising data where no more can be
	DefectExtended                          // the extended header is longer than the payload, or shorter than its fields
	DefectMode                              // the advertising mode is reserved
	DefectScannableData                     // scannable extended advertising with data, which belongs into the response
	DefectOverrun                           // an advertising structure is longer than what is left
	DefectPadding                           // octets that are not 0 behind the end of the advertising data
)

// defectNames is in the order of the bits.
var defectNames = [...]string{
	"short packet", "trailing octets", "reserved type", "wrong length", "long legacy advertising", "extended header",
	"reserved mode", "scannable with data", "structure overrun", "padding",
}

// Strings returns the names of the reasons in d.
func (d Defects) Strings() []string {
	var names []string
	for i, name := range defectNames {
		if d>>i&1 != 0 {
			names = append(names, name)
		}
	}
	return names
}

func (d Defects) String() string { return strings.Join(d.Strings(), ", ") }
