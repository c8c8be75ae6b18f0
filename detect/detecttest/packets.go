package detecttest

import (
	"encoding/binary"
	"errors"
	"net/netip"
)

// arp makes an ARP packet (RFC 826).
func (d *draft) arp() []byte {
	operation := byte(1)
	if d.flag("reply") {
		operation = 2
	}
	d.flag("request")
	b := []byte{0, 1, 8, 0, 6, 4, 0, operation}
	hardware := d.address("hardware", d.from)
	b = append(b, hardware[:]...)
	b = append(b, d.ip("sender", netip.IPv4Unspecified()).AsSlice()...)
	b = append(b, make([]byte, 6)...)
	return append(b, d.ip("target", netip.IPv4Unspecified()).AsSlice()...)
}

// ipv4 makes a UDP datagram in an IPv4 packet.
func (d *draft) ipv4() []byte {
	source, dest := d.ip("sender", netip.IPv4Unspecified()), d.ip("target", netip.AddrFrom4([4]byte{10, 0, 0, 1}))
	return d.udp(source, dest, [2]uint16{uint16(d.number("fromport", 40000)), uint16(d.number("port", 53))}, d.take("body", nil))
}

// udp makes a datagram (RFC 768) in an IPv4 packet (RFC 791), with right checksums unless the line has a sum.
func (d *draft) udp(source, dest netip.Addr, ports [2]uint16, payload []byte) []byte {
	be := binary.BigEndian
	b := []byte{0x45, 0}
	b = be.AppendUint16(b, uint16(28+len(payload)))
	b = append(b, 0, 0, 0, 0, byte(d.number("hops", 64)), 17, 0, 0)
	b = append(append(b, source.AsSlice()...), dest.AsSlice()...)
	be.PutUint16(b[10:], checksum(b))
	datagram := be.AppendUint16(be.AppendUint16(nil, ports[0]), ports[1])
	datagram = be.AppendUint16(datagram, uint16(8+len(payload)))
	datagram = append(datagram, 0, 0)
	datagram = append(datagram, payload...)
	covered := append(append([]byte{}, b[12:20]...), 0, 17, datagram[4], datagram[5])
	be.PutUint16(datagram[6:], uint16(d.number("sum", int64(checksum(append(covered, datagram...))))))
	return append(b, datagram...)
}

// checksum is that of RFC 1071.
func checksum(b []byte) uint16 {
	s := uint32(0)
	for i := range b {
		s += uint32(b[i]) << (8 * (1 - i%2))
	}
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return ^uint16(s)
}

// dhcpWords are the types of DHCP messages, from 1 (RFC 2132 §9.6).
var dhcpWords = []string{"discover", "offer", "request", "decline", "ack", "nak", "release", "inform"}

// dhcp makes a DHCP message (RFC 2131) in a datagram.
func (d *draft) dhcp() ([]byte, error) {
	kind := byte(0)
	for i, name := range dhcpWords {
		if d.flag(name) {
			kind = byte(i + 1)
		}
	}
	if kind == 0 {
		return nil, errors.New("dhcp needs discover, offer, request, decline, ack, nak, release or inform")
	}
	zero, everybody := netip.IPv4Unspecified(), netip.AddrFrom4([4]byte{255, 255, 255, 255})
	operation, ports, source, hardware := byte(1), [2]uint16{68, 67}, zero, d.from
	if kind == 2 || kind == 5 || kind == 6 {
		operation, ports, source, hardware = 2, [2]uint16{67, 68}, netip.AddrFrom4([4]byte{10, 0, 0, 1}), d.to
	}
	hardware = d.address("hardware", hardware)
	b := []byte{operation, 1, 6, 0}
	b = binary.BigEndian.AppendUint32(b, uint32(d.number("transaction", 1)))
	b = append(b, make([]byte, 8)...)
	b = append(b, d.ip("your", zero).AsSlice()...)
	b = append(b, make([]byte, 4)...)
	b = append(b, d.ip("relay", zero).AsSlice()...)
	b = append(b, hardware[:]...)
	b = append(b, make([]byte, 236-34)...)
	b = append(b, 99, 130, 83, 99, 53, 1, kind)
	b = append(append(b, d.dhcpOptions()...), 255)
	return d.udp(d.ip("sender", source), d.ip("target", everybody), ports, b), nil
}

// dhcpOptions makes the options that the line names (RFC 2132).
func (d *draft) dhcpOptions() []byte {
	var b []byte
	if mask, ok := d.ips["mask"]; ok {
		delete(d.ips, "mask")
		b = append(append(b, 1, 4), mask.AsSlice()...)
	}
	if lease := d.number("lease", -1); lease >= 0 {
		b = binary.BigEndian.AppendUint32(append(b, 51, 4), uint32(lease))
	}
	for _, o := range []struct {
		code byte
		name string
	}{{12, "host"}, {60, "vendor"}, {61, "clientid"}} {
		if v := d.take(o.name, nil); v != nil {
			b = append(append(b, o.code, byte(len(v))), v...)
		}
	}
	return append(b, d.take("options", nil)...)
}
