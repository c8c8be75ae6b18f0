package dot11

// OWEPartner is the other half of a network with and without OWE (Wi-Fi Alliance, Opportunistic Wireless Encryption
// specification 1.1, OWE transition mode element).
type OWEPartner struct {
	BSSID Addr
	SSID  []byte // raw octets, of at most 32
}

// OWEPartner returns the partner that the OWE transition mode element names, and whether it names one.
func (e *Elements) OWEPartner() (p OWEPartner, ok bool) {
	const fixed, maxSSID = 7, 32
	d, ok := e.Vendor(OUIWiFi, WiFiOWE)
	if !ok || len(d) < fixed {
		return OWEPartner{}, false
	}
	length := int(d[fixed-1])
	if length > maxSSID || len(d) < fixed+length {
		return OWEPartner{}, false
	}
	return OWEPartner{BSSID: Addr(d[:6]), SSID: d[fixed : fixed+length : fixed+length]}, true
}
