package dot11

import (
	"fmt"
	"strings"
)

// Access is a set of ways in which a network lets clients in.
type Access uint16

const (
	AccessOpen Access = 1 << iota
	AccessOWE
	AccessWEP
	AccessWPAPSK // the WPA element, or TKIP in the RSN element
	AccessWPAEAP // likewise
	AccessWPA2PSK
	AccessWPA2EAP
	AccessWPA3SAE
	AccessWPA3EAP // protected management frames are required, and SHA-1 is not offered
	AccessWPA3EAP192
	AccessOther // an AKM suite of a vendor, or of a kind that is not known
)

// accessWords is indexed by bit.
var accessWords = [...]string{
	"open", "owe", "wep", "wpa-psk", "wpa-eap", "wpa2-psk", "wpa2-eap", "wpa3-sae", "wpa3-eap", "wpa3-192", "other",
}

// akmAccess is indexed by AKM suite; suites that no client joins a network with are 0.
var akmAccess = [32]Access{
	AKM8021X: AccessWPA2EAP, AKMFT8021X: AccessWPA2EAP, AKM8021XSHA256: AccessWPA2EAP, AKM8021XSHA384: AccessWPA2EAP,
	AKMFT8021XSHA384U: AccessWPA2EAP, AKMFILSSHA256: AccessWPA2EAP, AKMFILSSHA384: AccessWPA2EAP,
	AKMFTFILSSHA256: AccessWPA2EAP, AKMFTFILSSHA384: AccessWPA2EAP,
	AKMPSK: AccessWPA2PSK, AKMFTPSK: AccessWPA2PSK, AKMPSKSHA256: AccessWPA2PSK, AKMFTPSKSHA384: AccessWPA2PSK,
	AKMPSKSHA384: AccessWPA2PSK,
	AKMSAE:       AccessWPA3SAE, AKMFTSAE: AccessWPA3SAE, AKMSAEExt: AccessWPA3SAE, AKMFTSAEExt: AccessWPA3SAE,
	AKMSuiteB: AccessWPA3EAP192, AKMSuiteB192: AccessWPA3EAP192, AKMFT8021XSHA384: AccessWPA3EAP192,
	AKMOWE: AccessOWE, suiteOther: AccessOther,
}

// Access returns the ways that s offers; never none.
func (s Security) Access() Access {
	switch {
	case s.RSN.Present || s.WPA.Present:
	case s.Privacy:
		return AccessWEP
	default:
		return AccessOpen
	}
	var a Access
	if s.RSN.Present {
		a = s.RSN.access()
		if a&AccessWPA2EAP != 0 && s.MFPRequired && s.RSN.AKM>>AKM8021X&1 == 0 {
			a = a&^AccessWPA2EAP | AccessWPA3EAP
		}
	}
	if s.WPA.Present {
		a |= older(s.WPA.access())
	}
	if a == 0 {
		return AccessOther
	}
	return a
}

// access returns the ways of an RSN element. One that allows a cipher of the generation before allows that as well.
func (p Protection) access() Access {
	var a Access
	for n, way := range akmAccess {
		if p.AKM>>n&1 != 0 {
			a |= way
		}
	}
	ciphers := p.Pairwise | p.Group
	if ciphers&(1<<CipherTKIP) != 0 {
		a |= older(a)
	}
	if ciphers&wepCiphers != 0 {
		a |= AccessWEP
	}
	return a
}

// older returns the ways of WPA that stand for those of its successors.
func older(a Access) Access {
	old := a & (AccessWEP | AccessWPAPSK | AccessWPAEAP | AccessOther)
	if a&(AccessWPA2PSK|AccessWPA3SAE) != 0 {
		old |= AccessWPAPSK
	}
	if a&(AccessWPA2EAP|AccessWPA3EAP|AccessWPA3EAP192) != 0 {
		old |= AccessWPAEAP
	}
	return old
}

// ParseAccess reads the word of one way, in any case.
func ParseAccess(word string) (Access, error) {
	for n, w := range accessWords {
		if strings.EqualFold(word, w) {
			return 1 << n, nil
		}
	}
	return 0, fmt.Errorf("%q is none of %s", word, strings.Join(accessWords[:], ", "))
}

// String lists the words of a, parted by commas.
func (a Access) String() string {
	return list(uint32(a), ", ", "way ", func(n int) string {
		if n < len(accessWords) {
			return accessWords[n]
		}
		return ""
	})
}
