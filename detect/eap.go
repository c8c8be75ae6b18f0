package detect

import (
	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/eapol"
	"github.com/tocsin-wids/tocsin/dot11/wps"
)

// EAPPair is an access point and the station that talks to it.
type EAPPair struct{ AP, Station dot11.Addr }

// EAPPacket is one EAP packet between an access point and a station.
type EAPPacket struct {
	EAPPair
	FromAP  bool
	EAP     eapol.EAP
	WSC     eapol.WSC   // empty unless the packet is one of WPS
	Message wps.Message // of WSC
}

// ReadEAP returns the EAP packet in a data frame, and whether there is one.
func ReadEAP(o *tocsin.Observation) (p EAPPacket, ok bool) {
	f := o.Frame
	var packet eapol.Packet
	if f.EtherType != eapol.EtherType || f.Fragment != 0 || !f.BSSID.IsStation() ||
		packet.Decode(f.Payload) != nil || packet.Type != eapol.TypeEAP || p.EAP.Decode(packet.Body) != nil {
		return p, false
	}
	switch f.BSSID {
	case f.Source():
		p.FromAP, p.EAPPair = true, EAPPair{f.BSSID, f.Destination()}
	case f.Destination():
		p.EAPPair = EAPPair{f.BSSID, f.Source()}
	default:
		return p, false
	}
	if p.FromAP == (p.EAP.Code == eapol.EAPResponse) {
		return p, false
	}
	p.WSC, _ = p.EAP.WSC()
	p.Message = p.WSC.Attributes.Message()
	return p, true
}
