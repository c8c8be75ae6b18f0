package detecttest

import (
	"encoding/binary"
	"fmt"

	"github.com/tocsin-wids/tocsin/dot11"
)

// protection is what a word for security stands for: suite numbers of tables 9-188 and 9-190.
type protection struct {
	wpa, rsn []byte // AKM suites of each element; nil: no such element
	pairwise []byte
	group    byte
	mfp      string // none, capable or required
}

const (
	tkip    = 2
	ccmp    = 4
	gcmp256 = 9
)

var securities = map[string]protection{
	"open":            {},
	"wep":             {},
	"wpa-psk":         {wpa: []byte{2}, pairwise: []byte{tkip}, group: tkip},
	"wpa-eap":         {wpa: []byte{1}, pairwise: []byte{tkip}, group: tkip},
	"wpa-wpa2-psk":    {wpa: []byte{2}, rsn: []byte{2}, pairwise: []byte{ccmp, tkip}, group: tkip},
	"wpa2-psk-tkip":   {rsn: []byte{2}, pairwise: []byte{tkip}, group: tkip},
	"wpa2-psk":        {rsn: []byte{2}, pairwise: []byte{ccmp}, group: ccmp},
	"wpa2-psk-sha256": {rsn: []byte{6}, pairwise: []byte{ccmp}, group: ccmp, mfp: "required"},
	"wpa2-psk-ft":     {rsn: []byte{2, 4}, pairwise: []byte{ccmp}, group: ccmp},
	"wpa2-eap":        {rsn: []byte{1}, pairwise: []byte{ccmp}, group: ccmp},
	"wpa2-wpa3":       {rsn: []byte{2, 8}, pairwise: []byte{ccmp}, group: ccmp, mfp: "capable"},
	"wpa3-sae":        {rsn: []byte{8}, pairwise: []byte{ccmp}, group: ccmp, mfp: "required"},
	"wpa3-eap":        {rsn: []byte{5}, pairwise: []byte{ccmp}, group: ccmp, mfp: "required"},
	"wpa3-192":        {rsn: []byte{12}, pairwise: []byte{gcmp256}, group: gcmp256, mfp: "required"},
	"owe":             {rsn: []byte{18}, pairwise: []byte{ccmp}, group: ccmp, mfp: "required"},
}

// security makes the RSN and WPA elements that the word stands for.
func (d *draft) security(name string) ([]byte, error) {
	p, ok := securities[name]
	if !ok {
		return nil, fmt.Errorf("%q is no security; the doc of detecttest lists them", name)
	}
	if d.mfp != "" {
		p.mfp = d.mfp
	}
	var b []byte
	if p.rsn != nil {
		// RSN Capabilities, §9.4.2.24.4: bit 7 is MFPC, bit 6 MFPR.
		capabilities, ok := map[string]uint16{"": 0, "none": 0, "capable": 0x80, "required": 0xc0}[p.mfp]
		if !ok {
			return nil, fmt.Errorf("mfp is none, capable or required, not %q", p.mfp)
		}
		body := binary.LittleEndian.AppendUint16(suites([]byte{0x00, 0x0f, 0xac}, p.group, p.pairwise, p.rsn), capabilities)
		b = append(b, tlv(dot11.ElementRSN, body)...)
	}
	if p.wpa != nil {
		body := suites([]byte{0x00, 0x50, 0xf2}, p.group, p.pairwise, p.wpa)
		b = append(b, tlv(221, append([]byte{0x00, 0x50, 0xf2, 1}, body...))...)
	}
	return b, nil
}

// suites makes version, group cipher, pairwise ciphers and AKMs (§9.4.2.24.1).
func suites(oui []byte, group byte, pairwise, akms []byte) []byte {
	b := append([]byte{1, 0}, append(oui, group)...)
	for _, list := range [][]byte{pairwise, akms} {
		b = binary.LittleEndian.AppendUint16(b, uint16(len(list)))
		for _, suite := range list {
			b = append(append(b, oui...), suite)
		}
	}
	return b
}
