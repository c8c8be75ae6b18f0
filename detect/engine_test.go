package detect_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/ble"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// watcher is a detector that does as its function says.
type watcher func(o *tocsin.Observation, found *detect.Findings)

func (w watcher) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) { w(o, found) }

func spec(header string, kinds dot11.Kinds, w watcher) detect.Spec {
	s := detect.Spec{Definition: tocsin.Definition{Header: header, Confidence: 70}, Frames: kinds}
	return detect.Define(s, struct{}{}, func(struct{}, detect.Env) detect.Detector { return w })
}

func engine(t testing.TB, report func(tocsin.Detected), specs ...detect.Spec) *detect.Engine {
	t.Helper()
	e, err := detect.New(detect.Options{Specs: specs, Report: report})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// frame is an 802.11 frame of the kind from 02:…:01 to broadcast in the network 02:…:0a, with the sequence number.
func frame(t testing.TB, kind dot11.Kind, sequence uint16) *dot11.Frame {
	t.Helper()
	b := []byte{byte(kind>>4)<<2 | byte(kind&0xf)<<4, 0, 0, 0, 255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 10}
	b = append(b, byte(sequence<<4), byte(sequence>>4), 7, 0)
	f := new(dot11.Frame)
	if err := f.Decode(b); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestDetectorsSeeOnlyTheKindsTheyAskedFor(t *testing.T) {
	var seen []string
	note := func(name string) watcher {
		return func(o *tocsin.Observation, _ *detect.Findings) { seen = append(seen, name) }
	}
	damaged := spec("DAMAGED", dot11.Only(dot11.Deauth), note("damaged"))
	damaged.Damaged = true
	e := engine(t, nil, spec("DEAUTH", dot11.Only(dot11.Deauth), note("deauth")), spec("ANY", dot11.AnyManagement, note("any")), damaged)
	e.Observe(&tocsin.Observation{Frame: frame(t, dot11.Deauth, 1)})
	e.Observe(&tocsin.Observation{Frame: frame(t, dot11.Disassoc, 2)})
	e.Observe(&tocsin.Observation{Frame: frame(t, dot11.Deauth, 3), Radio: dot11.Radio{FCS: dot11.FCSBad}})
	want := []string{"deauth", "any", "damaged", "any", "damaged"}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
}

// noTracker counts what it is shown.
type noTracker struct{ frames, copies int }

func (n *noTracker) Copy(*tocsin.Observation)                 { n.copies++ }
func (n *noTracker) Observe(*tocsin.Observation) *track.Sight { n.frames++; return &track.Sight{} }

func TestTrackerDoesNotSeeDamagedFrames(t *testing.T) {
	tracker := &noTracker{}
	e, err := detect.New(detect.Options{Tracker: tracker})
	if err != nil {
		t.Fatal(err)
	}
	e.Observe(&tocsin.Observation{Frame: frame(t, dot11.Deauth, 1)})
	e.Observe(&tocsin.Observation{Frame: frame(t, dot11.Deauth, 2), Radio: dot11.Radio{FCS: dot11.FCSBad}})
	if tracker.frames != 1 {
		t.Errorf("the tracker saw %d frames, want 1", tracker.frames)
	}
}

func TestFindingIsCompletedFromItsFrame(t *testing.T) {
	var got []tocsin.Detected
	report := func(d tocsin.Detected) { got = append(got, d) }
	e := engine(t, report, spec("ONE", dot11.AnyManagement, func(_ *tocsin.Observation, found *detect.Findings) {
		found.Add(tocsin.Finding{Text: "as the frame says"})
		found.Add(tocsin.Finding{Source: dot11.Addr{9}, Confidence: 5})
	}))
	f := frame(t, dot11.Deauth, 1)
	e.Observe(&tocsin.Observation{Time: 5, Frame: f, Radio: dot11.Radio{Frequency: 2412, Signal: -50}, Number: 7, Sensor: 3})
	if len(got) != 2 {
		t.Fatalf("%d findings, want 2", len(got))
	}
	d := got[0]
	if d.BSSID != f.BSSID || d.Source != f.Addr2 || d.Dest != f.Addr1 || d.Confidence != 70 || d.Definition.Header != "ONE" {
		t.Errorf("addresses, confidence or definition are not those of frame and definition: %+v", d)
	}
	if d.Time != 5 || d.Number != 7 || d.Sensor != 3 || d.Frequency != 2412 || d.Signal != -50 {
		t.Errorf("time, number or reception are not those of the frame: %+v", d)
	}
	if got[1].Source != (dot11.Addr{9}) || got[1].Confidence != 5 {
		t.Errorf("what the detector said was replaced: %+v", got[1])
	}
}

func TestPanickingDetectorIsOffAndReported(t *testing.T) {
	var headers []string
	shown := 0
	e := engine(t, func(d tocsin.Detected) { headers = append(headers, d.Definition.Header+" "+d.Subject) },
		spec("BEFORE", dot11.AnyKind, func(_ *tocsin.Observation, f *detect.Findings) { shown++ }),
		spec("BROKEN", dot11.AnyKind, func(_ *tocsin.Observation, f *detect.Findings) {
			f.Add(tocsin.Finding{Subject: "half made"})
			var none []int
			_ = none[3]
		}),
		spec("AFTER", dot11.AnyKind, func(_ *tocsin.Observation, f *detect.Findings) { f.Add(tocsin.Finding{}) }))
	for i := range 3 {
		e.Observe(&tocsin.Observation{Frame: frame(t, dot11.Deauth, uint16(i))})
	}
	want := []string{"DETECTORFAIL BROKEN", "AFTER ", "AFTER ", "AFTER "}
	if diff := cmp.Diff(want, headers); diff != "" {
		t.Errorf("reported (-want +got):\n%s", diff)
	}
	counts := []detect.Count{{"BEFORE", 3, 0, false}, {"BROKEN", 1, 0, true}, {"AFTER", 3, 3, false}}
	if diff := cmp.Diff(counts, e.Counts()); diff != "" || shown != 3 {
		t.Errorf("counts (-want +got):\n%s\nshown %d times, want 3", diff, shown)
	}
}

func TestSettingsThatCannotBeUsedAreTold(t *testing.T) {
	type l struct {
		Frames int           `help:"frames"`
		Window time.Duration `help:"window" min:"1s"`
	}
	s := detect.Define(detect.Spec{Definition: tocsin.Definition{Header: "ONE"}}, l{3, time.Minute},
		func(l, detect.Env) detect.Detector { return watcher(nil) })
	_, err := detect.New(detect.Options{Specs: []detect.Spec{s}, Settings: map[string]detect.Settings{
		"ONE":  {Limits: map[string]any{"frame": 3, "frames": "many", "window": "10ms"}},
		"NONE": {Off: true},
	}})
	for _, want := range []string{
		`there is no limit "frame"; it has frames, window`, "limit frames: many is not a whole number",
		"limit window: 10ms is less than the least allowed, 1s", "detector NONE: there is none of that name",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
}

func TestDetectorThatIsOffSeesNothing(t *testing.T) {
	s := spec("OFF", dot11.AnyKind, func(*tocsin.Observation, *detect.Findings) { t.Error("it saw a frame") })
	e, err := detect.New(detect.Options{Specs: []detect.Spec{s}, Settings: map[string]detect.Settings{"OFF": {Off: true}}})
	if err != nil {
		t.Fatal(err)
	}
	e.Observe(&tocsin.Observation{Frame: frame(t, dot11.Deauth, 1)})
}

func TestObserveAllocatesNothing(t *testing.T) {
	e := engine(t, nil, spec("ONE", dot11.AnyKind, func(*tocsin.Observation, *detect.Findings) {}))
	o := tocsin.Observation{Frame: frame(t, dot11.Deauth, 1)}
	e.Observe(&o)
	o.Sensor = 1
	e.Observe(&o)
	if n := testing.AllocsPerRun(1000, func() {
		o.Sensor ^= 1
		o.Time += time.Millisecond
		e.Observe(&o)
	}); n != 0 {
		t.Errorf("%v allocations a frame, want 0", n)
	}
}

func BenchmarkObserve(b *testing.B) {
	for _, detectors := range []int{0, 10} {
		var specs []detect.Spec
		for i := range detectors {
			specs = append(specs, spec(fmt.Sprintf("D%d", i), dot11.AnyKind, func(*tocsin.Observation, *detect.Findings) {}))
		}
		for _, sensors := range []uint16{1, 2} {
			b.Run(fmt.Sprintf("detectors=%d/sensors=%d", detectors, sensors), func(b *testing.B) {
				e := engine(b, nil, specs...)
				o := tocsin.Observation{Frame: frame(b, dot11.Deauth, 1)}
				for b.Loop() {
					o.Sensor = (o.Sensor + 1) % sensors
					o.Time += time.Microsecond
					e.Observe(&o)
				}
			})
		}
	}
}

// policyWatcher counts what its policy names.
type policyWatcher struct{ devices int }

func (w *policyWatcher) Observe(*tocsin.Observation, *track.Sight, *detect.Findings) {}
func (w *policyWatcher) ReadPolicy(p tocsin.Policy)                                  { w.devices = len(p.Devices) }

func TestDetectorsThatAskAreGivenTheNewPolicy(t *testing.T) {
	w := &policyWatcher{}
	reader := detect.Define(detect.Spec{Definition: tocsin.Definition{Header: "READER"}}, struct{}{},
		func(struct{}, detect.Env) detect.Detector { return w })
	e := engine(t, nil, spec("OTHER", dot11.AnyKind, func(*tocsin.Observation, *detect.Findings) {}), reader)
	e.ReadPolicy(tocsin.Policy{Devices: make([]tocsin.DeviceRule, 3)})
	if w.devices != 3 {
		t.Errorf("the detector was given %d devices, want 3", w.devices)
	}
}

func TestFindingApartTakesNothingFromItsFrame(t *testing.T) {
	var got []tocsin.Detected
	e := engine(t, func(d tocsin.Detected) { got = append(got, d) }, spec("APART", dot11.AnyKind,
		func(_ *tocsin.Observation, found *detect.Findings) {
			found.Add(tocsin.Finding{Text: "somebody is silent", Apart: true})
		}))
	o := &tocsin.Observation{Frame: frame(t, dot11.Deauth, 1), Number: 9, Time: time.Hour, Radio: dot11.Radio{Frequency: 2437, Signal: -40}}
	e.Observe(o)
	if len(got) != 1 {
		t.Fatalf("%d findings, want 1", len(got))
	}
	d := got[0]
	if !d.BSSID.IsZero() || !d.Source.IsZero() || !d.Dest.IsZero() || d.Number != 0 || d.Frequency != 0 || d.Signal != 0 {
		t.Errorf("%+v takes something from the frame", d)
	}
	if d.Time != time.Hour || d.Confidence != 70 || d.Definition.Header != "APART" {
		t.Errorf("%+v lacks its time, confidence or definition", d)
	}
}

// said is a tracker that says of every frame whether it is a repetition.
type said struct{ repeated bool }

func (s *said) Copy(*tocsin.Observation)                 {}
func (s *said) Observe(*tocsin.Observation) *track.Sight { return &track.Sight{Repeated: s.repeated} }

func TestFurtherReceptionsAreTheTrackersAlone(t *testing.T) {
	shown, tracker := 0, &noTracker{}
	var found []tocsin.Detected
	e, err := detect.New(detect.Options{
		Specs: []detect.Spec{spec("ALL", dot11.AnyKind, func(_ *tocsin.Observation, r *detect.Findings) {
			shown++
			r.Add(tocsin.Finding{Text: "heard"})
		})},
		Tracker: tracker, Report: func(d tocsin.Detected) { found = append(found, d) },
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range []struct{ sequence, sensor uint16 }{{1, 0}, {2, 1}, {3, 0}, {3, 1}, {3, 2}, {4, 2}} {
		e.Observe(&tocsin.Observation{Time: time.Hour, Frame: frame(t, dot11.Deauth, h.sequence), Sensor: h.sensor})
	}
	if shown != 4 || tracker.frames != 4 || tracker.copies != 2 {
		t.Errorf("%d frames shown, %d and %d copies to the tracker; want 4, 4 and 2", shown, tracker.frames, tracker.copies)
	}
	if d := cmp.Diff([]uint16{0, 1}, found[len(found)-1].Others); d != "" {
		t.Errorf("other sensors: %s", d)
	}
}

func TestContentIsNotShownAgainNorEncrypted(t *testing.T) {
	shown := 0
	content := spec("CONTENT", dot11.AnyKind, func(*tocsin.Observation, *detect.Findings) { shown++ })
	content.Content = true
	tracker := &said{}
	e, err := detect.New(detect.Options{Specs: []detect.Spec{content}, Tracker: tracker})
	if err != nil {
		t.Fatal(err)
	}
	encrypted := frame(t, dot11.Deauth, 1)
	encrypted.Control |= dot11.Protected
	claimed := frame(t, dot11.Beacon, 3)
	claimed.Control |= dot11.Protected
	claimed.Defects |= dot11.DefectProtected
	for _, c := range []struct {
		name     string
		frame    *dot11.Frame
		repeated bool
		want     int
	}{
		{"new", frame(t, dot11.Beacon, 1), false, 1},
		{"repeated", frame(t, dot11.Beacon, 2), true, 0},
		{"encrypted", encrypted, false, 0},
		{"has the bit of encryption where there is none", claimed, false, 1},
	} {
		shown, tracker.repeated = 0, c.repeated
		if e.Observe(&tocsin.Observation{Frame: c.frame}); shown != c.want {
			t.Errorf("%s: shown %d times, want %d", c.name, shown, c.want)
		}
	}
}

func TestDetectorOfDefectsSeesNoOtherFrames(t *testing.T) {
	var seen []dot11.Defects
	short := spec("SHORT", dot11.AnyKind, func(o *tocsin.Observation, _ *detect.Findings) { seen = append(seen, o.Frame.Defects) })
	short.Defects = dot11.DefectTooShort | dot11.DefectEmpty
	e := engine(t, nil, short)
	for _, d := range []dot11.Defects{0, dot11.DefectEmpty, dot11.DefectOverrun, dot11.DefectOverrun | dot11.DefectTooShort} {
		f := frame(t, dot11.Deauth, 1)
		f.Defects = d
		e.Observe(&tocsin.Observation{Frame: f})
	}
	if diff := cmp.Diff([]dot11.Defects{dot11.DefectEmpty, dot11.DefectOverrun | dot11.DefectTooShort}, seen); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
}

func TestFindingsThatGapsExplainAreLessSureWhileTheSensorHops(t *testing.T) {
	for _, c := range []struct {
		name       string
		gaps       bool
		stay       time.Duration // of every second
		confidence tocsin.Confidence
		share      string
	}{
		{"the sensor stays", true, time.Second, 70, ""},
		{"it hops and is there two fifths of the time", true, 400 * time.Millisecond, 56, "40 %"},
		{"it comes by for a moment", true, 100 * time.Millisecond, 23, "10 %"},
		{"the finding rests on what was heard", false, 100 * time.Millisecond, 70, ""},
	} {
		s := spec("GAPS", dot11.Only(dot11.Deauth), func(_ *tocsin.Observation, found *detect.Findings) {
			found.Add(tocsin.Finding{Reason: tocsin.Reason{What: "no answer"}})
		})
		s.Gaps = c.gaps
		var got []tocsin.Detected
		e, err := detect.New(detect.Options{
			Specs: []detect.Spec{s}, Tracker: track.New(track.Options{}), Report: func(d tocsin.Detected) { got = append(got, d) },
		})
		if err != nil {
			t.Fatal(err)
		}
		o := &tocsin.Observation{Frame: frame(t, dot11.Beacon, 1)}
		const step = 50 * time.Millisecond
		for at := time.Duration(0); at <= 70*time.Second; at += step {
			o.Time, o.Radio.Frequency = time.Hour+at, 2412
			if at%time.Second > c.stay {
				o.Radio.Frequency = 2437
			}
			if at == 70*time.Second {
				o.Frame = frame(t, dot11.Deauth, 1)
			}
			e.Observe(o)
		}
		if len(got) != 1 {
			t.Fatalf("%s: %d findings, want 1", c.name, len(got))
		}
		f := got[0].Finding
		if f.Confidence < c.confidence-3 || f.Confidence > c.confidence+3 {
			t.Errorf("%s: confidence %d, want about %d", c.name, f.Confidence, c.confidence)
		}
		if told := strings.Contains(f.Reason.What, "of its time on the channel"); told != (c.share != "") {
			t.Errorf("%s: %q", c.name, f.Reason.What)
		}
	}
}

// idler has something to do if its policy lists a device.
type idler struct{ devices, frames int }

func (i *idler) Observe(*tocsin.Observation, *track.Sight, *detect.Findings) { i.frames++ }
func (i *idler) ReadPolicy(p tocsin.Policy)                                  { i.devices = len(p.Devices) }
func (i *idler) Idle() bool                                                  { return i.devices == 0 }

func TestIdleDetectorsAreShownNothing(t *testing.T) {
	i := &idler{}
	s := detect.Define(detect.Spec{Definition: tocsin.Definition{Header: "IDLER"}, Frames: dot11.AnyKind, Packets: ble.AnyKind},
		struct{}{}, func(struct{}, detect.Env) detect.Detector { return i })
	e := engine(t, nil, s)
	o := &tocsin.Observation{Frame: frame(t, dot11.Beacon, 1)}
	packet := &tocsin.Observation{Frame: new(dot11.Frame), BLE: new(ble.Packet)}
	for _, c := range []struct {
		name    string
		devices int
		shown   int
	}{{"the policy lists nobody", 0, 0}, {"it lists a device", 1, 2}, {"it lists nobody again", 0, 2}} {
		e.ReadPolicy(tocsin.Policy{Devices: make([]tocsin.DeviceRule, c.devices)})
		e.Observe(o)
		e.Observe(packet)
		if i.frames != c.shown || e.Counts()[0].Frames != uint64(c.shown) {
			t.Errorf("%s: shown %d frames, %d counted, want %d", c.name, i.frames, e.Counts()[0].Frames, c.shown)
		}
	}
}
