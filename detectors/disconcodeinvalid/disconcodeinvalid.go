// Package disconcodeinvalid recognises disassociations whose reason the standard does not define.
package disconcodeinvalid

import (
	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
)

// Spec declares DISCONCODEINVALID.
var Spec = detect.UndefinedReasons(tocsin.Definition{
	Header:      "DISCONCODEINVALID",
	Title:       "Disassociation with an undefined reason",
	Class:       tocsin.Exploit,
	Severity:    tocsin.High,
	Description: "A disassociation carries a reason code that the standard does not define: a tool made it, perhaps to find or use a fault in a driver.",
	Phy:         tocsin.PhyWiFi,
	Throttle:    tocsin.PerMinute5,
	Confidence:  80,
	Attack:      []string{"T1210"},
}, dot11.Disassoc)
