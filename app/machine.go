package app

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/tocsin-wids/tocsin/api"
)

// powerSupplies is where Linux tells of batteries and mains, Documentation/ABI/testing/sysfs-class-power.
const powerSupplies = "/sys/class/power_supply"

// readBattery tells how the machine is powered by what is in folder; without a battery that is mains. Several batteries are
// told as one.
func readBattery(folder string) api.Battery {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return api.Mains
	}
	b := api.Battery{State: "charged"}
	var batteries, capacity int
	plugged, mains := false, false
	for _, e := range entries {
		p := supply(filepath.Join(folder, e.Name()))
		switch p.text("type") {
		case "Mains", "USB":
			mains = true
			plugged = plugged || p.text("online") == "1"
		case "Battery":
			if p.text("scope") == "Device" {
				continue // of a mouse, not of the machine
			}
			batteries++
			capacity += int(min(p.number("capacity"), 100))
			p.add(&b)
		}
	}
	if batteries == 0 {
		return api.Mains
	}
	b.Percentage = capacity / batteries
	b.AC = plugged || !mains && b.State != "discharging"
	return b
}

// supply is the folder of one battery or mains.
type supply string

// text returns what a file of s holds, at most a line; empty if it is not there.
func (s supply) text(name string) string {
	b, err := os.ReadFile(filepath.Join(string(s), name))
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(b), "\n")
	return line
}

func (s supply) number(name string) uint64 {
	n, _ := strconv.ParseInt(s.text(name), 10, 64)
	return uint64(max(n, -n, 0)) // some drivers tell a negative current while they discharge
}

// add takes one battery into account.
func (s supply) add(b *api.Battery) {
	rate, left, full := s.number("power_now"), s.number("energy_now"), s.number("energy_full")
	if rate == 0 {
		rate, left, full = s.number("current_now"), s.number("charge_now"), s.number("charge_full")
	}
	switch s.text("status") {
	case "Discharging":
		b.State = "discharging"
	case "Charging":
		if b.State != "discharging" {
			b.State = "charging"
		}
		left = max(full, left) - left
	default:
		left = 0
	}
	if rate > 0 {
		b.Remaining += left * 3600 / rate
	}
}

// residentMemory returns what the server uses in kB, 0 where the system does not say.
func residentMemory() uint64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	parts := bytes.Fields(b)
	if len(parts) < 2 {
		return 0
	}
	pages, _ := strconv.ParseUint(string(parts[1]), 10, 64)
	return pages * uint64(os.Getpagesize()) / 1024
}
