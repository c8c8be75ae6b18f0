package bleclone

import (
	"fmt"
	"slices"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
)

// packet is what is remembered of one.
type packet struct {
	at     time.Duration
	data   uint32 // hash of the advertising data
	signal int8
}

// line is the newest packets of a mouth.
type line struct {
	ring [64]packet
	n    int // how many there were
	// jumps counts how often the signal changed by the band, since it last did not for the window.
	jumps    int
	jumpedAt time.Duration
}

// hear takes a packet and returns the jumps so far: most addresses have none, and cost no more than this.
func (l *line) hear(p packet, lim limits) int {
	last := l.ring[(l.n+len(l.ring)-1)%len(l.ring)]
	l.ring[l.n%len(l.ring)] = p
	l.n++
	if l.n == 1 || abs(int(p.signal)-int(last.signal)) < lim.Band {
		return 0
	}
	if (p.at - l.jumpedAt).Abs() >= lim.Window {
		l.jumps = 0
	}
	l.jumpedAt = p.at
	l.jumps++
	return l.jumps
}

func abs(n int) int { return max(n, -n) }

// recent puts the packets of the window that ends at at into list, oldest first.
func (l *line) recent(list []packet, at, span time.Duration) []packet {
	for i := max(0, l.n-len(l.ring)); i < l.n; i++ {
		if p := l.ring[i%len(l.ring)]; (at - p.at).Abs() < span {
			list = append(list, p)
		}
	}
	return list
}

// pair is two transmitters under one address, told apart by their signals.
type pair struct {
	limit        int8 // the weakest signal of the stronger
	strong, weak int  // packets
	changes      int  // from one to the other
	close        int  // follow each other sooner than one advertiser sends, with the same data
	apart        bool // no data is sent by both, and both repeat some

	soonest, latest time.Duration // by which they do so
}

// steady is how much the delays between the receptions of two sensors whose recordings were put together differ. Two
// transmitters wait for times of their own.
const steady = 2 * time.Millisecond

// isSame reports whether both send the same data, closer together than one device does.
func (t *pair) isSame(lim limits) bool { return t.close >= lim.Close && t.latest-t.soonest > steady }

// split divides packets at the widest gap between their signals.
func split(list []packet, lim limits) pair {
	var buffer [len(line{}.ring)]int8
	signals := buffer[:0]
	for _, p := range list {
		signals = append(signals, p.signal)
	}
	slices.Sort(signals)
	at, widest := 0, 0
	for i := 1; i < len(signals); i++ {
		if gap := int(signals[i]) - int(signals[i-1]); gap > widest {
			at, widest = i, gap
		}
	}
	if widest < lim.Band {
		return pair{}
	}
	t := pair{limit: signals[at], strong: len(signals) - at, weak: at, soonest: lim.Interval}
	for i := 1; i < len(list); i++ {
		a, b := list[i-1], list[i]
		if t.isStrong(a) == t.isStrong(b) {
			continue
		}
		t.changes++
		if gap := b.at - a.at; a.data == b.data && gap < lim.Interval {
			t.close++
			t.soonest, t.latest = min(t.soonest, gap), max(t.latest, gap)
		}
	}
	t.apart = t.isApart(list)
	return t
}

func (t *pair) isStrong(p packet) bool { return p.signal >= t.limit }

// isApart reports whether each transmitter sends data of its own, again and again. Data that change all the time say nothing.
func (t *pair) isApart(list []packet) bool {
	var strong, weak int // packets that repeat what their transmitter said before
	for i, p := range list {
		for _, q := range list[:i] {
			if q.data != p.data {
				continue
			}
			if t.isStrong(q) != t.isStrong(p) {
				return false
			}
			if t.isStrong(p) {
				strong++
			} else {
				weak++
			}
			break
		}
	}
	return strong > 0 && weak > 0 && 2*(strong+weak) >= len(list)
}

// judge looks whether an address whose signal jumps is two transmitters.
func (d *detector) judge(o *tocsin.Observation, l *line, found *detect.Findings) {
	var buffer [len(line{}.ring)]packet
	t := split(l.recent(buffer[:0], o.Time, d.limits.Window), d.limits)
	if t.strong < d.limits.Packets || t.weak < d.limits.Packets || t.changes < d.limits.Changes {
		return
	}
	same := t.isSame(d.limits)
	if !same && !t.apart {
		return
	}
	switch v := d.voice.Tell(o.BLE.Sender, o.Time); {
	case v.Several > 0:
		found.Add(d.several(v.Several))
	case v.Speak:
		found.Add(d.pair(o, &t, same))
	}
}

// pair is the finding about an address that two transmitters use.
func (d *detector) pair(o *tocsin.Observation, t *pair, same bool) tocsin.Finding {
	who := tocsin.MAC(o.BLE.Sender)
	f := tocsin.Finding{
		Text: fmt.Sprintf("Two transmitters advertise as %s with the same data, one strong, one weak, and closer to each other than one device sends", who),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("packets on %d MHz at signals %d dB apart in %s, and changes between them", o.Radio.Frequency, d.limits.Band, d.limits.Window),
			Observed: fmt.Sprintf("%d and %d packets, %d changes", t.strong, t.weak, t.changes),
			Limit:    fmt.Sprintf("%d and %d packets, %d changes", d.limits.Packets, d.limits.Packets, d.limits.Changes),
		},
	}
	if !same {
		medium := tocsin.Medium
		f.Severity, f.Confidence = &medium, 55
		f.Text = fmt.Sprintf("%s advertises in turns two different things, one strong, one weak: two transmitters may use its address", who)
	}
	return f
}
