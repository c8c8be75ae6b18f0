package detect

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/capture/merge"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// Options configures an Engine.
type Options struct {
	Specs    []Spec
	Policy   tocsin.Policy
	Settings map[string]Settings // by header
	Tracker  interface {         // a *track.Tracker; nil: detectors see empty Sights
		Observe(o *tocsin.Observation) *track.Sight
		Copy(o *tocsin.Observation) // a further reception of what was observed
	}
	Report func(tocsin.Detected) // called by Observe, in the order of the frames
	Logger *slog.Logger          // of detectors that fail; discards if nil
}

// Settings is what configuration says of one detector.
type Settings struct {
	Off    bool
	Limits map[string]any // by name, see Spec.Limits
}

// Engine shows the frames of one shard to detectors.
type Engine struct {
	options Options
	slots   []*slot
	merger  merge.Merger
	found   Findings
	nobody  track.Sight // of damaged frames

	lists     [64]lists // by kind of frame
	bluetooth packetRoutes
}

// lists are the detectors that asked for one kind of frame and have something to do.
type lists struct {
	intact  [states][]listed
	damaged []listed // those that want damaged frames
}

// listed is a detector in a list, with what is needed to ask it.
type listed struct {
	detector Detector
	defects  dot11.Defects // of its Spec
	slot     *slot
}

// Bits of the state of an intact frame, by which its list is chosen.
const (
	defective = 1 << iota // it has defects
	nothing               // it says nothing that can be read and was not shown: see Spec.Content
	states    = 1 << iota
)

// slot is one running detector.
type slot struct {
	detector Detector
	spec     *Spec
	frames   uint64
	findings uint64
	failed   bool
}

// Count is what one detector has done so far.
type Count struct {
	Header   string
	Frames   uint64 // shown to it
	Findings uint64
	Failed   bool // it panicked and is off
}

// New returns an engine with all detectors of o.Specs that are not off. The error tells all settings that cannot
// be used.
func New(o Options) (*Engine, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Report == nil {
		o.Report = func(tocsin.Detected) {}
	}
	e := &Engine{options: o}
	var problems []error
	known := map[string]bool{}
	for i := range o.Specs {
		spec := &o.Specs[i]
		if known[spec.Header] {
			problems = append(problems, fmt.Errorf("detector %s: there are two", spec.Header))
		}
		known[spec.Header] = true
		settings := o.Settings[spec.Header]
		detector, err := spec.New(settings.Limits, Env{Policy: o.Policy})
		if err != nil {
			problems = append(problems, err)
		} else if !settings.Off {
			e.slots = append(e.slots, &slot{detector: detector, spec: spec})
		}
	}
	for header := range o.Settings {
		if !known[header] {
			problems = append(problems, fmt.Errorf("detector %s: there is none of that name", header))
		}
	}
	e.route()
	return e, errors.Join(problems...)
}

// route fills the tables of detectors by kind of frame. It makes new lists: Observe may be walking an old one.
func (e *Engine) route() {
	for kind := range e.lists {
		e.lists[kind] = lists{}
		l := &e.lists[kind]
		for _, s := range e.slots {
			if s.rests() || !s.spec.Frames.Has(dot11.Kind(kind)) {
				continue
			}
			for state := range l.intact {
				if s.spec.wants(state) {
					l.intact[state] = append(l.intact[state], s.listed())
				}
			}
			if s.spec.Damaged {
				l.damaged = append(l.damaged, s.listed())
			}
		}
	}
	e.bluetooth.route(e.slots)
}

func (s *slot) listed() listed { return listed{s.detector, s.spec.Defects, s} }

// rests reports whether s is shown nothing at all.
func (s *slot) rests() bool {
	i, ok := s.detector.(Idler)
	return s.failed || ok && i.Idle()
}

func (s *Spec) wants(state int) bool {
	return (!s.Content || state&nothing == 0) && (s.Defects == 0 || state&defective != 0)
}

// state returns that of an intact frame.
func state(f *dot11.Frame, air *track.Sight) int {
	s := 0
	if f.Defects != 0 {
		s |= defective
	}
	encrypted := f.IsProtected() && f.Defects&dot11.DefectProtected == 0 // anybody can set the bit
	if air.Repeated || encrypted {
		s |= nothing
	}
	return s
}

