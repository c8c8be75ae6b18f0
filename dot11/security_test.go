package dot11_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/dot11"
)

// RSN and WPA elements; the last octets are AKM suites and capabilities.
const (
	ccmp       = "0100" + "000fac04" + "0100" + "000fac04"
	tkip       = "0100" + "000fac02" + "0100" + "000fac02"
	rsnPSK     = "3014" + ccmp + "0100" + "000fac02" + "0000"
	rsnPSKMFP  = "3014" + ccmp + "0100" + "000fac02" + "8000"
	rsnPSK256  = "3014" + ccmp + "0100" + "000fac06" + "c000"
	rsnMixed   = "3018" + ccmp + "0200" + "000fac02" + "000fac08" + "8000"
	rsnSAE     = "3014" + ccmp + "0100" + "000fac08" + "c000"
	rsnTKIP    = "3014" + tkip + "0100" + "000fac02" + "0000"
	rsnOWE     = "3014" + ccmp + "0100" + "000fac12" + "c000"
	rsn8021X   = "3014" + ccmp + "0100" + "000fac01" + "0000"
	rsnX256    = "3014" + ccmp + "0100" + "000fac05" + "c000"
	rsnSuiteB  = "301a" + "0100" + "000fac09" + "0100" + "000fac09" + "0100" + "000fac0c" + "c000" + "0000" + "000fac0c"
	rsnShort   = "3002" + "0100"
	rsnVendor  = "3014" + ccmp + "0100" + "00000001" + "0000"
	rsnBroken  = "3008" + "0100" + "000fac04" + "ffff"
	wpaTKIP    = "dd16" + "0050f201" + "0100" + "0050f202" + "0100" + "0050f202" + "0100" + "0050f202"
	wps        = "dd05" + "0050f20410"
	oweElement = "dd0e" + "506f9a1c" + "02000000000d" + "03" + "616263"
)

func secured(t *testing.T, capability, elements string) dot11.Security {
	t.Helper()
	return decoded(t, management("8000", "0000000000000000"+"6400"+capability+elements)).Security()
}

