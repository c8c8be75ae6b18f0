package detect

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/window"
)

// Voice decides when to speak of an attacker. Each address is spoken of once in a while. Several in a short time are
// one attack with invented addresses: that is said once, and nothing of each.
type Voice[K comparable] struct {
	limit   int
	again   time.Duration
	told    *window.Set[K]
	senders *window.Alarm[struct{}]
}

// NewVoice returns a voice that takes so many senders within again for one attack, and remembers at most keys of them.
func NewVoice[K comparable](senders int, again time.Duration, keys int) *Voice[K] {
	return &Voice[K]{
		limit: senders, again: again,
		told:    window.NewSet[K](again, keys),
		senders: window.NewAlarm[struct{}](senders, again, again, 1),
	}
}

// Verdict is what a Voice says of an attacker.
type Verdict struct {
	Speak   bool // report the transmitter
	Several int  // if not 0, report so many transmitters together, see Voice.Several
}

// Silent reports whether there is nothing to report.
func (v Verdict) Silent() bool { return v == Verdict{} }

// Tell takes an attacker, by its address or what it is told apart by, that does what is to be told.
func (v *Voice[K]) Tell(sender K, at time.Duration) Verdict {
	if !v.told.Once(sender, at) {
		return Verdict{}
	}
	count, ring := v.senders.Add(struct{}{}, at)
	switch {
	case ring:
		return Verdict{Several: count}
	case count < v.limit:
		return Verdict{Speak: true}
	}
	return Verdict{}
}

// Several completes a finding about so many transmitters, whose text is given, of what.
func (v *Voice[K]) Several(count int, text, what string) tocsin.Finding {
	return tocsin.Finding{
		Text: text,
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("transmitters of %s in %s", what, v.again),
			Observed: fmt.Sprintf("%d transmitters", count),
			Limit:    fmt.Sprintf("%d transmitters", v.limit),
		},
		BSSID:   dot11.Broadcast,
		Source:  dot11.Broadcast,
		Subject: "many addresses",
	}
}
