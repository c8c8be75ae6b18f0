package detect

import (
	"github.com/tocsin-wids/tocsin/dot11/eapol"
	"github.com/tocsin-wids/tocsin/dot11/wps"
	"github.com/tocsin-wids/tocsin/window"
)

// Config errors of a NACK (Wi-Fi Simple Configuration 2.0.8 table 34).
const (
	WPSSetupLocked   = 15
	WPSPasswordWrong = 18
)

// NACK reports whether the packet refuses to go on.
func (p *EAPPacket) NACK() bool { return p.WSC.Op == eapol.WSCNack || p.Message == wps.NACK }

// identity is that of a station that claims to know the PIN (Wi-Fi Simple Configuration 2.0.8 §7.4).
const identity = "WFA-SimpleConfig-Registrar-1-0"

// WPSRole is that of the station in a conversation.
type WPSRole uint8

// Roles.
const (
	WPSUnknown   WPSRole = iota
	WPSRegistrar         // it claims to know the access point's PIN
	WPSEnrollee          // it wants to be let in
)

// WPSEvent is what a packet did to a conversation.
type WPSEvent uint8

// Events.
const (
	WPSNothing WPSEvent = iota
	WPSFailed           // the PIN of a registrar was refused or not proven
	WPSLocked           // the same, because the access point has locked its setup
	WPSProven           // a registrar proved the PIN: the access point hands out its secrets
)

// wpsTalk is one conversation. It ends at most once, however often its packets are repeated.
type wpsTalk struct {
	role   WPSRole
	tested bool // M3 was sent: the access point waits for a proof of the PIN
	ended  bool // it failed, or it succeeded
}

// WPSTalks follows conversations of WPS.
type WPSTalks struct {
	talks *window.Map[EAPPair, wpsTalk]
}

// NewWPSTalks returns one that follows so many conversations at a time.
func NewWPSTalks(talks int) *WPSTalks {
	return &WPSTalks{window.NewMap[EAPPair, wpsTalk](talks)}
}

// Follow takes the next packet and returns what it did.
func (s *WPSTalks) Follow(p *EAPPacket) WPSEvent {
	switch {
	case p.FromAP && p.WSC.Op != 0 && p.EAP.Code == eapol.EAPRequest:
		return s.request(p)
	case !p.FromAP:
		return s.response(p)
	}
	return WPSNothing
}

// request follows what the access point says.
func (s *WPSTalks) request(p *EAPPacket) WPSEvent {
	t := s.talks.Peek(p.EAPPair)
	if t == nil {
		if p.Message != wps.M1 && p.Message != wps.M3 && !p.NACK() {
			return WPSNothing
		}
		t, _ = s.talks.Put(p.EAPPair)
	}
	event := WPSNothing
	switch {
	case p.NACK():
		reason := p.WSC.Attributes.ConfigError()
		wrong := t.role == WPSRegistrar && (t.tested || reason == WPSPasswordWrong)
		if reason == WPSSetupLocked && t.role != WPSEnrollee {
			event = t.end(WPSLocked)
		} else if wrong {
			event = t.end(WPSFailed)
		}
	case p.Message == wps.M1:
		if t.role == WPSRegistrar && t.tested {
			event = t.end(WPSFailed)
		}
		*t = wpsTalk{role: WPSRegistrar}
	case p.Message == wps.M3:
		t.role, t.tested = WPSRegistrar, true
	case p.Message == wps.M7 && t.role == WPSRegistrar:
		event = t.end(WPSProven)
	}
	return event
}

// response follows what the station says.
func (s *WPSTalks) response(p *EAPPacket) WPSEvent {
	if name, ok := p.EAP.Identity(); ok {
		if string(name) != identity {
			s.talks.Delete(p.EAPPair)
		} else if t, created := s.talks.Put(p.EAPPair); created || t.ended || t.role != WPSRegistrar {
			*t = wpsTalk{role: WPSRegistrar}
		}
		return WPSNothing
	}
	t := s.talks.Peek(p.EAPPair)
	switch {
	case p.Message == wps.M1:
		t, _ = s.talks.Put(p.EAPPair)
		*t = wpsTalk{role: WPSEnrollee}
	case t != nil && t.role == WPSRegistrar && t.tested && p.NACK():
		return t.end(WPSFailed)
	}
	return WPSNothing
}

// end ends the conversation with e, unless it has ended.
func (t *wpsTalk) end(e WPSEvent) WPSEvent {
	if t.ended {
		return WPSNothing
	}
	t.ended = true
	return e
}
