package track

import (
	"fmt"
	"strings"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/dot11"
)

// Doubt is what speaks against a frame coming from the transmitter that it names. Each sign alone is seen in honest
// frames now and then; two together hardly ever.
type Doubt struct {
	Sequence Fit    // FitOff: its number does not follow the transmitter's
	Due      uint16 // the transmitter's last number; valid if Sequence is FitOff
	Deviates bool   // its signal is not the transmitter's
	Usual    int    // dBm, the transmitter's; valid if Deviates
	Template bool   // its duration is that of 1 Mbit/s, and it was sent with OFDM: as tools leave it in their templates

	// Own says that nothing speaks against a management frame and much for it: its number follows the transmitter's, and its
	// signal is the transmitter's.
	Own bool
}

// Signs returns how many signs there are.
func (d *Doubt) Signs() int {
	n := 0
	if d.Sequence == FitOff {
		n++
	}
	if d.Deviates {
		n++
	}
	if d.Template {
		n++
	}
	return n
}

// Words says what speaks against the frame of o: "sequence number 17, the last was 2993; signal -10 dBm, usually -30 dBm".
func (d *Doubt) Words(o *tocsin.Observation) string {
	var words []string
	if d.Sequence == FitOff {
		words = append(words, fmt.Sprintf("sequence number %d, the last was %d", o.Frame.Sequence, d.Due))
	}
	if d.Deviates {
		words = append(words, fmt.Sprintf("signal %d dBm, usually %d dBm", o.Radio.Signal, d.Usual))
	}
	if d.Template {
		words = append(words, fmt.Sprintf("duration %d µs at an OFDM rate", o.Frame.Duration))
	}
	return strings.Join(words, "; ")
}

// templateDuration is SIFS and an acknowledgement at 1 Mbit/s with a long preamble.
const templateDuration = 314

// Emitter is what the frames of one transmitter have in common.
type Emitter struct {
	Signal     Signals
	Management Sequence // but for beacons and probe requests, which may have counters of their own
}

// disconnects reports whether f ends an association. Such frames are what is forged: a flood of them, one of which happens to fit, must
// not take the transmitter's line of numbers with it.
func disconnects(f *dot11.Frame) bool { return f.Kind == dot11.Deauth || f.Kind == dot11.Disassoc }

// judge compares the frame, which is no beacon and no probe response, with its transmitter, and learns from it.
func (t *Tracker) judge(o *tocsin.Observation) {
	f := o.Frame
	switch {
	case t.sight.BSS != nil && f.Addr2 == t.sight.BSS.BSSID:
		t.sight.BSS.judge(o, &t.sight.Doubt)
	case t.sight.Transmitter != nil:
		t.sight.Transmitter.judge(o, &t.sight.Doubt, FitUnknown)
	}
}

// judge compares the frame with what is known of e. known is how its number goes with another counter of e that
// management frames share.
func (e *Emitter) judge(o *tocsin.Observation, d *Doubt, known Fit) {
	f, h := o.Frame, heard(o)
	d.Deviates, d.Usual = e.Signal.judge(h)
	if f.Kind.IsManagement() && f.Kind != dot11.ProbeReq {
		d.Sequence, d.Due = known, e.Management.Last()
		if known == FitUnknown {
			d.Sequence = e.Management.Fit(f.Sequence, o.Time)
		}
		d.Template = f.Duration == templateDuration && o.Radio.OFDM
		d.Own = d.Sequence == FitOn && !d.Template && e.Signal.Agrees(h)
		if !disconnects(f) || d.Own {
			e.Management.add(f.Sequence, o.Time, h)
		}
	}
	if d.Signs() == 0 || !disconnects(f) {
		e.Signal.add(h)
	}
}

// judge is Emitter.judge for a frame of the access point, whose beacons may share the counter of its other management
// frames.
func (b *BSS) judge(o *tocsin.Observation, d *Doubt) {
	known := FitUnknown
	if o.Frame.Kind.IsManagement() {
		fit := b.BeaconSequence.Fit(o.Frame.Sequence, o.Time)
		if !disconnects(o.Frame) {
			b.learnShared(fit)
		}
		if b.shared >= sharedSure {
			known = fit
		}
	}
	b.Emitter.judge(o, d, known)
	if known == FitOff {
		d.Due = b.BeaconSequence.Last()
	}
}

// Management frames that follow the numbers of beacons, less those that do not, from which on they share a counter.
const (
	sharedSure = 4
	sharedMost = 16
)

func (b *BSS) learnShared(fit Fit) {
	switch fit {
	case FitOn:
		b.shared = min(b.shared+1, sharedMost)
	case FitOff:
		b.shared = max(b.shared-2, -sharedMost)
	}
}
