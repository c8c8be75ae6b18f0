package remoteid

import "encoding/binary"

// Of the carriers: ASTM F3411-22a §5.4.
const (
	ServiceUUID = 0xfffa   // of the service data in Bluetooth LE advertising
	OUI         = 0xfa0bbc // of the vendor-specific element in beacons
	Application = 0x0d     // type of that element, and the first octet of that service data
)

// Advertised returns the message or pack in service data of ServiceUUID, nil if there is none.
func Advertised(data []byte) []byte {
	if len(data) < 2 || data[0] != Application {
		return nil
	}
	return behindCounter(data[1:])
}

// Beaconed returns the message or pack in a vendor-specific element of OUI and Application, given what follows these.
func Beaconed(data []byte) []byte { return behindCounter(data) }

// behindCounter returns what follows the counter of messages, nil if that is missing.
func behindCounter(b []byte) []byte {
	if len(b) < 1 {
		return nil
	}
	return b[1:]
}

// service is the start of the hash of "org.opendroneid.remoteid", the name of the service (F3411-22a §5.4.8).
var service = [6]byte{0x88, 0x69, 0x19, 0x9d, 0x92, 0x09}

// Bits of the service control field of a service descriptor (Wi-Fi Aware 3.1 table 65), in the order of the fields that they announce.
const (
	controlBinding    = 1 << 6
	controlMatching   = 1 << 2
	controlResponse   = 1 << 3
	controlInfo       = 1 << 4
	serviceDescriptor = 3 // its attribute id
)

// Discovered returns the message or pack in the attributes of a NAN service discovery frame, nil if there is none.
func Discovered(attributes []byte) []byte {
	const headLen = 3 // id and length
	for b := attributes; len(b) >= headLen; {
		end := headLen + int(binary.LittleEndian.Uint16(b[1:]))
		if end > len(b) {
			return nil
		}
		if b[0] == serviceDescriptor {
			if info := serviceInfo(b[headLen:end]); info != nil {
				return behindCounter(info)
			}
		}
		b = b[end:]
	}
	return nil
}

// serviceInfo returns the service info of a service descriptor, nil if it has none or is of another service.
func serviceInfo(b []byte) []byte {
	const fixedLen = len(service) + 3 // both instance ids, control
	if len(b) < fixedLen || [6]byte(b) != service {
		return nil
	}
	control, b := b[fixedLen-1], b[fixedLen:]
	if control&controlInfo == 0 {
		return nil
	}
	if control&controlBinding != 0 {
		if len(b) < 2 {
			return nil
		}
		b = b[2:]
	}
	for _, filter := range [...]byte{controlMatching, controlResponse} {
		if control&filter != 0 {
			_, b = field(b)
		}
	}
	info, _ := field(b)
	return info
}

// field returns the octets that the first of b counts, and those behind them; both nil if they are cut off.
func field(b []byte) (data, rest []byte) {
	if len(b) < 1 || 1+int(b[0]) > len(b) {
		return nil, nil
	}
	end := 1 + int(b[0])
	return b[1:end:end], b[end:]
}
