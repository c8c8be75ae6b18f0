package detect

import "github.com/tocsin-wids/tocsin/dot11"

// SSID is a network name that can be a key.
type SSID struct {
	octets [32]byte
	length uint8
}

// Named returns the SSID of f; false if it has none, hides it, or has one that no network can have.
func Named(f *dot11.Frame) (s SSID, ok bool) {
	ssid, ok, hidden := f.Elements.SSID()
	if !ok || hidden || len(ssid) == 0 || len(ssid) > len(s.octets) {
		return SSID{}, false
	}
	s.length = uint8(copy(s.octets[:], ssid))
	return s, true
}

// Octets returns the name.
func (s *SSID) Octets() []byte { return s.octets[:s.length] }

// NameSSID returns the key of a name that track knows.
func NameSSID(name string) (s SSID) {
	s.length = uint8(copy(s.octets[:], name))
	return s
}
