package gps

import (
	"encoding/json"
	"time"

	"github.com/tocsin-wids/tocsin"
)

// watch asks gpsd for reports in JSON.
const watch = `?WATCH={"enable":true,"json":true};` + "\n"

// reports reads what gpsd sends.
type reports struct{ height height }

func (g *reports) read(line []byte, now time.Time) (l tocsin.Location, ok bool) {
	t, ok := parseReport(line)
	if !ok {
		return l, false
	}
	l = t.location()
	g.height.complete(&l, t.Mode >= 3, now)
	return l, true
}

// report is what is read of a report of gpsd (gpsd_json(5)).
type report struct {
	Class    string
	Mode     int // 0 and 1: no fix
	Lat, Lon *float64
	AltMSL   *float64
	Alt      *float64 // the same, of versions before 3.20
	Speed    float64  // m/s
	Track    float64  // degrees
}

// parseReport reads a line; false if it is no report.
func parseReport(line []byte) (t report, ok bool) {
	if json.Unmarshal(line, &t) != nil {
		return report{}, false
	}
	if t.AltMSL == nil {
		t.AltMSL = t.Alt
	}
	return t, t.Class != ""
}

// location returns the place that a report tells, which is not Valid if it tells none.
func (t *report) location() tocsin.Location {
	if t.Class != "TPV" || t.Mode < 2 || t.Lat == nil || t.Lon == nil {
		return tocsin.Location{}
	}
	l := tocsin.Location{Latitude: *t.Lat, Longitude: *t.Lon, Speed: t.Speed * 3.6, Heading: t.Track, Fix: 2}
	if t.Mode >= 3 && t.AltMSL != nil {
		l.Altitude, l.Fix = *t.AltMSL, 3
	}
	return l
}
