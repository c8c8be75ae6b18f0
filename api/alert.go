package api

import (
	"slices"
	"strconv"

	"github.com/tocsin-wids/tocsin"
)

type alert = tocsin.Alert

// AlertFields are the members of an alert's record: those that clients of Kismet know, then ours.
var AlertFields = []Field[tocsin.Alert]{
	{Name: "kismet.alert.device_key", Type: "devicekey", Help: "device of the alert, always unset",
		Append: func(b []byte, _ *alert) []byte { return append(b, `"00_0"`...) }},
	{Name: "kismet.alert.header", Type: "string", Help: "name of the alert",
		Append: func(b []byte, a *alert) []byte { return AppendString(b, a.Header) }},
	{Name: "kismet.alert.class", Type: "string", Help: "what the alert is about",
		Append: func(b []byte, a *alert) []byte { return AppendString(b, string(a.Class)) }},
	{Name: "kismet.alert.hash", Type: "uint32_t", Help: "identifier, not unique",
		Append: func(b []byte, a *alert) []byte { return strconv.AppendUint(b, uint64(a.Hash), 10) }},
	{Name: "kismet.alert.severity", Type: "uint8_t", Help: "0 info, 5 low, 10 medium, 15 high, 20 critical",
		Append: func(b []byte, a *alert) []byte { return strconv.AppendUint(b, uint64(a.Severity), 10) }},
	{Name: "kismet.alert.phy_id", Type: "uint32_t", Help: "number of the kind of radio",
		Append: func(b []byte, a *alert) []byte { return strconv.AppendUint(b, uint64(uint32(a.Phy)), 10) }},
	{Name: "kismet.alert.timestamp", Type: "double", Help: "when it was raised, Unix seconds",
		Append: func(b []byte, a *alert) []byte { return AppendTime(b, a.Time) }},
	{Name: "kismet.alert.transmitter_mac", Type: "mac_addr", Help: "BSSID of the network",
		Append: func(b []byte, a *alert) []byte { return AppendMAC(b, a.Transmitter) }},
	{Name: "kismet.alert.source_mac", Type: "mac_addr", Help: "source address",
		Append: func(b []byte, a *alert) []byte { return AppendMAC(b, a.Source) }},
	{Name: "kismet.alert.dest_mac", Type: "mac_addr", Help: "destination address",
		Append: func(b []byte, a *alert) []byte { return AppendMAC(b, a.Dest) }},
	{Name: "kismet.alert.other_mac", Type: "mac_addr", Help: "another address",
		Append: func(b []byte, a *alert) []byte { return AppendMAC(b, a.Other) }},
	{Name: "kismet.alert.channel", Type: "string", Help: "channel that the frame claims",
		Append: func(b []byte, a *alert) []byte { return AppendString(b, a.Channel) }},
	{Name: "kismet.alert.frequency", Type: "uint64_t", Help: "frequency of the reception, kHz",
		Append: func(b []byte, a *alert) []byte { return strconv.AppendUint(b, uint64(a.Frequency), 10) }},
	{Name: "kismet.alert.text", Type: "string", Help: "what happened, for people",
		Append: func(b []byte, a *alert) []byte { return AppendString(b, a.Text) }},
	{Name: "kismet.alert.location", Type: "map[field, x]", Help: "where it was heard", Fields: locationFields},

	{Name: "tocsin.alert.id", Type: "string", Help: "unique identifier, sorts by time",
		Append: func(b []byte, a *alert) []byte { return append(a.ID.AppendTo(append(b, '"')), '"') }},
	{Name: "tocsin.alert.fingerprint", Type: "string", Help: "equal for all alerts of one incident",
		Append: func(b []byte, a *alert) []byte { return AppendString(b, a.Fingerprint) }},
	{Name: "tocsin.alert.confidence", Type: "uint8_t", Help: "probability in percent that the text is true, 0 if unknown",
		Append: func(b []byte, a *alert) []byte { return strconv.AppendUint(b, uint64(a.Confidence), 10) }},
	{Name: "tocsin.alert.reason", Type: "map[field, x]", Help: "why it was raised", Fields: reasonFields},
	{Name: "tocsin.alert.attack", Type: "vector[string]", Help: "MITRE ATT&CK techniques",
		Append: func(b []byte, a *alert) []byte { return AppendStrings(b, a.Attack) }},
	{Name: "tocsin.alert.sensors", Type: "vector[string]", Help: "radios that heard it",
		Append: func(b []byte, a *alert) []byte { return AppendStrings(b, a.Sensors) }},
	{Name: "tocsin.alert.signal", Type: "int8_t", Help: "dBm, 0 if unknown",
		Append: func(b []byte, a *alert) []byte { return strconv.AppendInt(b, int64(a.Signal), 10) }},
	{Name: "tocsin.alert.frame_time", Type: "double", Help: "when the frame was received, Unix seconds, 0 without a frame",
		Append: func(b []byte, a *alert) []byte { return AppendTime(b, a.FrameTime) }},
	{Name: "tocsin.alert.frames", Type: "vector[x]", Help: "numbers of the frames that show it",
		Append: appendFrames},
	{Name: "tocsin.alert.suppressed", Type: "uint64_t", Help: "equal alerts held back by the throttle since the last one",
		Append: func(b []byte, a *alert) []byte { return strconv.AppendUint(b, a.Suppressed, 10) }},
}

