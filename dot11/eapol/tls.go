package eapol

import "encoding/binary"

// TLS is one fragment of what a TLS method (EAP-TLS, PEAP, EAP-TTLS) carries (RFC 5216 §3.1).
type TLS struct {
	Start         bool // the server begins the conversation
	MoreFragments bool
	Data          []byte
}

// TLS returns the fragment in e, and whether there is one.
func (e *EAP) TLS() (t TLS, ok bool) {
	const (
		hasLength     = 0x80
		moreFragments = 0x40
		start         = 0x20
		lengthLen     = 4
	)
	if e.Type != EAPTLS && e.Type != EAPTTLS && e.Type != EAPPEAP || len(e.Data) == 0 {
		return t, false
	}
	flags, rest := e.Data[0], e.Data[1:]
	if flags&hasLength != 0 {
		if len(rest) < lengthLen {
			return t, false
		}
		rest = rest[lengthLen:]
	}
	return TLS{Start: flags&start != 0, MoreFragments: flags&moreFragments != 0, Data: rest}, true
}

// Certificate returns the first certificate that a server sends in the clear (TLS 1.2 and before, RFC 5246 §7.4.2), nil
// if stream, what it has said so far, does not have it whole. Messages are put together in room, which is to be as long
// as stream and is pointed into.
func Certificate(stream, room []byte) []byte {
	const (
		headLen     = 4 // type, length
		listLen     = 3
		certificate = 11
	)
	messages := handshake(stream, room)
	for len(messages) >= headLen {
		end := headLen + uint24(messages[1:])
		if messages[0] == certificate {
			body := messages[headLen:min(end, len(messages))]
			if len(body) < 2*listLen {
				return nil
			}
			der := body[2*listLen:]
			n := uint24(body[listLen:])
			if n == 0 || n > len(der) {
				return nil
			}
			return der[:n:n]
		}
		if end > len(messages) {
			return nil
		}
		messages = messages[end:]
	}
	return nil
}

// handshake puts together in room what the records at the start of stream have of handshake messages, up to the first
// record that is of another kind.
func handshake(stream, room []byte) []byte {
	const (
		headLen = 5 // type, version, length
		kind    = 22
	)
	n := 0
	for len(stream) >= headLen && stream[0] == kind {
		end := min(headLen+int(binary.BigEndian.Uint16(stream[3:])), len(stream))
		n += copy(room[n:], stream[headLen:end])
		stream = stream[end:]
	}
	return room[:n]
}

func uint24(b []byte) int { return int(b[0])<<16 | int(b[1])<<8 | int(b[2]) }

// Issuer returns the encoded name of who signed a certificate (RFC 5280 §4.1), nil if it is not to be found.
func Issuer(certificate []byte) []byte {
	const (
		sequence = 0x30
		integer  = 0x02
		version  = 0xa0
	)
	body, _, ok := value(certificate, sequence)
	if !ok {
		return nil
	}
	body, _, ok = value(body, sequence)
	if !ok {
		return nil
	}
	if _, rest, ok := value(body, version); ok {
		body = rest
	}
	for _, tag := range [...]byte{integer, sequence} { // serial number, algorithm
		if _, body, ok = value(body, tag); !ok {
			return nil
		}
	}
	name, _, _ := value(body, sequence)
	return name
}

// value returns the contents of the DER value of this tag at the start of b, and what follows it.
func value(b []byte, tag byte) (contents, rest []byte, ok bool) {
	if len(b) < 2 || b[0] != tag {
		return nil, nil, false
	}
	n, head := int(b[1]), 2
	switch n {
	case 0x81:
		head = 3
	case 0x82:
		head = 4
	default:
		if n >= 0x80 {
			return nil, nil, false
		}
	}
	if len(b) < head {
		return nil, nil, false
	}
	if head > 2 {
		n = 0
		for _, octet := range b[2:head] {
			n = n<<8 | int(octet)
		}
	}
	if n > len(b)-head {
		return nil, nil, false
	}
	return b[head : head+n : head+n], b[head+n:], true
}
