package detecttest

import (
	"encoding/binary"
	"errors"

	"github.com/tocsin-wids/tocsin/dot11"
)

// data makes the body of a data frame, behind its header.
func (d *draft) data(bits uint16) ([]byte, error) {
	if !d.kind.HasBody() {
		return nil, nil
	}
	if bits&dot11.Protected != 0 && !d.flags["bare"] {
		return append(d.ciphertext(40), d.take("body", nil)...), nil
	}
	if d.flag("bare") {
		return d.take("body", nil), nil
	}
	ether, payload := uint16(eapolType), []byte(nil)
	var err error
	switch d.word {
	case "eapol":
		payload, err = d.eapol()
	case "eap":
		payload, err = d.eap(d.take("body", nil), byte(d.number("type", 1)))
	case "wsc":
		payload, err = d.wsc()
	case "arp":
		ether, payload = 0x0806, d.arp()
	case "ipv4":
		ether, payload = 0x0800, d.ipv4()
	case "dhcp":
		ether = 0x0800
		payload, err = d.dhcp()
	default:
		ether, payload = uint16(d.number("ether", 0x0800)), d.take("body", make([]byte, 28))
	}
	// LLC and SNAP (RFC 1042).
	b := []byte{0xaa, 0xaa, 3, 0, 0, 0}
	if vlan := d.number("vlan", -1); vlan >= 0 { // as Linux tags: EtherType instead of a second LLC and SNAP
		b = binary.BigEndian.AppendUint16(b, 0x8100)
		b = binary.BigEndian.AppendUint16(b, uint16(vlan))
	}
	b = binary.BigEndian.AppendUint16(b, ether)
	return append(b, payload...), err
}

// aggregate makes an A-MSDU of the one MSDU in body (802.11-2020 §9.3.2.2.2).
func (d *draft) aggregate(third dot11.Addr, bits uint16, body []byte) []byte {
	source, dest := d.from, d.to
	switch {
	case bits&dot11.FromDS != 0:
		source = third
	case bits&dot11.ToDS != 0:
		dest = third
	}
	b := append(append([]byte{}, dest[:]...), source[:]...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(body)))
	return append(b, body...)
}

// eapolType is the EtherType of 802.1X packets.
const eapolType = 0x888e

// ciphertext makes a CCMP header (802.11-2020 §12.5.3.2) with the packet number, and n octets that look encrypted.
func (d *draft) ciphertext(n int) []byte {
	pn := uint64(d.number("pn", int64(d.n+1)))
	b := []byte{byte(pn), byte(pn >> 8), 0, 0x20, byte(pn >> 16), byte(pn >> 24), byte(pn >> 32), byte(pn >> 40)}
	return append(b, noise(pn, n)...)
}

// packet makes an 802.1X packet (802.1X-2020 §11.3).
func (d *draft) packet(kind byte, body []byte) []byte {
	b := []byte{byte(d.number("version", 2)), kind}
	b = binary.BigEndian.AppendUint16(b, uint16(len(body)))
	return append(b, body...)
}

// eapol makes "start", "logoff", or the key message that "message" numbers.
func (d *draft) eapol() ([]byte, error) {
	switch {
	case d.flag("start"):
		return d.packet(1, nil), nil
	case d.flag("logoff"):
		return d.packet(2, nil), nil
	}
	// Key Information of the messages of the four-way handshake with AES, and of the two of the group key
	// handshake (802.11-2020 §12.7.6, §12.7.7).
	infos := map[int64]int64{1: 0x008a, 2: 0x010a, 3: 0x13ca, 4: 0x030a, 5: 0x1382, 6: 0x0302}
	message := d.number("message", 0)
	info, ok := infos[message]
	if given := d.number("info", -1); given >= 0 {
		info, ok = given, true
	}
	if !ok {
		return nil, errors.New("eapol needs start, logoff, or message and a number from 1 to 6")
	}
	data := d.take("keydata", nil)
	b := []byte{2} // RSN key descriptor
	b = binary.BigEndian.AppendUint16(b, uint16(info))
	b = binary.BigEndian.AppendUint16(b, 16)
	b = binary.BigEndian.AppendUint64(b, uint64(d.number("replay", 1)))
	b = append(b, field(d.take("nonce", nil), 32)...)
	b = append(b, field(d.take("iv", nil), 16)...)
	b = append(b, field(d.take("rsc", nil), 8)...)
	b = append(b, make([]byte, 8)...)
	b = append(b, field(d.take("mic", nil), 16)...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(data)))
	return d.packet(3, append(b, data...)), nil
}

// field returns the first n octets of b, filled up with zeros.
func field(b []byte, n int) []byte { return append(append([]byte{}, b...), make([]byte, n)...)[:n] }

// eap makes an EAP packet (RFC 3748 §4) of the given type in an 802.1X packet.
func (d *draft) eap(body []byte, kind byte) ([]byte, error) {
	for code, name := range map[byte]string{1: "request", 2: "response", 3: "success", 4: "failure"} {
		if !d.flag(name) {
			continue
		}
		if code < 3 {
			body = append([]byte{kind}, body...)
		}
		b := []byte{code, byte(d.number("id", int64(d.n)))}
		b = binary.BigEndian.AppendUint16(b, uint16(4+len(body)))
		return d.packet(0, append(b, body...)), nil
	}
	return nil, errors.New("eap needs request, response, success or failure")
}

// wsc makes an EAP packet of Wi-Fi Simple Configuration: type 254, vendor 00372A, vendor type 1 (WSC 2.0.2 §7.7.1).
func (d *draft) wsc() ([]byte, error) {
	const message = 4 // Op-Code WSC_MSG
	b := []byte{0x00, 0x37, 0x2a, 0, 0, 0, 1, byte(d.number("opcode", message)), 0}
	if m := d.number("message", -1); m >= 0 {
		b = append(b, 0x10, 0x4a, 0, 1, 0x10)    // Version
		b = append(b, 0x10, 0x22, 0, 1, byte(m)) // Message Type
	}
	return d.eap(append(b, d.take("body", nil)...), 254)
}
