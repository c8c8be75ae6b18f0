package authflood

import (
	"slices"
	"time"

	"github.com/tocsin-wids/tocsin/dot11"
)

// outcome is the furthest that came of a request.
type outcome uint8

const (
	unanswered outcome = iota // or refused
	accepted
	dismissed // by anybody: a client that somebody disconnects begins again and again
	pursued   // the station asked to associate, or the access point has no room for it
	joined
)

// shown returns what a frame that is no request says of the requests before it.
func shown(f *dot11.Frame) outcome {
	success := f.Fixed.Status == dot11.StatusSuccess
	switch f.Kind {
	case dot11.Auth:
		switch {
		case success:
			return accepted
		case f.Fixed.Status == dot11.StatusFull:
			return pursued
		}
		return unanswered
	case dot11.Deauth, dot11.Disassoc:
		return dismissed
	case dot11.AssocResp, dot11.ReassocResp:
		if success {
			return joined
		}
	}
	return pursued
}

// request is the first frame of an authentication, and what came of it.
type request struct {
	station dot11.Addr
	outcome outcome
	forged  bool // by its address or its sequence number
	time    time.Duration
	number  uint64 // of the frame
}

// excused reports whether a client may have meant it.
func (r *request) excused() bool {
	return r.outcome == joined || r.outcome == pursued && !r.forged
}

// places is how many requests of a network are remembered.
const places = 64

// network is who asked a network to be let in.
type network struct {
	requests      [places]request // the newest; the others are gone
	asked, judged uint32          // so many since the beginning
	last          frame
	repeats       int
	chain         chain
}

// frame is what identifies a frame to its receiver.
type frame struct {
	station  dot11.Addr
	sequence uint16
}

func (n *network) at(i uint32) *request { return &n.requests[i%places] }

// settle notes what f says of the requests of a station, or of everybody.
func (n *network) settle(f *dot11.Frame) {
	station, everybody := f.Addr1, f.Addr1 == dot11.Broadcast
	if f.Addr1 == f.BSSID {
		station = f.Addr2
	}
	to := shown(f)
	for i := range n.requests {
		if r := &n.requests[i]; r.station == station || everybody {
			r.outcome = max(r.outcome, to)
		}
	}
}

// maxRepeats is more than any radio repeats a frame that nobody acknowledges; only a tool goes on.
const maxRepeats = 32

// repeated reports whether f is the repetition of a frame by the radio that sent it (802.11-2020 §10.3.4.4).
func (n *network) repeated(f *dot11.Frame) bool {
	now := frame{f.Addr2, f.Sequence}
	if f.IsRetry() && now == n.last && n.repeats < maxRepeats {
		n.repeats++
		return true
	}
	n.last, n.repeats = now, 0
	return false
}

// chain is requests whose sequence numbers are those of one radio, whatever their addresses. Each station counts for
// itself (802.11-2020 §10.3.2.14), but a tool has one radio.
type chain struct {
	last   frame
	time   time.Duration
	length int // how often an address went on where another had been
	missed int // requests since then that are not of the chain
}

const (
	maxStep   = 64 // a tool may have several targets, and send other frames between
	maxMissed = 3  // of clients that really join meanwhile
	minLength = 8  // by chance, as good as never, even if all counters are young
)

// holds adds a request, and reports whether it is one of a chain that is no chance.
func (c *chain) holds(f *dot11.Frame, at time.Duration) bool {
	now := frame{f.Addr2, f.Sequence}
	step := (now.sequence - c.last.sequence) & 0xfff
	gap := at - c.time
	switch {
	case gap > patience || gap < -patience || c.missed > maxMissed:
		*c = chain{last: now, time: at}
		return false
	case step == 0 || step > maxStep:
		c.missed++
		return false
	case now.station != c.last.station:
		c.length++
	}
	c.last, c.time, c.missed = now, at, 0
	return c.length >= minLength
}

// alone reports whether no other station than that of r asked within span for nothing.
func (n *network) alone(r *request, span time.Duration) bool {
	for i := range n.requests {
		q := &n.requests[i]
		if q.station != r.station && !q.station.IsZero() && !q.excused() && r.time-q.time < span {
			return false
		}
	}
	return true
}

// maxEvidence bounds the frames that are kept to show a flood.
const maxEvidence = 8

// evidence returns how many stations asked in vain within span, as far as is remembered, and the first of these frames.
func (n *network) evidence(span time.Duration) (stations int, frames []uint64) {
	var known []dot11.Addr
	now := n.at(n.judged - 1).time
	for i := n.asked - places; i != n.asked; i++ {
		r := n.at(i)
		if r.station.IsZero() || r.excused() || now-r.time >= span {
			continue
		}
		if len(frames) < maxEvidence {
			frames = append(frames, r.number)
		}
		if !slices.Contains(known, r.station) {
			known = append(known, r.station)
		}
	}
	return len(known), frames
}
