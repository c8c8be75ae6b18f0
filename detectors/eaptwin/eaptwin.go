// Package eaptwin recognises authentication servers that a network did not have before.
package eaptwin

import (
	"bytes"
	"crypto/sha256"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/eapol"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares EAPTWIN.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "EAPTWIN",
		Title:       "Strange authentication server",
		Class:       tocsin.Spoof,
		Severity:    tocsin.Critical,
		Description: "A network for which clients prove themselves to a server by name shows them another certificate, or asks for a password without one: it is after their credentials.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  70,
		Attack:      []string{"T1557.004", "T1556"},
	},
	Frames:  dot11.AnyData,
	Content: true,
}, limits{Learned: 3, Memory: 30 * 24 * time.Hour, Again: 10 * time.Minute, Several: 4, Networks: 256, Talks: 32}, newDetector)

type limits struct {
	Learned  int           `help:"conversations with a certificate after which a method without one is a change"`
	Memory   time.Duration `help:"time for which it is known that an access point had a known certificate" min:"1s"`
	Again    time.Duration `help:"time between two findings of one kind about one access point" min:"1s"`
	Several  int           `help:"findings within again that are one attack with invented addresses" min:"2"`
	Networks int           `help:"networks and realms that are remembered"`
	Talks    int           `help:"conversations of an access point and a station that are followed"`
}

// network is where clients of one realm are asked by one server: others of the same name may have a server of their own,
// as in a network of many organisations.
type network struct {
	ssid  detect.SSID
	realm [8]byte // the start of its hash
}

// sum is a SHA-256.
type sum [sha256.Size]byte

// certificate is that of a server.
type certificate struct {
	print, issuer sum
	strange       bool // it was told of, and its issuer is not that of one that was not
}

// servers is what a network was heard to have.
type servers struct {
	certificates [8]certificate
	n            int
	talks        int  // with a certificate
	weak         bool // it offered a method without certificate while it was learned
}

// streamLen is how much of what a server says is kept: its hello and its own certificate come first.
const streamLen = 6144

// talk is one conversation.
type talk struct {
	network network
	id      uint8 // of the last packet that was taken
	follows bool  // no fragment was lost
	n       int
	stream  [streamLen]byte
}

// host is an access point of a network.
type host struct {
	network network
	ap      dot11.Addr
}

type detector struct {
	limits   limits
	talks    *window.Map[detect.EAPPair, talk]
	networks *window.Map[network, servers]
	served   *window.Set[host] // with a certificate that was known
	room     [streamLen]byte
	voice    [2]*detect.Voice[host] // by kind of change
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	d := &detector{
		limits:   l,
		talks:    window.NewMap[detect.EAPPair, talk](l.Talks),
		networks: window.NewMap[network, servers](l.Networks),
		served:   window.NewSet[host](l.Memory, l.Networks),
	}
	for i := range d.voice {
		d.voice[i] = detect.NewVoice[host](l.Several, l.Again, l.Networks)
	}
	return d
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	if o.Frame.EtherType != eapol.EtherType || air.BSS == nil {
		return
	}
	p, ok := detect.ReadEAP(o)
	if !ok {
		return
	}
	if name, ok := p.EAP.Identity(); ok {
		d.begin(p.EAPPair, name, air.BSS)
		return
	}
	if !p.FromAP || p.EAP.Code != eapol.EAPRequest {
		return
	}
	t := d.talks.Peek(p.EAPPair)
	if t == nil {
		return
	}
	switch p.EAP.Type {
	case eapol.EAPMD5, eapol.EAPGTC, eapol.EAPLEAP:
		d.offer(t, &p, o, found)
	case eapol.EAPTLS, eapol.EAPTTLS, eapol.EAPPEAP:
		d.collect(t, &p, o, found)
	}
}

// begin notes who a client says it is.
func (d *detector) begin(p detect.EAPPair, name []byte, bss *track.BSS) {
	ssid, ok := named(bss)
	if !ok {
		return
	}
	var realm []byte
	if i := bytes.LastIndexByte(name, '@'); i >= 0 {
		realm = name[i+1:]
	}
	t, _ := d.talks.Put(p)
	hash := sha256.Sum256(realm)
	t.network = network{ssid: ssid}
	copy(t.network.realm[:], hash[:])
	t.follows, t.n = false, 0
}

// named returns the name that an access point advertises most.
func named(bss *track.BSS) (detect.SSID, bool) {
	name, frames := "", uint64(0)
	for a := range bss.All() {
		if a.SSID != "" && a.Frames > frames {
			name, frames = a.SSID, a.Frames
		}
	}
	return detect.NameSSID(name), name != ""
}

// offer takes a method in which a client proves itself to a server that need not.
func (d *detector) offer(t *talk, p *detect.EAPPacket, o *tocsin.Observation, found *detect.Findings) {
	s := d.networks.Peek(t.network)
	if s == nil {
		s, _ = d.networks.Put(t.network)
	}
	if s.talks < d.limits.Learned {
		s.weak = true
	}
	if !s.weak && d.speak(weaker, host{t.network, p.AP}, o, found) {
		found.Add(weakMethod(&t.network.ssid, p, s.talks))
	}
}

// collect takes a fragment of what a server says until its certificate is whole.
func (d *detector) collect(t *talk, p *detect.EAPPacket, o *tocsin.Observation, found *detect.Findings) {
	fragment, ok := p.EAP.TLS()
	switch {
	case !ok:
		return
	case fragment.Start:
		t.id, t.n, t.follows = p.EAP.ID, 0, true
		return
	case !t.follows || p.EAP.ID == t.id: // a repetition has the number of what it repeats
		return
	case p.EAP.ID != t.id+1 || t.n+len(fragment.Data) > len(t.stream):
		t.follows = false
		return
	}
	t.id = p.EAP.ID
	t.n += copy(t.stream[t.n:], fragment.Data)
	if der := eapol.Certificate(t.stream[:t.n], d.room[:]); der != nil {
		t.follows = false
		issuer := eapol.Issuer(der)
		if issuer == nil {
			issuer = der // of nobody else's
		}
		d.compare(certificate{print: sha256.Sum256(der), issuer: sha256.Sum256(issuer)}, t, p, o, found)
	}
}

// compare takes the certificate of a conversation.
func (d *detector) compare(c certificate, t *talk, p *detect.EAPPacket, o *tocsin.Observation, found *detect.Findings) {
	s, _ := d.networks.Put(t.network)
	at := host{t.network, p.AP}
	if s.n == 0 {
		s.certificates[0], s.n = c, 1
	}
	sameIssuer := false
	for _, k := range s.certificates[:s.n] {
		if k.print == c.print {
			s.talks++
			if !k.strange {
				d.served.Add(at, o.Time)
			}
			return
		}
		sameIssuer = sameIssuer || k.issuer == c.issuer && !k.strange
	}
	c.strange = !sameIssuer
	first, served := s.certificates[0], d.served.Has(at, o.Time)
	place := s.n
	if place == len(s.certificates) {
		place = 1 + int(c.print[0])%(len(s.certificates)-1) // the first is kept
	} else {
		s.n++
	}
	s.certificates[place] = c
	if d.speak(other, at, o, found) {
		found.Add(otherServer(&t.network.ssid, p, c.print, first.print, sameIssuer, served))
	}
}
