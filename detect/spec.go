package detect

import (
	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/ble"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// Detector recognises one kind of attack. It is used by one goroutine, lives on frame time alone, keeps bounded
// state of its own, and neither reads the clock, locks, logs nor throttles.
type Detector interface {
	// Observe looks at one frame of a kind that the Spec asked for and reports what it completes. What o and air
	// point to is only valid during the call.
	Observe(o *tocsin.Observation, air *track.Sight, found *Findings)
}

// PolicyReader is a Detector that goes on when the policy changes while it runs. Others keep the one they began with.
type PolicyReader interface {
	Detector

	// ReadPolicy takes the policy that is in force from the next frame on. It is called between two frames, by the
	// goroutine whose turn it is: what a detector reads of it needs neither lock nor atomic.
	ReadPolicy(p tocsin.Policy)
}

// Idler is a Detector that has nothing to do under some policies. It is not shown frames while it is idle.
type Idler interface {
	Detector

	// Idle is asked at the start and after each change of the policy.
	Idle() bool
}

// Spec declares a detector.
type Spec struct {
	tocsin.Definition

	// Frames are the kinds of frames that Observe is shown.
	Frames dot11.Kinds

	// Packets are the kinds of Bluetooth LE packets that Observe is shown, with an empty Sight.
	Packets ble.Kinds

	// Damaged asks for those with a bad FCS as well, which prove nothing about their sender: the tracker does not
	// see them, and their Sight is empty.
	Damaged bool

	// Content says that the detector judges what a frame says and nothing else of it. It is not shown frames whose body
	// is encrypted, nor beacons and probe responses that only repeat what it was shown: see track.Sight.Repeated.
	Content bool

	// Defects, if there are any, asks for frames alone that have one of them.
	Defects dot11.Defects

	// Gaps says that the detector judges by what did not come, or by what came next, so that frames which the sensor did not
	// hear can make it wrong. Its findings are less sure while the sensor hops, and say so.
	Gaps bool

	limits any // defaults, a struct
	make   func(limits any, env Env) Detector
}

// Env is what a detector may know beside the frames.
type Env struct {
	Policy tocsin.Policy
}

// Define completes s with the default limits and the constructor of its detector. L is a struct whose exported
// fields are ints, float64s, bools or time.Durations, each with a help text in the tag `help`; a tag `min` bounds
// them from below (1 or 1ns if absent). The fields of an embedded struct are limits as well. It panics if L is something else or a default is below its bound.
func Define[L any](s Spec, defaults L, make func(L, Env) Detector) Spec {
	s.limits = defaults
	s.make = func(limits any, env Env) Detector { return make(limits.(L), env) }
	mustBeLimits(s.Header, defaults)
	return s
}

// New makes a detector with its default limits, but for those that override names. The error tells all that is
// wrong with override.
func (s Spec) New(override map[string]any, env Env) (Detector, error) {
	limits, err := s.override(override)
	if err != nil {
		return nil, err
	}
	return s.make(limits, env), nil
}

// Findings takes what a detector finds in one frame.
type Findings struct {
	list []tocsin.Finding
}

// Add reports f, whose slices the detector must not use again.
func (s *Findings) Add(f tocsin.Finding) { s.list = append(s.list, f) }

// Len returns how many findings were added for this frame.
func (s *Findings) Len() int { return len(s.list) }
