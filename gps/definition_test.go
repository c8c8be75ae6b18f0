package gps

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin"
)

func TestDefinitionsAreRead(t *testing.T) {
	for text, want := range map[string]Definition{
		"gpsd:host=localhost":           {Kind: GPSD, Name: "gpsd", Priority: -1000, Reconnect: true, Address: "localhost:2947"},
		"GPSD:Host=10.0.0.1,port=3000,": {Kind: GPSD, Name: "gpsd", Priority: -1000, Reconnect: true, Address: "10.0.0.1:3000"},
		"gpsd:port=1,host=[fe80::1],name=van,priority=5,reconnect=false": {Kind: GPSD, Name: "van", Priority: 5, Address: "[fe80::1]:1"},
		"virtual:lat=47.25,lon=-8.5":                                     {Kind: Virtual, Name: "virtual", Reconnect: true, Place: tocsin.Location{Latitude: 47.25, Longitude: -8.5, Fix: 2}},
		`virtual:name="head office",lat=0,lon=8.5,alt=-3`: {Kind: Virtual, Name: "head office", Reconnect: true,
			Place: tocsin.Location{Longitude: 8.5, Altitude: -3, Fix: 3}},
		"web": {Kind: Web, Name: "web", Reconnect: true},
		"web:dataonly=true,uuid=17180436-0000-0000-0000-00000000000a": {Kind: Web, Name: "web", Reconnect: true, DataOnly: true,
			UUID: "17180436-0000-0000-0000-00000000000A"},
		"serial:device=/dev/ttyUSB0":         {Kind: Serial, Name: "serial", Priority: -1000, Reconnect: true, Address: "/dev/ttyUSB0", Baud: 4800},
		"serial:device=/dev/gps,baud=115200": {Kind: Serial, Name: "serial", Priority: -1000, Reconnect: true, Address: "/dev/gps", Baud: 115200},
		"tcp:host=10.0.0.1,port=10110":       {Kind: TCP, Name: "tcp", Priority: -1000, Reconnect: true, Address: "10.0.0.1:10110"},
		"meta:name=drone":                    {Kind: Meta, Name: "drone", Reconnect: true, DataOnly: true},
	} {
		want.Text = text
		got, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func TestWrongDefinitionsAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":                              `"" is no kind of receiver; there are gpsd, serial, tcp, virtual, web and meta`,
		"galileo:x=1":                   `"galileo" is no kind of receiver; there are gpsd, serial, tcp, virtual, web and meta`,
		"gpsd":                          "host=… is missing, such as host=localhost",
		"gpsd:port=3":                   "host=… is missing, such as host=localhost",
		"gpsd:host=a,port=70000":        `port: "70000" is not a port`,
		"serial":                        "device=… is missing, such as device=/dev/ttyUSB0",
		"serial:device=a,baud=1":        `baud: "1" is none of 4800 9600 19200 38400 57600 115200`,
		"tcp:host=a":                    "port=… is missing",
		"tcp:port=1":                    "host=… is missing, such as host=localhost",
		"gpsd:host":                     `"host" is not key=value`,
		"gpsd:host=a,lat=1":             `option "lat" is not known of gpsd`,
		"gpsd:host=a,reconnect=perhaps": `reconnect: "perhaps" is neither true nor false`,
		"gpsd:host=a,priority=high":     `priority: "high" is not a whole number`,
		"virtual:lat=47,alt=3":          "lat=… and lon=… are missing, in degrees, such as lat=47.2529,lon=8.5",
		"virtual":                       "lat=… and lon=… are missing, in degrees, such as lat=47.2529,lon=8.5",
		"virtual:lat=0,lon=0":           "lat=… and lon=… are missing, in degrees, such as lat=47.2529,lon=8.5",
		"virtual:lat=91,lon=1":          `lat: "91" is not from -90 to 90 degrees`,
		"virtual:lat=1,lon=NaN":         `lon: "NaN" is not from -180 to 180 degrees`,
		"virtual:lat=1,lon=1,alt=1e9":   `alt: "1e9" is not from -100000 to 100000 metres`,
		"virtual:lat=1°,lon=1":          `lat: "1°" is not a number`,
		"meta":                          "name=… is missing: sources name it with metagps=…",
		"web\x1b":                       "it holds a control character",
	} {
		if _, err := Parse(text); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("gpsd:host=localhost,port=2947")
	f.Add(`virtual:lat=47.25,lon=8.5,alt=400,name="x"`)
	f.Add("meta:name=a,priority=-1")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := Parse(text)
		if err == nil && (d.Name == "" || d.Kind == Virtual && !d.Place.Valid() || d.Kind == GPSD && d.Address == "") {
			t.Errorf("%q is read as %+v", text, d)
		}
	})
}
