package tocsin

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin/dot11"
)

// Policy is what the owner of the networks says about them.
type Policy struct {
	Networks []NetworkRule // APSPOOF
	Canaries []CanaryRule  // SSIDCANARY
	Devices  []DeviceRule  // DEVICEFOUND, DEVICELOST
}

// Lists reports whether the access point is one that a network of p may have.
func (p *Policy) Lists(bssid dot11.Addr) bool {
	for i := range p.Networks {
		for _, mask := range p.Networks[i].Allowed {
			if mask.Match(bssid) {
				return true
			}
		}
	}
	return false
}

// NetworkRule says who may advertise an SSID, and how.
type NetworkRule struct {
	Name     string
	SSID     SSIDPattern
	Allowed  []MACMask
	Channels []uint8      // that they may name; nil: any
	Access   dot11.Access // ways in which they may let clients in; 0: any
}

// CanaryRule names an SSID that nobody should use.
type CanaryRule struct {
	Name string
	SSID SSIDPattern
}

// DeviceRule names devices whose coming and going is news.
type DeviceRule struct {
	Name        string
	Device      MACMask
	Found, Lost bool          // which of the two is told
	Timeout     time.Duration // of silence after which a device is gone; 0: the detector's own
	Severity    *Severity     // nil: the definition's
}

// SSIDPattern matches SSIDs by their raw bytes: one literally, or a regular expression somewhere in them.
type SSIDPattern struct {
	literal string
	regexp  *regexp.Regexp
}

// LiteralSSID matches exactly ssid.
func LiteralSSID(ssid string) SSIDPattern { return SSIDPattern{literal: ssid} }

// CompileSSID reads a regular expression (RE2 syntax, unanchored, case counts).
func CompileSSID(pattern string) (SSIDPattern, error) {
	re, err := regexp.Compile(pattern)
	var wrong *syntax.Error
	if errors.As(err, &wrong) { // its own text has the pattern as it is, which may hold anything
		return SSIDPattern{}, fmt.Errorf("SSID pattern %q: %s: %q", pattern, wrong.Code, wrong.Expr)
	}
	if err != nil {
		return SSIDPattern{}, fmt.Errorf("SSID pattern %q: %w", pattern, err)
	}
	return SSIDPattern{regexp: re}, nil
}

// Match reports whether ssid is meant. The zero pattern matches nothing.
func (p SSIDPattern) Match(ssid []byte) bool {
	if p.regexp != nil {
		return p.regexp.Match(ssid)
	}
	return p.literal != "" && p.literal == string(ssid)
}

// IsRegexp reports whether p is a regular expression and not an SSID.
func (p SSIDPattern) IsRegexp() bool { return p.regexp != nil }

func (p SSIDPattern) String() string {
	if p.regexp != nil {
		return p.regexp.String()
	}
	return p.literal
}

// MACMask matches addresses that agree with Addr in the bits that are set in Mask.
type MACMask struct{ Addr, Mask MAC }

// ParseMACMask reads "AA:BB:CC:DD:EE:FF" or "AA:BB:CC:00:00:00/FF:FF:FF:00:00:00".
func ParseMACMask(s string) (MACMask, error) {
	addr, mask, masked := strings.Cut(s, "/")
	m := MACMask{Mask: dot11.Broadcast}
	var err error
	if m.Addr, err = dot11.ParseAddr(strings.TrimSpace(addr)); err != nil {
		return m, fmt.Errorf("%q: %w", s, err)
	}
	if masked {
		if m.Mask, err = dot11.ParseAddr(strings.TrimSpace(mask)); err != nil {
			return m, fmt.Errorf("mask of %q: %w", s, err)
		}
	}
	return m, nil
}

// Match reports whether a is meant.
func (m MACMask) Match(a MAC) bool {
	for i := range a {
		if (a[i]^m.Addr[i])&m.Mask[i] != 0 {
			return false
		}
	}
	return true
}

// String returns what ParseMACMask reads: the mask is left out if it covers the whole address.
func (m MACMask) String() string {
	if m.Mask == dot11.Broadcast {
		return m.Addr.String()
	}
	return m.Addr.String() + "/" + m.Mask.String()
}
