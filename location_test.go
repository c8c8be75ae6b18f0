package tocsin_test

import (
	"math"
	"testing"

	"github.com/tocsin-wids/tocsin"
)

func TestPlacesOnEarth(t *testing.T) {
	for _, c := range []struct {
		latitude, longitude float64
		fix                 uint8
		want                bool
	}{
		{47.25, 8.5, 2, true}, {-90, 180, 3, true}, {0, 8.5, 3, true}, {51, 0, 2, true}, // the equator and Greenwich are places
		{0, 0, 3, false}, {47.25, 8.5, 1, false}, {90.1, 0, 3, false}, {1, -180.1, 3, false}, {math.NaN(), 1, 3, false}, {1, math.Inf(1), 3, false},
	} {
		l := tocsin.Location{Latitude: c.latitude, Longitude: c.longitude, Fix: c.fix}
		if l.Valid() != c.want {
			t.Errorf("%+v: got %t", l, !c.want)
		}
	}
}

func TestWhatIsNoMeasurementIsNoPlace(t *testing.T) {
	inf := math.Inf(1)
	for _, l := range []tocsin.Location{{Altitude: -inf}, {Altitude: 2e6}, {Speed: inf}, {Heading: math.NaN()}} {
		l.Latitude, l.Longitude, l.Fix = 1, 2, 3
		if l.Valid() {
			t.Errorf("%+v counts as a place", l)
		}
	}
}

func TestOriginsHaveNames(t *testing.T) {
	for _, o := range tocsin.Origins() {
		if got := tocsin.ParseOrigin(o.String()); got != o {
			t.Errorf("%s is read as %s", o, got)
		}
	}
	if got := tocsin.ParseOrigin("elsewhere") + tocsin.ParseOrigin(""); got != tocsin.OriginUnknown {
		t.Errorf("got %d", got)
	}
}
