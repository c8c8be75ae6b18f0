package main

import (
	"strings"
	"testing"

	"github.com/tocsin-wids/tocsin/app"
	"github.com/tocsin-wids/tocsin/capture/channel"
	"github.com/tocsin-wids/tocsin/capture/monitor/nl80211"
)

func TestRadioIsPrintedWithWhatItCanDo(t *testing.T) {
	r := app.Radio{
		Phy: nl80211.Phy{Name: "phy0", Modes: []nl80211.Mode{nl80211.Monitor}, Bands: []nl80211.Band{
			{Band: channel.Band24, Frequencies: []nl80211.Frequency{{MHz: 2412}, {MHz: 2437}, {MHz: 2484, Disabled: true}}},
			{Band: channel.Band5, Frequencies: []nl80211.Frequency{{MHz: 5180, NoIR: true}, {MHz: 5260, NoIR: true, Radar: true}}},
		}},
		Interfaces: []nl80211.Interface{{Name: "wlan0", Mode: nl80211.Station, SSID: "Home\x1b[2J", MHz: 2437}},
		Driver:     "mt76x2u",
	}
	var b strings.Builder
	printRadio(&b, r)
	r.Modes, r.Driver, r.Bands, r.Interfaces = nil, "", nil, nil
	printRadio(&b, r)
	want := `phy0, driver mt76x2u: can listen
  wlan0: station on 6 in "Home\x1b[2J"
  2.4 GHz: 1 6; not allowed here 14
  5 GHz: listening only 36; radar 52
phy0, driver unknown: CANNOT listen: its driver has no monitor mode
`
	if b.String() != want {
		t.Errorf("printed\n%s\nwant\n%s", b.String(), want)
	}
}
