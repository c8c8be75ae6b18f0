package gps

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// receivers returns those of definitions, each with its text as UUID.
func receivers(t testing.TB, definitions ...string) *Receivers {
	t.Helper()
	var list []Definition
	for _, text := range definitions {
		d, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, d)
	}
	return New(list, func(d Definition) string { return d.Text })
}

func TestTheFirstThatKnowsTellsThePlace(t *testing.T) {
	s := receivers(t, "virtual:lat=1,lon=1", "web:priority=-5", "gpsd:host=a", "meta:name=drone")
	told := func(kind Kind, name string, latitude float64, at time.Time) {
		t.Helper()
		r := s.Told(kind, name)
		if kind == GPSD {
			r = s.Named("gpsd")
		}
		if !r.Update(tocsin.Location{Latitude: latitude, Longitude: 1, Fix: 2}, at) {
			t.Fatal("no place")
		}
	}
	for _, step := range []struct {
		what string
		do   func()
		at   time.Duration
		want float64
	}{
		{"only what is configured", func() {}, 0, 1},
		{"a sensor's own does not count", func() { told(Meta, "drone", 2, noon) }, 0, 1},
		{"told over HTTP", func() { told(Web, "", 3, noon) }, 0, 3},
		{"measured", func() { told(GPSD, "", 4, noon) }, 0, 4},
		{"measured 10 s ago", func() {}, 10 * time.Second, 4},
		{"longer ago", func() {}, 10*time.Second + 1, 3},
		{"told 30 s ago", func() {}, 30 * time.Second, 3},
		{"longer ago", func() {}, 30*time.Second + 1, 1},
	} {
		step.do()
		l, r := s.Best(noon.Add(step.at))
		if l == nil || l.Latitude != step.want || l.From != tocsin.OriginServer || r.At(noon.Add(step.at)) == nil {
			t.Errorf("%s: got %+v of %+v, want latitude %g", step.what, l, r, step.want)
		}
	}
	if l := s.Named("drone").At(noon); l == nil || !l.Time.Equal(noon) {
		t.Errorf("the drone is at %+v", l)
	}
}

func TestNoPlaceChangesNothing(t *testing.T) {
	r := receivers(t, "web").Named("web")
	if r.At(noon) != nil {
		t.Error("a place before it was told")
	}
	r.Update(tocsin.Location{Latitude: 1, Longitude: 2, Fix: 2}, noon)
	for _, l := range []tocsin.Location{{Fix: 3}, {Latitude: 1, Longitude: 1, Fix: 1}, {Latitude: 100, Fix: 2}} {
		if r.Update(l, noon.Add(time.Second)) {
			t.Errorf("%+v was taken for a place", l)
		}
	}
	got := r.At(noon.Add(time.Second))
	if diff := cmp.Diff(&tocsin.Location{Latitude: 1, Longitude: 2, Fix: 2, Time: noon, From: tocsin.OriginServer}, got); diff != "" {
		t.Error(diff)
	}
	got.Latitude = 9
	if r.At(noon).Latitude != 1 {
		t.Error("who asked can change the place")
	}
}

func TestReceiversHaveNamesOfTheirOwn(t *testing.T) {
	s := receivers(t, "gpsd:host=a", "gpsd:host=b", "gpsd:host=c,name=gpsd2")
	var names []string
	for _, r := range s.All() {
		names = append(names, r.Name)
	}
	if diff := cmp.Diff([]string{"gpsd", "gpsd2", "gpsd22"}, names); diff != "" {
		t.Error(diff)
	}
	if r := s.ByUUID("GPSD:HOST=B"); r == nil || r.Name != "gpsd2" {
		t.Errorf("got %+v", r)
	}
	if s.ByUUID("x") != nil || s.Told(Web, "") != nil || s.Told(Meta, "gpsd") != nil {
		t.Error("there is more than was defined")
	}
}

func TestSourcesMakeReceiversWithinBounds(t *testing.T) {
	s := receivers(t)
	if s.Locates() {
		t.Error("nothing tells where the server is")
	}
	r := s.Named("drone")
	if r != s.Named("drone") || s.Told(Meta, "drone") != r || s.Locates() {
		t.Error("the drone is not the one receiver of its sensor")
	}
	for n := range 2000 {
		r = s.Named(time.Duration(n).String())
	}
	if n := len(s.All()); r != nil || n != 1000 {
		t.Errorf("%d receivers were made", n)
	}
}
