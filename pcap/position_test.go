package pcap_test

import (
	"bytes"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin/pcap"
)

// kismetGPS is the value of a custom option that says a position; an altitude that is no number is left out.
func kismetGPS(o order, longitude, latitude, altitude float64) []byte {
	coordinates := o.octets(uint32(math.Round((longitude+180)*1e7)), uint32(math.Round((latitude+180)*1e7)))
	fields := 0b0110
	if !math.IsNaN(altitude) {
		coordinates, fields = o.octets(coordinates, uint32(math.Round((altitude+180_000)*1e4))), 0b1110
	}
	return o.octets(55922, uint8(0x47), uint8(1), uint16(len(coordinates)), fields, coordinates)
}

func TestPositionsOfKismetAreRead(t *testing.T) {
	place := kismetGPS(big, 8.5, -47.25, 400.5)
	changed := func(at int, to byte) []byte {
		b := bytes.Clone(place)
		b[at] = to
		return b
	}
	flat := pcap.Position{Longitude: 8.5, Latitude: -47.25, Fix: 2}
	for name, c := range map[string]struct {
		option []byte
		want   *pcap.Position
	}{
		"with altitude":         {place, &pcap.Position{Longitude: 8.5, Latitude: -47.25, Altitude: 400.5, Fix: 3}},
		"without":               {kismetGPS(big, 8.5, -47.25, math.NaN()), &flat},
		"ends of the Earth":     {kismetGPS(big, -180, 90, -1000), &pcap.Position{Longitude: -180, Latitude: 90, Altitude: -1000, Fix: 3}},
		"altitude cut off":      {place[:len(place)-4], &flat},
		"length without it":     {changed(7, 8), &flat},
		"latitude cut off":      {place[:len(place)-5], nil},
		"length of less":        {changed(7, 7), nil},
		"a field before them":   {changed(11, 15), nil},
		"no longitude":          {changed(11, 12), nil},
		"of another enterprise": {changed(3, 0), nil},
		"JSON":                  {changed(4, 0x48), nil},
		"another version":       {changed(5, 2), nil},
		"empty":                 {nil, nil},
	} {
		stream := join(big.section(), big.radio(127), big.enhanced(0, 1, "abc", big.option(1, "said"), big.option(2989, c.option)))
		list, _, _ := drain(bytes.NewReader(stream), 0)
		if len(list) != 1 || list[0].Comment != "said" {
			t.Fatalf("%s: got %+v", name, list)
		}
		if diff := cmp.Diff(c.want, list[0].Position); diff != "" {
			t.Errorf("%s: differs:\n%s", name, diff)
		}
	}
}

func TestPositionsAreOfTheirPacketAlone(t *testing.T) {
	here, there := little.option(2989, kismetGPS(little, 1, 2, 3)), little.option(2989, kismetGPS(little, 4, 5, 6))
	list, _, _ := drain(bytes.NewReader(join(little.section(), little.radio(127), little.enhanced(0, 1, "a", here), little.enhanced(0, 2, "b"),
		little.enhanced(0, 3, "c", here), little.enhanced(0, 4, "d", there))), 0)
	if len(list) != 4 || list[0].Position == nil || list[1].Position != nil || list[2].Position != list[0].Position {
		t.Fatalf("got %+v", list)
	}
	if got := *list[3].Position; got.Longitude != 4 || list[0].Position.Longitude != 1 {
		t.Errorf("got %+v after %+v", got, *list[0].Position)
	}
}

func TestPositionsAreWritten(t *testing.T) {
	var b bytes.Buffer
	want := []*pcap.Position{{Longitude: -180, Latitude: -90, Altitude: -3.5, Fix: 3}, nil, {Longitude: 179.9999999, Latitude: 1e-7, Fix: 2}, nil, nil}
	given := []*pcap.Position{want[0], nil, want[2], {Longitude: 1, Latitude: 2, Fix: 1}, {Longitude: math.NaN(), Latitude: 2, Fix: 3}}
	var packets []pcap.Packet
	for _, p := range given {
		packets = append(packets, pcap.Packet{Link: 127, Position: p})
	}
	write(t, &b, []pcap.Interface{{Link: 127}}, packets...)
	list, _, _ := drain(&b, 0)
	var got []*pcap.Position
	for _, p := range list {
		got = append(got, p.Position)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
