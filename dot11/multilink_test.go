package dot11_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/dot11"
)

func TestMultiLinkNamesDeviceAndLink(t *testing.T) {
	const device = "020000000001"
	for name, c := range map[string]struct {
		elements string
		want     dot11.MultiLink // zero: there is none
	}{
		"basic":            {"ff0b6b" + "1000" + "08" + device + "02", dot11.MultiLink{Device: dot11.Addr{2, 5: 1}, Link: 2, HasLink: true}},
		"all fields":       {"ff136b" + "f003" + "10" + device + "01" + "07" + "0000" + "0000" + "0000" + "03", dot11.MultiLink{Device: dot11.Addr{2, 5: 1}, Link: 1, MLD: 3, HasLink: true}},
		"later fields":     {"ff0e6b" + "1004" + "0b" + device + "02" + "aaaaaa", dot11.MultiLink{Device: dot11.Addr{2, 5: 1}, Link: 2, HasLink: true}},
		"no link":          {"ff0a6b" + "0000" + "07" + device, dot11.MultiLink{Device: dot11.Addr{2, 5: 1}}},
		"after another":    {"ff0a6b" + "0200" + "07" + device + "ff0b6b" + "1000" + "08" + device + "02", dot11.MultiLink{Device: dot11.Addr{2, 5: 1}, Link: 2, HasLink: true}},
		"reconfiguration":  {"ff0a6b" + "0200" + "07" + device, dot11.MultiLink{}},
		"link is missing":  {"ff0a6b" + "1000" + "07" + device, dot11.MultiLink{}},
		"length too long":  {"ff0b6b" + "1000" + "09" + device + "02", dot11.MultiLink{}},
		"half an address":  {"ff066b" + "1000" + "08" + "0200", dot11.MultiLink{}},
		"another ext id":   {"ff0b6c" + "1000" + "08" + device + "02", dot11.MultiLink{}},
		"no element":       {"", dot11.MultiLink{}},
		"length too short": {"ff0b6b" + "1000" + "01" + device + "02", dot11.MultiLink{}},
	} {
		got, ok := decoded(t, beacon(c.elements)).Elements.MultiLink()
		if got != c.want || ok != (c.want != dot11.MultiLink{}) {
			t.Errorf("%s: got %+v, %t, want %+v", name, got, ok, c.want)
		}
	}
}
