package dot11

import "encoding/binary"

// rule is what a strict reader asks of an element.
type rule struct {
	least, most uint8 // octets of data; most is 0 where there is no bound but the format's
	once        uint8 // a bit of its own if the element may occur once
}

// rules is indexed by element id (802.11-2020 §9.4.2).
var rules = [256]rule{
	ElementSSID:                {most: maxSSID, once: 1},
	ElementRates:               {least: 1, most: 8},
	ElementDS:                  {least: 1, most: 1, once: 2},
	ElementTIM:                 {least: 4},
	ElementIBSS:                {least: 2, most: 2},
	ElementCountry:             {least: 6},
	ElementBSSLoad:             {least: 4, most: 5}, // 4: before 802.11e was final
	ElementPowerConstraint:     {least: 1, most: 1},
	ElementPowerCapability:     {least: 2, most: 2},
	ElementTPCReport:           {least: 2, most: 2},
	ElementSupportedChannels:   {least: 2},
	ElementChannelSwitch:       {least: 3, most: 3},
	ElementQuiet:               {least: 6, most: 6},
	ElementERP:                 {least: 1, most: 1},
	ElementHTCapabilities:      {least: 26, most: 26, once: 4},
	ElementQoSCapability:       {least: 1, most: 1},
	ElementRSN:                 {least: 2, once: 8},
	ElementExtendedRates:       {least: 1},
	ElementNeighborReport:      {least: 13},
	ElementMobilityDomain:      {least: 3, most: 3},
	ElementFastTransition:      {least: 82},
	ElementExtendedSwitch:      {least: 4, most: 4},
	ElementHTOperation:         {least: 22, most: 22, once: 16},
	ElementSecondaryOffset:     {least: 1, most: 1},
	ElementRMCapabilities:      {least: 5, most: 5},
	ElementMultipleBSSID:       {least: 1},
	ElementCoexistence:         {least: 1, most: 1},
	ElementOverlappingScan:     {least: 14, most: 14},
	ElementMME:                 {least: 16, most: 24},
	ElementInterworking:        {least: 1},
	ElementMeshConfiguration:   {least: 7, most: 7},
	ElementExtendedCapability:  {least: 1},
	ElementVendorCisco:         {least: 3},
	ElementVHTCapabilities:     {least: 12, most: 12},
	ElementVHTOperation:        {least: 5, most: 5},
	ElementWideBandwidthSwitch: {least: 3, most: 3},
	ElementTransmitPower:       {least: 2},
	ElementVendor:              {least: 3},
	ElementRSNX:                {least: 1},
	ElementExtension:           {least: 1},
}

// maxSSID is the length of the longest SSID (802.11-2020 §9.4.2.2).
const maxSSID = 32

// ElementLengths returns between which lengths the data of an element must be; most is 255 where the standard sets
// no bound.
func ElementLengths(id uint8) (least, most int) {
	r := rules[id]
	if r.most == 0 {
		return int(r.least), 255
	}
	return int(r.least), int(r.most)
}

// Defects returns what is wrong with the element by itself.
func (e Element) Defects() Defects {
	if e.ID == ElementExtension {
		return extensionDefects(e.Ext, len(e.Data))
	}
	return lengthDefects(e.ID, len(e.Data)) | suiteDefects(e.ID, e.Data)
}

func lengthDefects(id uint8, n int) Defects {
	least, most := ElementLengths(id)
	switch {
	case n >= least && n <= most:
		return 0
	case id == ElementSSID:
		return DefectSSIDLength
	case n == 0:
		return DefectEmpty
	case n > most || least == most:
		return DefectFixedLength
	}
	return DefectTooShort
}

// ExtensionLength returns how long what follows an extension id must be at least: the fields that are always there
// (802.11ax-2021 §9.4.2.248, §9.4.2.249; 802.11be-2024 §9.4.2.321–323).
func ExtensionLength(ext uint8) int {
	switch ext {
	case ExtHECapabilities:
		return 21 // MAC 6, PHY 11, MCS and NSS 4
	case ExtHEOperation:
		return 6
	case ExtHE6GHzCapabilities:
		return 2
	case ExtEHTOperation:
		return 5 // parameters 1, MCS and NSS 4
	case ExtMultiLink:
		return 3 // control 2, common information 1
	case ExtEHTCapabilities:
		return 11 // MAC 2, PHY 9
	}
	return 0
}

func extensionDefects(ext uint8, n int) Defects {
	if n < ExtensionLength(ext) {
		return DefectTooShort
	}
	return 0
}

// suiteDefects reports counts of suites that go beyond the end of an RSN or WPA element.
func suiteDefects(id uint8, d []byte) Defects {
	switch {
	case id == ElementRSN && len(d) >= 2:
		d = d[2:]
	case id == ElementVendor && len(d) >= 6 && binary.BigEndian.Uint32(d) == OUIMicrosoft<<8|MicrosoftWPA:
		d = d[6:]
	default:
		return 0
	}
	const suiteLen = 4
	if len(d) < suiteLen {
		if len(d) == 0 {
			return 0
		}
		return DefectRSNCount
	}
	d = d[suiteLen:]
	for range 2 { // pairwise, AKM
		if len(d) == 0 {
			return 0
		}
		if len(d) < 2 {
			return DefectRSNCount
		}
		n := 2 + suiteLen*int(binary.LittleEndian.Uint16(d))
		if n > len(d) {
			return DefectRSNCount
		}
		d = d[n:]
	}
	if id == ElementRSN {
		return pmkidDefects(d)
	}
	return 0
}

// pmkidDefects is suiteDefects for what follows the AKM suites of an RSN element.
func pmkidDefects(d []byte) Defects {
	const capabilitiesLen, pmkidLen, suiteLen = 2, 16, 4
	if len(d) == 0 || len(d) == capabilitiesLen {
		return 0
	}
	if len(d) < capabilitiesLen+2 {
		return DefectRSNCount
	}
	d = d[capabilitiesLen:]
	n := 2 + pmkidLen*int(binary.LittleEndian.Uint16(d))
	if n > len(d) || len(d) > n && len(d) < n+suiteLen {
		return DefectRSNCount
	}
	return 0
}
