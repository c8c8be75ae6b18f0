package dot11

import (
	"strconv"
	"strings"
)

// String says s as people do: "open", "WEP", "WPA2-PSK CCMP", "WPA2/WPA3-PSK/SAE CCMP, MFP capable". Different
// values have different texts.
func (s Security) String() string {
	var b strings.Builder
	switch {
	case s.RSN.Present && s.WPA.Present && s.RSN.AKM == s.WPA.AKM:
		b.WriteString("WPA/" + s.RSN.String())
		if s.WPA.Pairwise != s.RSN.Pairwise || s.WPA.Group != s.RSN.Group {
			b.WriteString(" (WPA " + s.WPA.ciphers() + ")")
		}
	case s.RSN.Present:
		b.WriteString(s.RSN.String())
		if s.WPA.Present {
			b.WriteString(" + " + s.WPA.vendor())
		}
	case s.WPA.Present:
		b.WriteString(s.WPA.vendor())
	case s.Privacy:
		b.WriteString("WEP")
	default:
		b.WriteString("open")
	}
	if (s.RSN.Present || s.WPA.Present) && !s.Privacy {
		b.WriteString(", privacy bit clear")
	}
	switch {
	case s.MFPRequired && s.MFPCapable:
		b.WriteString(", MFP required")
	case s.MFPRequired:
		b.WriteString(", MFP required but not capable")
	case s.MFPCapable:
		b.WriteString(", MFP capable")
	}
	if s.GroupMgmt != 0 {
		b.WriteString(", group management " + s.GroupMgmt.String())
	}
	if s.OWETransit {
		b.WriteString(", OWE transition")
	}
	if s.WPS {
		b.WriteString(", WPS")
	}
	if s.Unreadable {
		b.WriteString(", unreadable")
	}
	return b.String()
}

// String says p, the content of an RSN element, with the generation that its AKM suites belong to.
func (p Protection) String() string {
	if !p.Present {
		return "none"
	}
	var second, third bool
	for n, suite := range akmWords {
		if p.AKM>>n&1 != 0 {
			second = second || suite.generation == 2
			third = third || suite.generation == 3
		}
	}
	name := p.AKM.String()
	switch {
	case second && third:
		name = "WPA2/WPA3-" + name
	case second:
		name = "WPA2-" + name
	case third:
		name = "WPA3-" + name
	}
	return name + " " + p.ciphers()
}

// vendor says p, the content of a WPA element.
func (p Protection) vendor() string { return "WPA-" + p.AKM.String() + " " + p.ciphers() }

// ciphers says the pairwise ciphers, and the group cipher if it is not the only one of these.
func (p Protection) ciphers() string {
	if p.Pairwise == p.Group {
		return p.Pairwise.String()
	}
	return p.Pairwise.String() + " (group " + p.Group.String() + ")"
}

// cipherWords is indexed by cipher suite.
var cipherWords = [32]string{
	CipherGroup: "as group", CipherWEP40: "WEP-40", CipherTKIP: "TKIP", CipherCCMP: "CCMP",
	CipherWEP104: "WEP-104", CipherBIP: "BIP", CipherNoGroup: "none", CipherGCMP: "GCMP",
	CipherGCMP256: "GCMP-256", CipherCCMP256: "CCMP-256", CipherGMAC: "BIP-GMAC", CipherGMAC256: "BIP-GMAC-256",
	CipherBIP256: "BIP-CMAC-256", suiteOther: "vendor cipher",
}

// String lists the suites, parted by "+".
func (s CipherSet) String() string {
	return list(uint32(s), "+", "cipher ", func(n int) string { return cipherWords[n] })
}

// akmWords is indexed by AKM suite. The generation is that of WPA; 0 if the suite's name says it all.
var akmWords = [32]struct {
	word       string
	generation uint8
}{
	AKM8021X: {"802.1X", 2}, AKMPSK: {"PSK", 2}, AKMFT8021X: {"FT-802.1X", 2}, AKMFTPSK: {"FT-PSK", 2},
	AKM8021XSHA256: {"802.1X-SHA256", 2}, AKMPSKSHA256: {"PSK-SHA256", 2}, AKMTDLS: {"TDLS", 0},
	AKMSAE: {"SAE", 3}, AKMFTSAE: {"FT-SAE", 3}, AKMPeerKey: {"peer key", 0},
	AKMSuiteB: {"802.1X-SuiteB", 3}, AKMSuiteB192: {"802.1X-SuiteB-192", 3},
	AKMFT8021XSHA384: {"FT-802.1X-SuiteB-192", 3}, AKMFILSSHA256: {"FILS-SHA256", 2},
	AKMFILSSHA384: {"FILS-SHA384", 2}, AKMFTFILSSHA256: {"FT-FILS-SHA256", 2},
	AKMFTFILSSHA384: {"FT-FILS-SHA384", 2}, AKMOWE: {"OWE", 0}, AKMFTPSKSHA384: {"FT-PSK-SHA384", 2},
	AKMPSKSHA384: {"PSK-SHA384", 2}, AKMPASN: {"PASN", 0}, AKMFT8021XSHA384U: {"FT-802.1X-SHA384", 3},
	AKM8021XSHA384: {"802.1X-SHA384", 3}, AKMSAEExt: {"SAE-EXT", 3}, AKMFTSAEExt: {"FT-SAE-EXT", 3},
	suiteOther: {"vendor AKM", 0},
}

// String lists the suites, parted by "/".
func (s AKMSet) String() string {
	return list(uint32(s), "/", "AKM ", func(n int) string { return akmWords[n].word })
}

// list joins the words of the bits set; a bit without a word is named by its number.
func list(set uint32, separator, unnamed string, word func(int) string) string {
	var words []string
	for n := range 32 {
		if set>>n&1 == 0 {
			continue
		}
		w := word(n)
		if w == "" {
			w = unnamed + strconv.Itoa(n)
		}
		words = append(words, w)
	}
	if words == nil {
		return "none"
	}
	return strings.Join(words, separator)
}
