package track

import (
	"hash/maphash"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/eapol"
)

// Link is a station and a BSSID, and how far they have come together, as far as heard.
type Link struct {
	BSSID, Station dot11.Addr

	Stage Stage
	Since time.Duration // when it came to Stage

	Auth Auth

	// Request is what the station asked for when it associated: AKM and pairwise suite, one of each, and whether it can
	// protect management frames. Where only message 2 of the handshake was heard, it has what that repeats of it.
	Request    dot11.Security
	Associated time.Duration // when the access point agreed; 0 if that was not heard

	// MFP says that management frames are protected: the station offered it, and so did the network.
	MFP bool

	Handshake Handshake
	Key       Installed
	Granted   Transition

	Gone Gone // the newest disconnection, forged or not

	// Encrypted is when the station and the access point last sent encrypted data to each other; 0 if not since Gone.
	Encrypted struct{ Station, AP time.Duration }

	// Numbers are the packet numbers that each counts to the other.
	Numbers struct{ Station, AP Numbers }

	asked    dot11.Security // of the newest request, which may not have been granted
	askedMFP bool
	askedFT  uint64        // a hash of its fast transition element; 0: none
	renewed  time.Duration // the newest association that made a key of its own
}

// Transition is the newest fast transition that the access point granted. Its key is made of the nonces in the request
// (802.11-2020 §12.7.1.6): granted again for the same request it is the same key.
type Transition struct {
	Again   time.Duration // when it was granted once more; 0: it was not
	Number  uint64        // of that frame
	element uint64        // of the request, as Link.askedFT
}

// Stage is how far a station has come.
type Stage uint8

// Stages.
const (
	Unlinked      Stage = iota // nothing heard, or disconnected
	Authenticated              // by the access point's answer
	Associated
	Keying // a message of the four-way handshake was heard
	Keyed  // message 4, or data that is encrypted
)

func (s Stage) String() string {
	return [...]string{"unlinked", "authenticated", "associated", "keying", "keyed", "", "", ""}[s&7]
}

// Auth is the newest authentication.
type Auth struct {
	Algorithm   uint16        // see dot11.Fixed
	Begun, Done time.Duration // the station's first frame; the access point's consent, 0 if not heard
	Status      uint16        // of the newest answer
}

// Gone is a disconnection.
type Gone struct {
	At        time.Duration // 0: none
	ByAP      bool          // in the name of the access point
	Protected bool          // encrypted or, to a group, with a MIC
	Group     bool          // to all stations
}

// Step is what the frame at hand did to its Link.
type Step struct {
	Before Stage // of the link
	Packet
}

// pair is the key of a Link.
type pair struct{ bssid, station dot11.Addr }

// follow follows the frame's station and access point.
func (t *Tracker) follow(o *tocsin.Observation) {
	f := o.Frame
	switch {
	case f.Kind.IsControl() || f.Kind == dot11.Beacon || f.Kind == dot11.ProbeReq || f.Kind == dot11.ProbeResp:
		return
	case f.Addr1.IsGroup():
		t.dismissed(o)
		return
	}
	p, fromAP, ok := pairOf(f)
	if !ok {
		return
	}
	l := t.links.Peek(p)
	if l == nil {
		if !begins(f) {
			return
		}
		l, _ = t.links.Put(p)
		*l = Link{BSSID: p.bssid, Station: p.station}
	} else if b := t.sight.BSS; b != nil && b.gone.At > max(l.Gone.At, l.Since) {
		l.leave(b.gone)
	}
	t.sight.Link = l
	both := l.mutual()
	t.advance(l, o, fromAP)
	if l.mutual() && !both {
		t.links.Promote(p)
	}
}

// mutual reports whether both sides act as if they had a key.
func (l *Link) mutual() bool {
	return l.Encrypted.Station != 0 && l.Encrypted.AP != 0 || l.Key.At != 0 && l.Handshake.Messages[eapol.Message4].Count > 0
}

// pairOf returns between whom f goes, and whether the access point sent it.
func pairOf(f *dot11.Frame) (p pair, fromAP, ok bool) {
	if f.Kind.IsData() && f.Control&(dot11.ToDS|dot11.FromDS) == dot11.ToDS|dot11.FromDS {
		return p, false, false
	}
	switch f.BSSID {
	case f.Addr2:
		p, fromAP = pair{f.BSSID, f.Addr1}, true
	case f.Addr1:
		p = pair{f.BSSID, f.Addr2}
	}
	return p, fromAP, p.bssid.IsStation() && p.station.IsStation() && p.bssid != p.station
}

// begins reports whether f shows that there is something between its parties that is worth to be remembered.
func begins(f *dot11.Frame) bool {
	switch f.Kind {
	case dot11.Auth, dot11.AssocReq, dot11.AssocResp, dot11.ReassocReq, dot11.ReassocResp:
		return true
	}
	return f.Kind.IsData() && (f.IsProtected() && f.Kind.HasBody() || isEAPOL(f))
}

// dismissed notes that an access point disconnects all of its stations.
func (t *Tracker) dismissed(o *tocsin.Observation) {
	f, b := o.Frame, t.sight.BSS
	if b == nil || f.Addr2 != f.BSSID || f.Kind != dot11.Deauth && f.Kind != dot11.Disassoc {
		return
	}
	_, authentic := f.Elements.MME()
	b.gone = Gone{At: o.Time, ByAP: true, Protected: authentic || f.IsProtected(), Group: true}
}

