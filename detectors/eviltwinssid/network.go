package eviltwinssid

import (
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// network is what is known of one name.
type network struct {
	first   time.Duration
	members [maxMembers]member
	n       int
}

// maxMembers are the access points of one network that are remembered: its like is known by fewer.
const maxMembers = 8

// member is an access point of a network.
type member struct {
	bssid       dot11.Addr
	first, last time.Duration
	frames      int // in a row with the same access and make
	access      dot11.Access
	owe         bool   // it has a partner with the other security
	make        uint64 // a hash of which elements it sends, in their order
	isNew       bool   // the sensor would have heard it before
	rule        bool   // the policy has the network
	listed      bool   // and lists this one
	twin        bool   // it was judged to be none of the network
}

// member returns the record of an access point, a new one in place of one that nobody will miss; nil if there is none.
func (n *network) member(bssid dot11.Addr, at, memory time.Duration) *member {
	oldest := -1
	for i := range n.members[:n.n] {
		m := &n.members[i]
		if m.bssid == bssid {
			if (at - m.last).Abs() > memory {
				*m = member{bssid: bssid, first: at}
			}
			return m
		}
		if (m.isNew || (at-m.last).Abs() > memory) && (oldest < 0 || m.last < n.members[oldest].last) {
			oldest = i
		}
	}
	if n.n < maxMembers {
		oldest = n.n
		n.n++
	}
	if oldest < 0 {
		return nil
	}
	m := &n.members[oldest]
	*m = member{bssid: bssid, first: at}
	return m
}

// hear takes a frame of m.
func (m *member) hear(o *tocsin.Observation, air *track.Sight) {
	m.last = o.Time
	if air.Repeated {
		return // it is as before
	}
	s := air.Advert.Security
	access, owe := s.Access(), s.OWETransit
	if kind := order(&o.Frame.Elements); access != m.access || owe != m.owe || kind != m.make && o.Frame.Kind == dot11.Beacon {
		m.access, m.owe, m.frames = access, owe, 0
		if o.Frame.Kind == dot11.Beacon {
			m.make = kind
		}
	}
	m.frames++
}

// order hashes which elements there are, in their order (FNV-1a).
func order(e *dot11.Elements) uint64 {
	h := uint64(14695981039346656037)
	for i := range e.Len() {
		x := e.At(i)
		if x.ID == dot11.ElementTIM {
			continue
		}
		h = (h ^ uint64(x.ID)) * 1099511628211
	}
	return h
}

// known reports whether m is of the network: it was there when the sensor came, or it is listed, and it stayed.
func (m *member) known(learn time.Duration) bool {
	return !m.twin && (m.listed || m.last-m.first >= learn)
}

// oddity is how an access point is not like those that are known.
type oddity uint8

const (
	nothing oddity = iota
	weaker
	foreign
)

// judge compares a new access point with the known ones of its network.
func (d *detector) judge(n *network, m *member, at time.Duration) oddity {
	if m.listed || !m.isNew && !m.rule {
		return nothing
	}
	known, live, open, like := 0, false, m.owe, false
	vendors := vendorSet{}
	for i := range n.members[:n.n] {
		k := &n.members[i]
		if k == m || !k.known(d.limits.Learn) || m.rule && !k.listed {
			continue
		}
		known++
		live = live || at-k.last <= d.limits.Live
		open = open || lax(k.access) || k.access == dot11.AccessOWE
		like = like || vendor(k.bssid) == vendor(m.bssid) || k.make == m.make && !m.rule
		vendors.add(vendor(k.bssid))
	}
	switch {
	case known == 0 || !live:
		return nothing
	case lax(m.access) && !open:
		return weaker
	case !like && !vendors.several && (m.rule || at-n.first >= d.limits.Settled):
		return foreign
	}
	return nothing
}

// vendorSet tells whether vendors were several.
type vendorSet struct {
	value   uint32
	some    bool
	several bool
}

func (m *vendorSet) add(v uint32) {
	m.several = m.several || m.some && v != m.value
	m.value, m.some = v, true
}

// lax reports whether a keeps out nobody.
func lax(a dot11.Access) bool { return a == dot11.AccessOpen || a == dot11.AccessWEP }

// vendor is the OUI of a without the bit of locally administered addresses, which access points set for their second network.
func vendor(a dot11.Addr) uint32 { return a.OUI() &^ 0x020000 }

// model returns a known access point of the network, to compare m with.
func (n *network) model(m *member, learn time.Duration) *member {
	for i := range n.members[:n.n] {
		if k := &n.members[i]; k != m && k.known(learn) && (k.listed || !m.rule) {
			return k
		}
	}
	return m
}
