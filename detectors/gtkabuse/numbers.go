package gtkabuse

import (
	"time"

	"github.com/tocsin-wids/tocsin"
)

const (
	near      = 64 // packet numbers within which a line goes on, or frames overtake each other
	wellKnown = 16 // frames of a line that is not given up for one with fewer
)

// numbers are the packet numbers that were heard under one group key: one line, or two if two devices count.
type numbers struct {
	lines    [2]line
	now      uint8 // the line of the last frame
	home     uint8 // the line that was left for the other
	sequence uint16
	odd      bool          // since home was left a frame was another device's
	oddAt    time.Duration // the newest such frame; 0: none
	away     int           // frames since home was left
	before   uint64
	last     uint64
	frame    uint64 // the number of the last frame that was not in line
}

// line is the packet numbers that one device counts.
type line struct {
	frames  uint8 // up to wellKnown
	at      time.Duration
	highest uint64
	used    [near]uint16 // 1 + sequence number of the frame with the packet number, modulo near
}

// add takes a frame, and returns how many frames it shows to be of another device. Frames to everybody share one counter of sequence
// numbers (802.11-2020 §10.3.2.14), whatever their key: numbers that go back are of two devices.
func (n *numbers) add(o *tocsin.Observation, pn uint64, deviates bool, recent time.Duration) (foreign int) {
	sequence := o.Frame.Sequence
	odd := deviates || n.last != 0 && goesBack(n.sequence, sequence)
	n.before, n.last, n.sequence = n.last, pn, sequence
	i, ok := n.find(pn, o.Time, recent)
	switch {
	case !ok:
		i = n.spare(o.Time, recent)
		n.lines[i] = line{highest: pn}
		if n.now != i { // else it is away already
			n.leave(1 - i)
		}
	case i != n.now && i != n.home:
		n.leave(n.now)
	}
	l := &n.lines[i]
	n.now = i
	if l.frames < wellKnown {
		l.frames++
	}
	l.at = o.Time
	switch {
	case i != n.home:
		n.away++
		n.odd = n.odd || odd
		n.frame = o.Number
	case n.away > 0:
		if n.odd || odd {
			foreign = n.away
		}
		n.away, n.odd = 0, false
	}
	if odd {
		n.oddAt = o.Time
	}
	if l.use(pn, sequence) {
		n.frame = o.Number
		if n.oddAt != 0 && (o.Time-n.oddAt).Abs() <= recent {
			foreign++
		}
	}
	return foreign
}

// leave notes that the line home is left for the other.
func (n *numbers) leave(home uint8) { n.home, n.away, n.odd = home, 0, false }

// find returns the line that pn is in.
func (n *numbers) find(pn uint64, at, recent time.Duration) (i uint8, ok bool) {
	for _, i := range [...]uint8{n.now, 1 - n.now} {
		l := &n.lines[i]
		if l.frames > 0 && (at-l.at).Abs() <= recent && pn+near > l.highest && pn <= l.highest+near {
			return i, true
		}
	}
	return 0, false
}

// spare returns the line that gives way to a new one.
func (n *numbers) spare(at, recent time.Duration) uint8 {
	a, b := &n.lines[0], &n.lines[1]
	switch {
	case a.frames == 0 || (at-a.at).Abs() > recent:
		return 0
	case b.frames == 0 || (at-b.at).Abs() > recent:
		return 1
	case a.frames < b.frames || a.frames == b.frames && a.at < b.at:
		return 0
	}
	return 1
}

// use notes the frame that has pn, and reports whether one with another sequence number had it before.
func (l *line) use(pn uint64, sequence uint16) bool {
	for ; l.highest < pn; l.highest++ {
		l.used[(l.highest+1)%near] = 0
	}
	u := &l.used[pn%near]
	if *u == 0 {
		*u = sequence + 1
	}
	return *u != sequence+1
}

// goesBack reports whether now, modulo 4096, is behind before.
func goesBack(before, now uint16) bool { return (now-before)&0xfff >= 0x800 }
