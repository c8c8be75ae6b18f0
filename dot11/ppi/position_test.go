package ppi_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/ppi"
)

// Of a GPS field: 47.25 and 8.5 degrees, and 400.5 metres.
const (
	latitude  = "20997387"
	longitude = "40d15a70"
	altitude  = "88ee866b"
)

func TestPositionsAreRead(t *testing.T) {
	flat := ppi.Position{Latitude: 47.25, Longitude: 8.5}
	high := ppi.Position{Latitude: 47.25, Longitude: 8.5, Altitude: 400.5, HasAltitude: true}
	timed := high
	timed.Seconds = 1_700_000_000
	for name, c := range map[string]struct {
		header string
		want   ppi.Position
	}{
		"version 0":           {"00 00 1c00 69000000 3275 1000 00 00 1000 06000000" + latitude + longitude, flat},
		"version 1":           {"00 00 2000 69000000 3275 1400 01 00 1400 0e000000" + latitude + longitude + altitude, high},
		"version 2":           {"00 00 2000 69000000 3275 1400 02 00 1400 0e000000" + latitude + longitude + altitude, high},
		"version 3":           {"00 00 2000 69000000 3275 1400 03 00 1400 0e000000" + latitude + longitude + altitude, ppi.Position{}},
		"flags before":        {"00 00 2000 69000000 3275 1400 02 00 1400 07000000 02000000" + latitude + longitude, flat},
		"without a fix":       {"00 00 2000 69000000 3275 1400 02 00 1400 07000000 01000000" + latitude + longitude, ppi.Position{}},
		"time":                {"00 00 2800 69000000 3275 1c00 02 00 1c00 3e000000" + latitude + longitude + altitude + "ffffffff 00f15365", timed},
		"no coordinates":      {"00 00 1400 69000000 3275 0800 00 00 0800 00000000", ppi.Position{}},
		"latitude alone":      {"00 00 1800 69000000 3275 0c00 02 00 0c00 02000000" + latitude, ppi.Position{}},
		"longitude cut off":   {"00 00 1a00 69000000 3275 0e00 02 00 0e00 06000000" + latitude + "4024", ppi.Position{}},
		"altitude cut off":    {"00 00 1c00 69000000 3275 1000 02 00 1000 0e000000" + latitude + longitude, flat},
		"head cut off":        {"00 00 1000 69000000 3275 0400 02 00 0800", ppi.Position{}},
		"behind another":      {"00 00 3400 69000000" + common + "3275 1000 02 00 1000 06000000" + latitude + longitude, flat},
		"behind one aligned":  {"00 01 2400 69000000 0900 0100 00 000000 3275 1000 02 00 1000 06000000" + latitude + longitude, flat},
		"field beyond header": {"00 00 1400 69000000 3275 1000 02 00 1000 06000000" + latitude + longitude, ppi.Position{}},
		"no GPS":              {"00 00 2000 69000000" + common, ppi.Position{}},
	} {
		b := octets(t, c.header)
		got := ppi.Position{Seconds: 9}
		if ok := ppi.Locate(b, &got); ok != (c.want != ppi.Position{}) {
			t.Errorf("%s: got %t", name, ok)
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: differs:\n%s", name, d)
		}
		var r dot11.Radio
		if _, _, err := ppi.Decode(b, &r); err != nil {
			t.Errorf("%s: the header is not one: %v", name, err)
		}
	}
}

func FuzzLocate(f *testing.F) {
	f.Add(octets(f, "00 00 2800 69000000 3275 1c00 02 00 1c00 3f000000 02000000"+latitude+longitude+altitude+"00000000 00f15365"))
	f.Add(octets(f, "00 01 3400 69000000"+common+"3275 1000 00 00 1000 06000000"+latitude+longitude))
	f.Fuzz(func(t *testing.T, b []byte) {
		var fresh ppi.Position
		used := ppi.Position{Latitude: 1, Longitude: 2, Altitude: 3, HasAltitude: true, Seconds: 4}
		one, other := ppi.Locate(b, &fresh), ppi.Locate(b, &used)
		if fresh != used || one != other {
			t.Errorf("a used value gives %+v, %t, a fresh one %+v, %t", used, other, fresh, one)
		}
		if !one && fresh != (ppi.Position{}) {
			t.Errorf("got %+v of no position", fresh)
		}
	})
}
