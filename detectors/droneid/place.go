package droneid

import (
	"fmt"
	"math"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/remoteid"
)

// place is where a drone was.
type place struct {
	remoteid.Position
	at time.Duration
}

func (p place) String() string {
	latitude, longitude := p.Degrees()
	return fmt.Sprintf("%.5f %.5f", latitude, longitude)
}

// metres returns the distance of two positions, near enough where they are near each other.
func metres(p, q remoteid.Position) float64 {
	const perDegree = 111195 // of a great circle
	latitude, longitude := p.Degrees()
	latitude2, longitude2 := q.Degrees()
	east := math.Remainder(longitude2-longitude, 360) * math.Cos((latitude+latitude2)/2*math.Pi/180)
	return math.Hypot(latitude2-latitude, east) * perDegree
}

// move takes a drone to where f's transmitter puts it the second time: a place that it told once may be damage, or a fault of its
// receiver. What puts the drone to and fro over distances that it cannot fly is two transmitters, or one that invents.
func (d *detector) move(o *tocsin.Observation, f *flight, before remoteid.Position, found *detect.Findings) {
	apart := float64(d.limits.Apart)
	if metres(before, f.Position) >= apart {
		return
	}
	p, created := d.places.Put(f.ID)
	was := *p
	*p = place{f.Position, o.Time}
	since := (o.Time - was.at).Abs()
	if created || since >= d.limits.Window {
		return
	}
	far := metres(was.Position, f.Position)
	if far < apart+float64(d.limits.Speed)*since.Seconds() {
		return
	}
	count, ring := d.jumps.Add(f.ID, o.Time)
	if !ring {
		return
	}
	medium := tocsin.Medium
	found.Add(tocsin.Finding{
		Severity: &medium, Confidence: 70,
		Text: fmt.Sprintf("Somebody invents a drone or speaks in its name: %s is told to be at two places by turns, at %s and %.0f km away at %s",
			called(&f.Report), was, far/1000, *p),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("jumps of a drone in %s that it cannot have flown", d.limits.Window),
			Observed: fmt.Sprintf("%d jumps", count),
			Limit:    fmt.Sprintf("%d jumps", d.limits.Jumps),
		},
		Subject: called(&f.Report),
	})
}
