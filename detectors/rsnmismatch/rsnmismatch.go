// Package rsnmismatch recognises handshakes about another protection than was agreed on before.
package rsnmismatch

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/eapol"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares RSNMISMATCH.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "RSNMISMATCH",
		Title:       "Handshake about another protection",
		Class:       tocsin.Spoof,
		Severity:    tocsin.High,
		Description: "What the handshake says of ciphers and key management is not what was asked for on association, or what beacons offer: somebody changed one of them.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  75,
		Attack:      []string{"T1557", "T1562.010"},
	},
	Frames:  dot11.Only(dot11.AssocReq, dot11.ReassocReq, dot11.Data, dot11.QoSData),
	Content: true,
}, defaults(), newDetector)

type limits struct {
	Fresh   time.Duration `help:"time after a request to associate in which a handshake belongs to it" min:"100ms"`
	Adverts int           `help:"beacons or probe responses from which on an offer is one to compare with"`
	detect.SignatureLimits
}

func defaults() limits {
	l := limits{Fresh: 10 * time.Second, Adverts: 3, SignatureLimits: detect.DefaultSignature}
	l.Window, l.Again = 5*time.Minute, 5*time.Minute
	return l
}

// pair is a station and the access point that it asks.
type pair struct{ ap, station dot11.Addr }

// request is the newest one to associate, until a handshake was held against it.
type request struct {
	dot11.Security
	at     time.Duration
	number uint64 // of the frame
}

type detector struct {
	limits   limits
	requests *window.Map[pair, request]
	*detect.Signature
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{l, window.NewMap[pair, request](l.Keys), detect.NewSignature(l.SignatureLimits)}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	step := air.Step
	switch {
	case step == nil || !o.Intact():
	case o.Frame.Kind.IsManagement():
		d.asked(o)
	case step.Resent:
	case step.Message == eapol.Message2:
		d.repeated(o, air, found)
	case step.Message == eapol.Message3 && step.Key.Info&eapol.InfoEncrypted == 0:
		d.confirmed(o, air, found)
	}
}

func (d *detector) asked(o *tocsin.Observation) {
	f := o.Frame
	if f.Addr1 != f.BSSID {
		return
	}
	r, _ := d.requests.Put(pair{f.BSSID, f.Addr2})
	*r = request{}
	if s := f.Security(); f.Defects == 0 && s.RSN.Present && !s.Unreadable {
		*r = request{s, o.Time, o.Number}
	}
}

// repeated looks at message 2, in which a station repeats under its key what it asked for (802.11-2020 §12.7.6.3).
func (d *detector) repeated(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	element, ok := air.Step.Key.RSN()
	if !ok {
		return
	}
	now := dot11.RSNSecurity(element)
	if now.Unreadable {
		return
	}
	f := o.Frame
	if r := d.requests.Peek(pair{f.BSSID, f.Addr2}); r != nil && r.number != 0 && o.Time-r.at <= d.limits.Fresh {
		asked, number := r.Security, r.number
		*r = request{} // one request is no two witnesses
		if !same(&asked, &now) {
			d.tell(o, element, found, func() tocsin.Finding {
				return tocsin.Finding{
					Text: fmt.Sprintf("%s asked %s for other protection than message 2 of its handshake says that it did: somebody changed or forged the request",
						f.Addr2, f.BSSID),
					Reason: tocsin.Reason{What: "protection in message 2", Observed: words(&now), Limit: words(&asked) + ", as in the request to associate"},
					Source: f.Addr2, Dest: f.BSSID, Subject: f.Addr2.String(), Frames: []uint64{number},
				}
			})
			return
		}
	}
	if offer := d.otherThan(air.BSS, func(s *dot11.Security) (bool, bool) { return s.RSN.Present, offers(&s.RSN, &now.RSN) }); offer != nil {
		d.tell(o, element, found, func() tocsin.Finding {
			return tocsin.Finding{
				Text: fmt.Sprintf("%s agrees with %s on protection that the access point does not offer: somebody showed the station another offer",
					f.Addr2, f.BSSID),
				Reason: tocsin.Reason{What: "protection in message 2", Observed: words(&now), Limit: "a part of " + words(&offer.Security) + ", as in beacons"},
				Source: f.Addr2, Dest: f.BSSID, Subject: f.Addr2.String(),
			}
		})
	}
}

