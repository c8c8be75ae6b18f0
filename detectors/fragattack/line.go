package fragattack

import (
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/eapol"
	"github.com/tocsin-wids/tocsin/track"
)

// line is what one station encrypts for another.
type line struct {
	since  time.Duration // of the association in which frames are counted
	frames int           // encrypted
	clear  int           // packets that are not
	last   time.Duration
	pn     uint64
	seq    uint16
	amsdu  bool // of the last frame
	odd    odd
}

// odd is an aggregate or fragment that is ahead of the line.
type odd struct {
	at     time.Duration
	frame  uint64
	pn     uint64 // 0: there is none
	tid    uint8
	before uint64 // the number that the line had

	believed bool
}

// encrypted follows the packet numbers of a transmitter.
func (d *detector) encrypted(o *tocsin.Observation, air *track.Sight) evidence {
	f := o.Frame
	if f.Addr1.IsGroup() {
		return evidence{}
	}
	l, _ := d.lines.Put(pair{f.Addr2, f.Addr1})
	if s := station(f, air); s != nil && s.Since != l.since {
		*l = line{since: s.Since}
	}
	if f.Fragment == 0 {
		l.frames++
	}
	quiet := o.Time - l.last
	l.last = o.Time
	pn, _, ok := f.PacketNumber()
	if !ok {
		return evidence{}
	}
	amsdu := f.IsAMSDU()
	if l.pn != 0 && pn == l.pn && f.Sequence == l.seq && amsdu != l.amsdu {
		return evidence{sign: flipped, pn: pn}
	}
	e := d.outOfLine(l, o, pn)
	if aggregated(f) && l.odd.pn == 0 && l.pn != 0 && pn > l.pn+uint64(d.limits.Ahead) && quiet.Abs() <= d.limits.Hold {
		l.odd = odd{at: o.Time, frame: o.Number, pn: pn, tid: tid(f), before: l.pn}
	}
	switch l.odd.pn {
	case 0:
		l.pn, l.seq, l.amsdu = pn, f.Sequence, amsdu
	case pn:
		l.odd.believed = l.odd.believed || d.believe(o, ahead, pn)
	}
	return e
}

// aggregated reports whether f has more or less than one packet.
func aggregated(f *dot11.Frame) bool {
	return f.IsAMSDU() || f.Fragment != 0 || f.Control&dot11.MoreFrag != 0
}

// outOfLine decides about the odd frame of l when it hears the next.
func (d *detector) outOfLine(l *line, o *tocsin.Observation, pn uint64) evidence {
	was := l.odd
	if was.pn == 0 || pn == was.pn {
		return evidence{}
	}
	f := o.Frame
	l.odd = odd{}
	next := pn > was.before && pn <= was.before+uint64(d.limits.Near)
	// What waits in a slower queue has an older number, and so has what is sent again.
	if !next || !was.believed || f.IsRetry() || (o.Time-was.at).Abs() > d.limits.Hold || urgency(was.tid) > urgency(tid(f)) {
		return evidence{}
	}
	return evidence{sign: ahead, frame: was.frame, pn: was.pn, before: was.before, after: pn, believed: true}
}

// urgency returns the place of the queue of a TID (802.11-2020 table 10-1), background being 0.
func urgency(tid uint8) int {
	switch tid {
	case 1, 2:
		return 0
	case 4, 5:
		return 2
	case 6, 7:
		return 3
	}
	return 1
}

// isEncrypted reports whether p is known to encrypt what it sends.
func (d *detector) isEncrypted(p pair, at time.Duration, s *track.Station) bool {
	if s == nil {
		return false
	}
	l := d.lines.Peek(p)
	return l != nil && l.since == s.Since && l.frames >= d.limits.Encrypted*(1+l.clear) && (at-l.last).Abs() <= d.limits.Recent
}

// clear looks at a frame that is not encrypted.
func (d *detector) clear(o *tocsin.Observation, air *track.Sight) evidence {
	f := o.Frame
	if f.IsAMSDU() && hasHeader(f.Body) {
		return evidence{sign: headerAsAddress}
	}
	switch f.EtherType {
	case eapol.EtherType:
		return d.handshake(o)
	case 0:
		if !f.IsAMSDU() || f.Defects&dot11.DefectAMSDU != 0 {
			return evidence{} // the body of an encrypted frame, perhaps, whose header is damaged
		}
	case 0x88b4, 0x88c7, 0x890d: // WAPI, pre-authentication, TDLS: as EAPOL, they are for before there is a key
		return evidence{}
	}
	p, associated := pair{f.Addr2, f.Addr1}, station(f, air)
	if associated == nil || !d.isEncrypted(p, o.Time, associated) {
		d.open(p, associated)
		return evidence{}
	}
	if f.IsAMSDU() {
		return evidence{sign: clearAMSDU}
	}
	return evidence{sign: clearPacket}
}

// open takes a packet in the clear of those who do not encrypt: somebody else may do so in their names.
func (d *detector) open(p pair, s *track.Station) {
	if s == nil {
		return
	}
	l, _ := d.lines.Put(p)
	if l.since != s.Since {
		*l = line{since: s.Since}
	}
	l.clear++
}

// hasHeader reports whether b begins as a packet does.
func hasHeader(b []byte) bool { return len(b) > len(llc) && [6]byte(b) == llc }

// llc is how a packet of EtherType below 802.11 begins (RFC 1042): no address of an MSDU.
var llc = [6]byte{0xaa, 0xaa, 3, 0, 0, 0}

// handshake takes an EAPOL packet: the pair begins anew, and nobody forwards it.
func (d *detector) handshake(o *tocsin.Observation) evidence {
	f := o.Frame
	p := stationFirst(f)
	h, _ := d.handshakes.Put(p)
	h.last = o.Time
	for _, p := range [...]pair{p, {p.to, p.from}} {
		if l := d.lines.Peek(p); l != nil {
			l.frames, l.clear, l.pn, l.odd = 0, 0, 0, odd{}
		}
	}
	switch f.Control & (dot11.ToDS | dot11.FromDS) {
	case dot11.FromDS:
		h.authenticator = f.Source()
	case dot11.ToDS:
		to := f.Destination()
		if to != f.Addr1 && !to.IsGroup() && !h.authenticator.IsZero() && to != h.authenticator {
			return evidence{sign: forwarded}
		}
	}
	return evidence{}
}
