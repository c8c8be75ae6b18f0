package ip

import (
	"encoding/binary"
	"net/netip"
)

// Ports of DHCP.
const (
	DHCPServerPort = 67
	DHCPClientPort = 68
)

// DHCPMessage is the type of a DHCP message: option 53 (RFC 2132 §9.6).
type DHCPMessage uint8

// Types of DHCP messages.
const (
	DHCPNone DHCPMessage = iota // BOOTP, which has no types
	DHCPDiscover
	DHCPOffer
	DHCPRequest
	DHCPDecline
	DHCPAck
	DHCPNak
	DHCPRelease
	DHCPInform
)

// Options of DHCP (RFC 2132).
const (
	OptionPad         = 0
	OptionSubnetMask  = 1
	OptionRouter      = 3
	OptionDNSServer   = 6
	OptionHostName    = 12
	OptionLeaseTime   = 51
	optionOverload    = 52
	optionMessageType = 53
	OptionVendorClass = 60
	OptionClientID    = 61
	optionEnd         = 255
)

// DHCP is one DHCP message.
type DHCP struct {
	IsReply     bool // it is from a server
	Transaction uint32
	ClientIP    netip.Addr // ciaddr: what the client says it has
	YourIP      netip.Addr // yiaddr: what the server gives
	RelayIP     netip.Addr // giaddr: unspecified unless a relay handed the message on
	ClientMAC   [6]byte    // chaddr; zero unless it is the address of an IEEE 802 station
	Type        DHCPMessage

	options [3][]byte // in the order in which they count: options, file, sname
}

// Lengths and places in a BOOTP message (RFC 2131 §2).
const (
	hardwareAt = 1
	chaddrAt   = 28
	snameAt    = 44
	fileAt     = 108
	cookieAt   = 236
	optionsAt  = 240
)

// Decode replaces *d with the message in b. On ErrShort, which includes an option that runs past the end, *d has what
// there is; on ErrFormat, for BOOTP without DHCP's cookie, it has no options.
func (d *DHCP) Decode(b []byte) error {
	*d = DHCP{}
	if len(b) < cookieAt {
		return ErrShort
	}
	const request, reply = 1, 2
	if b[0] != request && b[0] != reply {
		return ErrFormat
	}
	d.IsReply = b[0] == reply
	d.Transaction = binary.BigEndian.Uint32(b[4:])
	d.ClientIP, d.YourIP = netip.AddrFrom4([4]byte(b[12:])), netip.AddrFrom4([4]byte(b[16:]))
	d.RelayIP = netip.AddrFrom4([4]byte(b[24:]))
	if b[hardwareAt] == 1 && b[hardwareAt+1] == 6 {
		d.ClientMAC = [6]byte(b[chaddrAt:])
	}
	if len(b) < optionsAt {
		return ErrShort
	}
	if [4]byte(b[cookieAt:]) != [4]byte{99, 130, 83, 99} { // RFC 2131 §3
		return ErrFormat
	}
	whole := d.takeOptions(b)
	if v := d.first(optionMessageType); len(v) == 1 {
		d.Type = DHCPMessage(v[0])
	}
	if !whole {
		return ErrShort
	}
	return nil
}

// takeOptions finds where there are options: the fields file and sname may hold some too (RFC 2132 §9.3). It reports
// whether all are there to their end.
func (d *DHCP) takeOptions(b []byte) bool {
	const inFile, inName = 1, 2
	var whole bool
	d.options[0], whole = enclosed(b[optionsAt:])
	if v := d.first(optionOverload); len(v) == 1 {
		for i, where := range [...]struct {
			bit   byte
			field []byte
		}{{inFile, b[fileAt:cookieAt]}, {inName, b[snameAt:fileAt]}} {
			if v[0]&where.bit != 0 {
				var all bool
				d.options[1+i], all = enclosed(where.field)
				whole = whole && all
			}
		}
	}
	return whole
}

// enclosed returns the options of b before the end option, and whether none of them runs past the end of b. A missing
// end option is none.
func enclosed(b []byte) (options []byte, whole bool) {
	for i := 0; i < len(b); {
		switch {
		case b[i] == optionEnd:
			return b[:i:i], true
		case b[i] == OptionPad:
			i++
		case i+2 > len(b) || i+2+int(b[i+1]) > len(b):
			return b[:i:i], false
		default:
			i += 2 + int(b[i+1])
		}
	}
	return b, true
}

// next returns the value of the first option of this code in options, and what follows it.
func next(options []byte, code byte) (value, rest []byte, ok bool) {
	for len(options) > 0 {
		if options[0] == OptionPad {
			options = options[1:]
			continue
		}
		n := 2 + int(options[1])
		if options[0] == code {
			return options[2:n:n], options[n:], true
		}
		options = options[n:]
	}
	return nil, nil, false
}

// first returns the value of the first option of this code; nil if there is none.
func (d *DHCP) first(code byte) []byte {
	for _, options := range d.options {
		if v, _, ok := next(options, code); ok {
			return v
		}
	}
	return nil
}

// Option returns the value of the options of this code, and whether there are any. One that is split among several
// (RFC 3396) is put together in room, as far as that goes; one that is not is returned in place.
func (d *DHCP) Option(code byte, room []byte) (value []byte, ok bool) {
	parts := 0
	for _, options := range d.options {
		for {
			v, rest, found := next(options, code)
			if !found {
				break
			}
			if parts++; parts == 2 {
				value = room[:copy(room, value)]
			}
			if parts == 1 {
				value = v
			} else {
				value = value[:len(value)+copy(room[len(value):], v)]
			}
			options = rest
		}
	}
	return value, parts > 0
}

// Number returns the value of an option that is a number of 32 bits, or an address or mask as one, and whether there is
// one.
func (d *DHCP) Number(code byte) (n uint32, ok bool) {
	var room [4]byte
	v, _ := d.Option(code, room[:])
	if len(v) != len(room) {
		return 0, false
	}
	return binary.BigEndian.Uint32(v), true
}
