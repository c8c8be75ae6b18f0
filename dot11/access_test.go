package dot11_test

import (
	"strings"
	"testing"

	"github.com/tocsin-wids/tocsin/dot11"
)

func TestAccessIsEveryWayIn(t *testing.T) {
	const ccmp, tkip, wep = 1 << dot11.CipherCCMP, 1 << dot11.CipherTKIP, 1 << dot11.CipherWEP40
	akm := func(suites ...int) (set dot11.AKMSet) {
		for _, n := range suites {
			set |= 1 << n
		}
		return set
	}
	rsn := func(cipher dot11.CipherSet, suites ...int) dot11.Protection {
		return dot11.Protection{Present: true, Group: cipher, Pairwise: cipher, AKM: akm(suites...)}
	}
	for want, s := range map[string]dot11.Security{
		"open":                 {OWETransit: true, WPS: true},
		"wep":                  {Privacy: true},
		"owe":                  {RSN: rsn(ccmp, dot11.AKMOWE), MFPRequired: true},
		"wpa-psk":              {WPA: rsn(tkip, dot11.AKMPSK)},
		"wpa-eap":              {WPA: rsn(ccmp, dot11.AKM8021X)},
		"wpa2-psk":             {RSN: rsn(ccmp, dot11.AKMPSK, dot11.AKMFTPSK, dot11.AKMPSKSHA256), MFPRequired: true},
		"wpa2-eap":             {RSN: rsn(ccmp, dot11.AKM8021X, dot11.AKM8021XSHA256), MFPRequired: true},
		"wpa3-eap":             {RSN: rsn(ccmp, dot11.AKM8021XSHA256, dot11.AKMFT8021X), MFPRequired: true},
		"wpa3-sae":             {RSN: rsn(ccmp, dot11.AKMSAE, dot11.AKMTDLS)},
		"wpa3-192":             {RSN: rsn(1<<dot11.CipherGCMP256, dot11.AKMSuiteB192)},
		"wpa2-psk, wpa3-sae":   {RSN: rsn(ccmp, dot11.AKMPSK, dot11.AKMSAE)},
		"wpa-psk, wpa2-psk":    {RSN: rsn(ccmp, dot11.AKMPSK), WPA: rsn(tkip, dot11.AKMPSK)},
		"wep, wpa2-psk":        {RSN: rsn(wep, dot11.AKMPSK)},
		"wpa-eap, wpa2-eap":    {RSN: rsn(ccmp|tkip, dot11.AKM8021X)},
		"wpa2-eap, other":      {RSN: rsn(ccmp, dot11.AKM8021X, 31)},
		"other":                {RSN: rsn(ccmp, dot11.AKMPASN)},
		"wpa-psk, wpa2-psk, 0": {RSN: dot11.Protection{Present: true, Group: tkip, Pairwise: ccmp, AKM: akm(dot11.AKMPSK)}},
	} {
		if got := s.Access().String(); got != strings.TrimSuffix(want, ", 0") {
			t.Errorf("%s: access %s, want %s", s, got, want)
		}
	}
}

func TestAccessIsReadAsPrinted(t *testing.T) {
	var all dot11.Access
	for n := range 11 {
		want := dot11.Access(1) << n
		got, err := dot11.ParseAccess(strings.ToUpper(want.String()))
		if err != nil || got != want {
			t.Errorf("%s is read as %s, %v", want, got, err)
		}
		all |= got
	}
	if all != dot11.AccessOther<<1-1 {
		t.Errorf("the words stand for %s", all)
	}
	if _, err := dot11.ParseAccess("wpa4\x1b"); err == nil || !strings.Contains(err.Error(), "wpa2-eap") || strings.Contains(err.Error(), "\x1b") {
		t.Errorf("error %v", err)
	}
}
