// Package awdlmalform recognises frames of Apple's AWDL that are made to overflow the memory of who reads them.
package awdlmalform

import (
	"encoding/binary"
	"fmt"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// Spec declares AWDLMALFORM.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "AWDLMALFORM",
		Title:       "Malformed AWDL frame",
		Class:       tocsin.Exploit,
		Severity:    tocsin.High,
		Description: "A frame of Apple's AWDL holds more than it says or than can be: it is made to overflow the memory of Apple devices.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  85,
		Attack:      []string{"T1210"},
	},
	Frames:  dot11.Only(dot11.Action, dot11.ActionNoAck),
	Content: true,
}, detect.DefaultSignature, newDetector)

// The layout of an AWDL frame: category, OUI, type, version, subtype, reserved, two times; then parts with type and length.
const (
	apple    = 0x0017f2
	awdl     = 8
	headLen  = 16
	partHead = 3

	syncTree = 20 // the addresses from the device up to the master of the cluster
	addrLen  = 6
	mostTree = 10
)

type detector struct{ *detect.Signature }

func newDetector(l detect.SignatureLimits, _ detect.Env) detect.Detector {
	return detector{detect.NewSignature(l)}
}

func (d detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	if b := f.Body; f.Fixed.Category != dot11.VendorAction || len(b) < headLen || binary.BigEndian.Uint32(b[1:]) != apple<<8|awdl {
		return
	}
	kind, length, left, bad := malformed(f.Body[headLen:])
	if !bad {
		return
	}
	what := [...]byte{kind, byte(length), byte(length >> 8)}
	switch v := d.Judge(o, what[:], 0); {
	case v.Several > 0:
		found.Add(d.Several(v.Several, "Somebody sends malformed AWDL frames under many addresses: they can overflow the memory of Apple devices", "malformed AWDL frames"))
	case v.Speak:
		found.Add(finding(f, kind, length, left))
	}
}

// malformed returns the first part of b that claims more octets than are left, or a sync tree that is too long.
func malformed(b []byte) (kind byte, length, left int, bad bool) {
	for len(b) >= partHead {
		kind, length = b[0], int(binary.LittleEndian.Uint16(b[1:]))
		b = b[partHead:]
		if length > len(b) || kind == syncTree && length > mostTree*addrLen {
			return kind, length, len(b), true
		}
		b = b[length:]
	}
	return 0, 0, 0, false
}

func finding(f *dot11.Frame, kind byte, length, left int) tocsin.Finding {
	n := tocsin.Finding{
		Text: fmt.Sprintf("%s sends %s an AWDL frame with a part of %d octets where %d are left, which can overflow the memory of Apple devices",
			f.Addr2, detect.Whom(f.Addr1), length, left),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("length of part %d of an AWDL frame", kind),
			Observed: fmt.Sprintf("%d octets", length),
			Limit:    fmt.Sprintf("%d octets", left),
		},
		Subject: f.Addr2.String(),
	}
	if length <= left {
		n.Text = fmt.Sprintf("%s sends %s an AWDL frame with a sync tree of %d octets, which can overflow the memory of Apple devices", f.Addr2, detect.Whom(f.Addr1), length)
		n.Reason.Limit = fmt.Sprintf("%d octets, %d addresses", mostTree*addrLen, mostTree)
	}
	return n
}
