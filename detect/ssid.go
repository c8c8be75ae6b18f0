package detect

import (
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

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

// networkName returns the SSID that f has, or else the one that its network advertises most; "" if neither is known. An SSID
// that no network can have is the attack itself, and no name.
func networkName(f *dot11.Frame, bss *track.BSS) string {
	if s, ok := Named(f); ok {
		return string(s.Octets())
	}
	var most *track.Advert
	if bss != nil {
		for a := range bss.All() {
			if a.SSID != "" && len(a.SSID) <= len(SSID{}.octets) && (most == nil || a.Frames > most.Frames) {
				most = a
			}
		}
	}
	if most == nil {
		return ""
	}
	return most.SSID
}

// Octets returns the name.
func (s *SSID) Octets() []byte { return s.octets[:s.length] }

// NameSSID returns the key of a name that track knows.
func NameSSID(name string) (s SSID) {
	s.length = uint8(copy(s.octets[:], name))
	return s
}
