package api

import "strconv"

// Battery is how the machine is powered. Its zero value is a machine that runs on what it has left; Mains is one
// without a battery.
type Battery struct {
	Percentage int    // of what it holds, 0 to 100; 0 without a battery
	State      string // "charging", "discharging" or "charged"
	AC         bool   // on mains
	Remaining  uint64 // seconds until it is empty or full; 0 if unknown
}

// Mains is a machine without a battery.
var Mains = Battery{State: "charged", AC: true}

// BatteryFields are the members of a BATTERY event.
var BatteryFields = []Field[Battery]{
	{Name: "kismet.system.battery.ac", Type: "uint8_t", Help: "1 on mains",
		Append: func(b []byte, p *Battery) []byte {
			if p.AC {
				return append(b, '1')
			}
			return append(b, '0')
		}},
	{Name: "kismet.system.battery.percentage", Type: "int32_t", Help: "0 without a battery",
		Append: func(b []byte, p *Battery) []byte { return strconv.AppendInt(b, int64(p.Percentage), 10) }},
	{Name: "kismet.system.battery.charging", Type: "string", Help: "charging, discharging, or charged; charged on mains without a battery",
		Append: func(b []byte, p *Battery) []byte { return AppendString(b, p.State) }},
	{Name: "kismet.system.battery.remaining", Type: "uint32_t", Help: "seconds, 0 if unknown",
		Append: func(b []byte, p *Battery) []byte { return strconv.AppendUint(b, p.Remaining, 10) }},
}
