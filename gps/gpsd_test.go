package gps

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin"
)

// Reports as gpsd 3.22 sends them.
const (
	version = `{"class":"VERSION","release":"3.22","rev":"3.22","proto_major":3,"proto_minor":14}` + "\r\n"
	devices = `{"class":"DEVICES","devices":[{"class":"DEVICE","path":"/dev/ttyUSB0","driver":"NMEA0183","bps":4800}]}` + "\r\n"
	fix     = `{"class":"TPV","device":"/dev/ttyUSB0","mode":3,"time":"2005-07-08T11:28:07.000Z","lat":47.25,"lon":-8.5,"altHAE":450.1,"altMSL":400.5,` +
		`"alt":400.5,"track":90.5,"speed":10.0,"climb":0}` + "\r\n"
	noFix = `{"class":"TPV","device":"/dev/ttyUSB0","mode":1}` + "\r\n"
	sky   = `{"class":"SKY","device":"/dev/ttyUSB0","satellites":[{"PRN":23,"el":6.0,"az":84.0,"used":false}]}` + "\r\n"
)

var fixed = tocsin.Location{Latitude: 47.25, Longitude: -8.5, Altitude: 400.5, Speed: 36, Heading: 90.5, Fix: 3}

func TestReportsOfGpsd(t *testing.T) {
	low := tocsin.Location{Latitude: 47.25, Longitude: -8.5, Fix: 2}
	for text, want := range map[string]struct {
		Class string
		Place tocsin.Location
	}{
		fix:     {"TPV", fixed},
		noFix:   {"TPV", tocsin.Location{}},
		version: {"VERSION", tocsin.Location{}},
		sky:     {"SKY", tocsin.Location{}},
		`{"class":"TPV","mode":2,"lat":47.25,"lon":-8.5,"altMSL":1}`: {"TPV", low},
		`{"class":"TPV","mode":3,"lat":47.25,"lon":-8.5,"altHAE":1}`: {"TPV", low},
		`{"class":"TPV","mode":3,"lat":47.25,"lon":-8.5,"alt":-3}`:   {"TPV", tocsin.Location{Latitude: 47.25, Longitude: -8.5, Altitude: -3, Fix: 3}},
		`{"class":"TPV","mode":3,"lat":47.25}`:                       {"TPV", tocsin.Location{}},
		`{"class":"TPV","mode":3,"lat":"47.25","lon":1}`:             {},
		`{"class":"TPV","mode":3,"lat":1e999,"lon":1}`:               {},
		`[]`: {}, `{`: {}, ``: {}, `null`: {}, "\x00\xff": {}, "$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47": {},
	} {
		r, ok := parseReport([]byte(text))
		if l := r.location(); ok != (want.Class != "") || r.Class != want.Class || !cmp.Equal(l, want.Place) {
			t.Errorf("%s: got %s %+v, want %+v", text, r.Class, l, want)
		}
	}
}

func TestAltitudeIsRememberedForAWhile(t *testing.T) {
	const without, flat = `{"class":"TPV","mode":3,"lat":47.25,"lon":-8.5}`, `{"class":"TPV","mode":2,"lat":47.25,"lon":-8.5}`
	var g reports
	for _, step := range []struct {
		after  time.Duration
		report string
		want   float64 // altitude; 0: none
	}{{0, without, 0}, {1, fix, 400.5}, {2, without, 400.5}, {3, flat, 0}, {11, without, 400.5}, {12, without, 0}} {
		l, _ := g.read([]byte(step.report), noon.Add(step.after*time.Second))
		if l.Altitude != step.want || (l.Fix == 3) != (step.want != 0) {
			t.Errorf("after %d s %s: got %+v, want %g m", step.after, step.report, l, step.want)
		}
	}
}

func FuzzReport(f *testing.F) {
	for _, s := range []string{version, devices, fix, noFix, sky} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		r, _ := parseReport(line)
		if l := r.location(); l.Valid() {
			if _, err := json.Marshal(l); err != nil {
				t.Errorf("%s: a place that cannot be written: %v", line, err)
			}
		}
	})
}