func TestSecurityIsSaidAsPeopleDo(t *testing.T) {
	for want, c := range map[string][2]string{
		"open":                                {"0100", ""},
		"open, WPS":                           {"0100", wps},
		"open, OWE transition":                {"0100", oweElement},
		"WEP":                                 {"1100", ""},
		"WPA2-PSK CCMP":                       {"1100", rsnPSK},
		"WPA2-PSK CCMP, WPS":                  {"1100", rsnPSK + wps},
		"WPA2-PSK TKIP":                       {"1100", rsnTKIP},
		"WPA-PSK TKIP":                        {"1100", wpaTKIP},
		"WPA/WPA2-PSK CCMP (WPA TKIP)":        {"1100", rsnPSK + wpaTKIP},
		"WPA2/WPA3-PSK/SAE CCMP, MFP capable": {"1100", rsnMixed},
		"WPA3-SAE CCMP, MFP required":         {"1100", rsnSAE},
		"OWE CCMP, MFP required":              {"1100", rsnOWE},
		"WPA2-802.1X CCMP":                    {"1100", rsn8021X},
		"WPA3-802.1X-SuiteB-192 GCMP-256, MFP required, group management BIP-GMAC-256": {"1100", rsnSuiteB},
		"WPA2-802.1X CCMP, privacy bit clear":                                          {"0100", rsnShort},
		"vendor AKM CCMP":                                                              {"1100", rsnVendor},
		"WPA2-802.1X CCMP, unreadable":                                                 {"1100", rsnBroken},
	} {
		if got := secured(t, c[0], c[1]).String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestStrengthIsATotalOrder(t *testing.T) {
	order := [][2]string{
		{"0100", ""}, {"0100", oweElement}, {"1100", ""}, {"1100", rsnOWE}, {"1100", wpaTKIP},
		{"1100", wpaTKIP + rsnPSK}, {"1100", rsnPSK}, {"1100", rsnPSKMFP}, {"1100", rsnMixed}, {"1100", rsnPSK256},
		{"1100", rsnSAE}, {"1100", rsn8021X}, {"1100", rsnX256}, {"1100", rsnSuiteB},
	}
	for i, a := range order {
		for j, b := range order {
			x, y := secured(t, a[0], a[1]), secured(t, b[0], b[1])
			if got := x.WeakerThan(y); got != (i < j) {
				t.Errorf("%v weaker than %v: got %t", x, y, got)
			}
		}
	}
}

func TestUnreadableSecurityIsNotCompared(t *testing.T) {
	broken, sae := secured(t, "1100", rsnBroken), secured(t, "1100", rsnSAE)
	if !broken.Unreadable || broken.WeakerThan(sae) || sae.WeakerThan(broken) {
		t.Errorf("%v and %v are compared", broken, sae)
	}
}

func TestRSNOverrideAddsChoices(t *testing.T) {
	override := "dd18" + "506f9a29" + ccmp + "0100" + "000fac18" + "8000"
	got := secured(t, "1100", rsnPSK+override)
	if got.String() != "WPA2/WPA3-PSK/SAE-EXT CCMP, MFP capable" {
		t.Errorf("got %v", got)
	}
	if plain := secured(t, "1100", rsnPSK); !plain.WeakerThan(got) {
		t.Error("losing the override is not weaker")
	}
}

func TestRSNIsReadAsFarAsItGoes(t *testing.T) {
	for name, c := range map[string]struct {
		element string
		want    dot11.RSN
		whole   bool
	}{
		"empty":         {"", dot11.RSN{}, false},
		"version alone": {"0100", dot11.RSN{Version: 1, Protection: dot11.Protection{Present: true, Group: 1 << 4, Pairwise: 1 << 4, AKM: 1 << 1}}, true},
		"count beyond the end": {"0100" + "000fac02" + "0104" + "000fac04", dot11.RSN{
			Version: 1, PairwiseCount: 0x401,
			Protection: dot11.Protection{Present: true, Group: 1 << 2, Pairwise: 1 << 4, AKM: 1 << 1},
		}, false},
		"two of each, PMKID and group management": {
			"0100" + "000fac02" + "0200" + "000fac02" + "000fac04" + "0200" + "000fac06" + "0050f202" + "cc00" +
				"0100" + "000102030405060708090a0b0c0d0e0f" + "000fac06",
			dot11.RSN{
				Version: 1, PairwiseCount: 2, AKMCount: 2, Capabilities: 0xcc, PMKIDs: 1, GroupMgmt: 1 << 6,
				Protection: dot11.Protection{Present: true, Group: 1 << 2, Pairwise: 1<<2 | 1<<4, AKM: 1<<6 | 1<<31},
			}, true,
		},
		"half a capability": {ccmp + "0100" + "000fac02" + "00", dot11.RSN{
			Version: 1, PairwiseCount: 1, AKMCount: 1,
			Protection: dot11.Protection{Present: true, Group: 1 << 4, Pairwise: 1 << 4, AKM: 1 << 2},
		}, false},
	} {
		got, whole := dot11.ParseRSN(octets(t, c.element))
		if got != c.want || whole != c.whole {
			t.Errorf("%s: got %+v, %t, want %+v, %t", name, got, whole, c.want, c.whole)
		}
	}
}

func TestReasonsAreDefinedAsInTheStandard(t *testing.T) {
	for code, want := range map[uint16]bool{0: false, 1: true, 24: true, 25: true, 40: false, 45: true, 46: true, 66: true, 71: true, 72: false, 0x107: false, 0xffff: false} {
		if got := dot11.ReasonDefined(code); got != want {
			t.Errorf("reason %d: got %t, want %t", code, got, want)
		}
	}
	if got := dot11.ReasonName(7) + "; " + dot11.ReasonName(300) + "; " + dot11.StatusName(76) + "; " + dot11.StatusName(4); got !=
		"class 3 frame from a station not associated; reserved reason 300; anti-clogging token required; reserved status 4" {
		t.Errorf("got %q", got)
	}
}
