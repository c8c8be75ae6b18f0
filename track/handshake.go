package track

import (
	"hash/maphash"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/eapol"
)

// Handshake is what was heard in the clear of the handshakes since the station associated. Nonces and octets are
// hashes, which are equal if what they stand for is, within one tracker.
type Handshake struct {
	Messages [eapol.GroupMessage2 + 1]Messages // by eapol.Message
	Last     eapol.Message
	PMKID    [16]byte // in the newest message 1; zero if there is none
}

// Messages are those of one place in the handshake that have the nonce of the newest: another nonce begins anew, and
// for message 4, which has none, another message 3. What the radio sent again by itself counts once.
type Messages struct {
	Count       int
	Counters    int           // replay counters, each above all before it
	First, Last time.Duration // 0: not heard
	Number      uint64        // of the newest frame
	Replay      uint64        // the highest counter
	Nonce       uint64        // 0: all zero
	Octets      uint64        // of the newest packet
	sequence    uint16
}

// Installed is the newest pairwise key that message 3 told the station to install.
type Installed struct {
	At             time.Duration // first message 3; 0: none heard
	Again          int           // further messages 3 that told to install the same key
	ANonce, SNonce uint64        // SNonce is 0 if message 2 was not heard
}

// Packet is the EAPOL packet of a frame, decoded once for all.
type Packet struct {
	EAPOL eapol.Packet
	Err   error     // of EAPOL and Key
	Key   eapol.Key // valid if EAPOL.Type is eapol.TypeKey

	Message eapol.Message // NoMessage in other packets, those that are cut, and from the wrong side
	Resent  bool          // by the radio: the same octets within 5 s with Retry or the same sequence number
	Prior   Messages      // those of Message before this one, with its nonce or another
	NewKey  bool          // message 3 tells to install a key other than Link.Key was
}

// isEAPOL reports whether f has the beginning of an EAPOL packet in the clear.
func isEAPOL(f *dot11.Frame) bool { return f.EtherType == eapol.EtherType && f.Fragment == 0 }

// keyed takes an EAPOL packet of l.
func (t *Tracker) keyed(l *Link, o *tocsin.Observation, fromAP bool) {
	p := &t.step.Packet
	if p.Err = p.EAPOL.Decode(o.Frame.Payload); p.EAPOL.Type != eapol.TypeKey {
		return
	}
	if err := p.Key.Decode(p.EAPOL.Body); p.Err == nil {
		p.Err = err
	}
	message := p.Key.Message()
	if p.Err != nil || message == eapol.NoMessage || fromAP != byAP(message) {
		return
	}
	p.Message = message
	t.count(l, o)
	if p.Resent {
		return
	}
	h := &l.Handshake
	switch message {
	case eapol.Message1:
		h.PMKID, _ = p.Key.PMKID()
	case eapol.Message2:
		t.repeats(l)
	case eapol.Message3:
		t.install(l, o.Time)
	}
	switch {
	case message == eapol.Message4:
		l.reach(Keyed, o.Time)
	case l.Stage < Keying && message < eapol.Message4:
		l.reach(Keying, o.Time)
	}
}

// byAP reports whether the access point sends m.
func byAP(m eapol.Message) bool {
	return m == eapol.Message1 || m == eapol.Message3 || m == eapol.GroupMessage1
}

// resentWithin is longer than a radio keeps a frame for a station that sleeps: real ones were heard to send it again,
// sometimes without the Retry bit, up to 2.5 s later.
const resentWithin = 5 * time.Second

// count enters the message at hand into the handshake of l.
func (t *Tracker) count(l *Link, o *tocsin.Observation) {
	p, h := &t.step.Packet, &l.Handshake
	m := &h.Messages[p.Message]
	p.Prior = *m
	nonce, octets := uint64(0), maphash.Bytes(t.seed, p.EAPOL.Body)
	if p.Key.Nonce != [32]byte{} {
		nonce = maphash.Bytes(t.seed, p.Key.Nonce[:])
	}
	p.Resent = m.Count > 0 && m.Octets == octets && (o.Frame.IsRetry() || m.sequence == o.Frame.Sequence) &&
		(o.Time-m.Last).Abs() < resentWithin
	if p.Resent {
		m.Last, m.Number = later(m.Last, o.Time), o.Number
		return
	}
	if m.Nonce != nonce {
		*m = Messages{}
		if p.Message == eapol.Message3 {
			h.Messages[eapol.Message4] = Messages{}
		}
	}
	if m.Count == 0 {
		m.First, m.Nonce = o.Time, nonce
	}
	if m.Count == 0 || p.Key.Replay > m.Replay {
		m.Replay = p.Key.Replay
		m.Counters++
	}
	m.Count++
	m.Last, m.Number, m.Octets, m.sequence = later(m.Last, o.Time), o.Number, octets, o.Frame.Sequence
	h.Last = p.Message
}

// repeats takes what message 2 repeats of a request that was not heard.
func (t *Tracker) repeats(l *Link) {
	d, ok := t.step.Key.RSN()
	if !ok || l.Associated != 0 && l.Request.RSN.Present {
		return
	}
	l.Request = dot11.RSNSecurity(d)
	l.MFP = l.Request.MFPCapable && t.sight.BSS != nil && t.sight.BSS.Adverts > 0 && t.sight.BSS.MFP()
}

// install takes the key that message 3 tells the station to install.
func (t *Tracker) install(l *Link, at time.Duration) {
	k := Installed{At: at, ANonce: l.Handshake.Messages[eapol.Message3].Nonce, SNonce: l.Handshake.Messages[eapol.Message2].Nonce}
	if l.Key.At != 0 && k.ANonce == l.Key.ANonce && k.SNonce == l.Key.SNonce {
		l.Key.Again++
		return
	}
	l.Key, t.step.NewKey = k, true
}
