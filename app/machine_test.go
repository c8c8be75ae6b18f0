package app

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/tocsin-wids/tocsin/api"
)

func TestReadBattery(t *testing.T) {
	mains := map[string]string{"AC/type": "Mains", "AC/online": "1"}
	for _, c := range []struct {
		name  string
		files map[string]string
		want  api.Battery
	}{
		{"nothing", nil, api.Mains},
		{"mains only", mains, api.Mains},
		{"a mouse", map[string]string{"m/type": "Battery", "m/scope": "Device", "m/capacity": "10"}, api.Mains},
		{"discharging", map[string]string{
			"AC/type": "Mains", "AC/online": "0", "BAT0/type": "Battery", "BAT0/status": "Discharging", "BAT0/capacity": "40",
			"BAT0/power_now": "10000000", "BAT0/energy_now": "20000000", "BAT0/energy_full": "50000000",
		}, api.Battery{Percentage: 40, State: "discharging", Remaining: 7200}},
		{"charging, by its current", map[string]string{
			"AC/type": "Mains", "AC/online": "1", "BAT0/type": "Battery", "BAT0/status": "Charging", "BAT0/capacity": "75",
			"BAT0/current_now": "-1000000", "BAT0/charge_now": "3000000", "BAT0/charge_full": "4000000",
		}, api.Battery{Percentage: 75, State: "charging", AC: true, Remaining: 3600}},
		{"full", map[string]string{
			"AC/type": "Mains", "AC/online": "1", "BAT0/type": "Battery", "BAT0/status": "Full", "BAT0/capacity": "100",
		}, api.Battery{Percentage: 100, State: "charged", AC: true}},
		{"two", map[string]string{
			"AC/type": "Mains", "AC/online": "0", "A/type": "Battery", "A/status": "Discharging", "A/capacity": "20",
			"B/type": "Battery", "B/status": "Not charging", "B/capacity": "80",
		}, api.Battery{Percentage: 50, State: "discharging"}},
		{"nonsense", map[string]string{"B/type": "Battery", "B/capacity": "lots", "B/status": "\x1b[2J"}, api.Battery{State: "charged", AC: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := t.TempDir()
			for name, text := range c.files {
				path := filepath.Join(folder, filepath.FromSlash(name))
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if got := readBattery(folder); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
	if got := readBattery(filepath.Join(t.TempDir(), "none")); got != api.Mains {
		t.Errorf("got %+v, want mains", got)
	}
}
