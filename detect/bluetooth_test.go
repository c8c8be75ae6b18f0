package detect_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/ble"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
)

// advert is an advertisement of the kind of 02:00:00:00:00:01, as a packet of a connection if the kind is Data.
func advert(t testing.TB, kind ble.Kind) *ble.Packet {
	t.Helper()
	b := []byte{0xd6, 0xbe, 0x89, 0x8e, byte(kind & 0xf), 9, 1, 0, 0, 0, 0, 2, 2, 1, 6}
	if kind == ble.Data {
		b[0]++
	}
	p := new(ble.Packet)
	if err := p.Decode(b); err != nil || p.Kind != kind {
		t.Fatal(err, p)
	}
	return p
}

func packetSpec(header string, kinds ble.Kinds, w watcher) detect.Spec {
	s := spec(header, 0, w)
	s.Packets = kinds
	return s
}

func TestDetectorsSeeOnlyTheRadioTheyAskedFor(t *testing.T) {
	var seen []string
	note := func(name string) watcher {
		return func(o *tocsin.Observation, _ *detect.Findings) {
			if (o.Frame == nil) == (o.BLE == nil) {
				t.Errorf("%s: %+v", name, o)
			}
			seen = append(seen, name)
		}
	}
	both, damaged := spec("BOTH", dot11.AnyKind, note("both")), packetSpec("DAMAGED", ble.AnyKind, note("damaged"))
	both.Packets, damaged.Damaged = ble.AnyKind, true
	tracker := &noTracker{}
	e, err := detect.New(detect.Options{Tracker: tracker, Specs: []detect.Spec{
		spec("WIFI", dot11.AnyKind, note("wifi")), packetSpec("ADV", ble.Only(ble.AdvInd), note("adv")), both, damaged,
	}})
	if err != nil {
		t.Fatal(err)
	}
	e.Observe(&tocsin.Observation{BLE: advert(t, ble.AdvInd)})
	e.Observe(&tocsin.Observation{BLE: advert(t, ble.Data)})
	e.Observe(&tocsin.Observation{BLE: advert(t, ble.AdvInd), Radio: dot11.Radio{FCS: dot11.FCSBad}})
	if tracker.frames != 0 {
		t.Errorf("the tracker saw %d packets of Bluetooth", tracker.frames)
	}
	e.Observe(&tocsin.Observation{Frame: frame(t, dot11.Deauth, 1)})
	want := []string{"adv", "both", "damaged", "both", "damaged", "damaged", "wifi", "both"}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
}

func TestFindingIsCompletedFromItsPacket(t *testing.T) {
	var got []tocsin.Detected
	e := engine(t, func(d tocsin.Detected) { got = append(got, d) },
		packetSpec("ONE", ble.AnyKind, func(_ *tocsin.Observation, found *detect.Findings) { found.Add(tocsin.Finding{}) }))
	e.Observe(&tocsin.Observation{Time: 5, BLE: advert(t, ble.AdvInd), Radio: dot11.Radio{Frequency: 2402, Signal: -50}, Number: 7, Sensor: 3})
	want := tocsin.Detected{
		Finding: tocsin.Finding{Source: tocsin.MAC{2, 0, 0, 0, 0, 1}, Confidence: 70}, Definition: got[0].Definition,
		Time: 5, Number: 7, Hopping: true, Frequency: 2402, Signal: -50, Sensor: 3,
	}
	if diff := cmp.Diff([]tocsin.Detected{want}, got); diff != "" {
		t.Errorf("found (-want +got):\n%s", diff)
	}
}

func TestFailedDetectorIsOffForBluetooth(t *testing.T) {
	shown := 0
	e := engine(t, nil, packetSpec("BROKEN", ble.AnyKind, func(*tocsin.Observation, *detect.Findings) { shown++; panic("broken") }))
	for range 3 {
		e.Observe(&tocsin.Observation{BLE: advert(t, ble.AdvInd)})
	}
	if shown != 1 {
		t.Errorf("the detector was shown %d packets, want 1", shown)
	}
}

func TestPacketOfTwoSensorsIsShownOnce(t *testing.T) {
	shown := 0
	e := engine(t, nil, packetSpec("ONE", ble.AnyKind, func(*tocsin.Observation, *detect.Findings) { shown++ }))
	e.Observe(&tocsin.Observation{Frame: frame(t, dot11.Deauth, 1)})
	e.Observe(&tocsin.Observation{Frame: frame(t, dot11.Deauth, 2), Sensor: 1}) // from now on copies are looked for
	for sensor := range uint16(3) {
		e.Observe(&tocsin.Observation{Time: time.Duration(sensor) * time.Millisecond, BLE: advert(t, ble.AdvInd), Sensor: sensor})
	}
	e.Observe(&tocsin.Observation{Time: time.Second, BLE: advert(t, ble.AdvInd)})
	if shown != 2 {
		t.Errorf("shown %d times, want 2: the second is a second later", shown)
	}
}
