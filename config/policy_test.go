package config

import (
	"slices"
	"strings"
	"testing"

	"github.com/tocsin-wids/tocsin/dot11"
)

// TestABadRuleNamesItselfAndItsLine holds that of every list of the policy, in both formats.
func TestABadRuleNamesItselfAndItsLine(t *testing.T) {
	const mac = `macs: ["00:11:22:33:44:55"]`
	for text, want := range map[string]string{
		"networks:\n  - {name: Roof, ssid: x, " + mac + ", channels: [1, 300, six]}":       "policy.networks[0]: Roof: channel 300 is not a number from 1 to 233; channel six is not a number from 1 to 233",
		"networks:\n  - {name: Roof, ssid: x, " + mac + ", security: [wpa2-psk, wpa4]}":    `policy.networks[0]: Roof: security "wpa4" is none of open, owe, wep, wpa-psk`,
		"networks:\n  - {name: Roof, ssid: x, macs: [zz], channels: [0], security: [a]}":   "policy.networks[0]: Roof: \"zz\": ",
		"networks:\n  - {name: Roof, ssid_regexp: '(', " + mac + "}":                       "policy.networks[0]: Roof: SSID pattern",
		"networks:\n  - {name: Roof, ssid: x, macs: {a: b}}":                               "policy.networks[0].macs: Roof: here must stand a list",
		"networks:\n  - {name: Roof, ssid: x, " + mac + ", chanels: [1]}":                  "policy.networks[0].chanels: Roof: there is no such key; here may stand channels,",
		"canaries:\n  - {name: Roof, ssid_regexp: '['}":                                    "policy.canaries[0]: Roof: SSID pattern",
		"canaries:\n  - {ssid: [x], name: Roof}":                                           "policy.canaries[0].ssid: Roof: here must stand one text",
		"devices:\n  - {name: Roof, mac: zz, found: true}":                                 "policy.devices[0]: Roof: \"zz\": ",
		"devices:\n  - {mac: '00:11:22:33:44:55', found: perhaps, lost: true, name: Roof}": "policy.devices[0].found: Roof: perhaps is not true or false",
		"devices:\n  - {name: Roof, mac: '00:11:22:33:44:55', lost: true, timeout: 0s}":    "policy.devices[0].timeout: Roof: 0s is not positive",
		"devices:\n  - {name: \"R\\e[2J\", mac: zz, found: true}":                          `R\x1b[2J`,
	} {
		_, _, err := parse("policy:\n  " + text + "\n")
		if err == nil || !strings.Contains(err.Error(), "tocsin.yaml:3: policy.") || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\x1b") {
			t.Errorf("%s\nerror %v\nwant %s", text, err, want)
		}
	}
	for line, want := range map[string]string{
		`apspoof=Roof:ssid="x",validmacs="00:11:22:33:44:55",channels="1,0"`: "Roof: channel 0 is not a number",
		`apspoof=Roof:ssid="x",validmacs="00:11:22:33:44:55",security=wpa5`:  `Roof: security "wpa5" is none of`,
		`apspoof=Roof:ssid="x",validmacs="00:11:22:33:44:zz"`:                "Roof: \"00:11:22:33:44:zz\": ",
		`ssidcanary=Roof:ssid="("`:                                           "Roof: SSID pattern",
		"devicefound=00:11:22:33:44:zz":                                      "devicefound=00:11:22:33:44:zz: ",
		"devicelost=00:11:22:33:44:55/1":                                     "devicelost=00:11:22:33:44:55/1: ",
	} {
		_, _, err := readKismet(kismetFolder(t, map[string]string{kismetAlerts: "\n" + line + "\n"}))
		if err == nil || !strings.Contains(err.Error(), "kismet_alerts.conf:2: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\nerror %v\nwant %s", line, err, want)
		}
	}
}

func TestTheNameOfARuleIsNotTakenForTheNext(t *testing.T) {
	_, _, err := parse("policy:\n  canaries:\n  - {name: Roof, ssid: x}\n  - {ssid: [x]}\nserver: {listen: [1]}\n")
	if err == nil || strings.Contains(err.Error(), "Roof") {
		t.Errorf("error %v names a rule that is right", err)
	}
}

func TestKismetRulesMaySayChannelsAndSecurity(t *testing.T) {
	c := mustRead(t, map[string]string{kismetAlerts: `apspoof=Roof:ssid="x",validmacs="00:11:22:33:44:55",channels="1, 11",security="wpa2-psk,wpa3-sae",chanel=6` + "\n" +
		`ssidcanary=Trap:ssid="y",channels=1`},
		"kismet_alerts.conf:1: chanel of the rule Roof is not used: apspoof knows ssid, ssidregex, validmacs, channels, security",
		"kismet_alerts.conf:2: channels of the rule Trap is not used: ssidcanary knows ssid, ssidregex")
	n := c.Policy.Networks[0]
	if !slices.Equal(n.Channels, []uint8{1, 11}) || n.Access != dot11.AccessWPA2PSK|dot11.AccessWPA3SAE {
		t.Errorf("channels %v, ways %s", n.Channels, n.Access)
	}
}