// Observe takes the next frame, which Decode accepted, and moves its time to the clock of the first sensor. What another
// sensor heard before is no other frame: it teaches how its sensor hears the transmitter. A damaged frame is shown to no one but the
// detectors that asked for such.
func (e *Engine) Observe(o *tocsin.Observation) {
	if !e.merger.First(o) {
		if e.options.Tracker != nil && o.Frame != nil {
			e.options.Tracker.Copy(o)
		}
		return
	}
	if o.BLE != nil {
		e.observePacket(o)
		return
	}
	l, air := &e.lists[o.Frame.Kind&63], &e.nobody
	list := l.damaged
	if o.Radio.FCS != dot11.FCSBad {
		if e.options.Tracker != nil {
			air = e.options.Tracker.Observe(o)
		}
		list = l.intact[state(o.Frame, air)]
	}
	for at := 0; at < len(list); {
		at = e.show(list, at, o, air)
	}
}

// ExpectSensors says that the frames come from several sensors: what the first one heard before the others begin is remembered,
// to recognise what they heard of it.
func (e *Engine) ExpectSensors() { e.merger.Expect() }

// ReadPolicy gives the detectors that can change their policy p, between two frames.
func (e *Engine) ReadPolicy(p tocsin.Policy) {
	for _, s := range e.slots {
		if d, ok := s.detector.(PolicyReader); ok && !s.failed {
			d.ReadPolicy(p)
		}
	}
	e.route()
}

// show runs the detectors of list from at on. If one panics it returns the place of the next: so the cost of being
// able to recover is paid once a frame.
func (e *Engine) show(list []listed, at int, o *tocsin.Observation, air *track.Sight) (next int) {
	i := at
	defer func() {
		if i == len(list) {
			return
		}
		e.fail(list[i].slot, recover(), o)
		next = i + 1
	}()
	for ; i < len(list); i++ {
		l := &list[i]
		if l.defects != 0 && o.Frame.Defects&l.defects == 0 {
			continue
		}
		l.slot.frames++
		l.detector.Observe(o, air, &e.found)
		if len(e.found.list) > 0 {
			e.report(l.slot, o, air)
		}
	}
	return i
}

// report completes what s found and hands it on.
func (e *Engine) report(s *slot, o *tocsin.Observation, air *track.Sight) {
	for i := range e.found.list {
		s.findings++
		detected := complete(e.found.list[i], &s.spec.Definition, o)
		if s.spec.Gaps {
			doubtGaps(&detected.Finding, air.Share())
		}
		if !detected.Apart {
			detected.Others = e.merger.Others()
		}
		if !detected.Apart && o.Frame != nil && detected.BSSID == o.Frame.BSSID {
			detected.SSID = networkName(o.Frame, air.BSS)
		}
		e.options.Report(detected)
		e.found.list[i] = tocsin.Finding{}
	}
	e.found.list = e.found.list[:0]
}

// fail turns s off after it panicked with cause.
func (e *Engine) fail(s *slot, cause any, o *tocsin.Observation) {
	s.failed = true
	e.found.list = e.found.list[:0]
	e.route()
	e.options.Logger.Error("detector failed and is off", "detector", s.spec.Header, "cause", cause, "frame", o.Number)
	e.options.Report(tocsin.Detected{
		Finding: tocsin.Finding{
			Text:    fmt.Sprintf("The detector %s stopped with an internal error and is off until the next start", s.spec.Header),
			Reason:  tocsin.Reason{What: "internal error", Observed: fmt.Sprint(cause)},
			Subject: s.spec.Header,
		},
		Definition: &tocsin.DetectorFail, Time: o.Time, Number: o.Number, Frequency: o.Radio.Frequency, Sensor: o.Sensor,
	})
}

// Counts tells what each detector has done, in the order of the Specs. Detectors that are off are left out.
func (e *Engine) Counts() []Count {
	list := make([]Count, len(e.slots))
	for i, s := range e.slots {
		list[i] = Count{Header: s.spec.Header, Frames: s.frames, Findings: s.findings, Failed: s.failed}
	}
	return list
}
