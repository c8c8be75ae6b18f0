// Package deauthflood recognises floods of deauthentications and disassociations.
package deauthflood

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares DEAUTHFLOOD.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "DEAUTHFLOOD",
		Title:       "Deauthentication flood",
		Class:       tocsin.Denial,
		Severity:    tocsin.Medium,
		Description: "Somebody keeps disconnecting the clients of a network with forged deauthentications or disassociations.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5Pairs,
		Confidence:  85,
		Attack:      []string{"T1499"},
		Explains:    []string{"BCASTDISCON", "DISASSOCTRAFFIC"},
	},
	Frames: dot11.Only(dot11.Deauth, dot11.Disassoc, dot11.Auth, dot11.AssocReq, dot11.ReassocReq) | dot11.AnyData,
}, limits{
	Frames: 11, Window: 10 * time.Second, NetworkFrames: 30, EverywhereFrames: 8,
	Again: time.Minute, Pairs: 4096, Networks: 1024,
}, newDetector)

type limits struct {
	Frames        int           `help:"disconnections of one client, or of everybody, within the window" min:"2"`
	Window        time.Duration `help:"time in which disconnections are counted" min:"1s"`
	NetworkFrames int           `help:"disconnections of several clients of one network within the window" min:"2"`
	// EverywhereFrames is for tools that take one network after the other.
	EverywhereFrames int           `help:"disconnections of everybody from three networks or more within the window" min:"2"`
	Again            time.Duration `help:"time between two findings about a flood that goes on" min:"1s"`
	Pairs            int           `help:"pairs of network and client that are watched"`
	Networks         int           `help:"networks that are watched"`
}

// pair is a network and one of its clients, or the broadcast address.
type pair struct{ bssid, client dot11.Addr }

// history is what happened between a pair.
type history struct {
	excused bool // the client joined since it was last disconnected
	owed    int  // frames of the client that may yet be answered
	asked   time.Duration
	sides   [2]side // frames from the client, frames to it
	numbers [8]uint64
	n       int
}

type side struct {
	sequence uint16
	repeats  int
}

type detector struct {
	limits   limits
	pairs    *window.Map[pair, history]
	clients  *window.Alarm[pair]
	networks *window.Alarm[dot11.Addr]
	emptied  *window.Distinct[struct{}, dot11.Addr] // networks that everybody is disconnected from
	air      *window.Alarm[struct{}]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:   l,
		pairs:    window.NewMap[pair, history](l.Pairs),
		clients:  window.NewAlarm[pair](l.Frames, l.Window, l.Again, l.Pairs),
		networks: window.NewAlarm[dot11.Addr](l.NetworkFrames, l.Window, l.Again, l.Networks),
		emptied:  window.NewDistinct[struct{}, dot11.Addr](several, l.Window, 1),
		air:      window.NewAlarm[struct{}](l.EverywhereFrames, l.Window, l.Again, 1),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	if f.Kind.IsData() {
		if f.Addr1 == f.BSSID {
			d.ask(pair{f.BSSID, f.Addr2}, o.Time)
		}
		return
	}
	if !f.BSSID.IsStation() || f.IsProtected() {
		return
	}
	p := pair{f.BSSID, f.Addr1}
	if f.Addr1 == f.BSSID {
		p.client = f.Addr2
	}
	h, _ := d.pairs.Put(p)
	if f.Kind != dot11.Deauth && f.Kind != dot11.Disassoc {
		h.excused = h.excused || f.Addr1 == f.BSSID
		return
	}
	if h.repeated(f) || h.harmless(o) || air.Doubt.Own {
		return
	}
	h.numbers[h.n%len(h.numbers)] = o.Number
	h.n++
	count, ring := d.clients.Add(p, o.Time)
	if ring {
		found.Add(d.finding(p, count, h.evidence()))
	}
	if count <= farewell || count >= d.limits.Frames {
		return
	}
	if count, ring := d.networks.Add(f.BSSID, o.Time); ring {
		found.Add(d.networkFinding(f.BSSID, count))
	}
	if p.client != dot11.Broadcast || d.emptied.Add(struct{}{}, f.BSSID, o.Time) < several {
		return
	}
	if count, ring := d.air.Add(struct{}{}, o.Time); ring {
		found.Add(d.airFinding(count))
	}
}

