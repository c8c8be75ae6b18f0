package saeflood

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/tocsin-wids/tocsin/dot11"
)

// places is how many commits to an access point are remembered.
const places = 128

// commit is one, and what came of it.
type commit struct {
	station         dot11.Addr
	sequence        uint16
	time            time.Duration
	number          uint64 // of the frame
	scalar, element uint64 // hashes, of the scalar but for what is counted up; 0 if the group is unknown
	answered        time.Duration

	impossible bool // by its address, or a scalar that was used before
	counted    bool // its scalar begins as that of another element
	accepted   bool // answered with a commit
	refused    bool
	excused    bool // the station went on, may not, or asked again with a token
}

// network is the newest commits to an access point.
type network struct {
	commits [places]commit
	n       uint32 // so many since the beginning
	busy    bool   // it asked for tokens
}

func (n *network) at(i uint32) *commit { return &n.commits[i%places] }

// first returns the index of the oldest commit that is remembered.
func (n *network) first() uint32 {
	if n.n > places {
		return n.n - places
	}
	return 0
}

// repeats reports whether c is the repetition of a frame by the radio that sent it.
func (n *network) repeats(c *commit) bool {
	for i := n.first(); i != n.n; i++ {
		if x := n.at(i); x.station == c.station && x.sequence == c.sequence && x.scalar == c.scalar {
			return true
		}
	}
	return false
}

// tail is how many octets at the end of a scalar differ in a tool that adds one for each commit, as the next element is
// then one addition away. What is before them has twelve octets or more.
const tail = 8

// add remembers c. Each exchange has a scalar of its own, drawn at random (802.11-2020 §12.4.5.2): two stations never have
// one that begins the same, nor is there a second element to it. A commit with a token stands for that before it, which
// was without.
func (n *network) add(c commit, token bool) {
	for i := n.first(); i != n.n; i++ {
		x := n.at(i)
		if c.scalar == 0 || x.scalar != c.scalar {
			continue
		}
		switch {
		case x.element != c.element:
			x.counted, c.counted = true, true
		case x.station != c.station:
			x.impossible, c.impossible = true, true
		case token:
			x.excused = true
		}
	}
	*n.at(n.n) = c
	n.n++
}

// settle notes what a frame that is no commit of a station says of those before it.
func (n *network) settle(f *dot11.Frame, step dot11.SAEStep, at time.Duration) {
	station := f.Addr1
	switch step {
	case dot11.SAENone:
		return
	case dot11.SAEProve:
		station = f.Addr2
	case dot11.SAEWantToken:
		n.busy = true
		return
	}
	for i := n.first(); i != n.n; i++ {
		c := n.at(i)
		if c.station != station {
			continue
		}
		switch {
		case step == dot11.SAEAccept:
			if !c.accepted {
				c.accepted, c.answered = true, at
			}
		case step == dot11.SAERefuse && f.Fixed.Status == dot11.StatusUnspecified:
			c.refused = true
		default:
			c.excused = true
		}
	}
}

// patience is how long a client may take from the access point's commit to its own confirm: some milliseconds of
// arithmetic, and more where the air is full.
const patience = 300 * time.Millisecond

// forged reports whether no client can have meant c: it would have gone on, and its commit would not have been refused.
func (c *commit) forged(now time.Duration) bool {
	return c.impossible || c.counted || c.refused || c.accepted && now-c.answered >= patience
}

// tally is what there is to say of the commits of a window.
type tally struct {
	open, forged, counted int

	since uint32 // index of the first
}

func (n *network) count(now, span time.Duration) (t tally) {
	t.since = n.n
	for i := n.n; i != n.first(); {
		i--
		c := n.at(i)
		if age := now - c.time; age >= span || age < 0 {
			break
		}
		if c.excused {
			continue
		}
		t.open++
		t.since = i
		if c.forged(now) {
			t.forged++
		}
		if c.counted {
			t.counted++
		}
	}
	return t
}

// number says how many commits of t lead to nothing: all that are remembered may be too few.
func (t tally) number() string {
	if t.open == places {
		return fmt.Sprintf("%d or more", t.open)
	}
	return strconv.Itoa(t.open)
}

// suffix tells whether the access point asks for tokens.
func (n *network) suffix() string {
	if n.busy {
		return ", and it is so busy that it asks for tokens"
	}
	return ""
}

// stations returns how many sent the commits of t, and how they are called.
func (n *network) stations(t tally) (count int, who string) {
	var known []dot11.Addr
	for i := t.since; i != n.n; i++ {
		if c := n.at(i); !c.excused && !slices.Contains(known, c.station) {
			known = append(known, c.station)
		}
	}
	switch count = len(known); {
	case count == 1:
		return count, "the address " + known[0].String()
	case count >= many:
		return count, "many addresses"
	}
	return count, fmt.Sprintf("%d addresses", count)
}

const many = 16

// maxEvidence bounds the frames that are kept to show a flood.
const maxEvidence = 8

// evidence returns the numbers of the first frames of t.
func (n *network) evidence(t tally) (frames []uint64) {
	for i := t.since; i != n.n && len(frames) < maxEvidence; i++ {
		if c := n.at(i); !c.excused {
			frames = append(frames, c.number)
		}
	}
	return frames
}