// confirmed looks at a message 3 that can be read, as that of WPA can: an access point repeats in it what its beacons say.
func (d *detector) confirmed(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	element, ok := air.Step.Key.KDE(dot11.OUIMicrosoft, dot11.MicrosoftWPA)
	if !ok {
		return
	}
	now, whole := dot11.ParseWPA(element)
	offer := d.otherThan(air.BSS, func(s *dot11.Security) (bool, bool) { return s.WPA.Present, s.WPA == now.Protection })
	if !whole || offer == nil {
		return
	}
	f := o.Frame
	d.tell(o, element, found, func() tocsin.Finding {
		return tocsin.Finding{
			Text: fmt.Sprintf("%s confirms to %s in message 3 of the handshake another WPA protection than its beacons offer: somebody changed the beacons",
				f.BSSID, f.Addr1),
			Reason:  tocsin.Reason{What: "protection in message 3", Observed: now.Protection.String(), Limit: offer.Security.WPA.String() + ", as in beacons"},
			Subject: f.Addr1.String(),
		}
	})
}

// otherThan returns what b offers most if it offers nothing that suits, nil if it does or if that is not known: what it
// offers is known when all adverts are, and each was heard often enough.
func (d *detector) otherThan(b *track.BSS, suits func(*dot11.Security) (present, ok bool)) *track.Advert {
	const remembered = 8 // see track.BSS.Adverts
	if b == nil || b.Adverts >= remembered {
		return nil
	}
	var offer *track.Advert
	for a := range b.All() {
		present, ok := suits(&a.Security)
		if ok || a.Security.Unreadable || a.Frames < uint64(d.limits.Adverts) {
			return nil
		}
		if present && (offer == nil || a.Frames > offer.Frames) {
			offer = a
		}
	}
	return offer
}

// offers reports whether a station can choose p of what an access point offers. The group cipher is no choice.
func offers(offer, p *dot11.Protection) bool {
	const useGroup = 1 << dot11.CipherGroup
	return offer.Group == p.Group && p.Pairwise&^(offer.Pairwise|useGroup) == 0 && p.AKM&^offer.AKM == 0
}

// same reports whether two RSN elements mean the same, whatever they leave to the defaults of the standard, and however
// many PMKIDs they list.
func same(a, b *dot11.Security) bool {
	return a.RSN == b.RSN && a.MFPCapable == b.MFPCapable && a.MFPRequired == b.MFPRequired && groupMgmt(a) == groupMgmt(b)
}

// groupMgmt returns the cipher of group addressed management frames, BIP-CMAC-128 if nothing is said (§9.4.2.24.5).
func groupMgmt(s *dot11.Security) dot11.CipherSet {
	switch {
	case !s.MFPCapable:
		return 0
	case s.GroupMgmt == 0:
		return 1 << dot11.CipherBIP
	}
	return s.GroupMgmt
}

// words tell of s, with what same looks at.
func words(s *dot11.Security) string {
	mfp := "no MFP"
	switch {
	case s.MFPRequired:
		mfp = "MFP required"
	case s.MFPCapable:
		mfp = "MFP"
	}
	return fmt.Sprintf("%s, group %s, %s", s.RSN, s.RSN.Group, mfp)
}

// tell reports what if the element that shows it is to be believed.
func (d *detector) tell(o *tocsin.Observation, element []byte, found *detect.Findings, what func() tocsin.Finding) {
	v := d.Judge(o, element, 0)
	switch {
	case v.Several > 0:
		found.Add(d.Several(v.Several, "Handshakes of many stations are about other protection than was asked for or offered", "handshakes about other protection"))
	case v.Speak:
		found.Add(what())
	}
}