const (
	// farewell is what an access point that restarts sends to each client: one disassociation and one deauthentication.
	farewell = 2
	// several networks are more than the two radios of one access point.
	several = 3
)

// maxRepeats is more than any radio repeats a frame that nobody acknowledges; only a tool goes on.
const maxRepeats = 32

// repeated reports whether f is the repetition of a frame by the radio that sent it (802.11-2020 §10.3.4.4).
func (h *history) repeated(f *dot11.Frame) bool {
	s := &h.sides[0]
	if f.Addr2 == f.BSSID {
		s = &h.sides[1]
	}
	if f.IsRetry() && f.Sequence == s.sequence && s.repeats < maxRepeats {
		s.repeats++
		return true
	}
	*s = side{sequence: f.Sequence}
	return false
}

// ask notes a frame that only a connected client may send (class 3, 802.11-2020 §11.3.3), of a client that was
// disconnected before. An access point that is busy answers up to a second later, and to several such frames.
func (d *detector) ask(p pair, at time.Duration) {
	if h := d.pairs.Peek(p); h != nil {
		h.owed, h.asked = min(h.owed+1, maxOwed), at
	}
}

const (
	maxOwed  = 16
	answerIn = time.Second
)

// harmless reports whether the frame ends what the client began: it had joined anew, or it sent something that only a
// connected client may, to which reasons 6 and 7 are the answer.
func (h *history) harmless(o *tocsin.Observation) bool {
	if h.excused {
		h.excused = false
		return true
	}
	f := o.Frame
	answer := (f.Fixed.Reason == 6 || f.Fixed.Reason == 7) && f.Addr2 == f.BSSID
	if !answer || h.owed == 0 || o.Time-h.asked > answerIn {
		return false
	}
	h.owed--
	return true
}

// evidence returns the numbers of the newest frames, oldest first.
func (h *history) evidence() []uint64 {
	var numbers []uint64
	for i := max(0, h.n-len(h.numbers)); i < h.n; i++ {
		numbers = append(numbers, h.numbers[i%len(h.numbers)])
	}
	return numbers
}

func (d *detector) finding(p pair, count int, frames []uint64) tocsin.Finding {
	who, client := p.client.String(), "of one client"
	switch {
	case p.client.IsGroup():
		who, client = "everybody", "of everybody"
	case p.client == p.bssid:
		who = "the access point itself"
	}
	return tocsin.Finding{
		Text:   fmt.Sprintf("Somebody keeps disconnecting %s from the network %s: %d times in %s", who, p.bssid, count, d.limits.Window),
		Reason: d.reason(client, count, d.limits.Frames),
		Frames: frames,
	}
}

func (d *detector) networkFinding(bssid dot11.Addr, count int) tocsin.Finding {
	return tocsin.Finding{
		Text:   fmt.Sprintf("Somebody keeps disconnecting several clients from the network %s: %d times in %s", bssid, count, d.limits.Window),
		Reason: d.reason("of several clients", count, d.limits.NetworkFrames),
	}
}

func (d *detector) airFinding(count int) tocsin.Finding {
	return tocsin.Finding{
		Text:    fmt.Sprintf("Somebody keeps disconnecting everybody from one network after the other: %d times in %s", count, d.limits.Window),
		Reason:  d.reason("of everybody from several networks", count, d.limits.EverywhereFrames),
		BSSID:   dot11.Broadcast, // one incident, whichever network was the last
		Source:  dot11.Broadcast,
		Subject: "several networks",
	}
}

func (d *detector) reason(who string, count, limit int) tocsin.Reason {
	return tocsin.Reason{
		What:     fmt.Sprintf("disconnections %s in %s", who, d.limits.Window),
		Observed: fmt.Sprintf("%d frames", count),
		Limit:    fmt.Sprintf("%d frames", limit),
	}
}
