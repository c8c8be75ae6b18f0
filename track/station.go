package track

import (
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/dot11"
)

// parties finds the stations that sent the frame and that it is for. Only sending makes a station known.
func (t *Tracker) parties(o *tocsin.Observation) {
	f := o.Frame
	if f.Addr1.IsStation() {
		if s := t.stations.Peek(f.Addr1); s != nil && t.bsss.Peek(f.Addr1) == nil {
			t.refresh(s)
			t.sight.Receiver = s
		}
	}
	from := f.Transmitter()
	if f.Kind == dot11.Beacon || f.Kind == dot11.ProbeResp || from == f.BSSID || !from.IsStation() || t.bsss.Peek(from) != nil {
		return
	}
	if f.Kind.IsControl() {
		// An access point that was not heard to beacon sends these as well.
		if s := t.stations.Get(from); s != nil {
			t.sent(s, o.Time)
		}
		return
	}
	s, created := t.stations.Put(from)
	if created {
		*s = Station{Addr: from, First: o.Time, Last: o.Time}
		if r := t.sight.Receiver; r != nil {
			t.sight.Receiver = t.stations.Peek(f.Addr1) // it may have made room
		}
	}
	t.sent(s, o.Time)
}

func (t *Tracker) sent(s *Station, at time.Duration) {
	t.refresh(s)
	s.First, s.Last = min(s.First, at), later(s.Last, at)
	t.sight.Transmitter = s
}

// associations takes what the frame says of who is associated.
func (t *Tracker) associations(o *tocsin.Observation) {
	f, air := o.Frame, &t.sight
	fromAP := f.BSSID.IsStation() && f.Transmitter() == f.BSSID
	switch {
	case f.Kind == dot11.AssocResp || f.Kind == dot11.ReassocResp:
		const success = 0 // 802.11-2020 table 9-50
		if fromAP && f.Fixed.Status == success && air.Receiver != nil && f.Defects&dot11.DefectShortFixed == 0 {
			t.join(air.Receiver, o.Time)
		}
	case f.Kind == dot11.Deauth || f.Kind == dot11.Disassoc:
		switch {
		case fromAP && f.Addr1 == dot11.Broadcast:
			if air.BSS != nil {
				t.epochs++
				air.BSS.epoch, air.BSS.Stations = t.epochs, 0
			}
		case fromAP && air.Receiver != nil && air.Receiver.BSSID == f.BSSID:
			t.leave(air.Receiver)
		case air.Transmitter != nil && air.Transmitter.BSSID == f.BSSID:
			t.leave(air.Transmitter)
		}
	case f.Kind.IsData() && f.Kind.HasBody():
		switch f.Control & (dot11.ToDS | dot11.FromDS) {
		case dot11.ToDS:
			if air.Transmitter != nil {
				t.join(air.Transmitter, o.Time)
			}
		case dot11.FromDS:
			if air.Receiver != nil && fromAP {
				t.join(air.Receiver, o.Time)
			}
		}
	}
}

// join associates s with the BSS of the frame, if that is known.
func (t *Tracker) join(s *Station, at time.Duration) {
	b := t.sight.BSS
	if b == nil || s.BSSID == b.BSSID {
		return
	}
	t.leave(s)
	s.BSSID, s.Since, s.epoch = b.BSSID, at, b.epoch
	b.Stations++
	t.bsss.Promote(b.BSSID)
	t.stations.Promote(s.Addr)
}

// leave ends the association of s.
func (t *Tracker) leave(s *Station) {
	if s.BSSID.IsZero() {
		return
	}
	if b := t.bsss.Peek(s.BSSID); b != nil && b.epoch == s.epoch {
		b.Stations--
	}
	s.BSSID, s.Since, s.epoch = dot11.Addr{}, 0, 0
}

// refresh ends an association that all of its BSS lost.
func (t *Tracker) refresh(s *Station) {
	if s.BSSID.IsZero() {
		return
	}
	b := t.sight.BSS
	if b == nil || b.BSSID != s.BSSID {
		b = t.bsss.Peek(s.BSSID)
	}
	if b == nil || b.epoch != s.epoch {
		s.BSSID, s.Since, s.epoch = dot11.Addr{}, 0, 0
	}
}
