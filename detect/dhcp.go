package detect

import (
	"iter"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/ip"
)

// DHCP is a DHCP message on the air.
type DHCP struct {
	ip.DHCP

	// Source and Dest are where the MSDU came from and went to, whichever way the access point passed it on.
	Source, Dest dot11.Addr

	// Proven says that the FCS or the checksum of UDP shows that the message is as it was sent. The latter does not
	// cover Source and Dest.
	Proven bool
}

// DHCPReader finds DHCP messages in frames.
type DHCPReader struct {
	packet   ip.IPv4
	datagram ip.UDP
	message  DHCP
}

// Messages yields the DHCP messages between clients and servers that an unprotected data frame of one network carries,
// each valid until the next. It passes over what a receiver drops, because a checksum is wrong or a part is missing,
// and what a relay handed on, whose sender says nothing.
func (r *DHCPReader) Messages(o *tocsin.Observation) iter.Seq[*DHCP] {
	return func(yield func(*DHCP) bool) {
		f := o.Frame
		if f.EtherType == 0 && !f.IsAMSDU() || !f.BSSID.IsStation() {
			return
		}
		for m := range f.MSDUs() {
			if r.read(&m, o.Radio.FCS == dot11.FCSGood) && !yield(&r.message) {
				return
			}
		}
	}
}

// read reads the message in m, and reports whether there is one.
func (r *DHCPReader) read(m *dot11.Subframe, intact bool) bool {
	etherType, b := ip.Untag(m.EtherType, m.Payload)
	p, u, d := &r.packet, &r.datagram, &r.message
	if etherType != ip.EtherTypeIPv4 || p.Decode(b) != nil || p.Protocol != ip.ProtocolUDP || !p.HeaderIntact || !p.IsWhole() {
		return false
	}
	if u.Decode(p) != nil || u.DestPort != ip.DHCPServerPort && u.DestPort != ip.DHCPClientPort || u.Sum == ip.SumWrong {
		return false
	}
	if d.Decode(u.Payload) != nil || d.IsReply != (u.DestPort == ip.DHCPClientPort) || d.Type == ip.DHCPNone {
		return false
	}
	d.Source, d.Dest, d.Proven = m.Source, m.Dest, intact || u.Sum == ip.SumRight
	return d.RelayIP.IsUnspecified() && d.Source.IsStation() && dot11.Addr(d.ClientMAC).IsStation()
}
