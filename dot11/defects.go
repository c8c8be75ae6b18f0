package dot11

import "strings"

// Defects is a set of reasons for which a strict reader refuses a frame.
type Defects uint32

// Reasons. A frame that the sensor cut short has some of them without being malformed: see tocsin.Observation.Cut.
const (
	DefectShortHeader      Defects = 1 << iota // the header of the frame's kind is cut off
	DefectReservedKind                         // the type and subtype are reserved
	DefectProtected                            // the Protected bit is set where nothing can be encrypted
	DefectShortFixed                           // the fixed fields are cut off
	DefectTrailing                             // one octet after the last element
	DefectOverrun                              // an element is longer than what is left
	DefectTooMany                              // more elements than are indexed
	DefectSSIDLength                           // an SSID of more than 32 octets
	DefectDuplicate                            // a second element that may occur once
	DefectFixedLength                          // an element whose length is fixed has another one
	DefectTooShort                             // an element is shorter than its mandatory fields
	DefectEmpty                                // an element that must have content has none
	DefectRSNCount                             // a count of an RSN or WPA element goes beyond its end
	DefectReservedInterval                     // a beacon interval of 0
	DefectAMSDU                                // the subframes of an A-MSDU do not fill the body
)

// defectNames is in the order of the bits.
var defectNames = [...]string{
	"short header", "reserved kind", "protected bit", "short fixed fields", "trailing octet", "element overrun",
	"too many elements", "SSID length", "duplicate element", "wrong element length", "short element",
	"empty element", "RSN count", "beacon interval 0", "A-MSDU length",
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
