package track

import (
	"time"

	"github.com/tocsin-wids/tocsin"
)

const (
	lowNumbers      = 16   // a key that is installed again counts from 1
	numbersReorder  = 64   // frames of a block acknowledgement window, which may overtake each other
	numbersTolerant = 1024 // between the queues of several priorities
)

// Numbers is the line of packet numbers that one transmitter counts under one key (802.11-2020 §12.5.3.2). They never
// come twice, but in what the radio sends again, which is not looked at.
type Numbers struct {
	Highest uint64
	Key     uint8         // id
	Began   time.Duration // 0: none heard
	Fell    Fall          // the newest; the line goes on from there

	low   [lowNumbers + 1]uint16 // 1 + sequence number of the frame that had this packet number
	below Fall                   // one frame, which the next must follow
}

// Fall is where a line of packet numbers went back, shown by two frames that follow each other.
type Fall struct {
	At       time.Duration // 0: never
	From, To uint64
	Frame    uint64 // the first
	sequence uint16
}

// add takes a frame. A line that began before since is of another key. It reports whether the line fell.
func (n *Numbers) add(o *tocsin.Observation, since time.Duration) bool {
	f := o.Frame
	pn, key, ok := f.PacketNumber()
	if !ok || f.IsRetry() || f.Fragment != 0 || pn == 0 || o.Cut {
		return false
	}
	if n.Began == 0 || n.Began < since || n.Key != key {
		*n = Numbers{Key: key, Began: o.Time}
	}
	b := &n.below
	if b.At != 0 && pn > b.To && pn <= b.To+numbersReorder && pn < b.From+numbersReorder && f.Sequence != b.sequence {
		fell := *b
		*n = Numbers{Key: key, Began: n.Began, Highest: pn, Fell: fell}
		n.Fell.At = o.Time
		n.note(fell.To, fell.sequence)
		n.note(pn, f.Sequence)
		return true
	}
	if n.back(pn, f.Sequence) {
		*b = Fall{At: o.Time, From: n.Highest, To: pn, Frame: o.Number, sequence: f.Sequence}
		return false
	}
	n.note(pn, f.Sequence)
	if pn > n.Highest {
		n.Highest = pn
	}
	return false
}

// back reports whether pn is so far back, or was used by another frame, that no reordering explains it.
func (n *Numbers) back(pn uint64, sequence uint16) bool {
	if pn <= lowNumbers {
		seen := n.low[pn]
		return seen != 0 && seen != sequence+1 || n.Highest > pn+numbersReorder
	}
	return n.Highest > pn+numbersTolerant
}

func (n *Numbers) note(pn uint64, sequence uint16) {
	if pn <= lowNumbers {
		n.low[pn] = sequence + 1
	}
}

// number takes the packet number of encrypted data of l.
func (t *Tracker) number(l *Link, o *tocsin.Observation, fromAP bool) {
	n := &l.Numbers.Station
	if fromAP {
		n = &l.Numbers.AP
	}
	if n.add(o, max(l.Key.At, l.Auth.Begun, l.renewed, l.Gone.At)) {
		t.sight.Fell = &n.Fell
	}
}
