package detect_test

import (
	"slices"
	"testing"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// beacon is one of the network 02:…:0a with that name.
func beacon(t testing.TB, ssid string) *dot11.Frame {
	t.Helper()
	ap := []byte{2, 0, 0, 0, 0, 10}
	b := slices.Concat([]byte{0x80, 0, 0, 0, 255, 255, 255, 255, 255, 255}, ap, ap, []byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100, 0, 1, 0})
	b = append(append(b, 0, byte(len(ssid))), ssid...)
	f := new(dot11.Frame)
	if err := f.Decode(b); err != nil {
		t.Fatal(err)
	}
	return f
}

// TestFindingNamesItsNetwork has a detector find something in every frame.
func TestFindingNamesItsNetwork(t *testing.T) {
	var got []string
	other := dot11.Addr{2, 0, 0, 0, 0, 11}
	e, err := detect.New(detect.Options{Tracker: track.New(track.Options{}), Report: func(d tocsin.Detected) { got = append(got, d.SSID) }, Specs: []detect.Spec{spec("ALL", dot11.AnyManagement, func(o *tocsin.Observation, found *detect.Findings) {
		found.Add(tocsin.Finding{})
		if o.Frame.Kind == dot11.Deauth {
			found.Add(tocsin.Finding{BSSID: other})
			found.Add(tocsin.Finding{Apart: true})
		}
	})}})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []*dot11.Frame{frame(t, dot11.Deauth, 1), beacon(t, "net\xff"), frame(t, dot11.Deauth, 2), beacon(t, "second"), beacon(t, ""), beacon(t, "net\xff"), frame(t, dot11.Deauth, 3)} {
		e.Observe(&tocsin.Observation{Frame: f})
	}
	want := []string{
		"", "", "", // nothing was heard of the network yet
		"net\xff", "net\xff", "", "", // of another network or of none, the frame says nothing
		"second", "net\xff", "net\xff", "net\xff", "", "", // hidden, it is the one that is advertised most
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
