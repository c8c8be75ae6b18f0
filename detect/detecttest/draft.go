package detecttest

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/tocsin-wids/tocsin/ble"
	"github.com/tocsin-wids/tocsin/dot11"
)

// read takes the words of a line apart.
func (d *draft) read(a *air, words []word) error {
	d.word = words[0].text
	var known bool
	d.kind, known = kindWords[d.word]
	d.pdu, d.bluetooth = packetWords[d.word]
	if !known && !d.bluetooth || words[0].quoted {
		return fmt.Errorf("%q is no kind of frame", d.word)
	}
	rest, err := d.readParties(a, words[1:])
	if err != nil {
		return err
	}
	for len(rest) > 0 {
		if rest, err = d.readWord(a, rest); err != nil {
			return err
		}
	}
	d.retry, d.protected = d.flags["retry"], d.flags["protected"]
	if d.flags["amsdu"] {
		d.kind |= dot11.QoSData
	}
	return nil
}

// readParties takes "SENDER > RECEIVER", or the sender alone where everybody is meant, or the receiver alone where
// the frame has no sender; a packet of a Bluetooth connection has neither.
func (d *draft) readParties(a *air, words []word) ([]word, error) {
	if d.bluetooth && d.pdu == ble.Data {
		return words, nil
	}
	if len(words) == 0 {
		return nil, fmt.Errorf("%s needs an address", d.word)
	}
	first, err := a.address(words[0], d.n)
	if err != nil {
		return nil, err
	}
	if len(words) > 2 && words[1].text == ">" {
		d.from = first
		d.to, err = a.address(words[2], d.n)
		return words[3:], err
	}
	switch {
	case d.bluetooth && !needsTarget.Has(d.pdu):
		d.from = first
	case d.kind == dot11.CTS, d.kind == dot11.Ack:
		d.to = first
	case !d.bluetooth && (d.kind == dot11.Beacon || d.kind == dot11.ProbeReq):
		d.from, d.to = first, dot11.Broadcast
	default:
		return nil, fmt.Errorf("%s needs a sender and a receiver: a > b", d.word)
	}
	return words[1:], nil
}

// readWord takes one keyword and its value.
func (d *draft) readWord(a *air, words []word) ([]word, error) {
	name := words[0].text
	if _, ok := flagWords[name]; ok && !words[0].quoted {
		d.flags[name] = true
		return words[1:], nil
	}
	isNumber, isAddress := slices.Contains(numberWords, name), slices.Contains(addressWords, name)
	isOctets, isElement := slices.Contains(octetWords, name), slices.Contains(elementWords, name)
	isIP := slices.Contains(ipWords, name)
	if words[0].quoted || !isNumber && !isAddress && !isOctets && !isElement && !isIP && name != "mfp" && name != "sensor" {
		return nil, fmt.Errorf("%s does not know %q", d.word, name)
	}
	if len(words) < 2 {
		return nil, fmt.Errorf("%s needs a value", name)
	}
	var err error
	switch {
	case isNumber:
		d.numbers[name], err = number(words[1], d.n)
	case isAddress:
		d.addresses[name], err = a.address(words[1], d.n)
	case isOctets:
		d.octets[name], err = octets(words[1])
	case isIP:
		d.ips[name], err = ipv4(words[1])
	case isElement:
		size := 1
		if name == "element" || name == "ad" {
			size = 2
		}
		if len(words) < 1+size {
			return nil, fmt.Errorf("%s needs %d values", name, size)
		}
		d.parts = append(d.parts, part{name, words[1 : 1+size]})
		return words[1+size:], nil
	case name == "mfp":
		d.mfp = words[1].text
	default:
		d.sensor = words[1].text
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return words[2:], nil
}

func (d *draft) flag(name string) bool {
	v := d.flags[name]
	delete(d.flags, name)
	return v
}

func (d *draft) number(name string, otherwise int64) int64 {
	if v, ok := d.numbers[name]; ok {
		delete(d.numbers, name)
		return v
	}
	return otherwise
}

func (d *draft) address(name string, otherwise dot11.Addr) dot11.Addr {
	if v, ok := d.addresses[name]; ok {
		delete(d.addresses, name)
		return v
	}
	return otherwise
}

// take returns the octets written for name.
func (d *draft) take(name string, otherwise []byte) []byte {
	if v, ok := d.octets[name]; ok {
		delete(d.octets, name)
		return v
	}
	return otherwise
}

// ip returns the IPv4 address written for name.
func (d *draft) ip(name string, otherwise netip.Addr) netip.Addr {
	if v, ok := d.ips[name]; ok {
		delete(d.ips, name)
		return v
	}
	return otherwise
}

// channel returns the frequency of the channel that the line names, that of channel 6 if it names none, of Bluetooth's channel 37.
func (d *draft) channel() (mhz int, err error) {
	mhz = 2437
	if d.bluetooth {
		mhz = 2402
	}
	for _, p := range d.parts {
		if p.word != "channel" && p.word != "htchannel" {
			continue
		}
		c, err := number(p.values[0], d.n)
		if err != nil {
			return 0, err
		}
		switch {
		case c == 14:
			mhz = 2484
		case c >= 1 && c < 14:
			mhz = 2407 + 5*int(c)
		case c > 14 && c < 200:
			mhz = 5000 + 5*int(c)
		}
	}
	return mhz, nil
}