// advance takes a frame of l.
func (t *Tracker) advance(l *Link, o *tocsin.Observation, fromAP bool) {
	f := o.Frame
	switch f.Kind {
	case dot11.Auth, dot11.AssocReq, dot11.AssocResp, dot11.ReassocReq, dot11.ReassocResp, dot11.Deauth, dot11.Disassoc:
		if f.Kind != dot11.Deauth && f.Kind != dot11.Disassoc && (f.IsProtected() || f.Defects&dot11.DefectShortFixed != 0) {
			return // shared key authentication: what the fields say is encrypted
		}
		t.step = Step{Before: l.Stage}
		t.sight.Step = &t.step
		t.managed(l, o, fromAP)
		return
	}
	switch {
	case !f.Kind.IsData():
	case isEAPOL(f):
		t.step = Step{Before: l.Stage}
		t.sight.Step = &t.step
		t.keyed(l, o, fromAP)
	case f.IsProtected() && f.Kind.HasBody():
		t.encrypted(l, o.Time, fromAP)
		t.number(l, o, fromAP)
	}
}

// managed takes a management frame that begins or ends an association.
func (t *Tracker) managed(l *Link, o *tocsin.Observation, fromAP bool) {
	const success = 0 // 802.11-2020 table 9-50
	f := o.Frame
	switch f.Kind {
	case dot11.Auth:
		l.authenticate(f, o.Time, fromAP)
	case dot11.AssocReq, dot11.ReassocReq:
		if !fromAP && !o.Cut {
			l.asked = f.Security()
			l.askedMFP = l.asked.MFPCapable && t.offersMFP(f)
			l.askedFT = t.transition(f)
		}
	case dot11.AssocResp, dot11.ReassocResp:
		if fromAP && f.Fixed.Status == success {
			l.Request, l.MFP = l.asked, l.askedMFP
			l.Associated, l.Handshake = o.Time, Handshake{}
			l.grant(o)
			l.reach(Associated, o.Time)
		}
	case dot11.Deauth, dot11.Disassoc:
		l.leave(Gone{At: o.Time, ByAP: fromAP, Protected: f.IsProtected()})
	}
}

// grant takes the answer to the newest request.
func (l *Link) grant(o *tocsin.Observation) {
	g := &l.Granted
	if l.askedFT != 0 && l.askedFT == g.element {
		g.Again, g.Number = o.Time, o.Number
		return
	}
	*g = Transition{element: l.askedFT}
	l.renewed = o.Time
}

// transition returns a hash of the fast transition element of a request; 0 if it has none that makes a key.
func (t *Tracker) transition(f *dot11.Frame) uint64 {
	const nonces, shortest = 18, 82 // 802.11-2020 §9.4.2.47: behind a MIC of 16 octets or 24
	d, ok := f.Elements.Find(dot11.ElementFastTransition)
	if !ok || len(d) < shortest || [shortest - nonces]byte(d[nonces:]) == [shortest - nonces]byte{} {
		return 0
	}
	return maphash.Bytes(t.seed, d)
}

// offersMFP reports whether the network that f asks for protects management frames.
func (t *Tracker) offersMFP(f *dot11.Frame) bool {
	b := t.sight.BSS
	if b == nil || b.Adverts == 0 {
		return false
	}
	if ssid, ok, hidden := f.Elements.SSID(); ok && !hidden {
		if a := b.Advert(ssid); a != nil {
			return a.Security.MFPCapable
		}
	}
	return b.MFP()
}

// authSharedKey is the one algorithm that takes four frames (802.11-2020 §12.3.3).
const authSharedKey = 1

func (l *Link) authenticate(f *dot11.Frame, at time.Duration, fromAP bool) {
	const success, commit = 0, 1
	x := &f.Fixed
	if !fromAP {
		if x.AuthTransaction == commit || x.AuthAlgorithm != l.Auth.Algorithm {
			l.Auth = Auth{Algorithm: x.AuthAlgorithm, Begun: at}
		}
		return
	}
	if x.AuthAlgorithm != l.Auth.Algorithm {
		l.Auth = Auth{Algorithm: x.AuthAlgorithm}
	}
	l.Auth.Status = x.Status
	last := uint16(2)
	if x.AuthAlgorithm == authSharedKey {
		last = 4
	}
	if x.Status != success || x.AuthTransaction != last {
		return
	}
	l.Auth.Done = at
	if l.Stage == Unlinked {
		l.reach(Authenticated, at)
	}
}

func (l *Link) reach(s Stage, at time.Duration) {
	if l.Stage != s {
		l.Stage, l.Since = s, at
	}
}

// leave takes a disconnection. Where management frames are protected, one that is not changes nothing (802.11-2020
// §12.6.19), but is kept.
func (l *Link) leave(g Gone) {
	l.Gone = g
	if l.MFP && l.Stage == Keyed && !g.Protected {
		return
	}
	l.Encrypted.Station, l.Encrypted.AP = 0, 0
	l.reach(Unlinked, g.At)
}

// encrypted takes encrypted data. What an access point still had in its queue when the station left shows no link.
func (t *Tracker) encrypted(l *Link, at time.Duration, fromAP bool) {
	if fromAP {
		l.Encrypted.AP = at
	} else {
		l.Encrypted.Station = at
	}
	if l.Stage != Keyed && (!fromAP || l.Gone.At == 0) {
		t.step = Step{Before: l.Stage}
		t.sight.Step = &t.step
		l.reach(Keyed, at)
	}
}