// locationFields are the members of the place of an alert.
var locationFields = append(slices.Clip(placeFields), Field[tocsin.Alert]{
	Name: "tocsin.location.from", Type: "string", Help: "whose place it is: packet, sensor or server; empty if unknown", Has: located,
	Append: func(b []byte, a *alert) []byte { return AppendString(b, a.Location.From.String()) },
})

// placeFields are those members that clients of Kismet know.
var placeFields = []Field[tocsin.Alert]{
	{Name: "kismet.common.location.geopoint", Type: "pair[double, double]", Help: "longitude and latitude, degrees",
		Append: appendGeopoint},
	{Name: "kismet.common.location.alt", Type: "double", Help: "altitude, metres", Has: located,
		Append: func(b []byte, a *alert) []byte { return AppendFloat(b, a.Location.Altitude) }},
	{Name: "kismet.common.location.fix", Type: "uint8_t", Help: "2 without altitude, 3 with", Has: located,
		Append: func(b []byte, a *alert) []byte { return strconv.AppendUint(b, uint64(a.Location.Fix), 10) }},
	{Name: "kismet.common.location.time_sec", Type: "uint64_t", Help: "when it was measured, Unix seconds", Has: located,
		Append: func(b []byte, a *alert) []byte { return strconv.AppendInt(b, a.Location.Time.Unix(), 10) }},
	{Name: "kismet.common.location.time_usec", Type: "uint64_t", Help: "microseconds of that second", Has: located,
		Append: func(b []byte, a *alert) []byte {
			return strconv.AppendInt(b, int64(a.Location.Time.Nanosecond()/1000), 10)
		}},
}

var reasonFields = []Field[tocsin.Alert]{
	{Name: "tocsin.reason.what", Type: "string", Help: "what differed or was counted",
		Append: func(b []byte, a *alert) []byte { return AppendString(b, a.Reason.What) }},
	{Name: "tocsin.reason.observed", Type: "string", Help: "the value that was observed",
		Append: func(b []byte, a *alert) []byte { return AppendString(b, a.Reason.Observed) }},
	{Name: "tocsin.reason.limit", Type: "string", Help: "the value from which it is an alert",
		Append: func(b []byte, a *alert) []byte { return AppendString(b, a.Reason.Limit) }},
}

func located(a *alert) bool { return a.Location != nil }

func appendGeopoint(b []byte, a *alert) []byte {
	if a.Location == nil {
		return append(b, "[0, 0]"...)
	}
	b = AppendFloat(append(b, '['), a.Location.Longitude)
	b = AppendFloat(append(b, ", "...), a.Location.Latitude)
	return append(b, ']')
}

func appendFrames(b []byte, a *alert) []byte {
	b = append(b, '[')
	for i, n := range a.Frames {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendUint(b, n, 10)
	}
	return append(b, ']')
}
